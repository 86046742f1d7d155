"""Records that have fallen due, and short ways through the steps of a disposal list, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.normal_form import normal
from docctl.models.base import new_id
from docctl.models.documents import Document, Revision
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.organisation import LegalEntity, Person, Unit
from docctl.models.records import Record, RecordClass, RecordKey
from docctl.models.retention import (
    DisposalCheck,
    DisposalItem,
    DisposalList,
    Hold,
    RetentionClassRow,
)
from docctl.services.access import intern_set, record_readers
from docctl.services.disposal.decide import (
    ApproveDisposal,
    CheckDisposal,
    approve_disposal,
    check_disposal,
)
from docctl.services.disposal.execute import (
    ExecuteDisposal,
    execute_disposal,
    witness_disposal,
)
from docctl.services.disposal.propose import ProposeDisposal, propose_disposal
from docctl.services.disposal.start import StartItems, start_items
from docctl.services.holds.place import LiftHold, PlaceHold, lift_hold, place_hold
from tests.beginnings import begun
from tests.places import Place
from tests.world import World

#: Due since long before the tests' clock begins.
LONG_AGO = date(2025, 12, 31)


FORM = "JL/04-01"


def _a_form(world: World) -> None:
    world.issued(world.draft())
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))


def with_form(founded: Place, tmp_path: Path) -> Settings:
    """Return settings of a copy of the small company in which a form is in force."""
    return begun(founded, _a_form)[0].copy(tmp_path / "data").settings


@dataclass
class Keeping:
    """A world with a form in force and ways to records kept under it."""

    world: World
    form: UUID
    form_revision: UUID

    @classmethod
    def of(cls, world: World) -> Keeping:
        """Read the form that `with_form` brought into force."""
        with world.house.uow.read() as session:
            form = session.scalars(select(Document).where(Document.number == FORM)).one()
            revision = session.scalars(select(Revision).where(Revision.document_id == form.id)).one()
            return cls(world, form.id, revision.id)

    def records(
        self,
        count: int = 1,
        *,
        unit: str = "SC",
        until: date | None = LONG_AGO,
        permanent: bool = False,
        code: str = "other",
        status: RecordStatus = RecordStatus.ACCEPTED,
        prefix: str = "",
        readers: frozenset[str] | None = None,
        keys: Sequence[tuple[str, str]] = (),
        entity_id: UUID | None = None,
        number: str = "",
    ) -> list[UUID]:
        """Put records into the register as they stand years after they were accepted."""
        ids = [new_id() for _ in range(count)]
        day = datetime.combine(date(2021, 5, 6), time(2), tzinfo=UTC)

        def work(session) -> None:
            entity = session.scalars(select(LegalEntity).order_by(LegalEntity.id)).first()
            of_entity = entity_id or entity.id
            cls = session.scalars(select(RetentionClassRow).where(RetentionClassRow.code == code)).one()
            row = session.get_one(Unit, self.world.units[unit])
            tokens = readers or record_readers(row.id, self.world.people["wang"], self.world.units["SC"])
            access = intern_set(session, tokens)
            start = session.query(Record).count()
            for place, one in enumerate(ids, start=start + 1):
                shown = number or f"{prefix or FORM}-{place:06d}"
                session.add(
                    NumberEntry(
                        entity_id=of_entity,
                        shown=shown,
                        normal=normal(shown),
                        kind="record",
                        state=NumberState.USED,
                        item_kind="record",
                        item_id=one,
                        taken_at=self.world.clock(),
                    )
                )
                session.add(
                    Record(
                        id=one,
                        entity_id=of_entity,
                        number=shown,
                        form_id=self.form,
                        form_revision_id=self.form_revision,
                        title=f"顾客反馈登记 {place}",
                        status=status,
                        unit_id=row.id,
                        unit_name=row.name,
                        occurred_at=day,
                        filed_by=self.world.people["wang"],
                        filed_at=day + timedelta(hours=1),
                        accepted_by=self.world.people["li"],
                        accepted_at=day + timedelta(days=1),
                        class_id=cls.id,
                        keep_until=None if permanent else until,
                        is_permanent=permanent,
                        trigger_on=day.date(),
                        keep_because=[{"code": "only_class", "params": {"class": cls.name}}],
                        access_set_id=access,
                    )
                )
            session.flush()
            session.add_all([RecordClass(record_id=one, class_id=cls.id, governs=True) for one in ids])
            session.add_all(
                [
                    RecordKey(record_id=one, kind=kind, value=value, normal=normal(value))
                    for one in ids
                    for kind, value in keys
                ]
            )

        self.world.house.uow.write(work)
        return ids

    def record(self, record_id: UUID) -> Record:
        """Return a record as it is now."""
        with self.world.house.uow.read() as session:
            return session.get_one(Record, record_id)

    def list(self, list_id: UUID) -> DisposalList:
        """Return a list as it is now."""
        with self.world.house.uow.read() as session:
            return session.get_one(DisposalList, list_id)

    def items(self, list_id: UUID) -> list[DisposalItem]:
        """Return a list's items in order."""
        with self.world.house.uow.read() as session:
            return list(
                session.scalars(
                    select(DisposalItem).where(DisposalItem.list_id == list_id).order_by(DisposalItem.ordinal)
                )
            )

    def checks(self, list_id: UUID) -> dict[str, DisposalCheck]:
        """Return the opinions asked for, by unit code."""
        codes = {unit_id: code for code, unit_id in self.world.units.items()}
        with self.world.house.uow.read() as session:
            rows = session.scalars(select(DisposalCheck).where(DisposalCheck.list_id == list_id))
            return {codes[one.unit_id]: one for one in rows}

    def hold_row(self, hold_id: UUID) -> Hold:
        """Return a hold as it is now."""
        with self.world.house.uow.read() as session:
            return session.get_one(Hold, hold_id)

    def propose(self, records: list[UUID], *, by: str = "zhou", title: str = "到期记录销毁") -> UUID:
        """Propose records."""
        return propose_disposal(
            ProposeDisposal(title, tuple(records)), by=self.world.by(by), house=self.world.house
        )

    def check(
        self,
        list_id: UUID,
        opinion: str = "agree",
        *,
        by: str = "li",
        unit: str = "SC",
        comment: str = "",
        seen: str = "",
    ) -> None:
        """Give a function's opinion."""
        check_disposal(
            CheckDisposal(
                list_id,
                self.world.units[unit],
                opinion,
                comment,
                seen or self.list(list_id).manifest_sha256,
            ),
            by=self.world.by(by),
            house=self.world.house,
        )

    def approve(self, list_id: UUID, *, by: str = "zhao", seen: str = "") -> None:
        """Approve a list as it is shown."""
        row = self.list(list_id)
        approve_disposal(
            ApproveDisposal(list_id, row.row_version, seen or row.manifest_sha256),
            by=self.world.by(by),
            house=self.world.house,
        )

    def order(self, list_id: UUID, *, by: str = "li", seen: str = "") -> None:
        """Order the destruction."""
        row = self.list(list_id)
        execute_disposal(
            ExecuteDisposal(list_id, row.row_version, seen or row.manifest_sha256),
            by=self.world.by(by),
            house=self.world.house,
        )

    def witness(self, list_id: UUID, *, by: str = "chen", seen: str = "") -> None:
        """Witness the destruction."""
        row = self.list(list_id)
        witness_disposal(
            ExecuteDisposal(list_id, row.row_version, seen or row.manifest_sha256),
            by=self.world.by(by),
            house=self.world.house,
        )

    def approved(self, records: list[UUID]) -> UUID:
        """Bring records of the production unit onto an approved list."""
        list_id = self.propose(records)
        self.check(list_id)
        self.approve(list_id)
        return list_id

    def executing(self, records: list[UUID]) -> UUID:
        """Bring records of the production unit onto a list that is witnessed."""
        list_id = self.approved(records)
        self.order(list_id)
        self.witness(list_id)
        return list_id

    def start(self, list_id: UUID, *, wall: datetime | None = None) -> UUID | None:
        """Take the next item over the point of no return."""
        command = StartItems(list_id, wall or self.world.clock(), most=1)
        started = start_items(command, by=self.world.system(), house=self.world.house)
        return started[0] if started else None

    def hold(
        self,
        records: Sequence[UUID] = (),
        *keys: tuple[str, str],
        by: str = "zhou",
        name: str = "张某投诉",
        none_yet: bool = False,
    ) -> UUID:
        """Place a hold on records, on keys, or on both."""
        cmd = PlaceHold(name, "法院已受理", tuple(records), keys, none_yet_is_meant=none_yet)
        return place_hold(cmd, by=self.world.by(by), house=self.world.house)

    def lift(self, hold_id: UUID, *, by: str = "zhou", reason: str = "已结案") -> None:
        """Lift a hold."""
        lift_hold(
            LiftHold(hold_id, self.hold_row(hold_id).row_version, reason),
            by=self.world.by(by),
            house=self.world.house,
        )

    def disable(self, username: str) -> None:
        """Disable a person's account."""

        def work(session) -> None:
            session.get_one(Person, self.world.people[username]).disabled_at = self.world.clock()

        self.world.house.uow.write(work)
