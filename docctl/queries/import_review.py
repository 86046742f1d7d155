"""What a person checks of a run: its files page by page, with what each of them will be (I-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.import_joining import Joins
from docctl.domain.imports import (
    BATCH,
    Choice,
    FileState,
    Outcome,
    RunState,
    may_import_checked,
    may_stand_in_force,
)
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Refused
from docctl.models.imports import ImportChange, ImportFile, without_text
from docctl.queries.import_clash import taken
from docctl.queries.import_joining import Joined, joined
from docctl.queries.import_values import contents_of
from docctl.queries.imports import RunLine, run_line
from docctl.services.imports.contents import Content
from docctl.services.imports.entities import Entities
from docctl.services.imports.joining import AsChosen
from docctl.services.imports.propose import EXTERNAL, wanted

#: Views of the list: each a condition, so that counts and pages are the database's.
VIEWS: Final = (
    *("all", "waiting", "unchecked", "checked", "imported", "not_in"),
    *("history", "left_out", "unreadable"),
)
#: The word for a file that nobody has read yet, where others have what becomes of them.
WAITING: Final = FileState.WAITING.value
#: What the import takes in.
_GOES_IN: Final = (ImportFile.state == FileState.READ, ImportFile.choice != Choice.LEAVE_OUT)
#: What people look at first where a run has ended: these files are not in.
NOT_IN: Final = (Outcome.FAILED, Outcome.GIVEN_UP)
#: Notes on a file that cannot follow the one before it in its history.
_CLASHING: Final = frozenset({"same_day", "label_twice"})
#: From this confidence on, in percent, a fact is shown as sure; below the other as doubtful.
SURE, DOUBTFUL = 85, 65


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One file of the list: what it goes in as unless somebody changes it; `refused`: why not in force."""

    id: UUID
    ordinal: int
    path: str
    state: str
    choice: str
    outcome: str
    number: str
    title: str
    label: str
    effective: str
    refused: Refused | None
    confidence: int
    notes: Sequence[Mapping[str, Any]]
    findings: int
    is_external: bool
    is_checked: bool
    row_version: int
    #: The number of the document that it becomes a revision of, and which one: next, earlier, unseen.
    joins: str
    joins_as: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One page of the files of a run and the exact number in each view."""

    run: RunLine
    view: str
    text: str
    rows: tuple[ReviewLine, ...]
    total: int
    page: int
    counts: Mapping[str, int]
    #: So many files would be imported now, whether checked or not, and so many of them are checked.
    goes_in: int
    goes_in_checked: int
    #: Why the checked ones cannot go in without the others, None where they can.
    not_checked: Refused | None
    #: Where checking goes on, None where all is checked.
    next_unchecked: int | None
    can_undo: bool

    @property
    def first(self) -> int:
        """The place of the page's first file, 0 where there is none."""
        return (self.page - 1) * BATCH + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the page's last file."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def has_next(self) -> bool:
        """Whether more files follow."""
        return self.page * BATCH < self.total


