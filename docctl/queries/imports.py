"""Runs of an import, their files, and the report with a line for each (I-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, Outcome, RunState
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.documents import DocumentType
from docctl.models.imports import ImportFile, ImportNotice, ImportRun, without_text
from docctl.models.organisation import Person, Unit
from docctl.queries.import_values import contents_of
from docctl.services.imports.give_up import may_give_up


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what became of a file, or would; the rule that decided it, with its parameters.

    `chosen` is what it goes in with, `facts` what was read, `notes` how it compares. Of an imported file its
    revision tells; of one that has its line and was not imported nothing else is kept (R-7).
    """

    path: str
    status: str
    rule: str
    code: str
    params: Mapping[str, Any]
    chosen: Mapping[str, Any]
    facts: Mapping[str, Any]
    notes: Sequence[Mapping[str, Any]]

    def as_json(self, message: str) -> dict[str, Any]:
        """Return the line as `docctl import --json` writes it."""
        chosen, facts = self.chosen, self.facts
        cited = facts.get("citations", ())
        department = facts.get("department")
        return {
            "path": self.path,
            "status": self.status,
            "number": chosen.get("number") or None,
            "title": chosen.get("title") or None,
            "revision": chosen.get("label") or None,
            "effective": chosen.get("effective") or None,
            "issued": chosen.get("issued") or None,
            "department": department["value"] if department else None,
            "signers": [name for _, name, _ in chosen.get("signers", ())],
            "controlled": {"yes": True, "no": False}.get(chosen.get("controlled", "")),
            "external": chosen.get("origin") == "external",
            "issuer": chosen.get("issuer") or None,
            "issuer_number": chosen.get("issuer_number") or None,
            "cites": [_named(one) for one in cited if one["kind"] in {"document", "outside"}],
            "forms": [one["name"] or one["number"] for one in cited if one["kind"] == "form"],
            "form_numbers": [one["number"] for one in cited if one["kind"] == "form" and one["number"]],
            "rule": self.rule or None,
            "code": self.code or None,
            "message": message or None,
        }


def _named(one: Mapping[str, Any]) -> str:
    return str(one["name"] or one["number"])


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """Return how many files there are of each outcome, none left out."""
    counted = Counter(line.status for line in lines)
    return {outcome.value: counted[outcome.value] for outcome in Outcome}


