"""Checking a run: what is not read yet, taken numbers, hidden documents, histories, the way out (I-1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from sqlalchemy.orm import Session

from docctl.models.documents import Document
from docctl.services.access import intern_set
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.presence import LENGTH
from tests.imports.making import Run, text_of, write
from tests.web.conftest import Browser
from tests.web.test_imports import fields_of, worked
from tests.world import World

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "旧文件"
    write(made, "a.txt", text_of("记录控制程序", **WHOLE))
    return made


def own_page(run: Run) -> str:
    return f"/documents/imports/{run.id}"


def states(page: html.HtmlElement) -> list[str]:
    return [one.text_content().strip() for one in page.cssselect("td.k-state")]


def there(world: World, folder: Path) -> Document:
    """Import a.txt, empty the folder, and return the document."""
    done = Run.of(world, folder).read().imported()
    world.clock.forward(minutes=1)
    (folder / "a.txt").unlink()
    revision = done["a.txt"].revision_id
    assert revision is not None
    return world.document_of(revision)


def hide(world: World, document: Document) -> None:
    """Let one person alone see the document, who is not chen."""

    def hidden(session: Session) -> None:
        only = intern_set(session, {f"person:{world.people['zhou']}"})
        row = session.get_one(Document, document.id)
        row.access_set_id = row.insider_set_id = only

    world.house.uow.write(hidden)


def test_i_1_a_file_that_waits_is_told_apart_from_one_without_facts(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder)
    client.sign_in("chen")
    page = client.page(own_page(run))
    assert states(page) == ["还没读"]
    assert "还没读 1" in " ".join(page.cssselect(".chips")[0].text_content().split())
    file = client.page(f"{own_page(run)}/files/1")
    assert "轮到它读完以后" in file.text_content()
    assert not file.cssselect("#f-number, .checking-text")
    write(folder, "b.txt", "一二三四五六七八九十" * 9)
    read = Run.of(world, folder).read()
    assert states(client.page(own_page(read))) == ["现行", "草稿"]
    assert client.page(f"{own_page(read)}/files/2").cssselect("#f-number")


def test_n_6_a_taken_number_names_its_document_where_it_was_read_and_the_way_on(
    client: Browser, world: World, folder: Path
) -> None:
    document = there(world, folder)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    assert states(client.page(own_page(run))) == ["不能导入"]
    own = f"{own_page(run)}/files/1"
    page = client.page(own)
    said = page.cssselect(".n-warning")[0].text_content()
    assert "JL-QP-07 是“记录控制程序”的编号" in said
    assert "取自带标签的一行" in said
    assert "下一版本导入，排在 B/1 之后" in said
    (button,) = page.cssselect("button[name=joins]")
    assert button.get("data-focus") is not None
    sent = fields_of(page, own) | {"joins": button.get("value")}
    assert client.post(own, data=sent).status_code == 303
    assert run.content("b.txt").chosen["document_id"] == str(document.id)
    assert states(client.page(own_page(run))) == ["现行"]
    assert "JL-QP-07 的下一版本" in client.get(own_page(run)).text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        pytest.param({"number": "JL-QP-08"}, [], id="a free number"),
        pytest.param({"number": "jl－qp－07"}, ["取自带标签的一行"], id="written otherwise"),
        pytest.param({"number": "JL-QP-07", "label": "A/0"}, ["它不能成为 JL-QP-07 的版本"], id="no place"),
    ],
)
def test_n_6_a_clash_follows_what_is_typed(
    client: Browser, world: World, folder: Path, typed: dict[str, str], told: list[str]
) -> None:
    there(world, folder)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"{own_page(run)}/files/1"
    client.submit(own, typed)
    page = client.page(own)
    said = " ".join(one.text_content() for one in page.cssselect(".n-warning"))
    assert all(one in said for one in told)
    assert bool(said) == bool(told)


def test_x_3_of_a_hidden_holder_only_is_told_that_the_number_is_taken(
    client: Browser, world: World, folder: Path
) -> None:
    hide(world, there(world, folder))
    write(folder, "b.txt", text_of("别的程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    page = client.page(f"{own_page(run)}/files/1")
    assert "JL-QP-07 已占用" in page.cssselect(".n-warning")[0].text_content()
    assert "请改正编号" in page.cssselect(".n-warning")[0].text_content()
    assert "记录控制程序" not in page.text_content()
    assert not page.cssselect("button[name=joins]")


def test_i_4_who_may_not_see_the_chosen_document_keeps_the_choice(
    client: Browser, world: World, folder: Path
) -> None:
    document = there(world, folder)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    run.keep("b.txt", chosen={**run.content("b.txt").chosen, "document_id": str(document.id)})
    hide(world, document)
    client.sign_in("chen")
    own = f"{own_page(run)}/files/1"
    page = client.page(own)
    (option,) = page.cssselect("#f-document_id option[selected]")
    assert option.text_content() == "JL-QP-07 的版本（您无权查看该文件）"
    assert "B/1" not in page.text_content()
    assert "记录控制程序" not in page.text_content()
    listed = client.page(own_page(run)).text_content()
    assert "JL-QP-07 的版本" in listed
    assert "下一版本" not in listed
    assert client.submit(own, {"title": "记录管理办法"}).status_code == 303
    chosen = run.content("b.txt").chosen
    assert (chosen["document_id"], chosen["title"]) == (str(document.id), "记录管理办法")
    assert run.files()["b.txt"].checked_at is not None
    client.submit(own, {"document_id": ""})
    assert "document_id" not in run.content("b.txt").chosen
    sent = fields_of(client.page(own), own) | {"document_id": str(document.id)}
    assert client.post(own, data=sent).status_code == 404  # nobody chooses what they may not see


def test_i_1_a_corrected_number_makes_a_file_a_document_of_its_own(
    client: Browser, world: World, folder: Path
) -> None:
    write(folder, "b.txt", text_of("采购程序", **WHOLE | {"label": "C/0", "effective": "2022-01-01"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    assert "第 2 个版本，共 2 个" in client.get(own_page(run)).text
    client.submit(f"{own_page(run)}/files/2", {"number": "JL-QP-17"})
    assert "个版本，共" not in client.get(own_page(run)).text
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    worked(world)
    files = run.files()
    assert {one.outcome for one in files.values()} == {"in_force"}
    assert [files[one].number for one in ("a.txt", "b.txt")] == ["JL-QP-07", "JL-QP-17"]
    assert files["a.txt"].document_id != files["b.txt"].document_id


def test_i_4_what_is_said_to_be_another_revision_becomes_one(
    client: Browser, world: World, folder: Path
) -> None:
    write(folder, "b.txt", text_of("记录控制程序修订", label="C/0", effective="2022-01-01"))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"{own_page(run)}/files/1/beside/2"
    token = client.page(own).cssselect("input[name=csrf_token]")[0].get("value")
    assert client.post(own, data={"relation": "revision", "csrf_token": token}).status_code == 303
    assert "第 2 个版本，共 2 个" in client.get(own_page(run)).text
    assert client.submit(own_page(run), action=f"{own_page(run)}/undo").status_code == 303
    assert "个版本，共" not in client.get(own_page(run)).text
    client.post(own, data={"relation": "revision", "csrf_token": token})
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    worked(world)
    files = run.files()
    assert {one.outcome for one in files.values()} == {"in_force"}
    assert files["a.txt"].document_id == files["b.txt"].document_id


def test_v_3_two_files_of_one_day_are_told_before_the_import_and_leaving_one_out_mends_it(
    client: Browser, world: World, folder: Path
) -> None:
    write(folder, "b.txt", text_of("记录控制程序", **WHOLE | {"label": "B/2"}))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    page = client.page(own_page(run))
    assert states(page) == ["现行", "不能导入"]
    assert "后一版本要晚于前一版本" in page.text_content()
    client.submit(f"{own_page(run)}/files/1", {"choice": "leave_out"})
    assert states(client.page(own_page(run))) == ["未导入", "现行"]


def test_i_1_the_way_on_says_how_many_and_the_way_out_stands_apart(
    client: Browser, world: World, folder: Path
) -> None:
    write(folder, "b.txt", text_of("来访接待办法"))
    write(folder, "c.txt", "")
    run = Run.of(world, folder)
    client.sign_in("chen")
    page = client.page(own_page(run))
    assert not page.cssselect(f".head form[action='{own_page(run)}/cancel']")
    (way_out,) = page.cssselect("details.way-out")
    assert "已读到的内容和复制的文件都会删除" in way_out.text_content()
    assert not way_out.cssselect("a[href$=give-up]")
    world.clock.now += LENGTH
    lost = client.page(own_page(run))
    assert "没有响应" in lost.cssselect(".n-warning")[0].text_content()
    assert lost.cssselect("details.way-out a[href$=give-up]")
    run.read()
    client.submit(f"{own_page(run)}/files/2", {"choice": "leave_out"})
    said = client.page(own_page(run))
    head = said.cssselect(".head")[0]
    assert "全部导入（1 个，含未核对）" in head.text_content()
    assert [one.text_content() for one in head.cssselect(".btn-primary")] == ["逐个核对"]
    lead = " ".join(said.cssselect(".lead-in")[0].text_content().split())
    assert "还没有核对过" in lead
    assert "另有 1 个不导入" in lead
    assert "1 个没有读出" in lead
    assert "核对时的改动" in said.cssselect("details.way-out")[0].text_content()
    client.submit(f"{own_page(run)}/files/1")
    checked = client.page(own_page(run))
    assert "已全部核对" in checked.cssselect(".lead-in")[0].text_content()
    assert "导入 1 个文件" in checked.cssselect(".head")[0].text_content()


def test_i_1_the_checked_files_go_in_by_the_first_button_and_the_rest_stays(
    client: Browser, world: World, folder: Path
) -> None:
    for name in "bcd":
        facts = {"number": f"JL-QP-1{name}", "label": "A/0", "effective": "2020-01-01"}
        write(folder, f"{name}.txt", text_of(f"第{name}号控制程序", **facts))
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = own_page(run)
    for place in (1, 2):
        client.submit(f"{own}/files/{place}")
    page = client.page(own)
    head, lead = page.cssselect(".head")[0], page.cssselect(".lead-in")[0].text_content()
    assert [one.text_content() for one in head.cssselect(".btn-primary")] == ["导入已核对的 2 个"]
    assert "全部导入（4 个，含未核对）" in head.text_content()
    assert "其中 2 个已核对" in lead
    assert "还没有核对的 2 个留在这里" in lead
    (checked,) = (one for one in head.cssselect("form") if one.cssselect("input[name=only_checked]"))
    sent = {one.get("name"): one.get("value") for one in checked.cssselect("input")}
    assert client.post(f"{own}/import", data=sent).status_code == 303
    during = client.page(own).text_content()
    assert "正在导入：0 / 2 个文件" in during
    worked(world)
    page = client.page(own)
    assert states(page) == ["现行", "现行", "现行", "现行"]
    assert len(page.cssselect("input[name=ids]")) == 2
    assert "已导入 2 个文件，还有 2 个待导入" in page.text_content()
    assert "已导入 2" in " ".join(page.cssselect(".chips")[0].text_content().split())
    assert client.get(f"{own}/report").status_code == 200
    assert not client.page(f"{own}/files/1").cssselect(".n-warning")  # its own number is no clash
    assert client.submit(own, action=f"{own}/cancel").status_code == 303
    assert "导入已结束" in client.get("/documents/imports").text
    assert [one.outcome for one in run.files().values()] == ["in_force", "in_force", "skipped", "skipped"]


@pytest.mark.parametrize("is_hidden", [False, True], ids=["one may see it", "hidden"])
def test_x_3_that_a_title_is_there_is_told_to_who_may_see_the_document(
    client: Browser, world: World, folder: Path, is_hidden: bool
) -> None:
    document = there(world, folder)
    write(folder, "b.txt", text_of("记录控制程序"))
    if is_hidden:
        hide(world, document)
    run = Run.of(world, folder).read()
    assert [one["code"] for one in run.content("b.txt").notes] == ["title_there"]
    client.sign_in("chen")
    for url in (own_page(run), f"{own_page(run)}/files/1"):
        assert ("JL-QP-07" in client.get(url).text) is not is_hidden
