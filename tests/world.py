"""A small company for tests: its people, and short ways to the states a test is about."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from docx import Document as Docx
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import docctl.wiring
from docctl.config import Settings
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.roles import Role
from docctl.models.base import new_id
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, RoleGrant, Unit
from docctl.services.caller import Caller, the_system
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.files import Attached
from docctl.services.house import House
from docctl.services.people.actors import actor_of
from docctl.services.people.passwords import Passwords
from docctl.services.revisions.content import manifest_of
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.sign import SignRevision, approve_revision, review_revision
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.schema import migrate
from docctl.services.setup import FirstPerson, FoundCompany, found_company
from docctl.services.uow import UnitOfWork
from docctl.services.uploads import stage_upload

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
PASSWORD = "correct horse 42"

UNITS = (
    ("ZH", "综合办公室", []),
    ("PZ", "品质部", ["quality"]),
    ("SC", "生产部", []),
    ("KF", "客服部", []),
)

#: username, name, unit, roles (role, unit code or None)
PEOPLE = (
    ("admin", "孙丽", "ZH", ((Role.ADMINISTRATOR, None),)),
    ("zhao", "赵敏", "ZH", ((Role.LEADER, None), (Role.APPROVER, None))),
    ("chen", "陈静", "PZ", ((Role.DOCUMENT_CONTROLLER, None), (Role.AUTHOR, None))),
    ("ouyang", "欧阳雪", "PZ", ((Role.REVIEWER, None), (Role.KEEPER, "PZ"))),
    ("li", "李秀兰", "SC", ((Role.AUTHOR, None), (Role.KEEPER, "SC"))),
    ("wang", "王强", "SC", ()),
    ("zhang", "张伟", "KF", ((Role.KEEPER, "KF"),)),
    ("zhou", "周明", "ZH", ((Role.RECORDS_MANAGER, None),)),
    ("qian", "钱进", "ZH", ((Role.AUDITOR, None),)),
)


class Clock:
    """A clock that tests move by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Move on by a `timedelta`'s arguments."""
        self.now += timedelta(**by)


def as_owner(house: House) -> UnitOfWork:
    """Return the transactions of who owns the tables: what the guards refuse is refused to them as well."""
    return UnitOfWork(house.uow.owner, clock=house.clock, gate=house.uow.gate)


def build_house(settings: Settings, clock: Callable[[], datetime]) -> House:
    """Return a real house, but for cheap passwords; it reads the same with and without further programs."""
    house = docctl.wiring.build(replace(settings, office=False, ocr=False), clock=clock)
    return replace(house, passwords=Passwords(memory_kib=64, passes=1))


def found(house: House) -> None:
    """Migrate, found the company, add its people with one password."""
    migrate(house.uow.owner)
    found_company(
        FoundCompany(
            code="SLJM",
            name="示例精密科技有限公司",
            unit_code="ZH",
            unit_name="综合办公室",
            first=FirstPerson("admin", "孙丽", Role.ADMINISTRATOR),
            second=FirstPerson("zhao", "赵敏", Role.LEADER),
        ),
        by=the_system(house.clock(), channel="cli"),
        house=house,
    )
    house.uow.write(lambda session: _people(session, house))


def _people(session: Session, house: House) -> None:
    root = session.scalars(select(Unit)).one()
    units = {"ZH": root}
    for code, name, functions in UNITS[1:]:
        units[code] = Unit(
            id=new_id(),
            entity_id=root.entity_id,
            parent_id=root.id,
            code=code,
            name=name,
            functions=functions,
        )
        session.add(units[code])
    session.flush()
    hashed = house.passwords.hash(PASSWORD)
    there = {one.username: one for one in session.scalars(select(Person))}
    for username, name, unit, roles in PEOPLE:
        person = there.get(username)
        if person is None:
            person = Person(
                id=new_id(),
                username=username,
                name=name,
                unit_id=units[unit].id,
                created_at=house.clock(),
            )
            session.add(person)
            session.flush()
        person.password_hash, person.password_version = hashed, 1
        held = {
            one.role for one in session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id))
        }
        for role, scope in roles:
            if role not in held:
                session.add(
                    RoleGrant(
                        person_id=person.id,
                        role=role,
                        unit_id=units[scope].id if scope else None,
                        proposed_by=there["admin"].id if username != "admin" else None,
                        proposed_at=house.clock(),
                        confirmed_by=there["zhao"].id,
                        confirmed_at=house.clock(),
                    )
                )
        if username == "ouyang":
            units["PZ"].head_id = person.id
        if username == "zhao":
            root.head_id = person.id


@lru_cache(maxsize=256)
def docx_bytes(*paragraphs: str) -> bytes:
    """Return a small docx."""
    document = Docx()
    for one in paragraphs:
        document.add_paragraph(one)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@dataclass