def report(session: Session, actor: Actor, run_id: UUID, *, at: datetime) -> Iterator[Line]:
    """Yield the lines of a run in the order of its files, without their texts, as the person may see them."""
    units = {str(unit_id): name for unit_id, name in session.execute(select(Unit.id, Unit.name))}
    last = 0
    while rows := session.scalars(
        select(ImportFile)
        .where(ImportFile.run_id == run_id, ImportFile.ordinal > last)
        .order_by(ImportFile.ordinal)
        .limit(_LINES)
        .options(without_text())
    ).all():
        found = contents_of(session, actor, run_id, rows, "facts", "chosen", "notes", at=at)
        for row in rows:
            read = found[row.id]
            facts = dict(read.facts)
            if row.revision_id is not None and (unit := units.get(read.chosen.get("unit_id", ""))):
                facts["department"] = {"value": unit}
            status = row.outcome or Outcome.OPEN.value
            yield Line(row.path, status, row.rule, row.code, row.params, read.chosen, facts, read.notes)
        last = rows[-1].ordinal
        session.expunge_all()


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as its list and its page show it; counts are exact."""

    id: UUID
    row_version: int
    name: str
    source: str
    state: str
    unit: str
    type: str
    type_en: str
    started_by: str
    started_at: datetime
    total: int
    read: int
    imported: int
    checked: int
    ended_at: datetime | None
    outcomes: Mapping[str, int]
    host: str
    given_up_because: str
    ends_on: date | None
    #: How many files have their line when the present order is done.
    ordered: int
    #: Some of its files went in, the rest is still to be checked.
    is_partly_in: bool
    #: Its result waits in the inbox of who looks at it.
    to_be_seen: bool

    @property
    def is_busy(self) -> bool:
        """Whether the worker has something to do for it."""
        return self.state in _BUSY


#: So many lines of a report are in memory at once.
_LINES: Final = 200
_BUSY: Final = frozenset({RunState.RECEIVING.value, RunState.READING.value, RunState.IMPORTING.value})


def runs(session: Session, actor: Actor, *, limit: int = 50, offset: int = 0) -> tuple[int, list[RunLine]]:
    """Return the runs of the units that the person may import for, newest first, and how many there are."""
    units = [
        unit_id
        for unit_id in session.scalars(select(Unit.id))
        if allows(actor, "document.import", Facts(unit_id=unit_id))
    ]
    wanted = select(ImportRun.id).where(ImportRun.unit_id.in_(units))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ids = session.scalars(
        wanted.order_by(ImportRun.started_at.desc(), ImportRun.id.desc()).limit(limit).offset(offset)
    ).all()
    return total, _lines(session, ids, actor.person_id)


def run_line(session: Session, actor: Actor, run_id: UUID) -> RunLine:
    """Return one run; raise NotFound for one that the person may not see."""
    run = session.get(ImportRun, run_id)
    if run is None or not allows(actor, "document.import", Facts(unit_id=run.unit_id)):
        raise NotFound("import")
    return _lines(session, [run_id], actor.person_id)[0]


def give_up_refused(session: Session, run: RunLine, at: datetime) -> Refused | None:
    """Return why a run may not be given up now, None where it may (I-1)."""
    verdict = may_give_up(session, RunState(run.state), run.host, at)
    return verdict if isinstance(verdict, Refused) else None


def _lines(session: Session, ids: Sequence[UUID], person_id: UUID | None) -> list[RunLine]:
    rows = session.execute(
        select(ImportRun, Unit.name, DocumentType.name, DocumentType.name_en, Person.name)
        .join(Unit, Unit.id == ImportRun.unit_id)
        .join(DocumentType, DocumentType.id == ImportRun.type_id)
        .outerjoin(Person, Person.id == ImportRun.started_by)
        .where(ImportRun.id.in_(ids))
    ).all()
    outcomes: dict[UUID, dict[str, int]] = {}
    for run_id, outcome, number in session.execute(
        select(ImportFile.run_id, ImportFile.outcome, func.count())
        .where(ImportFile.run_id.in_(ids), ImportFile.state == FileState.DONE)
        .group_by(ImportFile.run_id, ImportFile.outcome)
    ):
        outcomes.setdefault(run_id, {})[outcome] = number
    counted = session.execute(
        select(ImportFile.run_id, func.count())
        .where(
            ImportFile.run_id.in_(ids),
            ImportFile.state == FileState.READ,
            ImportFile.checked_at.is_not(None),
        )
        .group_by(ImportFile.run_id)
    )
    checked: dict[UUID, int] = {one[0]: one[1] for one in counted}
    unseen = select(ImportNotice.run_id).where(
        ImportNotice.run_id.in_(ids), ImportNotice.person_id == person_id, ImportNotice.seen_at.is_(None)
    )
    to_be_seen = set(session.scalars(unseen))
    found = {
        run.id: RunLine(
            id=run.id,
            row_version=run.row_version,
            name=run.name,
            source=run.source.value,
            state=run.state.value,
            unit=unit,
            type=kind,
            type_en=kind_en or kind,
            started_by=person or "",
            started_at=run.started_at,
            total=run.total,
            read=run.read,
            imported=run.imported,
            checked=checked.get(run.id, 0),
            ended_at=run.ended_at,
            outcomes=outcomes.get(run.id, {}),
            host=run.host,
            given_up_because=run.given_up_because,
            ends_on=run.ends_on,
            ordered=run.ordered,
            to_be_seen=run.id in to_be_seen,
            is_partly_in=run.state is RunState.CHECKING and run.committed_at is not None,
        )
        for run, unit, kind, kind_en, person in rows
    }
    return [found[one] for one in ids if one in found]
