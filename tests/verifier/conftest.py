"""A company with a destruction behind it, packed in four ways; each test bends a copy of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.jobs.deliveries import unfinished
from docctl.jobs.package import write_package
from docctl.jobs.sealer import seal
from docctl.jobs.wait import settle
from docctl.models.content import FileRole, ItemFile
from docctl.models.records import Record
from docctl.services.caller import Caller, the_system
from docctl.services.objects.sweep import NoteSweep, note_sweep
from docctl.services.revisions.sign import review_revision
from storage.api import Key
from tests.delegating import delegated, signing_for
from tests.lists import accepted, filed, list_row, witnessed_list
from tests.places import Place
from tests.verifier.bending import Bent
from tests.world import START, Clock, World, build_house


@dataclass(frozen=True)
class Packed:
    """The packages by name, the witness's folder, the first key, what was told."""

    folder: Path
    witness: Path
    key_id: str
    seed: str
    number: str
    certificate: Path


@pytest.fixture(scope="session")
def packed(founded: Place, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """Let four people destroy a list, change the key in between, and pack the trail."""
    folder = tmp_path_factory.mktemp("packed")
    place = founded.copy(folder / "data")
    witness = folder / "witness"
    witness.mkdir()
    clock = Clock(START)
    settings = replace(place.settings, witness=str(witness))
    house = build_house(settings, clock)
    try:
        world = World.of(house, clock)
        kept = accepted(world, filed(world, title="留下的一件"))
        note_sweep(NoteSweep((), 1, ()), by=world.system(), house=house)
        settle(house)
        before = seal(house).size
        first = house.audit_keys.read()[0]
        house.audit_keys.renew()
        list_id, _marker = witnessed_list(world, items=2)
        delegated(world, "ouyang", "zhang")  # and one signs for another
        stood_in = signing_for(world, world.submitted(world.draft("代签一份")), "ouyang")
        review_revision(stood_in, by=world.by("zhang"), house=house)
        settle(house)
        assert unfinished(house) == []
        assert list_row(world, list_id).status.value == "executed"
        with house.uow.read() as session:
            number = session.get_one(Record, kept).number
            file = session.scalars(select(ItemFile).where(ItemFile.role == FileRole.CERTIFICATE)).one()
            destroyed = session.scalars(select(Record.number).where(Record.status == "destroyed")).first()
        certificate = folder / "certificate.docx"

        with house.objects.open(Key.parse(file.object_key), file.object_version) as source:
            certificate.write_bytes(source.read())
        auditor = replace(world.by("qian"), channel="cli")
        operator: Caller = the_system(clock(), channel="cli")
        write_package(house, folder / "whole", by=operator)
        write_package(house, folder / "audited", by=auditor)
        write_package(house, folder / "late", by=operator, start=before + 3)
        write_package(house, folder / "record", by=operator, number=number)
        write_package(house, folder / "list", by=auditor, number=list_row(world, list_id).number)
        write_package(house, folder / "gone", by=auditor, number=destroyed or "")
        seed = house.audit_keys.read()[-1].seed
    finally:
        house.close()
    return Packed(folder, witness, first.key_id, seed, number, certificate)


@pytest.fixture
def bent(packed: Packed, tmp_path: Path) -> Bent:
    """Return a way to copies of the packages."""
    return Bent(packed.folder, tmp_path)
