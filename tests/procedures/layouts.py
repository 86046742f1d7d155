"""Layouts of made procedures: blocks of lines and tables for the page, its header, its end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.procedures.drafting import SIGNING, Block, Draft, Made, drafted, fields, place
from tests.procedures.layouts_more import MORE


def make(seed: int, layout: str | None = None, style: str | None = None) -> Made:
    """Return one procedure; the same seed gives the same."""
    chance = Random(seed)
    style = style or chance.choice(("simple", "simple", "simple", "traditional", "bilingual", "english"))
    layout = layout or chance.choice(sorted(LAYOUTS))
    draft = drafted(chance, style)
    front, tail = LAYOUTS[layout](draft)
    placed = draft.facts["placed"]
    facts = {kind: value for kind, value in draft.facts.items() if kind != "placed"}
    for kind in ("number", "revision", "effective", "issued", "department", "controlled"):
        if kind not in placed:
            facts[kind] = None
    if "signers" not in placed:
        facts["signers"] = []
    name = draft.title if chance.random() < 0.6 else f"{chance.randint(1, 40)}-{draft.title}"
    return Made(layout, style, name, [*front, *draft.body.lines, *tail], draft.header, facts)


def table_top(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = fields(draft)
    rows: list[list[str | None]] = []
    for at in range(0, len(chosen), 2):
        row: list[str | None] = []
        for kind in chosen[at : at + 2]:
            row += [draft.words[kind], draft.shown[kind]]
        rows.append([*row, *[""] * (4 - len(row))])
    if draft.chance.random() < 0.5:
        rows.insert(0, [draft.company, None, draft.title, None])
        return [rows, *_signs_above(draft)], []
    return [draft.company, *draft.title_lines, rows, *_signs_above(draft)], []


def page_header(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = fields(draft)
    left = [draft.company, draft.title, *[""] * len(chosen)]
    draft.header = [[[left[at], draft.words[kind], draft.shown[kind]] for at, kind in enumerate(chosen)]]
    return [*draft.title_lines, *_signs_lines(draft)], []


def page_header_lines(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = fields(draft)
    joiner = draft.chance.choice(("    ", "  ", "\t"))
    draft.header = [draft.company, joiner.join(draft.pair(kind) for kind in chosen)]
    return draft.title_lines, _signs_lines(draft)


def cover(draft: Draft) -> tuple[list[Block], list[Block]]:
    place(draft, "number", "revision", "effective", "issued", "signers")
    words, shown = draft.words, draft.shown
    table: Block = [[words[kind], shown[kind], words["date"], shown["date"]] for kind in SIGNING]
    days = (
        f"{shown['issued']} {words['issued_after']}          {shown['effective']} {words['effective_after']}"
    )
    lines = [draft.pair("number"), draft.pair("revision")]
    if draft.chance.random() < 0.5:
        lines = ["      ".join(lines)]
    return [draft.company, *draft.title_lines, *lines, table, days, "", *draft.title_lines], []


def several_on_a_line(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = fields(draft)
    gap = draft.chance.choice((" ", "  ", "    ", "　　", "\t"))
    colon = draft.colon
    pairs = [draft.pair(kind, colon) for kind in chosen]
    half = len(pairs) // 2
    place(draft, "signers")
    signs = gap.join(draft.pair(kind, colon) for kind in SIGNING)
    return [*draft.title_lines, gap.join(pairs[:half]), gap.join(pairs[half:]), signs], []


def one_a_line(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = [*fields(draft), *SIGNING]
    place(draft, "signers")
    colon = draft.colon
    first = [draft.pair("title", colon)] if draft.chance.random() < 0.6 else draft.title_lines
    return [draft.company, *first, *(draft.pair(kind, colon) for kind in chosen)], []


def label_above(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = fields(draft)[:5]
    draft.facts["placed"] = set(chosen)
    table: Block = [[draft.words[kind] for kind in chosen], [draft.shown[kind] for kind in chosen]]
    return [*draft.title_lines, table, *_signs_above(draft)], []


def two_columns(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = ["title", *fields(draft), *SIGNING]
    place(draft, "signers")
    colon = draft.chance.choice(("", "", "：", ":"))
    return [draft.company, [[f"{draft.words[kind]}{colon}", draft.shown[kind]] for kind in chosen]], []


def in_one_cell(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = [*fields(draft, 4), *SIGNING]
    place(draft, "signers")
    pairs: list[str | None] = [draft.pair(kind) for kind in chosen]
    pairs += [""] * (-len(pairs) % 3)
    return [*draft.title_lines, [pairs[at : at + 3] for at in range(0, len(pairs), 3)]], []


def signed_at_the_end(draft: Draft) -> tuple[list[Block], list[Block]]:
    chosen = fields(draft)
    gap = draft.chance.choice(("  ", "    ", "\t"))
    return [*draft.title_lines, gap.join(draft.pair(kind) for kind in chosen)], ["", *_signs_lines(draft)]


def two_cells_for_label(draft: Draft) -> tuple[list[Block], list[Block]]:
    """Issue and amendment in cells of their own: 版本 A, 修订状态 0."""
    place(draft, "number", "revision", "effective", "signers")
    letter, more = draft.chance.choice("ABC"), str(draft.chance.randint(0, 5))
    draft.facts["revision"] = f"{letter}/{more}"
    words, shown = draft.words, draft.shown
    table: Block = [
        [words["number"], shown["number"], words["effective"], shown["effective"]],
        [words["issue"], letter, words["amendment"], more],
        *([words[kind], shown[kind], words["date"], shown["date"]] for kind in SIGNING),
    ]
    return [draft.company, *draft.title_lines, table], []


def with_history(draft: Draft) -> tuple[list[Block], list[Block]]:
    front, tail = table_top(draft)
    words = draft.words
    rows: Block = [
        ["序号", words["issue"], "修订内容", words["prepared"], words["approved"], words["date"]],
        ["1", "A/0", "首次发布", "何大文", "黄小明", "2001-02-03"],
        ["2", "A/1", "修改4.2", "何大文", "黄小明", "2003.4.5"],
    ]
    if draft.facts["revision"] is None:
        draft.facts["revision"] = "A/1"  # the header leaves it blank, the table's last row says it
    heading = "修订记录" if draft.style != "english" else "Revision History"
    return ([*front, heading, rows], tail) if draft.chance.random() < 0.6 else (front, [*tail, heading, rows])


def quoted_header(draft: Draft) -> tuple[list[Block], list[Block]]:
    """Another document's header stands in the rules."""
    front, tail = draft.chance.choice((table_top, two_columns, one_a_line))(draft)
    draft.body.lines[4:4] = [
        "例如以下表头：",
        "文件编号：ZZ-QP-99  版本：Z/9  编制：甲乙丙  审核：丁戊己  批准：庚辛壬  生效日期：1999-09-09",
    ]
    return front, tail


