"""Numbers that a series passed over and nobody explained yet, with who must explain them (N-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Written
from docctl.domain.entity_numbers import qualified
from docctl.domain.number_patterns import PROVISIONAL
from docctl.domain.number_rules import NumberRules
from docctl.domain.number_series import Place, place_of
from docctl.domain.numbering import format_number, scheme_code_of
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Unit
from docctl.models.records import Record
from docctl.queries.blank_gaps import are_in_series, entries_alone, no_print, series_with_blanks
from docctl.queries.number_holders import EntityName, entity_names
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.rules_in_force import all_number_rules, number_rules_then

#: Kinds of items that have numbers.
_KINDS: Final = frozenset({"document", "record"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers in a row that nothing in the register bears; `unit` has the item after them and explains it.

    They are written by the scheme that was in force when the number after them was given. `entity` is the
    legal entity, where there are several (O-4).
    """

    kind: str
    scheme: str
    first: str
    last: str
    after: str
    count: int
    unit: str
    unit_id: UUID | None
    entity: EntityName | None = None

    @property
    def written(self) -> str:
        """The first number as it can be typed so that it alone is meant; "" where it is not known."""
        return qualified(self.entity.code if self.entity else "", self.first) if self.first else ""


@dataclass(frozen=True, slots=True)
class Gaps(Paged):
    """One page of gaps with their exact count, and how many numbers are missing altogether."""

    rows: tuple[Gap, ...]
    total: int
    missing: int
    page: int


def number_gaps(session: Session, *, at: datetime, kind: str = "", page: int = 1) -> Gaps:
    """Return a page of the gaps in all series; a number by itself is not secret (N-5, X-3)."""
    series = _series(session)
    missing = series.c.sequence - series.c.before - 1
    # Of whole series: one may number documents and records.
    wanted = [missing > 0, *([series.c.kind == kind] if kind in _KINDS else [])]
    total, numbers = session.execute(
        select(func.count(), func.coalesce(func.sum(missing), 0)).where(*wanted)
    ).one()
    page = page_within(page, total, PAGE_SIZE)
    shown = select(series).where(*wanted).order_by(series.c.scope, series.c.sequence)
    rows = session.execute(
        _with_units(shown.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).subquery())
    ).all()
    then = number_rules_then(session, (one.taken_at for one in rows))
    ever = cache(lambda: tuple(all_number_rules(session, at)))
    names = entity_names(session)
    gaps = (replace(_gap(one, then.get(one.taken_at), ever), entity=names.get(one.entity_id)) for one in rows)
    return Gaps(tuple(gaps), total, int(numbers), page)


def _with_units(shown: Subquery) -> Select[*tuple[Any, ...]]:
    """Return gaps with the unit of the first item after each: what was explained or voided has none."""
    after = (
        select(NumberEntry.item_id)
        .where(
            NumberEntry.scope == shown.c.scope,
            NumberEntry.sequence >= shown.c.sequence,
            NumberEntry.item_id.is_not(None),
        )
        .order_by(NumberEntry.sequence)
        .limit(1)
        .correlate(shown)
        .scalar_subquery()
    )
    return (
        select(shown, func.coalesce(Unit.name, "").label("unit"), Unit.id.label("unit_id"))
        .select_from(shown)
        .outerjoin(Document, Document.id == after)
        .outerjoin(Record, Record.id == after)
        .outerjoin(Unit, Unit.id == func.coalesce(shown.c.held_by, Document.unit_id, Record.unit_id))
        .order_by(shown.c.scope, shown.c.sequence)
    )


def _series(session: Session) -> Subquery:
    """Return every number with the last one before it; prints of blanks account for theirs (N-5, D-10)."""
    entries = select(
        NumberEntry.entity_id,
        NumberEntry.scope,
        NumberEntry.sequence,
        NumberEntry.sequence.label("until"),
        NumberEntry.kind,
        NumberEntry.scheme_code,
        NumberEntry.shown,
        NumberEntry.taken_at,
        NumberEntry.begins_after,
        *no_print(),
    ).where(NumberEntry.sequence.is_not(None), NumberEntry.scheme_code != PROVISIONAL.code)
    return series_with_blanks(entries) if are_in_series(session) else entries_alone(entries)


def _gap(found: Any, then: NumberRules | None, ever: Callable[[], tuple[NumberRules, ...]]) -> Gap:
    first, last = found.before + 1, found.sequence - 1
    code, after = found.scheme_code, found.shown
    if found.prefix is not None:  # a print of blanks stands there
        code = scheme_code_of(found.scope)
        after = Written(found.prefix, found.width).number(found.sequence)
    place = _read_by(then, code, after) if then else None
    if place is None:  # what was explained or brought since may stand in the series of an older scheme
        place = next((one for rules in ever() if (one := _read_by(rules, code, after))), None)
    names = ("", "")
    if place is not None:
        write = partial(format_number, place.scheme, place.values)
        names = write(first), write(last)
    return Gap(found.kind, code, *names, after, last - first + 1, found.unit, found.unit_id)


def _read_by(rules: NumberRules, code: str, shown: str) -> Place | None:
    scheme = rules.schemes.get(code)
    return place_of(scheme, shown, "") if scheme else None
