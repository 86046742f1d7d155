"""Checking an import in the browser: by keys alone, and on a phone (I-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.jobs.wait import settle
from tests.imports.making import Run, text_of, write
from tests.story.conftest import DeskFor
from tests.story.stage import Desk, Stage
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def run(stage: Stage, tmp_path: Path) -> Run:
    """Return a run of five files that is read: the second says no number."""
    stage.rest()
    world = World.of(stage.house, stage.clock)
    folder = tmp_path / "旧文件"
    for place in range(1, 6):
        facts = {"number": f"JL-QP-{place:02}"} if place != 2 else {}
        body = f"第{place}号程序" * 60
        text = text_of(f"第{place}号控制程序", label="A/0", effective="2021-05-01", body=body, **facts)
        write(folder, f"{place}.txt", text)
    return Run.of(world, folder).read()


def at_file(desk: Desk, place: int) -> None:
    desk.page.wait_for_url(lambda url: url.endswith(f"/files/{place}"))


def test_i_1_files_are_checked_by_keys_alone(desk_for: DeskFor, run: Run) -> None:
    desk = desk_for("chen")
    keys = desk.page.keyboard
    desk.open(f"/documents/imports/{run.id}")
    keys.press("e")
    at_file(desk, 1)
    keys.press("Enter")
    at_file(desk, 2)
    keys.press("f")  # the title is not sure
    assert desk.page.evaluate("document.activeElement.id") == "f-title"
    keys.press("Escape")
    keys.press("f")  # the number is missing
    assert desk.page.evaluate("document.activeElement.id") == "f-number"
    keys.type("JL-QP-02")
    keys.press("Escape")
    keys.press("Enter")
    at_file(desk, 3)
    keys.press("k")
    at_file(desk, 2)
    assert desk.page.input_value("#f-number") == "JL-QP-02"
    keys.press("j")
    at_file(desk, 3)
    keys.press("x")
    at_file(desk, 4)
    keys.press("u")
    desk.page.wait_for_selector(".n-done")
    at_file(desk, 4)
    keys.press("e")
    at_file(desk, 5)
    keys.press("Enter")
    at_file(desk, 3)  # taken back, so not checked
    keys.press("Enter")
    desk.page.wait_for_url(lambda url: url.endswith(str(run.id)))
    files = run.files()
    assert all(one.checked_at for one in files.values())
    assert [files[f"{place}.txt"].choice.value for place in range(1, 6)] == [
        "import",
        "import",
        "import",
        "draft",
        "import",
    ]
    assert run.content("2.txt").chosen["number"] == "JL-QP-02"


def test_on_a_phone_the_verbs_of_a_file_stand_above_the_bar(desk_for: DeskFor, run: Run) -> None:
    desk = desk_for("chen", width=390)
    desk.open(f"/documents/imports/{run.id}/files/1")
    bar = desk.page.locator("nav.bottom").bounding_box()
    assert bar is not None
    for place in range(3):
        verb = desk.page.locator(".checking-end .btn").nth(place).bounding_box()
        assert verb is not None
        assert verb["y"] + verb["height"] <= bar["y"]
    desk.page.locator(".checking-end .btn").nth(1).click()
    at_file(desk, 2)


@pytest.mark.parametrize("width", [360, 390, 600, 780, 1000, 1200, 1440])
def test_an_open_filter_lies_within_the_window(desk_for: DeskFor, run: Run, width: int) -> None:
    desk = desk_for("chen", width=width)
    assert settle(run.world.house)
    for path in (
        f"/documents/imports/{run.id}",
        "/documents",
        "/records",
        "/numbers",
        "/trail",
        "/people",
        "/search?q=程序&kind=document&obsolete=1&synonyms=1&year=2024",
    ):
        desk.open(path)
        if not (summary := desk.page.locator("details.filter summary")).count():
            continue
        summary.first.click()
        box = desk.page.locator("details.filter[open] .filter-fields").bounding_box()
        assert box is not None
        assert box["x"] >= 0, path
        assert box["x"] + box["width"] <= width, path