def review_page(
    session: Session,
    actor: Actor,
    run_id: UUID,
    *,
    view: str,
    text: str,
    page: int,
    at: datetime,
    zone: tzinfo,
) -> ReviewPage:
    """Return one page of a run's files; raise NotFound for a run that the person may not see."""
    run = run_line(session, actor, run_id)
    view = view if view in VIEWS else "all"
    counts = {
        name: session.scalar(select(func.count()).where(ImportFile.run_id == run_id, *condition(name))) or 0
        for name in VIEWS
    }
    query = select(ImportFile).where(ImportFile.run_id == run_id, *condition(view), *_containing(text))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = max(1, min(page, -(-total // BATCH)))
    rows = session.scalars(
        _in_order(query, view).options(without_text()).limit(BATCH).offset((page - 1) * BATCH)
    ).all()
    found = contents_of(session, actor, run_id, rows, "facts", "chosen", "notes", at=at)
    goes_in = session.scalar(select(func.count()).where(ImportFile.run_id == run_id, *_GOES_IN)) or 0
    checked = goes_in - counts["unchecked"]
    verdict = may_import_checked(checked, counts["unchecked"])
    return ReviewPage(
        run,
        view,
        text,
        review_lines(session, actor, rows, found, is_open=is_open(run), at=at, zone=zone),
        total,
        page,
        counts,
        goes_in,
        checked,
        verdict if isinstance(verdict, Refused) else None,
        session.scalar(
            select(func.min(ImportFile.ordinal)).where(ImportFile.run_id == run_id, *condition("unchecked"))
        ),
        can_undo(session, actor, run_id),
    )


def is_open(run: RunLine) -> bool:
    """Say whether people check the run: all of it is read, nothing is imported."""
    return run.state == RunState.CHECKING


def condition(view: str) -> tuple[ColumnElement[bool], ...]:
    """Return what a file of a view must be."""
    return {
        "all": (),
        WAITING: (ImportFile.state == FileState.WAITING,),
        "unchecked": (*_GOES_IN, ImportFile.checked_at.is_(None)),
        "checked": (ImportFile.state == FileState.READ, ImportFile.checked_at.is_not(None)),
        "imported": (ImportFile.state == FileState.DONE, ImportFile.document_id.is_not(None)),
        "not_in": (ImportFile.state == FileState.DONE, ImportFile.outcome.in_(NOT_IN)),
        "history": (ImportFile.place != 0,),
        "left_out": (ImportFile.state == FileState.READ, ImportFile.choice == Choice.LEAVE_OUT),
        "unreadable": (
            or_(
                ImportFile.state == FileState.UNREADABLE,
                (ImportFile.state == FileState.DONE) & (ImportFile.outcome == Outcome.SKIPPED.value),
            ),
        ),
    }[view]


def _containing(text: str) -> tuple[ColumnElement[bool], ...]:
    return (ImportFile.path.contains(text, autoescape=True),) if text else ()


def _in_order(query: Select[ImportFile], view: str) -> Select[ImportFile]:
    if view == "history":  # the revisions of one document beside each other
        return query.order_by(ImportFile.series, ImportFile.place, ImportFile.ordinal)
    return query.order_by(ImportFile.ordinal)


def review_lines(
    session: Session,
    actor: Actor,
    rows: Sequence[ImportFile],
    known: Mapping[UUID, Content],
    *,
    is_open: bool,
    at: datetime,
    zone: tzinfo,
) -> tuple[ReviewLine, ...]:
    """Return files as the list shows them; `known` is what was read of them without their texts.

    `is_open`: nothing of the run is imported yet, so that a taken number is another document's.
    """
    opened = [AsChosen.of(row, known[row.id]) for row in rows if row.state is FileState.READ]
    joins = joined(session, actor, opened, at=at, zone=zone)
    clashes = taken(session, opened, Entities.of_run(session, rows[0].run_id)) if is_open and opened else {}
    today = at.astimezone(zone).date()
    return tuple(_line(row, known[row.id], today, joins.get(row.id), clashes.get(row.id, "")) for row in rows)


def _line(row: ImportFile, read: Content, today: date, joins: Joined | None, holder: str) -> ReviewLine:
    chosen = read.chosen
    outcome, refused = _becomes(row, read, today, joins, holder)
    return ReviewLine(
        id=row.id,
        ordinal=row.ordinal,
        path=row.path,
        state=row.state.value,
        choice=row.choice.value,
        outcome=outcome,
        number=str(chosen.get("number", "")),
        title=str(chosen.get("title", "")),
        label=str(chosen.get("label", "")),
        effective=str(chosen.get("effective", "")),
        refused=refused,
        confidence=_least_sure(read),
        notes=read.notes,
        is_external=chosen.get("origin") == EXTERNAL,
        findings=len(read.facts.get("findings", ())),
        is_checked=row.checked_at is not None,
        row_version=row.row_version,
        joins=joins.number if joins else "",
        joins_as=_joins_as(joins),
    )


def _joins_as(joins: Joined | None) -> str:
    if joins is None or isinstance(joins.goes, Refused):
        return ""
    return joins.goes.value if joins.goes else "unseen"


def _becomes(
    row: ImportFile, read: Content, today: date, joins: Joined | None, holder: str
) -> tuple[str, Refused | None]:
    """Return what a file will be and the first reason against it; `holder` has its number."""
    if row.state is FileState.WAITING:
        return WAITING, None
    if row.state is not FileState.READ:
        refused = Refused(row.rule, row.code, row.params) if row.code else None
        return row.outcome or Outcome.FAILED.value, refused
    if row.choice is Choice.LEAVE_OUT:
        copy = next((one for one in read.notes if one.get("leaves_out")), None)
        if copy is not None:
            return Outcome.DUPLICATE.value, Refused(copy["rule"], copy["code"], copy["params"])
        return Outcome.SKIPPED.value, None
    if joins is not None and isinstance(joins.goes, Refused):
        return Outcome.FAILED.value, joins.goes
    if holder:
        return Outcome.FAILED.value, _taken(read, holder)
    verdict = may_stand_in_force(wanted(read.chosen, read.facts, row.choice), today=today)
    if isinstance(verdict, Refused):
        return Outcome.NEW.value, verdict
    clash = next((one for one in read.notes if one["code"] in _CLASHING), None)
    if joins is None and clash is not None:
        return Outcome.FAILED.value, Refused(clash["rule"], clash["code"], clash["params"])
    if joins is not None and joins.goes is Joins.EARLIER:
        return Outcome.SUPERSEDED.value, None
    return Outcome.IN_FORCE.value, None


def _taken(read: Content, holder: str) -> Refused:
    number = str(read.chosen["number"])
    if number == holder:
        return Refused("N-6", "in_use", {"number": number})
    return Refused("N-6", "taken", {"number": number, "holder": holder})


def _least_sure(read: Content) -> int:
    """Return the confidence of the least sure of the facts that decide, 0 where none was found."""
    facts = read.facts
    found = [facts[name]["confidence"] for name in ("number", "title", "revision") if facts.get(name)]
    return min(found, default=0)


def can_undo(session: Session, actor: Actor, run_id: UUID) -> bool:
    """Say whether the person has a change in the run to take back."""
    query = select(ImportChange.id).where(
        ImportChange.run_id == run_id,
        ImportChange.by == actor.person_id,
        ImportChange.undone_at.is_(None),
        ImportChange.sealed_changes.is_not(None),
    )
    return session.scalar(query.limit(1)) is not None
