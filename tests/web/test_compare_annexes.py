"""Comparing revisions by file: annexes paired by title and place, added and removed ones told (V-5, V-13)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import event, select

from docctl.models.content import FileReading
from docctl.models.trail import EventRow
from docctl.queries.compare_files import FileSide, One, _facing, compared_files
from docctl.services.revisions.files import KeptAnnex
from tests import filing
from tests.cli.terminal import Terminal
from tests.services.test_annexes import annex, arranged, revised
from tests.web.browser import Browser, words_of
from tests.web.test_compare import read_all
from tests.world import World, docx_bytes


def two(world: World) -> tuple[UUID, UUID]:
    """Make two revisions: one annex changed and moved, one gone, one new, one the same."""
    files = [
        annex(world, "流程第一版", title="流程图"),
        annex(world, "名词表"),
        annex(world, "去掉的内容", title="旧样表"),
    ]
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    first = world.issued(arranged(world, world.draft(), [*files, source]))
    second = revised(world, first)
    _, flow, words, _ = filing.files(world, second)
    new = world.upload("chen", docx_bytes("流程第二版"), name="图.docx").as_annex(instead_of=flow.id)
    kept = [KeptAnnex(words.id), KeptAnnex(flow.id, "流程图")]
    arranged(world, second, [new, annex(world, "新内容", title="新样表")], keep=kept)
    read_all(world)
    return first, second


def test_v_5_each_annex_is_told_and_the_chosen_one_compared(client: Browser, world: World) -> None:
    first, second = two(world)
    client.sign_in("chen")
    here = f"/documents/revisions/{second}/compare"
    page = client.page(here)
    told = [" ".join(one.text_content().split()) for one in page.cssselect("main nav.would li")]
    assert told == [
        "正文 新版.docx有变化",
        "附件1 名词表.docx未变",
        "附件2 流程图有变化",
        "附件3 新样表新增",
        "附件3 旧样表移除",
    ]
    assert "新版正文" in page.text_content()
    assert "流程第" not in page.text_content()
    (link,) = [one.get("href") for one in page.cssselect("nav.would a") if one.text == "流程图"]
    shown = words_of(client.get(link))
    assert "附件2 流程图" in shown
    assert "二" in shown
    assert "新版正文" not in shown
    (link,) = [one.get("href") for one in page.cssselect("nav.would a") if one.text == "旧样表"]
    assert "不再有此文件" in words_of(client.get(link))
    assert "原稿" not in client.get(here).text
    assert client.get(f"{here}?file={first}").status_code == 200  # none of theirs: the main one


def test_v_5_a_command_tells_all_files(world: World) -> None:
    two(world)
    terminal = Terminal(world.house, no_wait=True)
    found = terminal.ok("documents", "compare", "QP-01", user="chen")["files"]
    told = [
        (one["from"] and one["from"]["name"], one["to"] and one["to"]["name"], one["same"]) for one in found
    ]
    assert told == [
        ("a.docx", "新版.docx", False),
        ("名词表.docx", "名词表.docx", True),
        ("流程第一版.docx", "图.docx", False),
        (None, "新内容.docx", False),
        ("去掉的内容.docx", None, False),
    ]
    assert found[2]["changes"]


def test_x_2_annexes_that_are_compared_are_noted_each_by_itself(client: Browser, world: World) -> None:
    first, second = two(world)
    client.sign_in("chen")
    here = f"/documents/revisions/{second}/compare"
    client.get(here)
    assert annexes_read(world) == []
    files = {one.name: one for one in (*filing.files(world, first), *filing.files(world, second))}
    for name in ("图.docx", "图.docx", "名词表.docx", "新内容.docx"):  # of the last two no text is shown
        assert client.get(f"{here}?file={files[name].id}").status_code == 200
    assert annexes_read(world) == [
        (str(first), files["流程第一版.docx"].sha256, 1),
        (str(second), files["图.docx"].sha256, 2),
    ]


def test_x_2_a_command_notes_the_annexes_that_it_compares(world: World) -> None:
    first, second = two(world)
    Terminal(world.house, no_wait=True).ok("documents", "compare", "QP-01", user="chen")
    assert [(revision, n) for revision, _, n in annexes_read(world)] == [(str(first), 1), (str(second), 2)]


def annexes_read(world: World) -> list[tuple[str | None, str, int]]:
    with world.house.uow.read() as session:
        rows = session.execute(
            select(EventRow.subject_version, EventRow.facts)
            .where(EventRow.action == "revision.read")
            .order_by(EventRow.seq)
        )
        found = [(version, json.loads(facts)) for version, facts in rows]
    return [(version, facts["file"], facts["annex"]) for version, facts in found if "file" in facts]


def test_v_5_only_the_texts_that_are_compared_are_loaded(world: World) -> None:
    first, second = two(world)
    loaded: list[UUID] = []

    def note(target: FileReading, *_: object) -> None:
        if {"text", "sealed_text"} & set(vars(target)):
            loaded.append(target.file_id)

    event.listen(FileReading, "load", note)
    try:
        with world.house.uow.read() as session:
            compared_files(session, first, second, One())
    finally:
        event.remove(FileReading, "load", note)
    assert set(loaded) == {filing.files(world, one)[0].id for one in (first, second)}


def side(n: int, name: str, title: str = "", content: str = "") -> FileSide:
    return FileSide(UUID(int=n), name, title, "annex", n, "x", 1, content or f"{n}{name}", "ready", None)


@pytest.mark.parametrize(
    ("before", "after", "pairs"),
    [
        pytest.param([side(1, "a")], [side(1, "b")], [("a", "b")], id="one place"),
        pytest.param([side(1, "a", "甲")], [side(1, "b", "乙")], [(None, "b"), ("a", None)], id="two titles"),
        pytest.param(
            [side(1, "a", "甲"), side(2, "b")],
            [side(1, "b"), side(2, "c", "甲")],
            [("b", "b"), ("a", "c")],
            id="title before place",
        ),
        pytest.param(
            [side(1, "a", content="1"), side(2, "b", content="2")],
            [side(1, "b", content="1"), side(2, "a", content="2")],
            [("a", "b"), ("b", "a")],
            id="content before name",
        ),
        pytest.param([side(1, "a"), side(2, "b")], [side(1, "c")], [("a", "c"), ("b", None)], id="one less"),
    ],
)
def test_v_5_annexes_are_paired(before: list[FileSide], after: list[FileSide], pairs: object) -> None:
    found = [(one and one.name, other and other.name) for one, other in _facing(before, after)]
    assert found == pairs
