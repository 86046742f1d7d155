"""How the sample company's records are filed, accepted, corrected, held, voided, disposed of (F-17)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from docctl.demo.content import Disposal, RecordSpec
from docctl.demo.papers import Papers, upload
from docctl.demo.write import record_file, sheet_file
from docctl.models.record_content import content_of
from docctl.models.records import Record
from docctl.models.retention import DisposalCheck, DisposalList
from docctl.services.caller import Caller
from docctl.services.disposal.decide import (
    ApproveDisposal,
    CheckDisposal,
    approve_disposal,
    check_disposal,
)
from docctl.services.disposal.execute import ExecuteDisposal, execute_disposal, witness_disposal
from docctl.services.disposal.load import checkers_of
from docctl.services.disposal.propose import ProposeDisposal, propose_disposal
from docctl.services.holds.place import PlaceHold, place_hold
from docctl.services.house import House
from docctl.services.records.accept import (
    AcceptRecord,
    VoidRecord,
    accept_record,
    void_record,
)
from docctl.services.records.correct import (
    CorrectFile,
    CorrectRecord,
    correct_file,
    correct_record,
)
from docctl.services.records.effect import current_value
from docctl.services.records.file import FileRecord, file_record


@dataclass
class Files:
    """The records told so far."""

    papers: Papers
    records: dict[str, UUID] = field(default_factory=dict)
    lists: dict[str, UUID] = field(default_factory=dict)

    def file(self, spec: RecordSpec) -> None:
        """File a record as its filler did."""
        papers = self.papers
        by = papers.cast.by(papers.house, spec.filer)
        self.records[spec.key] = file_record(
            FileRecord(
                form_id=papers.documents[spec.form],
                title=spec.title,
                occurred_at=spec.occurred,
                uploads=(upload(papers.house, by, record_file(papers.content, spec)),),
                unit_id=papers.cast.units[spec.unit],
                received_at=spec.received,
                stated_person=spec.stated,
                stated_channel=spec.channel,
                outside_number=spec.outside_number,
                remarks=spec.remarks,
                medium=spec.medium,
                place=spec.place,
                keys=spec.keys,
                choices=papers.content.form(spec.form).revision(spec.label).chosen(spec.values),
            ),
            by=by,
            house=papers.house,
        )

    def accept(self, spec: RecordSpec) -> None:
        """Let the keeper accept it."""
        assert spec.accepted is not None
        row, seen = self._row(spec)
        accept_record(
            AcceptRecord(row.id, row.row_version, seen), by=self._by(spec.accepted.by), house=self._house
        )

    def strike(self, spec: RecordSpec) -> None:
        """Correct a registered fact by strike-through."""
        one = spec.correction
        assert one is not None
        row, _ = self._row(spec)
        with self._house.uow.read() as session:
            old = current_value(session, row.id, one.field)
        correct_record(
            CorrectRecord(row.id, row.row_version, one.field, old, one.new, one.reason, one.text),
            by=self._by(one.by),
            house=self._house,
        )

    def correct_by_sheet(self, spec: RecordSpec) -> None:
        """Add a correction sheet."""
        one = spec.sheet
        assert one is not None
        row, _ = self._row(spec)
        by = self._by(one.by)
        attached = upload(self._house, by, sheet_file(self.papers.content, spec))
        correct_file(
            CorrectFile(row.id, row.row_version, one.reason, one.text, (attached,)),
            by=by,
            house=self._house,
        )

    def hold(self, spec: RecordSpec) -> None:
        """Place a hold on a record."""
        assert spec.hold is not None
        place_hold(
            PlaceHold(f"{spec.title[:60]}", spec.hold.comment, (self.records[spec.key],)),
            by=self._by(spec.hold.by),
            house=self._house,
        )

    def void(self, spec: RecordSpec) -> None:
        """Void a wrong filing."""
        assert spec.void is not None
        row, _ = self._row(spec)
        void_record(
            VoidRecord(row.id, row.row_version, spec.void.comment),
            by=self._by(spec.void.by),
            house=self._house,
        )

    def propose(self, disposal: Disposal) -> None:
        """Propose a list."""
        records = tuple(self.records[one.key] for one in self.papers.content.listed(disposal.key))
        self.lists[disposal.key] = propose_disposal(
            ProposeDisposal(disposal.title, records),
            by=self._by(disposal.proposed.by),
            house=self._house,
        )

    def check(self, disposal: Disposal) -> None:
        """Let every unit that is asked agree; the named person speaks where they may."""
        assert disposal.checked is not None
        row = self._list(disposal)
        with self._house.uow.read() as session:
            units = session.scalars(
                select(DisposalCheck.unit_id).where(DisposalCheck.list_id == row.id)
            ).all()
            asked = [(unit, checkers_of(session, unit)) for unit in units]
        names = {person: username for username, person in self.papers.cast.people.items()}
        wanted = self.papers.cast.people[disposal.checked.by]
        for unit, people in asked:
            checker = wanted if wanted in people else min(people)
            check_disposal(
                CheckDisposal(row.id, unit, "agree", disposal.checked.comment, row.manifest_sha256),
                by=self._by(names[checker]),
                house=self._house,
            )

    def approve(self, disposal: Disposal) -> None:
        """Let the leader approve."""
        assert disposal.approved is not None
        row = self._list(disposal)
        approve_disposal(
            ApproveDisposal(row.id, row.row_version, row.manifest_sha256),
            by=self._by(disposal.approved.by),
            house=self._house,
        )

    def execute(self, disposal: Disposal) -> None:
        """Let the executor order the destruction."""
        assert disposal.executed is not None
        row = self._list(disposal)
        execute_disposal(
            ExecuteDisposal(row.id, row.row_version, row.manifest_sha256),
            by=self._by(disposal.executed.by),
            house=self._house,
        )

    def witness(self, disposal: Disposal) -> None:
        """Let the witness sign; the worker destroys when the story goes on."""
        assert disposal.witnessed is not None
        row = self._list(disposal)
        witness_disposal(
            ExecuteDisposal(row.id, row.row_version, row.manifest_sha256),
            by=self._by(disposal.witnessed.by),
            house=self._house,
        )

    @property
    def _house(self) -> House:
        return self.papers.house

    def _by(self, username: str) -> Caller:
        return self.papers.cast.by(self._house, username)

    def _row(self, spec: RecordSpec) -> tuple[Record, str]:
        with self._house.uow.read() as session:
            row = session.get_one(Record, self.records[spec.key])
            return row, content_of(session, row)

    def _list(self, disposal: Disposal) -> DisposalList:
        with self._house.uow.read() as session:
            return session.get_one(DisposalList, self.lists[disposal.key])
