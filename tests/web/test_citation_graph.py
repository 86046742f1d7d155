"""The graph of citations on the page and by command: boxes, lines, table, what is left out (D-6, X-3)."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from flask import Flask

from docctl.jobs.wait import settle
from docctl.queries.citation_graph import around
from docctl.web import citation_graph as web_graph
from tests.beginnings import outcome_of, settings_after
from tests.cli.terminal import Terminal
from tests.web.browser import Browser
from tests.world import World


def written(world: World) -> UUID:
    """Return the revision of a procedure that cites one in force, one that is nowhere, and a law."""
    world.issued(world.draft("归档程序", number="QP-94"))
    text = "按《归档程序》、《没有的<b>程序》和《中华人民共和国档案法》进行。"
    found = world.issued(world.draft("交接程序", number="QP-93", text=text))
    settle(world.house)
    return found


citing = outcome_of(written)
settings = settings_after(citing=written)


def test_d_6_each_box_is_a_link_with_its_standing_in_words_and_the_table_says_the_same(
    world: World, client: Browser, citing: UUID
) -> None:
    client.sign_in("wang")
    page = client.page(f"/documents/{world.document_of(citing).id}/citations")
    links = page.cssselect("svg.graph a")
    assert [one.get("aria-label") for one in links] == ["QP-94 归档程序 现行 A/0"]
    assert [" ".join(one.text_content().split()) for one in page.cssselect("svg.graph .as")].count(
        "未找到"
    ) == 1
    assert len(page.cssselect("svg.graph path.line")) == len(page.cssselect("tbody tr")) == 3
    assert {" ".join(one.text_content().split()) for one in page.cssselect("tbody .k-state")} == {
        "现行",
        "未找到",
        "外来",
    }
    assert page.cssselect("svg.graph b") == []


def test_d_6_what_has_no_room_is_told(
    world: World, client: Browser, citing: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_graph, "around", partial(around, most=2))
    client.sign_in("wang")
    page = client.page(f"/documents/{world.document_of(citing).id}/citations?steps=99&way=sideways")
    assert "图中只画出 2 个文件，另有 2 个没有画出" in page.cssselect("main")[0].text_content()


@pytest.mark.parametrize("query", ["", "?unit=nonsense", "?type=018f0000-0000-7000-8000-000000000000"])
def test_d_6_the_picture_of_an_area_asks_for_one_first(client: Browser, query: str) -> None:
    client.sign_in("wang")
    page = client.page(f"/documents/citations/picture{query}")
    assert "请选择部门或文件类型" in page.cssselect("main")[0].text_content()
    assert page.cssselect("svg.graph") == []


def test_d_6_the_picture_of_a_department_joins_its_documents(
    world: World, client: Browser, citing: UUID
) -> None:
    client.sign_in("wang")
    page = client.page(f"/documents/citations/picture?unit={world.units['PZ']}")
    assert [" ".join(one.text_content().split()) for one in page.cssselect("svg.graph .of")][:2] == [
        "QP-93",
        "QP-94",
    ]


def test_d_6_a_document_that_cites_nothing_says_so(world: World, client: Browser) -> None:
    revision = world.issued(world.draft("归档程序", number="QP-94"))
    client.sign_in("wang")
    page = client.page(f"/documents/{world.document_of(revision).id}/citations")
    assert "没有引用关系" in page.cssselect("main")[0].text_content()


def test_x_3_the_graph_of_a_hidden_document_is_not_found(world: World, client: Browser, app: Flask) -> None:
    revision = world.draft("归档程序", number="QP-94")
    client.sign_in("zhang")
    client.page(f"/documents/{world.document_of(revision).id}/citations", status=404)


def test_d_6_the_command_tells_boxes_and_lines(world: World, settings: object, citing: UUID) -> None:
    terminal = Terminal(world.house, settings, no_wait=True)  # type: ignore[arg-type]
    found = terminal.ok("documents", "citations", "QP-93", user="wang")
    assert found["left_out"] == 0
    assert [(one["from"], one["to"], one["kind"]) for one in found["citations"]] == [
        ("QP-93", "QP-94", "cites"),
        ("QP-93", "没有的<b>程序", "cites"),
        ("QP-93", "中华人民共和国档案法", "cites"),
    ]
    back = terminal.ok("documents", "citations", "QP-94", "--way", "cited_by", user="wang")
    assert [one["number"] for one in back["documents"]] == ["QP-94", "QP-93"]
