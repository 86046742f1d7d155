"""Every page in the browser: by keyboard, on a phone, in English, inside the policy, without overflow."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route

from docctl.jobs.wait import settle
from tests.beginnings import settings_after
from tests.filing import a_form, accepted, corrected, filed, held, upload
from tests.story.conftest import DeskFor
from tests.story.looks import faint, headings, wide_on_paper
from tests.story.stage import Desk, Stage
from tests.world import World

pytestmark = pytest.mark.browser

#: A key of the translations that nobody translated.
UNTRANSLATED = re.compile(r"(?<![\w/.@-])[a-z_]{3,}\.[a-z_]{3,}(?:\.[a-z_]+)*(?![\w/@-])")
#: What looks like one and is none: names of files, the example of a user name.
NAMES = re.compile(r"\.(?:docx|pdf|txt|xlsx|png|jpe?g|toml)\b|wang\.qiang")
#: Parts of an address that differ from item to item.
ITEM = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}")


def filled(world: World) -> None:
    """Fill the company: something in most states, and something for everybody to do."""
    procedure = world.issued(world.draft("顾客投诉处理程序", text="本程序规定顾客投诉的登记。" * 20))
    world.submitted(world.draft("文件控制程序"))
    world.draft("一份名称很长很长很长很长很长很长很长很长很长很长很长很长很长的程序", number="QP-77")
    form = a_form(world)
    for turn in range(3):
        text = f"第 {turn} 份：外壳划伤，已更换。" * 20
        accepted(world, filed(world, form, title=f"外壳划伤 {turn}", uploads=(upload(world, "wang", text),)))
    one = filed(world, form, title="待归档的一份")
    corrected(world, one, new="待归档的一份（更正）")
    held(world, accepted(world, filed(world, form, title="诉讼中的一份")))
    assert procedure
    assert settle(world.house)


settings = settings_after(world=filled)


@pytest.fixture
def world(stage: Stage) -> World:
    """Return the company that is filled, on its stage."""
    return World.of(stage.house, stage.clock)


def widths(desk: Desk) -> tuple[int, int]:
    """Return how wide the page is and how wide the window is."""
    wide, window = desk.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return int(wide), int(window)


def shape_of(address: str) -> str:
    """Return what an address has in common with those of other items."""
    parts = urlsplit(address)
    names = sorted({one.split("=")[0] for one in parts.query.split("&") if one})
    return ITEM.sub("*", parts.path) + ("?" + "&".join(names) if names else "")


def crawled(desk: Desk, *, most: int = 120, on_paper: bool = False) -> list[str]:
    """Open every kind of page that links lead to; return what is wrong with them."""
    wrong: list[str] = []
    waiting, seen = ["/"], {"/"}
    while waiting and len(seen) <= most:
        path = waiting.pop(0)
        status = desk.open(path)
        wide, window = widths(desk)
        if wide > window:
            wrong.append(f"{path}: {wide} px wide in {window}")
        if status >= 400:
            wrong.append(f"{path}: {status}")
        wrong += [f"{path}: {words}" for words in faint(desk)]
        if headings(desk) != 1:
            wrong.append(f"{path}: {headings(desk)} headings of the first rank")
        if on_paper and (over := wide_on_paper(desk)):
            wrong.append(f"{path}: {over} px too wide on paper")
        said = NAMES.sub(" ", desk.page.locator("body").inner_text())
        wrong += [f"{path}: {key}" for key in UNTRANSLATED.findall(said)]
        links = desk.page.eval_on_selector_all(
            "a[href]:not([download])", "all => all.map(one => one.getAttribute('href'))"
        )
        for link in links:
            if not link.startswith("/") or re.search(r"/files/|/export|/certificate|/slip|/static/", link):
                continue
            shape = shape_of(link)
            if "&" not in shape and shape not in seen:  # one filter at a time
                seen.add(shape)
                waiting.append(link)
    return wrong


@pytest.mark.parametrize("who", ["chen", "zhou", "admin", "li"])
@pytest.mark.parametrize(
    ("width", "dark"),
    [pytest.param(390, True, id="phone, dark"), pytest.param(1440, False, id="screen, light")],
)
def test_every_page_fits_window_and_paper_and_policy_and_can_be_read(
    desk_for: DeskFor, world: World, who: str, width: int, dark: bool
) -> None:
    desk = desk_for(who, width=width, dark=dark)
    assert crawled(desk, on_paper=not dark) == []


@pytest.mark.parametrize("who", ["chen", "zhou", "admin", "wang"])
def test_every_page_speaks_english(desk_for: DeskFor, world: World, stage: Stage, who: str) -> None:
    desk = desk_for(locale="en-US")
    desk.context.add_cookies([{"name": "docctl-language", "value": "en", "url": stage.url}])
    desk.open("/sign-in")
    assert "Sign in" in desk.page.locator("body").inner_text()
    desk.page.fill("input[name=username]", who)
    desk.page.fill("input[name=password]", "correct horse 42")
    desk.page.press("input[name=password]", "Enter")
    desk.page.wait_for_url(lambda url: "/sign-in" not in url)
    assert desk.page.locator("html").get_attribute("lang") == "en"
    assert crawled(desk) == []


def test_everything_can_be_reached_by_keys(desk_for: DeskFor, world: World) -> None:
    desk = desk_for("chen")
    keys = desk.page.keyboard
    keys.press("g")
    keys.press("d")
    desk.page.wait_for_url(lambda url: url.endswith("/documents"))
    keys.press("j")
    keys.press("j")
    keys.press("k")
    rows = desk.page.locator("main [data-row]")
    assert "cur" in (rows.nth(0).get_attribute("class") or "")
    keys.press("Enter")
    desk.page.wait_for_url(lambda url: "/documents/revisions/" in url)
    keys.press("?")
    assert desk.page.locator("#keys").is_visible()
    keys.press("Escape")
    assert not desk.page.locator("#keys").is_visible()
    keys.press("/")
    assert desk.page.evaluate("document.activeElement.id") == "q"
    keys.type("g d /?")  # typed, not obeyed
    assert desk.page.locator("#q").input_value() == "g d /?"
    keys.press("Escape")
    keys.press("g")
    keys.press("r")
    desk.page.wait_for_url(lambda url: url.endswith("/records"))
    keys.press("g")
    keys.press("i")
    desk.page.wait_for_url(lambda url: url.endswith("/"))


def test_a_filter_closes_by_escape_and_by_a_press_beside_it(desk_for: DeskFor, world: World) -> None:
    desk = desk_for("chen")
    desk.open("/records")
    opened, summary = desk.page.locator("details.filter[open]"), desk.page.locator("details.filter summary")
    summary.click()
    assert opened.count() == 1
    desk.page.locator("#f-text").press("Escape")
    assert opened.count() == 0
    assert desk.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    summary.click()
    desk.page.locator("main h1").click()
    assert opened.count() == 0


def test_work_that_ends_does_not_overtake_a_page_that_was_asked_for(desk_for: DeskFor, stage: Stage) -> None:
    world = World.of(stage.house, stage.clock)
    stage.rest()
    here = f"/documents/revisions/{world.draft('内部审核控制程序')}"
    desk = desk_for("chen")
    asked: list[Route] = []

    def wait(route: Route) -> None:
        asked.append(route)  # a page that is slow to come

    answer = {"text": "已读出。", "done": True, "percent": 100, "next": here}
    desk.page.route("**/reading", lambda route: route.fulfill(json=answer))
    desk.page.route("**/submit", wait)
    desk.open(here)
    assert desk.page.locator("[data-poll-url]").count() == 1
    desk.page.evaluate("document.querySelector('[data-key=s]').click()")
    desk.page.wait_for_timeout(2500)  # the work ends while that page is under way
    asked[0].continue_()
    desk.page.wait_for_url(lambda url: url.endswith(f"{here}/submit"))


def test_the_first_stop_of_the_tab_key_leads_to_the_content(desk_for: DeskFor, world: World) -> None:
    desk = desk_for("chen")
    desk.open("/documents")
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.className") == "skip"
    desk.page.keyboard.press("Enter")
    assert desk.page.evaluate("location.hash") == "#main"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    for _ in range(3):
        desk.page.keyboard.press("Tab")
        assert desk.page.evaluate(outline) != "none"


def test_a_reviewer_signs_on_a_phone(desk_for: DeskFor, world: World) -> None:
    desk = desk_for("ouyang", width=390)
    assert not desk.page.locator("nav.side").is_visible()
    assert desk.page.locator("nav.bottom").is_visible()
    desk.page.locator("main [data-row] a", has_text="审核").first.click()
    if not desk.path.endswith("/review"):
        desk.follow("/review")
    wide, window = widths(desk)
    assert wide <= window
    desk.sign(comment="内容合适")
    assert "赵敏" in desk.words()
    assert desk.path.startswith("/documents/revisions/")


def test_typed_words_are_still_there_after_the_page_was_left(desk_for: DeskFor, stage: Stage) -> None:
    world = World.of(stage.house, stage.clock)
    form = a_form(world)
    desk = desk_for("wang")
    desk.open(f"/records/new/{form}")
    desk.fill(title="外壳划伤投诉", stated_person="王顾客")
    desk.page.wait_for_timeout(600)
    desk.open("/documents")
    desk.open(f"/records/new/{form}")
    assert desk.page.input_value("main [name=title]") == "外壳划伤投诉"
    assert desk.page.input_value("main [name=stated_person]") == "王顾客"


def test_without_scripts_a_record_is_filed_all_the_same(desk_for: DeskFor, stage: Stage) -> None:
    world = World.of(stage.house, stage.clock)
    form = a_form(world)
    desk = desk_for(script=False)
    desk.sign_in("wang")
    desk.open(f"/records/new/{form}")
    desk.page.set_input_files(
        "#f-file", {"name": "a.txt", "mimeType": "text/plain", "buffer": "正文".encode()}
    )
    day = (stage.clock() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    desk.page.fill("main [name=title]", "外壳划伤投诉")
    desk.page.fill("main [name=occurred_at]", day)
    desk.page.locator("main form .form-end button").first.click()
    assert "外壳划伤投诉" in desk.words(".head")
