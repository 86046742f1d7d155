"""What people do on a disk with little room: each step is done and noted, or refused with nothing done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from docctl.domain.verdicts import RuleRefused
from docctl.models.content import ItemFile, Signature
from docctl.models.documents import Revision
from docctl.models.records import Record
from docctl.queries.audit import verify
from docctl.services.files import Attached
from docctl.services.records.file import FileRecord, file_record
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.sign import review_revision
from storage.api import FixityState, Key
from tests.bad_input.conftest import Snapshot, snapshot
from tests.filing import a_form
from tests.world import World

#: The two sentences for a disk that takes no more: full, or it says only that it cannot be written.
NO_ROOM = {"request.disk_full", "request.disk_failed"}

Step = Callable[[], UUID]


@dataclass
class Prepared:
    """A company with so much waiting that each step can be done many times."""

    world: World
    form_id: UUID
    to_sign: list[UUID]
    to_issue: list[UUID]
    uploads: list[Attached]
    done: list[tuple[str, UUID]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, world: World, *, each: int) -> Prepared:
        """Make what waits, while there is room."""
        return cls(
            world,
            a_form(world),
            [world.submitted(world.draft(f"待审 {turn}")) for turn in range(each)],
            [world.approved(world.draft(f"已批 {turn}")) for turn in range(each)],
            [world.upload("wang", b"%d " % turn * 9000, name="a.txt") for turn in range(each)],
        )

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Yield the next filing, signing and issuing; what was refused comes again."""
        yield "filed", self.file_upload
        yield "signed", self.sign
        yield "issued", self.issue

    def file_upload(self) -> UUID:
        """File the next upload that waits."""
        cmd = FileRecord(self.form_id, "外壳划伤", self.world.clock(), uploads=(self.uploads[0],))
        found = file_record(cmd, by=self.world.by("wang"), house=self.world.house)
        self.uploads.pop(0)
        return found

    def sign(self) -> UUID:
        """Sign the next revision that waits for its reviewer."""
        found = self.to_sign[0]
        review_revision(self.world.signing(found), by=self.world.by("ouyang"), house=self.world.house)
        return self.to_sign.pop(0)

    def issue(self) -> UUID:
        """Issue the next approved revision."""
        found = self.to_issue[0]
        version = self.world.revision(found).row_version
        cmd = IssueRevision(found, version, self.world.house.today())
        issue_revision(cmd, by=self.world.by("chen"), house=self.world.house)
        return self.to_issue.pop(0)

    def try_all(self) -> None:
        """Take one step of each kind; a refused one must have changed nothing."""
        for name, step in self.steps():
            before = snapshot(self.world)
            try:
                self.done.append((name, step()))
            except RuleRefused as error:
                self.refused.append(error.refused.key)
                compare(snapshot(self.world), before)

    def check(self) -> None:
        """All that was acknowledged is there and readable, nothing else is, and the trail holds."""
        assert set(self.refused) <= NO_ROOM
        counts = {name: sum(one == name for one, _ in self.done) for name in ("filed", "signed", "issued")}
        with self.world.house.uow.read() as session:
            report = verify(session)
            assert report.ok, report
            assert report.is_complete
            assert (session.scalar(select(func.count()).select_from(Record)) or 0) == counts["filed"]
            for name, item_id in self.done:
                if name == "filed":
                    assert session.get_one(Record, item_id).number
                    continue
                revision = session.get_one(Revision, item_id)
                assert (revision.reviewed_at if name == "signed" else revision.issued_at) is not None
                signed = select(func.count()).where(Signature.subject_id == item_id)
                assert session.scalar(signed) == (2 if name == "signed" else 3)
            files = session.scalars(select(ItemFile)).all()
        for one in files:
            fixity = self.world.house.objects.verify(Key.parse(one.object_key), one.object_version)
            assert (fixity.state, fixity.found) == (FixityState.OK, one.stored_sha256)


def empty_log(world: World) -> None:
    """Fold the write-ahead log into the database and cut it: whatever is written next needs new room."""
    engine = world.house.uow.engine
    engine.dispose()
    with engine.connect() as connection:
        done = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    assert done[0] == 0, "somebody still reads"


def compare(now: Snapshot, before: Snapshot) -> None:
    """Fail with what differs."""
    assert {name: now[name] for name in now if now[name] != before[name]} == {}
