"""Every use case, registered with its permission: one function, one transaction (style 8, 10).

A use case is written as `fn(session, cmd, by)` and called as `fn(cmd, by=…, house=…)`. Around it:
a repeated request gets the first answer, the signer's password is checked and files are stored
before the transaction, the caller's roles are read again inside it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical, sha256
from docctl.domain.epochs import NOT_MEANWHILE, may_go_on
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.base import table_of
from docctl.models.work import AnsweredRequest
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.people.actors import both_of, moment_of
from docctl.services.people.admitting import admitted
from docctl.services.people.prove import forget_failures, prove
from docctl.services.rows import ask, insert_rows

C = TypeVar("C")
T = TypeVar("T")

#: Fields of a command that differ between a request and its repeat.
_UNSTABLE: Final = frozenset({"item_id", "files", "house"})

#: The connection was lost, perhaps while committing: bytes that a row may name stay; a sweep looks later.
OUTCOME_UNKNOWN: Final = "database.unavailable"

_ANSWERED: Final = select(table_of(AnsweredRequest)).where(
    table_of(AnsweredRequest).c.request_id == bindparam("request_id")
)

_REGISTRY: dict[str, UseCase[Any, Any]] = {}


@dataclass(frozen=True, slots=True)
class Prepared(Generic[C]):
    """A command after its outside work was done, how to undo that work, what to clear once it stands."""

    cmd: C
    undo: Callable[[], None]
    done: Callable[[], None]


@dataclass(frozen=True)
class UseCase(Generic[C, T]):
    """A registered use case; call it with a command, a caller and the house."""

    name: str
    permission: str
    signs: bool
    run: Callable[[Session, C, Caller], T]
    before: Callable[[Any, Caller, House], Prepared[Any]] | None

    def __call__(self, cmd: C, *, by: Caller, house: House) -> T:
        """Carry out the use case in one transaction and return its answer.

        Raises RuleRefused, Conflict or NotFound; then nothing has changed.
        """
        if (first := self._first_answer(cmd, by, house)) is not None:
            return first[0]
        if self.signs:
            by = replace(by, proof=prove(house, by), password=None)
        try:
            prepared = self.before(cmd, by, house) if self.before else Prepared(cmd, _nothing, _nothing)
        except RuleRefused:
            # The same request at the same time may have been first, and taken the files with it.
            if (first := self._first_answer(cmd, by, house)) is not None:
                return first[0]
            raise
        try:
            answer, used = house.uow.write(lambda session: self._inside(session, prepared.cmd, by, house))
        except RuleRefused as error:
            if error.refused.key != OUTCOME_UNKNOWN:
                prepared.undo()
            raise
        except BaseException:
            prepared.undo()
            raise
        if used:
            prepared.done()
        else:
            prepared.undo()
        return answer

    def _first_answer(self, cmd: C, by: Caller, house: House) -> tuple[T] | None:
        if not by.request_id:
            return None
        with house.uow.read() as session:
            return self._answered(session, cmd, by)

    def _inside(self, session: Session, cmd: C, by: Caller, house: House) -> tuple[T, bool]:
        if by.request_id and (first := self._answered(session, cmd, by)) is not None:
            return first[0], False
        by = self._refreshed(session, by, house)
        answer = self.run(session, cmd, by)
        if by.request_id:
            answered = {
                "request_id": by.request_id,
                "person_id": by.actor.person_id,
                "use_case": self.name,
                "digest": _digest(cmd),
                "answer": _dump(answer),
                "answered_at": by.at,
            }
            insert_rows(session, AnsweredRequest, answered)
        return answer, True

    def _refreshed(self, session: Session, by: Caller, house: House) -> Caller:
        """Read again, inside the transaction, what may have changed since the request began."""
        person = by.actor.person_id
        moment, standing = (moment_of(session), None) if person is None else both_of(session, person)
        at = max(house.clock(), moment.newest)  # never behind the trail
        if person is not None or self.permission in NOT_MEANWHILE:
            require(may_go_on(self.permission, waits=moment.waits, is_person=person is not None))
        if person is None:
            return replace(by, at=at, zone=house.zone)
        if standing is None:
            raise NotFound("person")
        if self.signs:
            if by.proof is None or by.proof.password_version != standing.password_version:
                raise RuleRefused(Refused("A-3", "wrong_password"))
            if not standing.may_sign:
                raise RuleRefused(Refused("A-15", "reset_unconfirmed"))
            forget_failures(session, by)  # the right password was given
        return replace(by, at=at, zone=house.zone, actor=admitted(session, standing.actor, at))

    def _answered(self, session: Session, cmd: C, by: Caller) -> tuple[T] | None:
        row = ask(session, _ANSWERED, request_id=by.request_id).first()
        if row is None:
            return None
        same = (
            row.use_case == self.name and row.person_id == by.actor.person_id and row.digest == _digest(cmd)
        )
        if not same:
            raise Conflict(Refused("request", "repeated_with_other_content"))
        answer: T = _load(row.answer)
        return (answer,)


def use_case(
    permission: str,
    *,
    signs: bool = False,
    before: Callable[[Any, Caller, House], Prepared[Any]] | None = None,
) -> Callable[[Callable[[Session, C, Caller], T]], UseCase[C, T]]:
    """Register a function as the use case that needs `permission`; `signs` asks for the password."""

    def register(fn: Callable[[Session, C, Caller], T]) -> UseCase[C, T]:
        found = UseCase(fn.__name__, permission, signs, fn, before)
        found.__dict__["__doc__"] = fn.__doc__
        if fn.__name__ in _REGISTRY:
            raise ValueError(f"{fn.__name__} is registered twice")
        _REGISTRY[fn.__name__] = found
        return found

    return register


def registry() -> Mapping[str, UseCase[Any, Any]]:
    """Return all use cases by name."""
    return dict(_REGISTRY)


def _nothing() -> None:
    """Undo nothing."""


def _digest(cmd: Any) -> str:
    values = {
        field.name: getattr(cmd, field.name)
        for field in dataclasses.fields(cmd)
        if field.name not in _UNSTABLE
    }
    return sha256(canonical({"command": type(cmd).__name__, "values": _flat(values)}))


def _flat(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _flat(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _flat(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_flat(inner) for inner in value]
    return value


def _dump(answer: Any) -> str:
    if isinstance(answer, UUID):
        return json.dumps({"uuid": str(answer)})
    return json.dumps({"value": answer})


def _load(text: str) -> Any:
    value = json.loads(text)
    return UUID(value["uuid"]) if "uuid" in value else value["value"]


__all__ = ["NotFound", "Prepared", "UseCase", "registry", "use_case"]
