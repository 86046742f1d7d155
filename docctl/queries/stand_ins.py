"""Statements that are built once for all people of the same roles, and filled in for each.

Putting a large statement together takes longer than asking it. So it is built for a stand-in: somebody with
the same roles and made-up ids. In the place of each value with such an id stands a parameter, which is
filled with the person's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import BindParameter, Enum, Select, SelectLabelStyle, bindparam, literal_column, select
from sqlalchemy.sql.elements import ClauseList, Grouping
from sqlalchemy.sql.visitors import replacement_traverse

from docctl.domain.permissions import Actor

Ids = Mapping[UUID, UUID]

#: Parameters for what is the person's are called so, and numbered.
_NAME: Final = "own_"


@dataclass(frozen=True, slots=True)
class OpenStatement:
    """A statement for a stand-in; `own` says which of its parameters hold what with made-up ids."""

    query: Select[Any]
    own: Mapping[str, Any]

    def filled(self, ids: Ids) -> dict[str, Any]:
        """Return the parameters of a person."""
        return {name: _of_person(value, ids) for name, value in self.own.items()}


def stand_in(actor: Actor) -> tuple[Actor, Ids]:
    """Return somebody with the same roles and made-up ids, and whose id each of these stands for."""
    made: dict[UUID, UUID] = {}

    def of(id: UUID | None) -> UUID | None:  # noqa: A002  # what it is
        return None if id is None else made.setdefault(id, UUID(int=len(made) + 1))

    person_id, unit_id = of(actor.person_id), of(actor.unit_id)
    roles = frozenset(
        (role, of(scope)) for role, scope in sorted(actor.roles, key=lambda one: (one[0], str(one[1])))
    )
    shares = frozenset(UUID(str(of(one))) for one in sorted(actor.shares))
    other = replace(
        actor, person_id=person_id, name="", username="", unit_id=unit_id, roles=roles, shares=shares
    )
    return other, {there: own for own, there in made.items()}


def opened(query: Select[Any], *, seen_once: Select[Any] | None = None) -> OpenStatement:
    """Return a statement for a stand-in with parameters in the place of what is a person's own.

    `seen_once` is a query that stands in it many times; it is asked once for all.
    """
    own: dict[str, Any] = {}
    names: dict[tuple[str, str], str] = {}

    def parameter(element: Any) -> Any:
        key = (repr(element.type), repr(element.value))
        name = names.setdefault(key, f"{_NAME}{len(names)}")
        own[name] = element.value
        return bindparam(name, type_=element.type, expanding=element.expanding)

    def other(element: Any, **_: Any) -> Any:
        if seen_once is not None and isinstance(element, Select) and element.compare(seen_once):
            return once
        if not isinstance(element, BindParameter):
            return None
        if _is_own(element.value):
            return parameter(element)
        if isinstance(element.type, Enum) and element.value is not None:
            return _written_out(element)
        return None

    once = None
    if seen_once is not None:
        seen_once = seen_once.set_label_style(SelectLabelStyle.LABEL_STYLE_NONE)  # as it stands in IN (…)
        inner = cast("Select[Any]", replacement_traverse(seen_once, {}, other))
        once = select(*inner.cte("seen").c)
    return OpenStatement(cast("Select[Any]", replacement_traverse(query, {}, other)), own)


def _written_out(element: Any) -> Any:
    """Return a value of an enumeration as it stands in the text of a statement.

    By a parameter SQLite cannot tell which partial index fits: it would prepare the statement anew for each
    value, the same one included.
    """
    if isinstance(element.value, list | tuple):
        return Grouping(
            ClauseList(*(literal_column(f"'{one.value}'", element.type) for one in element.value))
        )
    return literal_column(f"'{element.value.value}'", element.type)


def _is_own(value: Any) -> bool:
    """Say whether a value has a made-up id in it: no real one begins with so many zeros."""
    if isinstance(value, UUID):
        return value.int < _MOST
    if isinstance(value, str):
        return _ZEROS in value
    return isinstance(value, list | tuple | set | frozenset) and any(map(_is_own, value))


def _of_person(value: Any, ids: Ids) -> Any:
    if isinstance(value, UUID):
        return ids.get(value, value)
    if isinstance(value, str):
        for there, own in ids.items():
            value = value.replace(str(there), str(own))
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_of_person(one, ids) for one in value]
    return value


#: Made-up ids count from one.
_MOST: Final = 1 << 32
_ZEROS: Final = str(UUID(int=1))[:24]
