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
from docctl.domain.imports import BATCH, Choice, FileState, Outcome, may_stand_in_force
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Refused
from docctl.models.imports import ImportChange, ImportFile, without_text
from docctl.queries.import_joining import Joined, joined
from docctl.queries.import_values import contents_of
from docctl.queries.imports import RunLine, run_line
from docctl.services.imports.contents import Content
from docctl.services.imports.joining import AsChosen
from docctl.services.imports.propose import EXTERNAL, wanted

#: Views of the list: each a condition, so that counts and pages are the database's.
VIEWS: Final = ("all", "unchecked", "checked", "history", "left_out", "unreadable")
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
    #: The number of the document that it becomes a revision of, and which one: next or earlier.
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
    return ReviewPage(
        run,
        view,
        text,
        review_lines(session, rows, found, at=at, zone=zone),
        total,
        page,
        counts,
        can_undo(session, actor, run_id),
    )


def condition(view: str) -> tuple[ColumnElement[bool], ...]:
    """Return what a file of a view must be."""
    read = ImportFile.state == FileState.READ
    return {
        "all": (),
        "unchecked": (read, ImportFile.checked_at.is_(None), ImportFile.choice != Choice.LEAVE_OUT),
        "checked": (ImportFile.checked_at.is_not(None),),
        "history": (ImportFile.place != 0,),
        "left_out": (read, ImportFile.choice == Choice.LEAVE_OUT),
        "unreadable": (
            or_(ImportFile.state == FileState.UNREADABLE, ImportFile.outcome == Outcome.SKIPPED.value),
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
    rows: Sequence[ImportFile],
    known: Mapping[UUID, Content],
    *,
    at: datetime,
    zone: tzinfo,
) -> tuple[ReviewLine, ...]:
    """Return files as the list shows them; `known` is what was read of them without their texts."""
    opened = (AsChosen.of(row, known[row.id]) for row in rows if row.state is FileState.READ)
    joins = joined(session, opened, at=at, zone=zone)
    today = at.astimezone(zone).date()
    return tuple(_line(row, known[row.id], today, joins.get(row.id)) for row in rows)


def _line(row: ImportFile, read: Content, today: date, joins: Joined | None) -> ReviewLine:
    chosen = read.chosen
    outcome, refused = _becomes(row, read, today, joins)
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
        joins_as=joins.goes.value if joins and isinstance(joins.goes, Joins) else "",
    )


def _becomes(row: ImportFile, read: Content, today: date, joins: Joined | None) -> tuple[str, Refused | None]:
    """Return what a file will be and the first reason against being in force."""
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
    taken = next((one for one in read.notes if one["rule"] == "N-6"), None)
    if joins is None and taken is not None and _still(taken, read):
        return Outcome.FAILED.value, Refused("N-6", "taken", taken["params"])
    verdict = may_stand_in_force(wanted(read.chosen, read.facts, row.choice), today=today)
    if isinstance(verdict, Refused):
        return Outcome.NEW.value, verdict
    if joins is not None and joins.goes is Joins.EARLIER:
        return Outcome.SUPERSEDED.value, None
    return Outcome.IN_FORCE.value, None


def _still(taken: Mapping[str, Any], read: Content) -> bool:
    """Say whether the file goes in with the number that was found taken."""
    return normal(str(taken["params"]["number"])) == normal(str(read.chosen.get("number", "")))


def _least_sure(read: Content) -> int:
    """Return the confidence of the least sure of the facts that decide, 0 where none was found."""
    facts = read.facts
    found = [facts[name]["confidence"] for name in ("number", "title", "revision") if facts.get(name)]
    return min(found, default=0)


def can_undo(session: Session, actor: Actor, run_id: UUID) -> bool:
    """Say whether the person has a change in the run to take back."""
    query = select(ImportChange.id).where(
        ImportChange.run_id == run_id, ImportChange.by == actor.person_id, ImportChange.undone_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None
