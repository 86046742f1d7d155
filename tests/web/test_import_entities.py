"""Checking a file of another legal entity: its numbers are its own, and the unit decides (N-6, O-4, X-3)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from docctl.services.imports.commit import CommitImport, commit_import
from tests.entities import NAME, second_entity
from tests.imports.making import Run, text_of, write
from tests.web.conftest import Browser
from tests.web.test_documents import created, new
from tests.web.test_import_checking import WHOLE, hide, own_page, states, there
from tests.web.test_imports import worked
from tests.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "旧文件"
    write(made, "a.txt", text_of("记录控制程序", **WHOLE))
    return made


@pytest.fixture
def units(world: World) -> dict[str, UUID]:
    return second_entity(world)


def told(client: Browser, url: str) -> str:
    return " ".join(one.text_content() for one in client.page(url).cssselect(".n-warning"))


def test_n_6_the_unit_that_is_chosen_shows_the_clash_anew(
    client: Browser, world: World, folder: Path, units: dict[str, UUID]
) -> None:
    first = there(world, folder)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"{own_page(run)}/files/1"
    assert "JL-QP-07 是“记录控制程序”的编号" in told(client, own)
    assert client.submit(own, {"unit_id": str(units["YF"])}).status_code == 303
    assert told(client, own) == ""
    assert states(client.page(own_page(run))) == ["现行"]
    client.submit(own, {"unit_id": str(world.units["SC"])})
    assert "JL-QP-07 是“记录控制程序”的编号" in told(client, own)
    assert states(client.page(own_page(run))) == ["不能导入"]
    client.submit(own, {"unit_id": str(units["YF"])})
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    worked(world)
    second = run.files()["b.txt"]
    assert (second.outcome, second.number) == ("in_force", "JL-QP-07")
    assert second.document_id != first.id
    assert "不能导入" not in client.get(own_page(run)).text


def test_x_3_of_a_hidden_holder_the_number_shows_in_its_entity_alone(
    client: Browser, world: World, folder: Path, units: dict[str, UUID]
) -> None:
    hide(world, there(world, folder))
    write(folder, "b.txt", text_of("别的程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"{own_page(run)}/files/1"
    assert "JL-QP-07 已占用" in told(client, own)
    client.submit(own, {"unit_id": str(units["YF"])})
    assert told(client, own) == ""
    assert "记录控制程序" not in client.get(own).text


def test_i_4_a_document_of_another_entity_is_offered_by_its_title_and_named(
    client: Browser, world: World, folder: Path, units: dict[str, UUID]
) -> None:
    there(world, folder)
    write(folder, "b.txt", text_of("记录控制程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"{own_page(run)}/files/1"
    client.submit(own, {"unit_id": str(units["YF"])})
    offered = [one.text_content() for one in client.page(own).cssselect("#f-document_id option")]
    assert offered[1:] == ["JL-QP-07 记录控制程序 · 示例精密科技有限公司"]
    client.submit(own, {"unit_id": ""})
    offered = [one.text_content() for one in client.page(own).cssselect("#f-document_id option")]
    assert offered[1:] == ["JL-QP-07 记录控制程序"]
    names = [one.text_content() for one in client.page(own).cssselect("#f-unit_id option")]
    assert {one for one in names if "生产部" in one} == {f"生产部 · {NAME}", "生产部 · 示例精密科技有限公司"}


def test_n_6_a_new_document_is_refused_where_its_own_entity_has_the_number(
    client: Browser, world: World, folder: Path, units: dict[str, UUID]
) -> None:
    there(world, folder)
    client.sign_in("chen")
    page = new(client, world, number="JL-QP-07")
    assert page.status_code == 422
    assert "JL-QP-07 是“记录控制程序”的编号" in page.text
    created(client, world, number="JL-QP-07", unit_id=str(units["YF"]))
    again = new(client, world, number="JL-QP-07", unit_id=str(units["PZ"]))
    assert again.status_code == 422