class World:
    """The small company, its house, its clock."""

    house: House
    clock: Clock
    people: dict[str, UUID]
    units: dict[str, UUID]
    types: dict[str, UUID]

    @classmethod
    def of(cls, house: House, clock: Clock) -> World:
        """Read the ids of everybody."""
        with house.uow.read() as session:
            return cls(
                house,
                clock,
                dict(session.execute(select(Person.username, Person.id)).all()),
                dict(session.execute(select(Unit.code, Unit.id)).all()),
                dict(session.execute(select(DocumentType.code, DocumentType.id)).all()),
            )

    def by(self, username: str, *, password: str | None = PASSWORD, request_id: str = "") -> Caller:
        """Return a person as a caller through the web."""
        with self.house.uow.read() as session:
            actor = actor_of(session, self.people[username])
        return Caller(
            actor=actor,
            at=self.clock(),
            channel="web",
            password=password,
            request_id=request_id,
            zone=self.house.zone,
        )

    def system(self) -> Caller:
        """Return the worker."""
        return the_system(self.clock())

    def upload(self, username: str, data: bytes = b"", name: str = "a.docx") -> Attached:
        """Stage an upload."""
        content = data or docx_bytes("目的", "范围", name)
        upload_id = stage_upload(io.BytesIO(content), name=name, by=self.by(username), house=self.house)
        return Attached(upload_id)

    def draft(
        self,
        title: str = "记录控制程序",
        *,
        kind: str = "procedure",
        author: str = "chen",
        number: str = "",
        parent: UUID | None = None,
        text: str = "",
        unit: str = "PZ",
        class_id: UUID | None = None,
    ) -> UUID:
        """Create a document; return the draft revision's id."""
        return create_document(
            CreateDocument(
                type_id=self.types[kind],
                title=title,
                unit_id=self.units[unit],
                uploads=(self.upload(author, docx_bytes(title, text or "正文")),),
                number=number,
                parent_id=parent,
                class_id=class_id,
            ),
            by=self.by(author),
            house=self.house,
        )

    def revision(self, revision_id: UUID) -> Revision:
        """Return a revision's row as it is now."""
        with self.house.uow.read() as session:
            return session.get_one(Revision, revision_id)

    def document_of(self, revision_id: UUID) -> Document:
        """Return the document of a revision."""
        with self.house.uow.read() as session:
            revision = session.get_one(Revision, revision_id)
            return session.get_one(Document, revision.document_id)

    def seen(self, revision_id: UUID) -> str:
        """Return the hash that a signer sees on the page."""
        with self.house.uow.read() as session:
            revision = session.get_one(Revision, revision_id)
            if revision.status is not RevisionStatus.DRAFT and revision.manifest_sha256:
                return revision.manifest_sha256
            return manifest_of(session, session.get_one(Document, revision.document_id), revision).sha256

    def submitted(self, revision_id: UUID, *, author: str = "chen") -> UUID:
        """Submit a draft to 欧阳雪 and 赵敏."""
        return submit_revision(
            SubmitRevision(
                revision_id=revision_id,
                row_version=self.revision(revision_id).row_version,
                reviewer_id=self.people["ouyang"],
                approver_id=self.people["zhao"],
                seen_sha256=self.seen(revision_id),
            ),
            by=self.by(author),
            house=self.house,
        )

    def signing(self, revision_id: UUID) -> SignRevision:
        """Return the command that signs a revision as it is, with a reason should it be late (A-13)."""
        row = self.revision(revision_id)
        return SignRevision(revision_id, row.row_version, self.seen(revision_id), late_reason="出差")

    def approved(self, revision_id: UUID, *, author: str = "chen") -> UUID:
        """Take a draft through all three signatures."""
        self.submitted(revision_id, author=author)
        review_revision(self.signing(revision_id), by=self.by("ouyang"), house=self.house)
        return approve_revision(self.signing(revision_id), by=self.by("zhao"), house=self.house)

    def let_head(self, username: str | None, unit: str = "PZ") -> None:
        """Let a person, of whichever unit, head a unit; None: nobody."""
        head = self.people[username] if username else None
        self.house.uow.write(
            lambda session: session.execute(
                update(Unit).where(Unit.id == self.units[unit]).values(head_id=head)
            )
        )

    def issued(self, revision_id: UUID, *, on: date | None = None, author: str = "chen") -> UUID:
        """Take a draft into force, today or on a day."""
        self.approved(revision_id, author=author)
        issue_revision(
            IssueRevision(
                revision_id=revision_id,
                row_version=self.revision(revision_id).row_version,
                effective_on=on or self.house.today(),
            ),
            by=self.by("chen"),
            house=self.house,
        )
        return revision_id
