"""What every page loads: small, ours alone, within the strictest policy, readable in the dark."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from docctl.domain.lifecycle import Computed, ListStatus, RecordStatus, RevisionStatus

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "docctl" / "web" / "static"
PAGES = sorted((ROOT / "templates" / "pages").rglob("*.html"))
LOADED = ("framework.css", "docctl.css", "print.css", "docctl.js", "icons.svg", "mark.svg")
CSS = (STATIC / "docctl.css").read_text("utf-8")
WORDS = tomllib.loads((ROOT / "docctl/translations/zh_Hans/shell.toml").read_text("utf-8"))

TEXT = ("ink", "ink-2", "ink-3", "accent")
STATES = ("draft", "review", "force", "obsolete", "due", "gone", "hold")
SOFT = {"bad-soft": "obsolete", "due-soft": "due", "force-soft": "force", "review-soft": "review"}


def variables(scheme: str) -> dict[str, str]:
    light, _, rest = CSS.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", light))
    if scheme == "dark":
        dark = rest.partition("/* ---- ground")[0]
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", dark))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_framework_is_a_small_part_of_itself() -> None:
    assert (STATIC / "framework.css").stat().st_size < 70_000


def test_what_a_page_loads_leaves_room_for_the_page_under_200_kb() -> None:
    assert sum((STATIC / name).stat().st_size for name in LOADED) < 120_000


@pytest.mark.parametrize("name", [*LOADED, "graph.css"])
def test_nothing_is_loaded_from_outside(name: str) -> None:
    text = (STATIC / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?:|@import|url\(|data:|//cdn|eval\(|innerHTML|\.style\b", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_needs_inline_style_or_script(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.findall(r"""\sstyle=|<style|\son[a-z]+=["']|javascript:|<script(?![^>]*\ssrc=)""", text)
    assert not re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//", text)


def test_every_icon_that_a_page_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = {n for page in PAGES for n in re.findall(r'icon\("(\w+)"\)', page.read_text("utf-8"))}
    assert named | set(WORDS["nav"]) <= drawn


@pytest.mark.parametrize("kind", WORDS["state"])
def test_every_state_has_its_colour(kind: str) -> None:
    assert re.search(rf"\.s-{kind}\b[^{{]*{{ color:", CSS)


@pytest.mark.parametrize("states", [RevisionStatus, Computed, RecordStatus, ListStatus])
def test_every_state_of_an_item_has_its_word(states: type[RevisionStatus]) -> None:
    assert {state.value for state in states} <= set(WORDS["state"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*TEXT, *STATES])
def test_words_stand_out_from_every_ground(scheme: str, name: str) -> None:
    colours = variables(scheme)
    for ground in ("paper", "ground", "hover", "accent-soft"):
        assert contrast(colours[name], colours[ground]) >= 4.5, ground


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_notices_marks_and_buttons(scheme: str) -> None:
    colours = variables(scheme)
    for ground, name in SOFT.items():
        assert contrast(colours[name], colours[ground]) >= 4.5, ground
        assert contrast(colours["ink-2"], colours[ground]) >= 4.5, ground
    assert contrast(colours["ink"], colours["mark"]) >= 4.5
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["on-accent"], colours["accent-2"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(scheme: str) -> None:
    colours = variables(scheme)
    assert contrast(colours["edge"], colours["paper"]) >= 3


def test_paper_is_a4_without_navigation() -> None:
    text = (STATIC / "print.css").read_text("utf-8")
    assert "size: A4" in text
    assert "counter(page)" in text
    assert "counter(pages)" in text
    assert re.search(r"\.side, \.top, \.bottom[^}]*display: none", text)


def test_motion_stops_where_it_is_not_wanted() -> None:
    assert "prefers-reduced-motion" in CSS
