"""Pages of open steps, reminders as they print, counts per department (A-13)."""

from __future__ import annotations

from tests.services.test_late_steps import overdue, signing
from tests.services.test_leaving import step_of
from tests.services.test_reminders import remind, watch
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.world import World


def test_a_13_who_watches_reminds_with_one_click_and_prints_the_slip(client: Browser, world: World) -> None:
    watch(world)
    revision = overdue(world)
    client.sign_in("zhou")
    page = client.page("/documents/clocks?late=1&order=person")
    assert "欧阳雪" in page.text_content()
    step = step_of(world, revision, "review").id
    assert page.cssselect(f'form[action="/documents/clocks/{step}/remind"]')
    answer = client.submit("/documents/clocks", {}, action=f"/documents/clocks/{step}/remind")
    assert answer.status_code == 303
    assert client.page("/documents/clocks").cssselect(f'a[href="{answer.headers["Location"]}"]')
    words = words_of(client.get(answer.headers["Location"]))
    assert all(one in words for one in ("催办单", "第 1 次催办", "欧阳雪", "周明", "逾期自"))
    assert client.get("/documents/clocks/list.xlsx").data[:2] == b"PK"
    client.sign_in("ouyang")
    assert "催办单" in words_of(client.get("/"))


def test_a_13_counts_are_shown_and_exported(client: Browser, world: World) -> None:
    watch(world)
    revision = overdue(world)
    remind(world, revision)
    client.sign_in("zhou")
    today = world.house.today().isoformat()
    page = client.page(f"/documents/lateness?from={today}&until={today}")
    assert "品质部" in page.text_content()
    assert client.get(f"/documents/lateness/list.xlsx?from={today}").data[:2] == b"PK"
    client.sign_in("wang")
    assert "品质部" not in client.page("/documents/lateness").cssselect("main")[0].text_content()
    assert signing(world, revision, "出差").late_reason == "出差"
