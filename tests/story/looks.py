"""How a page looks, measured in the browser: contrast, headings, what does not fit on paper."""

from __future__ import annotations

from typing import Final

from tests.story.stage import Desk

#: A4, for which rules for narrow windows ask, and what the margins of print.css leave of it: CSS pixels.
SHEET: Final = 794
PAPER: Final = 680

#: Words that stand out too little from what is behind them: WCAG 2.1 AA, 1.4.3. A stamp repeats a state.
FAINT: Final = r"""() => {
  const colour = (css) => {
    const [r, g, b, a = 1] = (css.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, under) => top.rgb.map((value, i) => value * top.a + under[i] * (1 - top.a));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const own = colour(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own.rgb : over(own, behind(element.parentElement));
  };
  const light = (rgb) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((value) => linear(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    const words = walk.currentNode.textContent.trim();
    if (!words || !element.checkVisibility() || element.closest("script, option, .stamp")) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const [one, two] = [light(over(colour(style.color), ground)), light(ground)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.add(`${words.slice(0, 24)}: contrast ${ratio.toFixed(2)}`);
  }
  return [...found];
}"""

#: How far the page reaches beyond a paper of this width.
OVER: Final = """(paper) => {
  document.body.style.width = `${paper}px`;
  const frame = document.querySelector(".print-frame").getBoundingClientRect();
  const main = document.querySelector("main");
  const over = Math.max(Math.round(frame.right) - paper, main.scrollWidth - main.clientWidth, 0);
  document.body.style.width = "";
  return over;
}"""


def faint(desk: Desk) -> list[str]:
    """Return the words of the page whose contrast is too low."""
    return [str(one) for one in desk.page.evaluate(FAINT)]


def headings(desk: Desk) -> int:
    """Return how many headings say what the page is about; those of a document shown on it do not count."""
    return desk.page.locator("main h1:not(.sheet h1)").count()


def wide_on_paper(desk: Desk) -> int:
    """Return by how many pixels the page is wider than A4 between its margins."""
    page = desk.page
    screen = page.viewport_size
    assert screen is not None
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1123})
    over = int(page.evaluate(OVER, PAPER))
    page.set_viewport_size(screen)
    page.emulate_media(media="screen")
    return over
