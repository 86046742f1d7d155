"""Why a record is kept until its date: the class, what it counts from, each step (R-1, R-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.i18n import Translator
from docctl.models.records import Record
from docctl.models.retention import RetentionClassRow
from docctl.models.visibility import sets_of
from docctl.queries.hold_names import names_holds
from docctl.queries.record_holds import HoldLine, held_words, record_holds


@dataclass(frozen=True, slots=True)
class Explanation:
    """Until when a record is kept, by which class, and each step of the reason (R-1, R-10)."""

    number: str
    title: str
    keep_until: date | None
    is_permanent: bool
    class_name: str
    basis: str
    trigger: str
    trigger_on: date | None
    because: tuple[Mapping[str, Any], ...]
    #: The holds that keep it beyond its day, as far as the person may know them (R-5).
    holds: tuple[HoldLine, ...] = ()
    is_held: bool = False

    def sentences(self, words: Translator) -> list[str]:
        """Return the steps of the reason in words, and what holds the record."""
        steps = because_in_words(self.because, words)
        return [*steps, *held_words(words, self.holds, is_held=self.is_held)]

    def as_json(self, words: Translator) -> dict[str, Any]:
        """Return what `retention explain --json` prints."""
        return {
            "number": self.number,
            "keep_until": self.keep_until.isoformat() if self.keep_until else None,
            "class": self.class_name,
            "basis": self.basis,
            "trigger": self.trigger,
            "because": self.sentences(words),
        }


def because_in_words(because: Iterable[Mapping[str, Any]], words: Translator) -> list[str]:
    """Return the steps of a reason in words (R-10)."""
    return [words.t(f"because.{one['code']}", **_params(one["params"])) for one in because]


def explain_record_id(session: Session, actor: Actor, record_id: UUID) -> Explanation:
    """Return why a record is kept so long; raise NotFound where it may not be seen (R-10, X-3)."""
    return _explained(session, actor, Record.id == record_id)


def _explained(session: Session, actor: Actor, condition: ColumnElement[bool]) -> Explanation:
    found = session.execute(
        select(Record, RetentionClassRow)
        .join(RetentionClassRow, RetentionClassRow.id == Record.class_id)
        .where(condition, Record.access_set_id.in_(sorted(sets_of(session, actor))))
        .order_by(Record.number)
        .limit(1)
    ).first()
    if found is None:
        raise NotFound("record")
    kept, cls = found
    holds = tuple(one for one in record_holds(session, kept.id) if one.lifted_at is None)
    return Explanation(
        number=kept.number,
        title=kept.title,
        keep_until=kept.keep_until,
        is_permanent=kept.is_permanent,
        class_name=cls.name,
        basis=cls.basis,
        trigger=_trigger(cls.data["trigger"]),
        trigger_on=kept.trigger_on,
        because=tuple(kept.keep_because),
        holds=holds if names_holds(actor) else (),
        is_held=bool(holds),
    )


def _trigger(data: Mapping[str, Any]) -> str:
    return str(data["event"] or data["kind"])


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Name the trigger as the translations do: no kind before an event, no month after a year."""
    shown = dict(params)
    if isinstance(trigger := shown.get("trigger"), str):
        kind, _, rest = trigger.partition(":")
        shown["trigger"] = rest if kind == "event" and rest else kind
    return shown