def _signs_above(draft: Draft) -> list[Block]:
    place(draft, "signers")
    words, shown = draft.words, draft.shown
    rows: list[list[str | None]] = [[words[kind] for kind in SIGNING], [shown[kind] for kind in SIGNING]]
    if draft.chance.random() < 0.5:
        rows.append([f"{words['date']}：{shown['date']}" for _ in SIGNING])
    if draft.chance.random() < 0.3:
        rows = [[words[kind], shown[kind], words["date"], shown["date"]] for kind in SIGNING]
    return [rows]


def _signs_lines(draft: Draft) -> list[Block]:
    place(draft, "signers")
    colon = draft.colon
    if draft.chance.random() < 0.5:
        return [draft.chance.choice(("    ", "  ", "\t")).join(draft.pair(kind, colon) for kind in SIGNING)]
    if draft.chance.random() < 0.5:
        return [f"{draft.pair(kind, colon)}    {draft.pair('date', colon)}" for kind in SIGNING]
    return [draft.pair(kind, colon) for kind in SIGNING]


LAYOUTS: dict[str, Callable[[Draft], tuple[list[Block], list[Block]]]] = {
    layout.__name__: layout
    for layout in (
        *(table_top, page_header, page_header_lines, cover, several_on_a_line, one_a_line, label_above),
        *(two_columns, in_one_cell, signed_at_the_end, two_cells_for_label, with_history, quoted_header),
        *MORE,
    )
}
