"""A company with many documents and records, its rows inserted in bulk, for the other benchmarks.

    python benchmarks/world.py folder [documents] [records]

The chain of its trail is not a real one: `audit verify` would refuse it.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.search_engine import WHAT, Stock, sentences
from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus, RevisionStatus
from docctl.domain.normal_form import normal
from docctl.jobs.projection import rebuild
from docctl.models.base import new_id
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.guarding import install, live
from docctl.models.names import name_key
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.organisation import LegalEntity, Person, Unit
from docctl.models.records import Record, RecordClass, RecordFact
from docctl.models.retention import RetentionClassRow
from docctl.models.trail import AuditHead, EventRow
from docctl.services.access import STAFF_READERS, insider_readers, intern_set, record_readers
from docctl.services.house import House
from storage.api import Area, Key
from tests.world import START, Clock, build_house, found

Rows = dict[type[Any], list[dict[str, Any]]]
BATCH = 5_000
NOTHING = "0" * 64


def settings_of(folder: Path) -> Settings:
    return Settings(data=folder, secret_key="x" * 40)


def opened(folder: Path, clock: Clock | None = None) -> House:
    return build_house(settings_of(folder), clock or Clock(START + timedelta(days=1)))


def build(
    folder: Path, documents: int, records: int, real: Path | None = None, *, revisions: int = 0
) -> House:
    """Return the house of a new company with so many items, each with a file that was read.

    Its texts are made of the sentences of the procedures in the folder `real`, if there is one.
    `revisions` is how many each document has; such documents have no files.
    """
    clock = Clock(START)
    house = build_house(settings_of(folder), clock)
    found(house)
    clock.forward(days=1)
    raw(
        house,
        lambda connection: [connection.exec_driver_sql(f"DROP TRIGGER {one}") for one in live(connection)],
    )
    texts = Texts(real)
    house.uow.write(lambda session: Makers(session, texts).documents(documents, revisions))
    for first in range(0, records, BATCH):
        wanted = min(BATCH, records - first)

        def work(session: Session, first: int = first, wanted: int = wanted) -> None:
            Makers(session, texts).records(first, wanted)

        house.uow.write(work)
    raw(house, install)
    raw(house, lambda connection: connection.exec_driver_sql("ANALYZE"))
    return house


def raw(house: House, work: Callable[[Connection], object]) -> None:
    """Work on the database past all use cases: history is put in, which the guards rightly refuse."""
    with house.uow.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        work(connection)
        connection.commit()


def without_guards(connection: Connection) -> None:
    for name in live(connection):
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


class Texts:
    """Bodies of five to fifteen sentences out of a stock of common and rare ones, or of 5 to 25 real ones."""

    def __init__(self, real: Path | None) -> None:
        self.chance = random.Random(1)
        self.stock = sentences(self.chance, 20_000)
        self.real = Stock(real) if real is not None else None

    def body(self) -> str:
        if self.real is not None:
            return self.real.body(self.chance)
        return "\n".join(self.chance.choices(self.stock, k=self.chance.randint(5, 15)))


class Makers:
    """Makes rows on what the company has."""

    def __init__(self, session: Session, texts: Texts) -> None:
        self.session = session
        self.texts = texts
        self.chance = texts.chance
        self.entity = session.scalars(select(LegalEntity)).one().id
        self.units = session.scalars(select(Unit).order_by(Unit.code)).all()
        self.types = session.scalars(select(DocumentType).order_by(DocumentType.ordinal)).all()
        self.people = {one.username: one.id for one in session.scalars(select(Person))}
        self.classes = session.scalars(select(RetentionClassRow).order_by(RetentionClassRow.ordinal)).all()
        self.rows: Rows = {}

    def add(self, model: type[Any], **values: Any) -> None:
        self.rows.setdefault(model, []).append(values)

    def write(self) -> None:
        for model, rows in self.rows.items():
            for part in parts(rows):
                self.session.execute(insert(model), part)
        head = self.session.scalars(select(AuditHead)).one()
        last = self.rows[EventRow][-1]
        self.session.execute(
            update(AuditHead).values(seq=last["seq"], recorded_at=last["recorded_at"], hash=NOTHING)
        )
        self.session.expire(head)

    def event(self, seq: int, action: str, kind: str, item: Any, at: datetime) -> None:
        self.add(
            EventRow,
            seq=seq,
            recorded_at=START,
            occurred_at=at,
            actor_id=self.people["chen"],
            actor_name="陈静",
            channel="web",
            action=action,
            subject_kind=kind,
            subject_id=item,
            facts="{}",
            detail_digest=NOTHING,
            prev_hash=NOTHING,
            hash=NOTHING,
        )

    def file(self, owner: Any, kind: OwnerKind, at: datetime) -> None:
        file_id = new_id()
        self.add(
            ItemFile,
            id=file_id,
            owner_kind=kind,
            owner_id=owner,
            role=FileRole.MAIN,
            ordinal=1,
            name="正文.txt",
            media_type="text/plain",
            sha256=NOTHING,
            size=1_000,
            object_key=str(Key.new(Area.RECORDS, kind.value, owner, 1)),
            object_version="1",
            stored_sha256=NOTHING,
            stored_size=1_000,
            added_at=at,
            checked_at=at,
        )
        self.add(FileReading, file_id=file_id, text=self.texts.body(), html=None, pages=[0], read_at=at)

    def number(self, shown: str, kind: str, item: Any) -> None:
        self.add(
            NumberEntry,
            id=new_id(),
            entity_id=self.entity,
            shown=shown,
            normal=normal(shown),
            kind=kind,
            state=NumberState.USED,
            item_kind=kind,
            item_id=item,
            taken_at=START,
        )

    def documents(self, count: int, revisions: int = 0) -> None:
        """Make documents: nine of ten with one revision in force, the tenth with an obsolete one too.

        Or each with so many `revisions` one after the other, without files.
        """
        staff = intern_set(self.session, STAFF_READERS)
        insiders = {u.id: intern_set(self.session, insider_readers(u.id, [])) for u in self.units}
        first = self.session.scalars(select(AuditHead.seq)).one() + 1
        for place in range(count):
            unit, kind = self.chance.choice(self.units), self.types[place % len(self.types)]
            document, title = new_id(), f"{self.chance.choice(WHAT)} {place}"
            shown = f"ZD{place % 40:02}-{place:05}"
            since = START - timedelta(days=self.chance.randrange(30, 2_000))
            self.add(
                Document,
                id=document,
                entity_id=self.entity,
                type_id=kind.id,
                number=shown,
                title=title,
                title_key=name_key(title),
                unit_id=unit.id,
                access_set_id=staff,
                insider_set_id=insiders[unit.id],
                created_at=since,
                created_by=self.people["chen"],
            )
            self.number(shown, "document", document)
            before = revisions - 1 if revisions else int(place % 10 == 0)
            starts = [since - timedelta(days=400 * ago) for ago in range(before, -1, -1)]
            for ordinal, start in enumerate(starts, start=1):
                revision = new_id()
                self.add(
                    Revision,
                    id=revision,
                    document_id=document,
                    ordinal=ordinal,
                    issue_label="A",
                    amendment_label=str(ordinal - 1),
                    label=f"A/{ordinal - 1}",
                    title=title,
                    status=RevisionStatus.ISSUED,
                    manifest="{}",
                    manifest_sha256=NOTHING,
                    approved_at=start,
                    issued_at=start,
                    effective_from=start,
                    effective_until=starts[ordinal] if ordinal < len(starts) else None,
                    created_by=self.people["chen"],
                    created_at=start,
                )
                if not revisions:
                    self.file(revision, OwnerKind.REVISION, start)
            self.event(first + place, "document.created", "document", document, since)
        self.write()

    def records(self, first: int, count: int) -> None:
        """Make records of all units and states over ten years."""
        forms = self.session.execute(
            select(Document.id, Revision.id)
            .join(Revision, Revision.document_id == Document.id)
            .join(DocumentType, DocumentType.id == Document.type_id)
            .where(DocumentType.is_form, Revision.effective_until.is_(None))
            .limit(200)
        ).all()
        readers = {u.id: intern_set(self.session, record_readers(u.id, None, None)) for u in self.units}
        seq = self.session.scalars(select(AuditHead.seq)).one() + 1
        for place in range(first, first + count):
            unit, cls = self.chance.choice(self.units), self.chance.choice(self.classes)
            form, revision = self.chance.choice(forms)
            record, shown = new_id(), f"JL-{place % 90:02}-{place:06}"
            at = START - timedelta(days=self.chance.randrange(1, 3_650))
            status = self.chance.choices(
                [RecordStatus.ACCEPTED, RecordStatus.COMPLETED, RecordStatus.DESTROYED], [90, 5, 5]
            )[0]
            title = f"{self.chance.choice(WHAT)} {place}"
            self.add(
                Record,
                id=record,
                entity_id=self.entity,
                number=shown,
                form_id=form,
                form_revision_id=revision,
                title=title,
                status=status,
                unit_id=unit.id,
                unit_name=unit.name,
                occurred_at=at,
                filed_by=self.people["wang"],
                filed_at=at + timedelta(hours=1),
                class_id=cls.id,
                keep_until=date(2026, 1, 1) + timedelta(days=self.chance.randrange(-300, 3_000)),
                access_set_id=readers[unit.id],
            )
            self.number(shown, "record", record)
            self.add(RecordClass, record_id=record, class_id=cls.id, governs=True)
            for field, value in (("title", title), ("occurred_at", at.isoformat()), ("remarks", "见正文")):
                self.add(
                    RecordFact,
                    id=new_id(),
                    record_id=record,
                    field=field,
                    ordinal=0,
                    value=value,
                    set_at=at,
                )
            self.file(record, OwnerKind.RECORD, at)
            self.event(seq + place - first, "record.filed", "record", record, at)
        self.write()


def parts(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    while part := list(islice(rest, 2_000)):
        yield part


def percentile(times: Sequence[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1_000


def main() -> None:
    folder = Path(sys.argv[1])
    documents = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    records = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    started = time.perf_counter()
    house = build(folder, documents, records)
    print(f"{documents} documents, {records} records in {time.perf_counter() - started:.0f} s")
    started = time.perf_counter()
    print(f"{rebuild(house)} entries indexed in {time.perf_counter() - started:.0f} s")
    house.close()


if __name__ == "__main__":
    main()
