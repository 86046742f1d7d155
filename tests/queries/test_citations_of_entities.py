"""What is cited where two legal entities have one number, title or tail: its own, else all listed (O-4)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from docctl.models.documents import Document
from docctl.queries.citations import cited_by
from tests.entities import NAME, second_entity
from tests.imports.conftest import folder
from tests.imports.making import Run, text_of, write
from tests.queries.test_citations import BODY, standing
from tests.queries.test_impact import missed
from tests.world import World

__all__ = ["folder"]

OURS = "示例精密科技有限公司"


@pytest.fixture
def units(world: World) -> dict[str, UUID]:
    """Return a unit of each entity, and add a third entity's to those of the second."""
    return {"ours": world.units["PZ"], "theirs": second_entity(world)["YF"]}


def made(world: World, folder: Path, unit: UUID, number: str, title: str, cites: str) -> tuple[UUID, UUID]:
    """Import a document of a unit that cites something; return it and its revision."""
    facts = {"number": number, "label": "A/0", "effective": "2020-01-01"}
    text = text_of(title, **facts, body=BODY.replace("{cited}", cites))
    write(folder, f"{unit}{number.replace('/', '-')}.txt", text)
    world.units["of the run"] = unit
    run = Run.of(world, folder, unit="of the run").read()
    (row,) = run.imported().values()
    assert row.outcome == "in_force", (row.rule, row.code)
    for path in folder.iterdir():
        path.unlink()
    assert row.document_id is not None
    assert row.revision_id is not None
    return row.document_id, row.revision_id


def faults(world: World, cited: str) -> set[tuple[str, str]]:
    """Return what is wrong with citations of a name, and in which document."""
    return {(one.number, one.fault) for one in missed(world).rows if one.cited == cited}


def citing(world: World, document_id: UUID) -> set[UUID]:
    with world.house.uow.read() as session:
        document = session.get_one(Document, document_id)
        found = cited_by(session, world.by("chen").actor, document, at=world.clock())
    return {one.document_id for one in found}


@pytest.mark.parametrize(
    ("numbers", "titles", "written"),
    [
        pytest.param(("JL-QP-07", "JL-QP-07"), ("甲程序", "乙程序"), "JL-QP-07", id="a number"),
        pytest.param(("JL-QP-07", "JL-QP-08"), ("记录程序", "记录程序"), "记录程序", id="a title"),
        pytest.param(("T/NDF/TSP01", "T/NDG/TSP01"), ("甲程序", "乙程序"), "TSP01", id="a tail"),
    ],
)
def test_d_6_a_text_means_what_its_own_entity_has(
    world: World,
    folder: Path,
    units: dict[str, UUID],
    numbers: tuple[str, str],
    titles: tuple[str, str],
    written: str,
) -> None:
    ours, _ = made(world, folder, units["ours"], numbers[0], titles[0], "别的程序")
    theirs, _ = made(world, folder, units["theirs"], numbers[1], titles[1], "别的程序")
    here, of_ours = made(world, folder, units["ours"], "JL-QP-91", "采购程序", written)
    there, of_theirs = made(world, folder, units["theirs"], "JL-QP-91", "采购程序", written)
    for revision, meant in ((of_ours, ours), (of_theirs, theirs)):
        found = standing(world, revision)[written]
        assert (found.standing, found.document_id, found.candidates) == ("in_force", meant, ())
    assert (citing(world, ours), citing(world, theirs)) == ({here}, {there})
    assert faults(world, written) == set()


def test_d_6_what_only_another_entity_has_is_found_there(
    world: World, folder: Path, units: dict[str, UUID]
) -> None:
    theirs, _ = made(world, folder, units["theirs"], "JL-QP-07", "甲程序", "别的程序")
    here, revision = made(world, folder, units["ours"], "JL-QP-91", "采购程序", "JL-QP-07")
    assert standing(world, revision)["JL-QP-07"].document_id == theirs
    assert citing(world, theirs) == {here}
    assert faults(world, "JL-QP-07") == set()


@pytest.mark.parametrize(
    ("numbers", "titles", "written"),
    [
        pytest.param(("JL-QP-07", "JL-QP-07"), ("甲程序", "乙程序"), "JL-QP-07", id="a number"),
        pytest.param(("JL-QP-07", "JL-QP-08"), ("记录程序", "记录程序"), "记录程序", id="a title"),
    ],
)
def test_n_10_what_several_others_have_lists_them_with_their_entities(
    world: World,
    folder: Path,
    units: dict[str, UUID],
    numbers: tuple[str, str],
    titles: tuple[str, str],
    written: str,
) -> None:
    ours, _ = made(world, folder, units["ours"], numbers[0], titles[0], "别的程序")
    theirs, _ = made(world, folder, units["theirs"], numbers[1], titles[1], "别的程序")
    third = second_entity(world, "WX", "示例无锡有限公司", person="wuxi")["YF"]
    _, revision = made(world, folder, third, "JL-QP-91", "采购程序", written)
    found = standing(world, revision)[written]
    assert (found.standing, found.document_id) == ("ambiguous", None)
    assert {(one.document_id, one.entity) for one in found.candidates} == {(ours, OURS), (theirs, NAME)}
    assert (citing(world, ours), citing(world, theirs)) == (set(), set())
    # A text of one of them means its own, however it is written elsewhere.
    made(world, folder, units["ours"], "JL-QP-92", "验收程序", written)
    assert faults(world, written) == {("JL-QP-91", "ambiguous")}
