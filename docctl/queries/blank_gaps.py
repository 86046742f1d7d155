"""What printed blanks say of the numbers of a series: kept by a print, or used and not filed (D-10, N-5).

A number that a print has is no gap: it is out, in store, or its end is noted. Only where it was noted as used
and no record has it, it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    Uuid,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span
from docctl.domain.blanks import BlankState
from docctl.models.blanks import BlankEnd, BlankIssue, BlankPrint
from docctl.models.documents import Document
from docctl.models.numbers import Alias, Counter, NumberEntry
from docctl.models.records import Record


def are_in_series(session: Session) -> bool:
    """Say whether any print has numbers of a series of records."""
    return session.scalar(select(BlankPrint.id).where(BlankPrint.scope != "").limit(1)) is not None


def series_with_blanks(entries: Select[*tuple[Any, ...]]) -> Subquery:
    """Return the numbers of all series, each with the last one accounted for before it.

    `entries` are those of the register, as `number_gaps` has them; prints stand among them, and what was used
    without a record stands beside them as missing.
    """
    rows = union_all(entries, _prints()).subquery()
    last = func.coalesce(
        func.max(rows.c.until).over(
            partition_by=rows.c.scope, order_by=(rows.c.sequence, rows.c.until), rows=(None, -1)
        ),
        0,
    )
    before = case((last > rows.c.begins_after, last), else_=rows.c.begins_after)
    counted = select(
        rows.c.entity_id,
        rows.c.scope,
        rows.c.sequence,
        rows.c.kind,
        rows.c.scheme_code,
        rows.c.shown,
        rows.c.taken_at,
        before.label("before"),
        rows.c.prefix,
        rows.c.width,
        literal(None, Uuid()).label("held_by"),
    )
    return union_all(counted, _used()).subquery()


def _prints() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Document.entity_id,
            BlankPrint.scope,
            BlankPrint.first.label("sequence"),
            BlankPrint.last.label("until"),
            literal("record", String()).label("kind"),
            literal("", String()).label("scheme_code"),
            literal("", String()).label("shown"),
            BlankPrint.noted_at.label("taken_at"),
            func.coalesce(Counter.begins_after, 0).label("begins_after"),
            BlankPrint.prefix,
            BlankPrint.width,
        )
        .join(Document, Document.id == BlankPrint.document_id)
        .outerjoin(Counter, Counter.scope == BlankPrint.scope)
        .where(BlankPrint.scope != "")
    )


def _used() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Document.entity_id,
            BlankPrint.scope,
            (BlankEnd.first + 1).label("sequence"),
            literal("record", String()).label("kind"),
            literal("", String()).label("scheme_code"),
            literal("", String()).label("shown"),
            BlankEnd.noted_at.label("taken_at"),
            (BlankEnd.first - 1).label("before"),
            BlankPrint.prefix,
            BlankPrint.width,
            BlankIssue.unit_id.label("held_by"),
        )
        .select_from(BlankEnd)
        .join(BlankPrint, BlankPrint.id == BlankEnd.print_id)
        .join(BlankIssue, BlankIssue.id == BlankEnd.issue_id)
        .join(Document, Document.id == BlankPrint.document_id)
        .where(BlankPrint.scope != "", BlankEnd.state == BlankState.USED, ~_recorded())
    )


def _recorded() -> ColumnElement[bool]:
    """Say that a record has the number: as its own, or as the one that stands on the paper (N-9)."""
    return or_(
        exists().where(NumberEntry.scope == BlankPrint.scope, NumberEntry.sequence == BlankEnd.first),
        exists().where(
            Alias.normal == BlankEnd.normal,
            Alias.kind == "outside",
            Alias.item_id == Record.id,
            Record.form_id == BlankPrint.document_id,
        ),
    )


def entries_alone(entries: Select[*tuple[Any, ...]]) -> Subquery:
    """Return the same of the register alone, where no print has numbers of a series."""
    rows = entries.subquery()
    last = func.lag(rows.c.sequence, 1, 0).over(
        partition_by=rows.c.scope, order_by=(rows.c.sequence, rows.c.taken_at)
    )
    # What another scheme or count gave stands there; whether any of it is missing is said there.
    before = case((last > rows.c.begins_after, last), else_=rows.c.begins_after)
    return select(rows, before.label("before"), literal(None, Uuid()).label("held_by")).subquery()


def no_print() -> tuple[Any, Any]:
    """Return the columns of how a print writes, for what is no print."""
    return literal(None, String()).label("prefix"), literal(None, Integer()).label("width")


def kept_by_prints(session: Session, scope: str, sequences: Iterable[int]) -> set[int]:
    """Return which of these numbers of a series a print has, and accounts for (D-10, N-5)."""
    wanted = sorted(set(sequences))
    if not wanted:
        return set()
    whole = Span(wanted[0], wanted[-1])
    prints = session.scalars(
        select(BlankPrint).where(
            BlankPrint.scope == scope, BlankPrint.first <= whole.last, BlankPrint.last >= whole.first
        )
    ).all()
    held = {one for one in wanted if any(row.first <= one <= row.last for row in prints)}
    if not held:
        return held
    used = session.scalars(
        select(BlankEnd.first)
        .where(
            BlankEnd.print_id.in_([one.id for one in prints]),
            BlankEnd.state == BlankState.USED,
            BlankEnd.first.between(whole.first, whole.last),
            ~_recorded(),
        )
        .join(BlankPrint, BlankPrint.id == BlankEnd.print_id)
    )
    return held - set(used)


def used_by(session: Session, scope: str, sequence: int) -> UUID | None:
    """Return the unit that used a number of a print; None where none did (D-10, N-5)."""
    return session.scalar(
        select(BlankIssue.unit_id)
        .select_from(BlankEnd)
        .join(BlankPrint, BlankPrint.id == BlankEnd.print_id)
        .join(BlankIssue, BlankIssue.id == BlankEnd.issue_id)
        .where(
            BlankPrint.scope == scope,
            BlankEnd.state == BlankState.USED,
            BlankEnd.first == sequence,
            ~_recorded(),
        )
    )
