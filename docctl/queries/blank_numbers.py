"""Which numbers of a print are meant by what was typed: whole numbers, or their digits alone (D-10)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span, Written, split_number
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry
from docctl.models.visibility import visible_sets
from docctl.queries.blank_states import with_actor
from docctl.queries.copy_page import is_number


def span_written(written: Written, first: str, last: str) -> Span:
    """Return the numbers from a first to a last one, "" for the first alone; raise RuleRefused D-10."""
    start = _value(written, first)
    end = _value(written, last) if last.strip() else start
    if end < start:
        raise RuleRefused(Refused("D-10", "last_before_first"))
    return Span(start, end)


def _value(written: Written, text: str) -> int:
    found = split_number(text)
    if found is None or (found[0] and normal(found[0]) != normal(written.prefix)):
        raise RuleRefused(Refused("D-10", "not_so_written", {"number": text.strip()[:100]}))
    return int(found[1])


def print_named(session: Session, actor: Actor, number: str, blank: str) -> UUID:
    """Return the print of a form that has a number, as it stands on the paper or its digits alone (N-10).

    Raises NotFound for none that the person may see, RuleRefused where several prints have such digits.
    """
    parts = split_number(blank)
    if parts is None:
        raise NotFound("blanks")
    value = int(parts[1])
    mine = select(BlankIssue.print_id).where(with_actor(actor))
    rows = session.scalars(
        select(BlankPrint)
        .join(Document, Document.id == BlankPrint.document_id)
        .where(
            Document.id.in_(select(NumberEntry.item_id).where(is_number(session, number))),
            BlankPrint.first <= value,
            BlankPrint.last >= value,
            or_(Document.insider_set_id.in_(visible_sets(actor)), BlankPrint.id.in_(mine)),
        )
        .order_by(BlankPrint.prefix)
    )
    found = [one for one in rows if not parts[0] or normal(one.prefix) == normal(parts[0])]
    if not found:
        raise NotFound("blanks")
    if len(found) > 1:
        told = ", ".join(one.written.number(value) for one in found)
        raise RuleRefused(Refused("D-10", "several_prints", {"numbers": told}))
    return found[0].id


def issue_with(session: Session, print_id: UUID, blank: str) -> UUID:
    """Return the issue of a print with which a number went out; raise NotFound for none (D-10)."""
    parts = split_number(blank)
    value = int(parts[1]) if parts else -1
    found = session.scalar(
        select(BlankIssue.id).where(
            BlankIssue.print_id == print_id, BlankIssue.first <= value, BlankIssue.last >= value
        )
    )
    if found is None:
        raise NotFound("blanks")
    return found
