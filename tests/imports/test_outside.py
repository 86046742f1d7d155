"""No import gives a document to an outside organisation: not by its name, by choice, by folder (O-7, I-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.domain.imports import Watched
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.services.imports.change import ChangeImport, change_import
from docctl.services.imports.watched import goes_to
from tests.imports.making import Run, text_of, write
from tests.partners import a_partner
from tests.world import World

WHOLE = {"number": "QP-71", "label": "A/0", "effective": "2022-01-01"}


@pytest.fixture
def run(world: World, tmp_path: Path) -> Run:
    a_partner(world)
    write(tmp_path, "a.txt", text_of("来料检验程序", unit="GYS供应商", **WHOLE))
    return Run.of(world, tmp_path).read()


def test_o_7_a_paper_that_names_an_organisation_goes_to_the_unit_of_the_run(world: World, run: Run) -> None:
    assert "unit_id" not in run.content("a.txt").chosen
    run.imported()
    assert run.files()["a.txt"].outcome == "in_force"


def test_o_7_an_organisation_cannot_be_chosen_for_a_file(world: World, run: Run) -> None:
    cmd = ChangeImport(run.id, [run.files()["a.txt"].id], {"unit_id": str(world.units["GYS"])})
    with pytest.raises(RuleRefused) as error:
        change_import(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "O-7.owns_nothing"


def test_o_7_what_was_chosen_before_is_refused_when_it_comes_in(world: World, run: Run) -> None:
    chosen = {**run.content("a.txt").chosen, "unit_id": str(world.units["GYS"])}
    run.keep("a.txt", chosen=chosen)
    row = run.imported()["a.txt"]
    assert (row.outcome, row.rule, row.code) == ("failed", "O-7", "owns_nothing")
    assert row.document_id is None


def test_o_7_neither_a_run_nor_a_watched_folder_goes_to_an_organisation(world: World, tmp_path: Path) -> None:
    a_partner(world)
    with pytest.raises(RuleRefused) as error:
        Run.of(world, tmp_path, unit="GYS")
    assert error.value.refused.key == "O-7.owns_nothing"
    with world.house.uow.read() as session:
        found = goes_to(session, Watched(tmp_path, "GYS", "procedure"))
        assert isinstance(found, Refused)
        assert found.key == "I-1.watched_unit"
        assert not isinstance(goes_to(session, Watched(tmp_path, "PZ", "procedure")), Refused)
