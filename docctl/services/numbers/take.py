"""How a number is taken: in the transaction that first shows it, so that no hole is left (N-1, N-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal, tails
from docctl.domain.number_series import Place, place_among
from docctl.domain.numbering import Scheme, counter_scope, format_number, parse_number
from docctl.domain.reservations import Reserved, may_use
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.numbers import Alias, NumberEntry, NumberReservation, NumberState, NumberTail
from docctl.queries.number_series import highest_in_series
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.numbers.count import lock_counter, next_value, pass_over
from docctl.services.numbers.missing import gap_at
from docctl.services.rows import insert_once, insert_rows


@dataclass(frozen=True, slots=True)
class For:
    """What a number is for."""

    entity_id: UUID
    kind: str
    item_id: UUID | None
    #: Of a number that is reserved.
    reservation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A number that was taken: the id of its entry in the register, and the number as shown."""

    id: UUID
    shown: str


def take_number(
    session: Session,
    by: Caller,
    scheme: Scheme,
    values: Mapping[str, str],
    for_: For,
    *,
    state: NumberState = NumberState.USED,
    reason: str = "",
) -> Taken:
    """Take the next free number of a scheme (N-3).

    Numbers that somebody brought along, or another scheme gave, are passed over at once (N-6); where nothing
    counts there is one number alone, and RuleRefused N-6 names who has it.
    """
    scope = counter_scope(scheme, values, str(for_.entity_id))

    def reached() -> int:
        return highest_in_series(session, scheme, values, for_.entity_id)

    while True:
        counted = next_value(session, scope, reached) if scheme.sequence else None
        sequence = counted.value if counted else None
        shown = format_number(scheme, values, sequence)
        entry_id = new_id()
        entry = {
            "id": entry_id,
            "entity_id": for_.entity_id,
            "shown": shown,
            "normal": normal(shown),
            "kind": for_.kind,
            "scheme_code": scheme.code,
            "scope": scope,
            "sequence": sequence,
            "begins_after": counted.begins_after if counted else 0,
            "state": state,
            "item_kind": for_.kind if for_.item_id else "",
            "item_id": for_.item_id,
            "reservation_id": for_.reservation_id,
            "reason": reason,
            "taken_at": by.at,
            "taken_by": by.actor.person_id,
        }
        if insert_once(session, NumberEntry, entry):
            add_tails(session, for_.kind, entry_id, shown)
            return Taken(entry_id, shown)
        if sequence is None:
            holder = session.scalars(_holding(for_.entity_id, shown)).one()
            raise RuleRefused(Refused("N-6", "taken", {"number": shown, "holder": holder.shown}))
        pass_over(session, scope, max(sequence, reached()))


def claim_number(session: Session, by: Caller, scheme: Scheme, shown: str, for_: For) -> NumberEntry:
    """Take a number that the user brought: reserved earlier, or from before docctl (N-3, N-6).

    The counter of whichever scheme in force reads it moves past it. Raises RuleRefused N-6 with both shown
    forms where it is taken.
    """
    shown = " ".join(shown.split())
    if not normal(shown):
        raise RuleRefused(Refused("N-1", "number_empty"))
    if len(shown) > 100:
        raise RuleRefused(Refused("N-1", "number_too_long", {"longest": 100}))
    session.flush()  # a number taken in this transaction counts
    holders = lock(session, Rank.COUNTERS, _holding(for_.entity_id, shown))
    if holders:  # locked: nobody voids it meanwhile
        holder = holders[0]
        if holder.state is not NumberState.RESERVED or holder.kind != for_.kind:
            raise RuleRefused(Refused("N-6", "taken", {"number": shown, "holder": holder.shown}))
        _check_kept(session, by, holder)
        holder.state, holder.item_kind, holder.item_id = NumberState.USED, for_.kind, for_.item_id
        return holder
    place, begins_after = _placed(session, by, scheme, shown, for_)
    entry = NumberEntry(
        id=new_id(),
        entity_id=for_.entity_id,
        shown=shown,
        normal=normal(shown),
        kind=for_.kind,
        scheme_code=place.scheme.code if place else scheme.code if parse_number(scheme, shown) else "",
        scope=place.scope if place else "",
        sequence=place.sequence if place else None,
        begins_after=begins_after,
        state=NumberState.USED,
        item_kind=for_.kind,
        item_id=for_.item_id,
        taken_at=by.at,
        taken_by=by.actor.person_id,
    )
    session.add(entry)
    add_tails(session, for_.kind, entry.id, shown)
    return entry


def _check_kept(session: Session, by: Caller, holder: NumberEntry) -> None:
    """Raise RuleRefused N-3 where a reserved number is kept for others (N-3)."""
    kept = session.get(NumberReservation, holder.reservation_id) if holder.reservation_id else None
    if kept is not None:
        require(may_use(holder.shown, Reserved(kept.unit_id, kept.person_id, kept.until), by.actor))


def _placed(session: Session, by: Caller, scheme: Scheme, shown: str, for_: For) -> tuple[Place | None, int]:
    """Return where a brought number stands, its counter moved past it, and up to where nothing is missing.

    Its own scheme reads it, or any in force; where that series begins later, or there is none, it may fill a
    gap that a scheme of before left (N-5, N-6).
    """
    schemes = (scheme, *number_rules_at(session, by.at).rules.schemes.values())
    place = place_among(schemes, shown, str(for_.entity_id))
    if place is not None:
        found = place

        def reached() -> int:
            return highest_in_series(session, found.scheme, found.values, for_.entity_id)

        counter = lock_counter(session, place.scope, reached)
        counter.value = max(counter.value, place.sequence)
        if counter.begins_after < place.sequence:
            return place, counter.begins_after
    gap = gap_at(session, shown, for_.entity_id, by.at)
    if gap is None:
        return place, place.sequence - 1 if place else 0
    return gap.place, min(gap.begins_after, gap.place.sequence - 1)


def add_tails(session: Session, kind: str, entry_id: UUID, shown: str) -> None:
    """Note the ends by which a document may be cited (N-10)."""
    if kind == "document":
        insert_rows(
            session, NumberTail, *({"entry_id": entry_id, "tail": one} for one in set(tails(normal(shown))))
        )


def entry_of(session: Session, item_id: UUID) -> NumberEntry | None:
    """Return the register's entry of an item: of the number that it got last."""
    query = select(NumberEntry).where(NumberEntry.item_id == item_id)
    newest = query.order_by(NumberEntry.taken_at.desc(), NumberEntry.id.desc()).limit(1)
    return session.scalars(newest).first()


def add_alias(session: Session, *, kind: str, item_kind: str, item_id: UUID, text: str) -> None:
    """Note another name or number that finds the item (N-4, N-9)."""
    session.add(Alias(kind=kind, item_kind=item_kind, item_id=item_id, text=text, normal=normal(text)))


def _holding(entity_id: UUID, shown: str) -> Select[NumberEntry]:
    return select(NumberEntry).where(NumberEntry.entity_id == entity_id, NumberEntry.normal == normal(shown))
