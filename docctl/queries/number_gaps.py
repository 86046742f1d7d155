"""Numbers that a series passed over and nobody explained yet, with who must explain them (N-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from docctl.domain.number_patterns import PROVISIONAL
from docctl.domain.number_rules import NumberRules
from docctl.domain.number_schemes import SEQUENCE
from docctl.domain.numbering import format_number, parse_number
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Unit
from docctl.models.records import Record
from docctl.queries.paging import PAGE_SIZE, Paged
from docctl.queries.rules_in_force import number_rules_at

#: Kinds of items that have numbers.
_KINDS: Final = frozenset({"document", "record"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers in a row that nothing in the register bears; `unit` has the item after them and explains it.

    `first` and `last` are "" where the scheme of then is not among those in force.
    """

    kind: str
    scheme: str
    first: str
    last: str
    after: str
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Gaps(Paged):
    """One page of gaps with their exact count, and how many numbers are missing altogether."""

    rows: tuple[Gap, ...]
    total: int
    missing: int
    page: int

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.last < self.total


def number_gaps(session: Session, *, at: datetime, kind: str = "", page: int = 1) -> Gaps:
    """Return a page of the gaps in all series; a number by itself is not secret (N-5, X-3)."""
    series = _series()
    missing = series.c.sequence - series.c.before - 1
    # Of whole series: one may number documents and records.
    wanted = [missing > 0, *([series.c.kind == kind] if kind in _KINDS else [])]
    total, numbers = session.execute(
        select(func.count(), func.coalesce(func.sum(missing), 0)).where(*wanted)
    ).one()
    page = min(max(page, 1), max(-(-total // PAGE_SIZE), 1))
    found = session.execute(
        select(series, func.coalesce(Unit.name, "").label("unit"))
        .outerjoin(Document, and_(Document.id == series.c.item_id, series.c.item_kind == "document"))
        .outerjoin(Record, and_(Record.id == series.c.item_id, series.c.item_kind == "record"))
        .outerjoin(Unit, Unit.id == func.coalesce(Document.unit_id, Record.unit_id))
        .where(*wanted)
        .order_by(series.c.scope, series.c.sequence)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rules = number_rules_at(session, at).rules
    return Gaps(tuple(_gap(one, rules) for one in found), total, int(numbers), page)


def _series() -> Subquery:
    before = func.lag(NumberEntry.sequence, 1, 0).over(
        partition_by=NumberEntry.scope, order_by=NumberEntry.sequence
    )
    return (
        select(
            NumberEntry.scope,
            NumberEntry.sequence,
            NumberEntry.kind,
            NumberEntry.scheme_code,
            NumberEntry.shown,
            NumberEntry.item_kind,
            NumberEntry.item_id,
            before.label("before"),
        )
        .where(NumberEntry.sequence.is_not(None), NumberEntry.scheme_code != PROVISIONAL.code)
        .subquery()
    )


def _gap(found: Any, rules: NumberRules) -> Gap:
    first, last = found.before + 1, found.sequence - 1
    scheme = rules.schemes.get(found.scheme_code)
    read = parse_number(scheme, found.shown) if scheme is not None else None
    names = ("", "")
    if scheme is not None and read is not None:
        values = {name: value for name, value in read.items() if name != SEQUENCE}
        names = format_number(scheme, values, first), format_number(scheme, values, last)
    return Gap(found.kind, found.scheme_code, *names, found.shown, last - first + 1, found.unit)
