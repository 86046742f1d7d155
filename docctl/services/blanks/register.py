"""Registering a print of blanks or books with its row of numbers, none of them twice (D-10, N-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span, Written, read_row
from docctl.domain.blanks import may_print_blanks, may_print_of
from docctl.domain.normal_form import normal
from docctl.domain.number_series import Place, place_among
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.blanks import BlankPrint
from docctl.models.documents import Document, DocumentType
from docctl.models.numbers import NumberEntry
from docctl.queries.number_series import highest_in_series
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.blanks.load import LoadedPrint, tell_of_blanks
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.locks import Rank, lock_names
from docctl.services.numbers.count import lock_counter
from docctl.services.registry import use_case

LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class RegisterBlanks:
    """A print of a form revision: its first and last number as they stand on the paper.

    `book_size`: so many numbers are bound in each book; 0 for loose sheets.
    """

    revision_id: UUID
    first: str
    last: str
    printed_on: date
    book_size: int = 0
    note: str = ""
    item_id: UUID = field(default_factory=new_id)


@use_case("blank.register")
def register_blanks(session: Session, cmd: RegisterBlanks, by: Caller) -> UUID:
    """Register a print; numbers of the records' series are kept for it: the counter moves past them (D-10).

    Raises RuleRefused with both rows of numbers where another print has one of them.
    """
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    facts = facts_of(session, document, revision, by)
    authorise(by.actor, "blank.register", facts)
    if not session.scalars(select(DocumentType.is_form).where(DocumentType.id == document.type_id)).one():
        raise RuleRefused(Refused("D-10", "not_a_form", {"number": document.number}))
    require(may_print_of(revision.status, over_since=revision.over_since(document), at=by.at))
    if cmd.printed_on > by.today:
        raise RuleRefused(Refused("D-10", "printed_later", {"last": by.today}))
    note = " ".join(cmd.note.split())
    if len(note) > LONGEST_NOTE:
        raise RuleRefused(Refused("D-10", "note_too_long", {"longest": LONGEST_NOTE}))
    row = read_row(cmd.first, cmd.last)
    if isinstance(row, Refused):
        raise RuleRefused(row)
    written, span = row
    place = _place(session, document, written, span, by)
    scope = place.scope if place else ""
    if place is not None:  # who prints numbers of it for another form at this moment waits here
        lock_names(session, [f"blanks:{scope}"], Rank.ITEMS)
    others = _others(session, document, written, scope, span)
    told = written.span(span)
    require(may_print_blanks(span, others, row=told, book_size=cmd.book_size))
    if place is not None:
        _keep(session, document, place, written, span)
    new = BlankPrint(
        id=cmd.item_id,
        document_id=document.id,
        revision_id=revision.id,
        prefix=written.prefix,
        width=written.width,
        first=span.first,
        last=span.last,
        scope=scope,
        book_size=cmd.book_size,
        note=note,
        printed_on=cmd.printed_on,
        noted_at=by.at,
        noted_by=by.person_id,
    )
    session.add(new)
    facts_told = {"printed_on": cmd.printed_on, "book_size": cmd.book_size, "in_series": bool(scope)}
    tell_of_blanks(
        session,
        by,
        "blank.printed",
        LoadedPrint(document, revision, new, facts),
        span,
        facts_told,
        {"note": note},
    )
    return new.id


def _place(session: Session, document: Document, written: Written, span: Span, by: Caller) -> Place | None:
    """Return where the numbers stand in the series of the form's records; None where they are its own."""
    rules = number_rules_at(session, by.at).rules
    code = session.scalars(select(DocumentType.code).where(DocumentType.id == document.type_id)).one()
    scheme = rules.of_records(code)
    found = place_among([scheme] if scheme else [], written.number(span.first), str(document.entity_id))
    end = place_among([scheme] if scheme else [], written.number(span.last), str(document.entity_id))
    if found is None or end is None or found.scope != end.scope:
        return None
    return found if (found.sequence, end.sequence) == (span.first, span.last) else None


def _others(
    session: Session, document: Document, written: Written, scope: str, span: Span
) -> list[tuple[Span, str]]:
    """Return a print that numbers alike and meets these numbers, with how it is told.

    Alike is what the register takes for one number: `QR-01`, `qr—01` (N-10).
    """
    same = BlankPrint.document_id == document.id
    rows = session.execute(
        select(BlankPrint, Document.number)
        .join(Document, Document.id == BlankPrint.document_id)
        .where(
            or_(same, BlankPrint.scope == scope) if scope else same,
            BlankPrint.first <= span.last,
            BlankPrint.last >= span.first,
        )
        .order_by(BlankPrint.first)
    )
    begins = normal(written.prefix)
    for one, number in rows:
        if (scope and one.scope == scope) or normal(one.prefix) == begins:
            return [(one.span, f"{number} {one.written.span(one.span)} ({one.printed_on.isoformat()})")]
    return []


def _keep(session: Session, document: Document, place: Place, written: Written, span: Span) -> None:
    """Keep the numbers for the print: none of them is given yet, and none will be (N-1, N-3).

    Raises RuleRefused where one of them stands in the register.
    """

    def reached() -> int:
        return highest_in_series(session, place.scheme, place.values, document.entity_id)

    counter = lock_counter(session, place.scope, reached)
    taken = session.scalar(
        select(NumberEntry.shown)
        .where(NumberEntry.scope == place.scope, NumberEntry.sequence.between(span.first, span.last))
        .order_by(NumberEntry.sequence)
        .limit(1)
    ) or session.scalar(
        select(NumberEntry.shown).where(
            NumberEntry.entity_id == document.entity_id,
            NumberEntry.normal.in_([normal(written.number(one)) for one in (span.first, span.last)]),
        )
    )
    if taken is not None:
        raise RuleRefused(Refused("D-10", "number_given", {"number": taken}))
    counter.value = max(counter.value, span.last)
