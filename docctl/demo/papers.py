"""How the sample company's documents go through their lives, event by event (V-6)."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from docctl.demo.content import (
    Content,
    Do,
    Event,
    Form,
    FormRevision,
    Procedure,
    ProcedureRevision,
)
from docctl.demo.people import Cast
from docctl.demo.write import MadeFile, files_beside, form_file, procedure_file
from docctl.domain.form_keys import WantedField, WantedOption
from docctl.domain.outside import OWN, Outside
from docctl.domain.validity import ENDLESS, Validity
from docctl.models.documents import Document, DocumentType, Revision
from docctl.queries.by_name import class_named
from docctl.services.caller import Caller
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.files import Attached
from docctl.services.forms.define import DefineForm, define_form
from docctl.services.house import House
from docctl.services.revisions.content import manifest_of
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import (
    ReturnRevision,
    SignRevision,
    approve_revision,
    return_revision,
    review_revision,
)
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from docctl.services.uploads import stage_upload

#: Why somebody of the sample company signs late, where they do (A-13).
_LATE: Final = "出差，返回后处理"


def upload(house: House, by: Caller, made: MadeFile) -> Attached:
    """Stage a made file for a person."""
    return Attached(stage_upload(io.BytesIO(made.data), name=made.name, by=by, house=house))


@dataclass
class Papers:
    """The documents told so far; `today` decides which issue still waits."""

    house: House
    content: Content
    cast: Cast
    today: date
    documents: dict[str, UUID] = field(default_factory=dict)
    revisions: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def tell(self, event: Event) -> None:
        """Do what an event says."""
        by = self.cast.by(self.house, event.by)
        if event.do is Do.CREATE:
            self._create(event, by)
        elif event.do is Do.REVISE:
            self._revise(event, by)
        else:
            self._move(event, by)

    def _create(self, event: Event, by: Caller) -> None:
        number = event.document
        form = next((one for one in self.content.forms if one.number == number), None)
        procedure = next((one for one in self.content.texts if one.number == number), None)
        one = form or procedure
        assert one is not None, number
        outside, validity = OWN, ENDLESS
        if procedure is not None:
            validity = self._validity(procedure.revisions[0])
            if procedure.issuer:
                outside = Outside(True, procedure.issuer, procedure.issuer_number)
        with self.house.uow.read() as session:
            kind = "form" if form else "instruction" if outside.is_external else "procedure"
            type_id = session.scalars(select(DocumentType.id).where(DocumentType.code == kind)).one()
            code = one.retention_class
            class_id = class_named(session, code, at=by.at).id if code else None
        revision_id = create_document(
            CreateDocument(
                type_id=type_id,
                title=one.title,
                unit_id=self.cast.units[one.unit],
                uploads=self._uploads(event, by),
                number="" if form and form.in_annex_of else number,
                label=event.revision,
                parent_id=self.documents.get(form.parent) if form else None,
                annex_of=self.revisions[form.parent, form.in_annex_of] if form and form.in_annex_of else None,
                class_id=class_id,
                change_reason="新文件",
                outside=outside,
                validity=validity,
            ),
            by=by,
            house=self.house,
        )
        with self.house.uow.read() as session:
            self.documents[number] = session.get_one(Revision, revision_id).document_id
            assert session.get_one(Document, self.documents[number]).number == number
        self.revisions[number, event.revision] = revision_id
        if form:
            self._define(revision_id, form.revision(event.revision), by)

    def _define(self, revision_id: UUID, one: FormRevision, by: Caller) -> None:
        """Give a draft of a form the fields with choices that it has on paper (F-2)."""
        wanted = tuple(WantedField(name, tuple(map(WantedOption, options))) for name, *options in one.choices)
        define_form(DefineForm(revision_id, None, wanted), by=by, house=self.house)

    def _revise(self, event: Event, by: Caller) -> None:
        number = event.document
        owners: list[Procedure | Form] = [*self.content.texts, *self.content.forms]
        owner = next(one for one in owners if one.number == number)
        told: list[ProcedureRevision | FormRevision] = [*owner.revisions]
        at = next(i for i, one in enumerate(told) if one.label == event.revision)
        one = told[at]
        self.revisions[number, event.revision] = revise_document(
            ReviseDocument(
                document_id=self.documents[number],
                change_what=one.what,
                change_reason=one.reason,
                change_basis=one.basis,
                uploads=self._uploads(event, by),
                reissue=told[at - 1].label.split("/")[0] != one.label.split("/")[0],
            ),
            by=by,
            house=self.house,
        )
        if isinstance(one, FormRevision):
            self._define(self.revisions[number, event.revision], one, by)

    def _validity(self, revision: ProcedureRevision) -> Validity:
        """Return until when it is valid; a trial is still running on the day of the sample (V-8)."""
        if revision.trial_days:
            return Validity(self.today + timedelta(days=revision.trial_days), is_trial=True)
        return Validity(revision.valid_until)

    def day(self, value: date | int) -> date:
        """Return a day as it is written: itself, or so many days from the one on which the sample is made."""
        return self.today + timedelta(days=value) if isinstance(value, int) else value

    def _uploads(self, event: Event, by: Caller) -> tuple[Attached, ...]:
        """Stage all files of a revision: the main one, its annexes with their titles, its source (V-13)."""
        found = [upload(self.house, by, self._file(event))]
        procedure = next((one for one in self.content.texts if one.number == event.document), None)
        if procedure is not None:
            revision = next(one for one in procedure.revisions if one.label == event.revision)
            annexes, source = files_beside(self.content, procedure, event.revision)
            for made, (title, _) in zip(annexes, revision.annexes, strict=True):
                found.append(upload(self.house, by, made).as_annex(title=title))
            if source is not None:
                found.append(upload(self.house, by, source).as_source())
        return tuple(found)

    def _file(self, event: Event) -> MadeFile:
        for procedure in self.content.texts:
            if procedure.number == event.document:
                return procedure_file(self.content, procedure, event.revision)
        return form_file(self.content, self.content.form(event.document), event.revision)

    def _move(self, event: Event, by: Caller) -> None:
        revision_id = self.revisions[event.document, event.revision]
        with self.house.uow.read() as session:
            row = session.get_one(Revision, revision_id)
            document = session.get_one(Document, row.document_id)
            seen = row.manifest_sha256 or manifest_of(session, document, row).sha256
        version, house = row.row_version, self.house
        whose = self.cast.people[event.behalf] if event.behalf else None
        signing = SignRevision(revision_id, version, seen, event.comment, whose, _LATE)
        if event.do is Do.SUBMIT:
            reviewer, approver = self._signers(event)
            cmd = SubmitRevision(revision_id, version, reviewer, approver, seen)
            submit_revision(cmd, by=by, house=house)
        elif event.do is Do.REVIEW:
            review_revision(signing, by=by, house=house)
        elif event.do is Do.APPROVE:
            approve_revision(signing, by=by, house=house)
        elif event.do is Do.RETURN:
            back = ReturnRevision(revision_id, version, event.comment, None, _LATE, event.items)
            return_revision(back, by=by, house=house)
        elif event.do is Do.WITHDRAW:
            withdraw_revision(WithdrawRevision(revision_id, version, event.comment), by=by, house=house)
        else:
            on = event.effective_on(self.today) or house.today()
            issue_revision(IssueRevision(revision_id, version, on), by=by, house=house)

    def _signers(self, event: Event) -> tuple[UUID, UUID]:
        """Return who reviews and approves: those who do so later, else the usual two."""
        who = {}
        for one in self.content.events:
            if (one.document, one.revision) == (event.document, event.revision):
                who[one.do] = one.behalf or one.by
        usual = {one.do: one.by for one in reversed(self.content.events)}
        reviewer = who.get(Do.REVIEW) or who.get(Do.RETURN) or usual[Do.REVIEW]
        return self.cast.people[reviewer], self.cast.people[who.get(Do.APPROVE) or usual[Do.APPROVE]]
