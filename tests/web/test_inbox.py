"""The first page: what waits for the person, counted in the frame of every page (A-4)."""

from __future__ import annotations

from docctl.jobs.due import work_due
from tests.filing import a_form, filed
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World


def badge(client: Browser, address: str = "/documents") -> str:
    page = client.page(address)
    return "".join(one.text_content() for one in page.cssselect("nav.side a[href='/'] b"))


def test_a_4_an_empty_inbox_says_so_and_leads_on(client: Browser) -> None:
    client.sign_in("wang")
    page = client.page("/")
    assert "没有等您处理的事" in page.text_content()
    assert page.cssselect("main .empty a[href='/documents']")
    assert badge(client) == ""


def test_a_4_a_step_stands_in_the_inbox_with_its_day(client: Browser, world: World) -> None:
    revision = world.submitted(world.draft("培训管理程序"))
    client.sign_in("ouyang")
    page = client.page("/")
    (row,) = page.cssselect("tr[data-row]")
    assert "审核" in row.text_content()
    assert "培训管理程序 A/0" in " ".join(row.text_content().split())
    assert row.cssselect("a.row-link")[0].get("href") == f"/documents/revisions/{revision}"
    assert row.cssselect(".s-in_review")
    assert badge(client) == "1"
    client.sign_in("zhao")
    assert badge(client) == ""


def test_a_4_an_overdue_step_is_marked_for_the_signer_and_the_superior(client: Browser, world: World) -> None:
    world.submitted(world.draft("培训管理程序"))
    world.clock.forward(days=30)
    work_due(world.house)
    for who, verb in (("ouyang", "审核"), ("zhao", "督办逾期")):
        client.sign_in(who)
        page = client.page("/")
        (row,) = page.cssselect("tr[data-row]")
        assert row.cssselect(".s-late")
        assert verb in row.text_content()
        assert "逾期 1 项" in page.text_content()


def test_a_4_kinds_of_work_can_be_looked_at_alone(client: Browser, world: World) -> None:
    filed(world, a_form(world), "wang")
    world.submitted(world.draft("培训管理程序"))
    client.sign_in("li")
    assert len(client.page("/").cssselect("tr[data-row]")) == 1
    assert len(client.page("/?what=accept").cssselect("tr[data-row]")) == 1
    assert len(client.page("/?what=review").cssselect("tr[data-row]")) == 0
    assert len(client.page("/?what=nonsense").cssselect("tr[data-row]")) == 1


def test_the_inbox_stands_in_english_too(client: Browser, world: World) -> None:
    world.submitted(world.draft("培训管理程序"))
    client.sign_in("ouyang")
    client.set_cookie("docctl-language", "en")
    assert "1 task" in words_of(client.get("/"))


def test_a_4_after_a_signature_the_page_leads_back_to_what_still_waits(client: Browser, world: World) -> None:
    first = world.submitted(world.draft("培训管理程序"))
    second = world.submitted(world.draft("文件控制程序"))
    client.sign_in("ouyang")
    for revision, left in ((first, "待办还有 1 项"), (second, "")):
        answer = client.submit(f"/documents/revisions/{revision}/review", {"password": PASSWORD})
        page = client.page(answer.headers["Location"])
        assert "".join(one.text_content() for one in page.cssselect(".n-done a[href='/']")) == left
        assert not client.page(answer.headers["Location"]).cssselect(".n-done")  # said once
