"""A hit opens a document at the clause asked for; its page lists clauses and their gaps (I-9)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.jobs.wait import settle
from docctl.services.documents.create import CreateDocument, create_document
from tests.reading.uploads_made import a_pdf
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.world import World

TEXT = "1 目的\n规范检验。\n3 程序\n3.1 首件检验\n每班一次。\n3.2 巡检\n每两小时一次。\n3.2 末件\n下班前。"


@pytest.fixture
def revision(world: World) -> UUID:
    made = world.issued(world.draft("检验控制程序", text=TEXT))
    settle(world.house)
    return made


def test_i_9_a_hit_opens_the_document_at_its_clause(client: Browser, world: World, revision: UUID) -> None:
    client.sign_in("wang")
    page = client.page("/search?q=QP-01 3.2")
    (link,) = page.cssselect(".cards a.row-link")
    assert link.get("href") == f"/documents/{world.document_of(revision).id}#text-c-3.2"
    assert "条款 3.2 巡检" in page.cssselect(".cards .under")[0].text_content()
    shown = client.page(link.get("href").partition("#")[0])
    (place,) = shown.xpath("//*[@id='text-c-3.2']")
    assert (place.tail or "").startswith("3.2 巡检")
    assert [one.get("href") for one in shown.cssselect(".outline a")] == [
        "#text-c-1",
        "#text-c-3",
        "#text-c-3.1",
        "#text-c-3.2",
        "#text-c-3.2-2",
    ]


def test_i_9_gaps_and_repeats_are_listed_on_the_page_of_the_document(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("wang")
    page = client.page(f"/documents/{world.document_of(revision).id}")
    assert [one.text for one in page.cssselect(".gaps li")] == ["缺少条款 2。", "条款 3.2 出现两次。"]
    world.issued(world.draft("无条款", number="QP-77", text="只有一句话。"))
    settle(world.house)
    other = client.page("/search?q=number:QP-77").cssselect(".cards a.row-link")[0].get("href")
    assert client.page(other).cssselect(".outline, .gaps") == []


def test_d_13_what_is_cited_leads_to_the_clause_that_names_it(client: Browser, world: World) -> None:
    made = world.issued(world.draft("接待办法", text="1 目的\n接待。\n2 准备\n按《记录控制程序》进行。"))
    settle(world.house)
    client.sign_in("wang")
    page = client.page(f"/documents/{world.document_of(made).id}")
    (link,) = page.cssselect(".rels a.two")
    assert (link.get("href"), link.text) == ("#text-c-2", "条款 2")


def test_i_9_of_a_pdf_the_page_is_opened_on_which_the_clause_begins(client: Browser, world: World) -> None:
    made = create_document(
        CreateDocument(
            type_id=world.types["procedure"],
            title="Inspection",
            unit_id=world.units["PZ"],
            uploads=(world.upload("chen", a_pdf("1 Purpose of it", "2 Scope of it"), name="a.pdf"),),
        ),
        by=world.by("chen"),
        house=world.house,
    )
    world.issued(made)
    settle(world.house)
    client.sign_in("wang")
    (link,) = client.page("/search?q=clause:2").cssselect(".cards a.row-link")
    assert link.get("href").endswith("?page=2")
    (frame,) = client.page(link.get("href")).cssselect("iframe.pdf")
    assert frame.get("src").endswith("#page=2")
    assert "page=" not in client.page(link.get("href").partition("?")[0]).cssselect("iframe.pdf")[0].get(
        "src"
    )
    wrong = client.page(link.get("href").partition("?")[0] + "?page=x%22")
    assert "page=" not in wrong.cssselect("iframe.pdf")[0].get("src")
    assert "第 2 页" in words_of(client.get("/search?q=Scope"))
    (by_words,) = client.page("/search?q=Scope").cssselect(".cards a.row-link")
    assert by_words.get("href").endswith("?page=2")
