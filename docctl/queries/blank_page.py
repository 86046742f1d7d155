"""The page of one print of blanks: its issues, what is still out of each, how numbers ended (D-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span, Written
from docctl.domain.blanks import BlankAction, Tally, may_issue_of
from docctl.domain.lifecycle import in_force, revision_state
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.documents import Document, Revision
from docctl.models.visibility import visible_sets
from docctl.queries.blank_ends import Ends, ends_of
from docctl.queries.blank_open import open_in_store, open_of_issues
from docctl.queries.blank_states import own_tallies, tallies, with_actor
from docctl.queries.document_actions import Offered
from docctl.queries.revision_views import names_of

#: So many issues of a print are listed, those with numbers still out first.
MOST_ISSUES: Final = 200


@dataclass(frozen=True, slots=True)
class IssueLine:
    """Numbers that went out to a unit; `open` is what has not ended of them, in words, and how many."""

    issue_id: UUID
    row_version: int
    numbers: str
    count: int
    holder: str
    person: str
    issued_on: date
    received_on: date | None
    receiver: str
    out: int
    open: tuple[str, ...]
    is_mine: bool


@dataclass(frozen=True, slots=True)
class BlankPage:
    """A print with all that is noted of it; times in the company's zone."""

    print_id: UUID
    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    revision_state: str
    numbers: str
    written: Written
    span: Span
    book_size: int
    in_series: bool
    note: str
    printed_on: date
    noted_by: str
    state: str
    recalled_since: datetime | None
    tally: Tally
    store: tuple[str, ...]
    issues: tuple[IssueLine, ...]
    issues_total: int
    ends: Ends
    is_insider: bool
    is_control: bool
    actions: tuple[Offered, ...]

    def issue(self, issue_id: UUID) -> IssueLine:
        """Return an issue of the print; raise NotFound for none."""
        for one in self.issues:
            if one.issue_id == issue_id:
                return one
        raise NotFound("blanks")


def blank_page(
    session: Session, actor: Actor, print_id: UUID, *, at: datetime, zone: tzinfo, page: int = 1
) -> BlankPage:
    """Return a print's page; raise NotFound for who neither knows the form from inside nor answers for any.

    Who only answers for some of it sees what went to them and nothing else (X-3).
    """
    found = session.execute(
        select(BlankPrint, Document, Revision, Document.insider_set_id.in_(visible_sets(actor)))
        .join(Document, Document.id == BlankPrint.document_id)
        .join(Revision, Revision.id == BlankPrint.revision_id)
        .where(BlankPrint.id == print_id)
    ).first()
    if found is None:
        raise NotFound("blanks")
    row, document, revision, insider = found
    issues, total = _issues(session, actor, row, insider=bool(insider))
    mine = any(one.is_mine for one in issues)
    if not (insider or mine):
        raise NotFound("blanks")
    since = revision.over_since(document)
    is_over = since is not None and since <= at
    whole = tallies(session, [row])[row.id]
    tally = whole if insider else own_tallies(session, actor, [row])[row.id]
    facts = Facts(
        unit_id=document.unit_id,
        assignees=frozenset({actor.person_id} if mine and actor.person_id else ()),
        visible=mine,
        insider=bool(insider),
    )
    verdict = may_issue_of(over_since=since, in_force=in_force(revision.dates(), at), at=at)
    store = open_in_store(session, row) if insider and tally.store else ()
    return BlankPage(
        print_id=row.id,
        document_id=document.id,
        revision_id=revision.id,
        number=document.number,
        title=revision.title,
        label=revision.label,
        revision_state=revision_state(revision.dates(), at).value,
        numbers=row.written.span(row.span),
        written=row.written,
        span=row.span,
        book_size=row.book_size,
        in_series=bool(row.scope),
        note=row.note,
        printed_on=row.printed_on,
        noted_by=names_of(session, [row.noted_by]).get(row.noted_by, ""),
        state="settled" if not whole.open else ("recalled" if is_over else "open"),
        recalled_since=since.astimezone(zone) if since and is_over and tally.open else None,
        tally=tally,
        store=store,
        issues=issues,
        issues_total=total,
        ends=ends_of(session, actor, row, document, page, insider=bool(insider)),
        is_insider=bool(insider),
        is_control=allows(actor, "blank.destroy", facts),
        actions=_offered(
            actor, facts, tally, refused=verdict if isinstance(verdict, Refused) else None, is_over=is_over
        ),
    )


def _offered(
    actor: Actor, facts: Facts, tally: Tally, *, refused: Refused | None, is_over: bool
) -> tuple[Offered, ...]:
    """Return what may be done; what a rule forbids is shown with the reason before the click."""
    found = []
    for action in BlankAction:
        if not allows(actor, f"blank.{action.value}", facts):
            continue
        if action is BlankAction.ISSUE:
            if tally.store:
                found.append(Offered(action.value, refused, refused is None and not is_over))
        elif tally.open or (tally.lost and action not in {BlankAction.VOID, BlankAction.LOSE}):
            is_out = tally.out or tally.lost
            if action not in {BlankAction.USE, BlankAction.RETURN} or is_out:
                returns = action is BlankAction.RETURN
                to_control = returns and not allows(actor, "blank.destroy", facts)
                why = Refused("D-10", "control_takes_back") if to_control else None
                found.append(Offered(action.value, why, returns and is_over and why is None))
    return tuple(found)


def _issues(
    session: Session, actor: Actor, row: BlankPrint, *, insider: bool
) -> tuple[tuple[IssueLine, ...], int]:
    of_it = [BlankIssue.print_id == row.id, *([] if insider else [with_actor(actor)])]
    total = session.scalar(select(func.count()).select_from(BlankIssue).where(*of_it)) or 0
    left = BlankIssue.last - BlankIssue.first + 1 - BlankIssue.ended
    found = session.execute(
        select(BlankIssue, with_actor(actor).label("mine"), left.label("left"))
        .where(*of_it)
        .order_by(left == 0, BlankIssue.first)
        .limit(MOST_ISSUES)
    ).all()
    people = {one.BlankIssue.person_id for one in found} | {one.BlankIssue.received_by for one in found}
    names = names_of(session, people)
    spans = open_of_issues(session, [one.BlankIssue.id for one in found if one.left])
    return tuple(_issue(one, row.written, names, spans) for one in found), total


def _issue(one: Any, written: Written, names: dict[UUID, str], spans: dict[UUID, list[Span]]) -> IssueLine:
    issue: BlankIssue = one.BlankIssue
    return IssueLine(
        issue_id=issue.id,
        row_version=issue.row_version,
        numbers=written.span(issue.span),
        count=issue.span.count,
        holder=issue.holder,
        person=names.get(issue.person_id, "") if issue.person_id else "",
        issued_on=issue.issued_on,
        received_on=issue.received_on,
        receiver=issue.receiver or (names.get(issue.received_by, "") if issue.received_by else ""),
        out=one.left,
        open=tuple(written.span(span) for span in spans.get(issue.id, ())),
        is_mine=bool(one.mine),
    )
