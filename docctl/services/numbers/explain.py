"""Explaining numbers that a series passed over; none is given, and the explanation stays (N-1, N-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.number_series import Place, place_of
from docctl.domain.numbering import Scheme, format_number
from docctl.domain.permissions import Facts, allows, authorise, can_ever
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.numbers import NumberEntry, NumberState
from docctl.queries.blank_gaps import kept_by_prints
from docctl.queries.number_found import require_one
from docctl.queries.number_holders import where_meant
from docctl.services.caller import Caller
from docctl.services.numbers.count import lock_counter
from docctl.services.numbers.missing import Gap, gap_at, unit_explaining
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: So many numbers are explained at once, with one reason.
MOST_EXPLAINED: Final = 500


@dataclass(frozen=True, slots=True)
class ExplainNumbers:
    """Explain a number that its series passed over, or all that are missing from it to the `last` one."""

    number: str
    reason: str
    last: str = ""


@use_case("number.explain")
def explain_numbers(session: Session, cmd: ExplainNumbers, by: Caller) -> tuple[str, ...]:
    """Register missing numbers as void with what explains them; return them (N-1, N-5).

    It is up to the controller, and to the keeper of the unit that has the item after them.
    """
    if not cmd.reason.strip():
        raise RuleRefused(Refused("N-3", "reason_needed"))
    return explain(session, by, cmd.number, cmd.last, cmd.reason)


def explain(session: Session, by: Caller, number: str, last: str, reason: str) -> tuple[str, ...]:
    """Register missing numbers as void; raise NotFound where none of them is missing (N-5)."""
    if not can_ever(by.actor, "number.explain"):
        authorise(by.actor, "number.explain", Facts())
    entity_id, gap = _gap_meant(session, by, number)
    until = _until(session, gap, last, entity_id)
    lock_counter(session, gap.place.scope)  # who explains it at the same moment waits here
    missing = _missing(session, gap.place, until, entity_id)
    if gap.place.sequence not in missing:
        raise RuleRefused(Refused("N-5", "not_missing", {"number": number.strip()[:100]}))
    session.add_all(_voided(session, by, gap, missing, reason.strip(), entity_id))
    return tuple(missing.values())


def _gap_meant(session: Session, by: Caller, number: str) -> tuple[UUID, Gap]:
    """Return the gap that is meant and its legal entity; raise RuleRefused where several have one.

    A gap of another unit and a number that is missing nowhere get one answer, NotFound (X-3).
    """
    entities, form = where_meant(session, number)
    gaps = ((one, gap_at(session, form, one, by.at)) for one in entities)
    found = [
        (one, gap)
        for one, gap in gaps
        if gap and allows(by.actor, "number.explain", Facts(unit_id=unit_explaining(session, gap)))
    ]
    require_one(session, number, ((one, format_number(*_of(gap.place))) for one, gap in found))
    if not found:
        raise NotFound("number")
    return found[0]


def _of(place: Place) -> tuple[Scheme, Mapping[str, str], int]:
    return place.scheme, place.values, place.sequence


def _missing(session: Session, place: Place, until: int, entity_id: UUID) -> dict[int, str]:
    """Return what is missing in a series from a place on, as it is written, by its sequence."""
    shown = {one: format_number(place.scheme, place.values, one) for one in range(place.sequence, until + 1)}
    forms = [normal(one) for one in shown.values()]
    taken = NumberEntry.entity_id == entity_id, NumberEntry.normal.in_(forms)
    there = set(session.scalars(select(NumberEntry.normal).where(*taken)))
    counted = NumberEntry.scope == place.scope, NumberEntry.sequence.between(place.sequence, until)
    passed = set(session.scalars(select(NumberEntry.sequence).where(*counted)))
    passed |= kept_by_prints(session, place.scope, shown)
    return {one: text for one, text in shown.items() if one not in passed and normal(text) not in there}


def _until(session: Session, gap: Gap, last: str, entity_id: UUID) -> int:
    if not last.strip():
        return gap.place.sequence
    entities, form = where_meant(session, last)
    end = place_of(gap.place.scheme, form, str(entity_id)) if entity_id in entities else None
    first, beyond = gap.place.sequence, gap.beyond
    if end is None or end.scope != gap.place.scope or not first <= end.sequence < beyond:
        raise RuleRefused(Refused("N-5", "not_one_gap", {"last": last.strip()[:100]}))
    if end.sequence - first >= MOST_EXPLAINED:
        raise RuleRefused(Refused("N-5", "too_many", {"most": MOST_EXPLAINED}))
    return end.sequence


def _voided(
    session: Session, by: Caller, gap: Gap, missing: dict[int, str], reason: str, entity_id: UUID
) -> Iterator[NumberEntry]:
    for sequence, shown in missing.items():
        entry = NumberEntry(
            id=new_id(),
            entity_id=entity_id,
            shown=shown,
            normal=normal(shown),
            kind=gap.kind,
            scheme_code=gap.place.scheme.code,
            scope=gap.place.scope,
            sequence=sequence,
            begins_after=min(gap.begins_after, sequence - 1),
            state=NumberState.VOIDED,
            reason=reason,
            taken_at=by.at,
            taken_by=by.actor.person_id,
        )
        record(
            session,
            by,
            "number.explained",
            Subject("number", entry.id),
            facts={"number": shown, "scheme": gap.place.scheme.code},
            detail={"reason": reason},
        )
        yield entry
