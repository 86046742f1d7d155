"""What a change touches, before the click and as a list; the list of citations that miss (D-6, X-3)."""

from __future__ import annotations

import io
from uuid import UUID

from docx import Document as Docx

from docctl.jobs.wait import settle
from tests.beginnings import outcome_of, settings_after
from tests.cli.terminal import Terminal
from tests.web.browser import Browser, words_of
from tests.web.test_record_export import cells
from tests.world import World


def citing(world: World) -> UUID:
    revision = world.issued(world.draft("归档程序", number="QP-94"))
    text = "1 目的\n规范。\n2 程序\n2.1 归档\n按《归档程序》和《没有的程序》归档。"
    world.issued(world.draft("交接程序", number="QP-93", text=text))
    settle(world.house)
    return revision


cited = outcome_of(citing)
settings = settings_after(cited=citing)


def test_d_6_withdrawing_shows_who_cites_before_the_click(world: World, client: Browser, cited: UUID) -> None:
    client.sign_in("chen")
    assert "QP-93 交接程序引用它 条款 2.1" in words_of(client.get(f"/documents/revisions/{cited}/withdraw"))


def test_d_6_issuing_shows_who_cites_before_the_click(world: World, client: Browser) -> None:
    world.issued(world.draft("交接程序", number="QP-93", text="按《归档程序》归档。"))
    coming = world.approved(world.draft("归档程序", number="QP-94"))
    settle(world.house)
    client.sign_in("chen")
    assert "QP-93 交接程序引用它" in words_of(client.get(f"/documents/revisions/{coming}/issue"))


def test_d_6_the_whole_list_prints_as_docx_and_xlsx(world: World, client: Browser, cited: UUID) -> None:
    here = f"/documents/{world.document_of(cited).id}/impact"
    client.sign_in("chen")
    assert "被 1 个文件引用" in words_of(client.get(here))
    table = Docx(io.BytesIO(client.get(f"{here}/list.docx").data)).tables[0]
    assert [cell.text for cell in table.rows[1].cells][:3] == ["引用它的文件", "QP-93", "交接程序"]
    assert "条款 2.1" in cells(client.get(f"{here}/list.xlsx").data)


def test_d_6_the_list_of_citations_that_miss_is_filtered_in_the_address_and_exported(
    world: World, client: Browser, cited: UUID
) -> None:
    client.sign_in("wang")
    page = client.page("/documents/citations")
    assert [
        " ".join(page.cssselect(f"tbody td{one}")[0].text_content().split()) for one in (".lead", ".k-state")
    ] == ["QP-93", "未找到"]
    assert "没有符合条件的引用" in words_of(client.get("/documents/citations?fault=obsolete&unit=x"))
    assert "失效引用清单" in words_of(client.get("/documents/citations?fault=nonsense&page=-3"))
    assert "没有的程序" in cells(client.get("/documents/citations/list.xlsx").data)


def test_x_3_what_a_change_of_a_hidden_document_touches_is_not_found(world: World, client: Browser) -> None:
    document = world.document_of(world.draft("归档程序", number="QP-94")).id
    client.sign_in("zhang")
    for end in ("", "/list.docx", "/list.xlsx"):
        assert client.get(f"/documents/{document}/impact{end}").status_code == 404


def test_d_6_the_commands_tell_what_a_change_touches_and_what_misses(
    world: World, settings: object, cited: UUID
) -> None:
    terminal = Terminal(world.house, settings, no_wait=True)  # type: ignore[arg-type]
    found = terminal.ok("documents", "impact", "QP-94", user="chen")
    assert [(one["number"], one["clause"]) for one in found["cited_by"]] == [("QP-93", "2.1")]
    missed = terminal.ok("documents", "missed", user="wang")
    assert [(one["number"], one["cited"], one["standing"]) for one in missed["citations"]] == [
        ("QP-93", "没有的程序", "missing")
    ]
