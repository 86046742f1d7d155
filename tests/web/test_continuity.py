"""Pages of continuity: rules, missing periods, explanations (N-8, N-5)."""

from __future__ import annotations

from datetime import date, timedelta

from tests.filing import a_form
from tests.services.test_continuity import declared
from tests.web.browser import Browser
from tests.web.test_record_export import cells
from tests.world import World

PERIODS = "/documents/numbers/periods"


def text(client: Browser, path: str) -> str:
    return " ".join(client.page(path).text_content().split())


def explained_at(client: Browser) -> list[str]:
    """Return where the missing periods that are shown are explained."""
    links = (one.get("href") or "" for one in client.page(PERIODS).cssselect("main a"))
    return [one for one in links if "explain?slot=" in one]


def test_n_8_a_rule_is_declared_and_ended_on_its_pages(client: Browser, world: World) -> None:
    form = str(a_form(world))
    client.sign_in("chen")
    assert "还没有要求按期填写的表格" in text(client, f"{PERIODS}/rules")
    place = f"unit:{world.units['SC']}"
    typed = {"form_id": form, "place": place, "period": "shift", "from_on": "2026-03-02"}
    none = client.submit(f"{PERIODS}/rules/new", {**typed, "shifts": ""})
    assert (none.status_code, "请填写各班开始时间" in none.text) == (422, True)
    bad = client.submit(f"{PERIODS}/rules/new", {**typed, "shifts": "早, 晚"})
    assert (bad.status_code, "早, 晚" in bad.text) == (422, True)
    made = client.submit(f"{PERIODS}/rules/new", {**typed, "shifts": "08:00, 20:00"})
    assert made.status_code == 303
    shown = text(client, f"{PERIODS}/rules")
    assert "08:00, 20:00" in shown
    assert "工作日" in shown
    page = client.page(f"{PERIODS}/rules")
    (end,) = [one.get("href") for one in page.cssselect("main a") if (one.get("href") or "").endswith("/end")]
    early = client.submit(end, {"until_on": "2026-03-01", "reason": "停线"})
    assert (early.status_code, "不能早于起始日" in early.text) == (422, True)
    assert client.submit(end, {"until_on": "2026-03-05", "reason": "停线"}).status_code == 303
    assert "停线" in text(client, f"{PERIODS}/rules")


def test_n_8_a_rule_with_a_declared_last_day_is_ended_sooner_on_its_page(
    client: Browser, world: World
) -> None:
    declared(world, a_form(world), until_on=date(2026, 3, 20))
    client.sign_in("chen")
    page = client.page(f"{PERIODS}/rules")
    (end,) = [one.get("href") for one in page.cssselect("main a") if (one.get("href") or "").endswith("/end")]
    late = client.submit(end, {"until_on": "2026-03-21", "reason": "停线"})
    assert (late.status_code, "不能晚于规定的末日" in late.text) == (422, True)
    assert client.submit(end, {"until_on": "2026-03-20", "reason": "停线"}).status_code == 303
    assert "/end" not in client.get(f"{PERIODS}/rules").text


def test_n_8_a_missing_period_is_explained_from_the_register(client: Browser, world: World) -> None:
    declared(world, a_form(world))
    client.sign_in("li")
    assert "没有缺少记录的期次" in text(client, PERIODS)
    world.clock.now += timedelta(days=2)
    client.sign_in("li")
    page = client.page(PERIODS)
    links = [
        one.get("href") for one in page.cssselect("main a") if "explain?slot=" in (one.get("href") or "")
    ]
    assert len(links) == 2
    empty = client.submit(links[0], {"reason": ""})
    assert (empty.status_code, "请填写原因" in empty.text) == (422, True)
    assert client.submit(links[0], {"reason": "停电检修"}).status_code == 303
    assert "1 期" in text(client, PERIODS)
    assert "停电检修" in text(client, f"{PERIODS}?explained=1")
    assert "0 期" in text(client, f"{PERIODS}?period=month")
    assert "2026-03-02" in cells(client.get(f"{PERIODS}/export?format=xlsx").data)
    assert client.get(f"{PERIODS}/export?format=docx").status_code == 200
    client.sign_in("wang")  # may see it, and does not explain
    assert not explained_at(client)
    assert "断号" in text(client, "/documents/numbers/gaps")
