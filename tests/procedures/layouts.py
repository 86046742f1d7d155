"""Layouts of made procedures: blocks of lines and tables for the page, its header, its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.procedures import values
from tests.procedures.body import Body, a_body
from tests.procedures.words import Words

#: A line, or the rows of a table; an empty cell that is None is merged into the one before it.
Block = str | list[list[str | None]]
SIGNING = ("prepared", "reviewed", "approved")


@dataclass
class Made:
    """A procedure: its blocks, those of its page header, and what a reader should find."""

    layout: str
    style: str
    name: str
    blocks: list[Block]
    header: list[Block]
    facts: dict[str, Any]
    has_lost_lines: bool = False


@dataclass
class _Draft:
    chance: Random
    style: str
    words: Words
    title: str
    title_lines: list[str]
    company: str
    shown: dict[str, str]
    facts: dict[str, Any]
    body: Body
    header: list[Block] = field(default_factory=list)

    @property
    def colon(self) -> str:
        return ": " if self.style == "english" else self.chance.choice(("：", ":", "： ", ": "))

    def pair(self, kind: str, colon: str | None = None) -> str:
        return f"{self.words[kind]}{self.colon if colon is None else colon}{self.shown[kind]}"

    def has(self, *kinds: str) -> list[str]:
        """Return which of the kinds this procedure says; facts that it never says are not asked for."""
        return [kind for kind in kinds if kind in self.shown]


def make(seed: int, layout: str | None = None, style: str | None = None) -> Made:
    """Return one procedure; the same seed gives the same."""
    chance = Random(seed)
    style = style or chance.choice(("simple", "simple", "simple", "traditional", "bilingual", "english"))
    layout = layout or chance.choice(sorted(LAYOUTS))
    draft = _draft(chance, style)
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


def _draft(chance: Random, style: str) -> _Draft:
    english = style == "english"
    lines = [chance.choice(values.ENGLISH_TITLES if english else values.TITLES)]
    if not english and chance.random() < 0.15:
        lines = list(chance.choice(values.LONG_TITLES))
    title = "".join(lines)
    number, label = values.a_number(chance), values.a_label(chance)
    if english:
        number = values.Said(f"HY-QP-{chance.randint(1, 99):02}", "")
        number = values.Said(number.shown, number.shown)
        label = values.Said(*[chance.choice(("A", "1.0", "2", "B", "V1.2", "03", "A/1"))] * 2)
    days = {kind: values.a_day(chance, english=english) for kind in ("effective", "issued", "date")}
    people = {}
    while len({said.meant for said in people.values()}) < 3:
        people = {kind: values.a_person(chance, english=english) for kind in SIGNING}
    unit = chance.choice(values.ENGLISH_UNITS if english else values.UNITS)
    controlled, state = _state(chance, english)
    shown = {
        "number": number.shown,
        "title": title,
        "revision": label.shown,
        "department": unit,
        "controlled": state,
        "page": "1/5",
        "copy": f"{chance.randint(1, 40):02}",
        **{kind: said.shown for kind, said in (*days.items(), *people.items())},
    }
    facts = {
        "number": number.meant,
        "title": title,
        "revision": label.meant,
        "effective": days["effective"].meant,
        "issued": days["issued"].meant,
        "department": unit,
        "controlled": controlled,
        "signers": [people[kind].meant for kind in SIGNING],
        "placed": set(),
    }
    body = a_body(chance, english=english, title=title)
    facts |= {
        "cites": body.cites,
        "forms": body.forms,
        "form_numbers": body.form_numbers,
        "allowed": body.allowed,
    }
    company = chance.choice(values.COMPANIES)
    draft = _Draft(chance, style, Words(chance, style), title, lines, company, shown, facts, body)
    _leave_blank(draft)
    return draft


def _leave_blank(draft: _Draft) -> None:
    """Put placeholders where values are to be filled in: such facts are missing (I-5)."""
    blanks = {
        "number": ("XXXX", "____", "", "XX-XX-XX"),
        "revision": ("", "__", "X"),
        "effective": ("xx年xx月xx日", "    年  月  日", "", "____年__月__日"),
        "issued": ("XXXX年XX月XX日", "  年  月  日", ""),
        "department": ("XX部", "", "____"),
    }
    for kind, shown in blanks.items():
        if draft.chance.random() < 0.06:
            draft.shown[kind] = draft.chance.choice(shown)
            draft.facts[kind] = None
    if draft.chance.random() < 0.05:
        for kind in SIGNING:
            draft.shown[kind] = draft.chance.choice(("", "______", "     "))
        draft.facts["signers"] = []


def _state(chance: Random, english: bool) -> tuple[bool, str]:
    controlled = chance.random() < 0.6
    if english:
        return controlled, "Controlled" if controlled else "Uncontrolled"
    yes, no = ("☑", "□") if controlled else ("□", "☑")
    plain = "受控" if controlled else "非受控"
    return controlled, chance.choice(
        (plain, plain, f"{yes}受控 {no}非受控", f"{yes}受控  {no} 非受控", f"受控{yes} 非受控{no}")
    )


def _place(draft: _Draft, *kinds: str) -> None:
    draft.facts["placed"].update(kinds)


def _fields(draft: _Draft, least: int = 3) -> list[str]:
    """Choose which facts stand in the header, number and label always."""
    more = ["effective", "department", "controlled", "issued", "page", "copy"]
    chosen = ["number", "revision", *draft.chance.sample(more, draft.chance.randint(least - 2, len(more)))]
    _place(draft, *chosen)
    return chosen


def _titles(draft: _Draft) -> list[Block]:
    return list(draft.title_lines)


def table_top(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = _fields(draft)
    rows: list[list[str | None]] = []
    for at in range(0, len(chosen), 2):
        row: list[str | None] = []
        for kind in chosen[at : at + 2]:
            row += [draft.words[kind], draft.shown[kind]]
        rows.append([*row, *[""] * (4 - len(row))])
    if draft.chance.random() < 0.5:
        rows.insert(0, [draft.company, None, draft.title, None])
        return [rows, *_signs_above(draft)], []
    return [draft.company, *_titles(draft), rows, *_signs_above(draft)], []


def page_header(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = _fields(draft)
    left = [draft.company, draft.title, *[""] * len(chosen)]
    draft.header = [[[left[at], draft.words[kind], draft.shown[kind]] for at, kind in enumerate(chosen)]]
    return [*_titles(draft), *_signs_lines(draft)], []


def page_header_lines(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = _fields(draft)
    joiner = draft.chance.choice(("    ", "  ", "\t"))
    draft.header = [draft.company, joiner.join(draft.pair(kind) for kind in chosen)]
    return _titles(draft), _signs_lines(draft)


def cover(draft: _Draft) -> tuple[list[Block], list[Block]]:
    _place(draft, "number", "revision", "effective", "issued", "signers")
    words, shown = draft.words, draft.shown
    table: Block = [[words[kind], shown[kind], words["date"], shown["date"]] for kind in SIGNING]
    days = (
        f"{shown['issued']} {words['issued_after']}          {shown['effective']} {words['effective_after']}"
    )
    lines = [draft.pair("number"), draft.pair("revision")]
    if draft.chance.random() < 0.5:
        lines = ["      ".join(lines)]
    return [draft.company, *_titles(draft), *lines, table, days, "", *_titles(draft)], []


def several_on_a_line(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = _fields(draft)
    gap = draft.chance.choice((" ", "  ", "    ", "　　", "\t"))
    colon = draft.colon
    pairs = [draft.pair(kind, colon) for kind in chosen]
    half = len(pairs) // 2
    _place(draft, "signers")
    signs = gap.join(draft.pair(kind, colon) for kind in SIGNING)
    return [*_titles(draft), gap.join(pairs[:half]), gap.join(pairs[half:]), signs], []


def one_a_line(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = [*_fields(draft), *SIGNING]
    _place(draft, "signers")
    colon = draft.colon
    first = [draft.pair("title", colon)] if draft.chance.random() < 0.6 else _titles(draft)
    return [draft.company, *first, *(draft.pair(kind, colon) for kind in chosen)], []


def label_above(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = _fields(draft)[:5]
    draft.facts["placed"] = set(chosen)
    table: Block = [[draft.words[kind] for kind in chosen], [draft.shown[kind] for kind in chosen]]
    return [*_titles(draft), table, *_signs_above(draft)], []


def two_columns(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = ["title", *_fields(draft), *SIGNING]
    _place(draft, "signers")
    colon = draft.chance.choice(("", "", "：", ":"))
    return [draft.company, [[f"{draft.words[kind]}{colon}", draft.shown[kind]] for kind in chosen]], []


def in_one_cell(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = [*_fields(draft, 4), *SIGNING]
    _place(draft, "signers")
    pairs: list[str | None] = [draft.pair(kind) for kind in chosen]
    pairs += [""] * (-len(pairs) % 3)
    return [*_titles(draft), [pairs[at : at + 3] for at in range(0, len(pairs), 3)]], []


def signed_at_the_end(draft: _Draft) -> tuple[list[Block], list[Block]]:
    chosen = _fields(draft)
    gap = draft.chance.choice(("  ", "    ", "\t"))
    return [*_titles(draft), gap.join(draft.pair(kind) for kind in chosen)], ["", *_signs_lines(draft)]


def two_cells_for_label(draft: _Draft) -> tuple[list[Block], list[Block]]:
    """Issue and amendment in cells of their own: 版本 A, 修订状态 0."""
    _place(draft, "number", "revision", "effective", "signers")
    letter, more = draft.chance.choice("ABC"), str(draft.chance.randint(0, 5))
    draft.facts["revision"] = f"{letter}/{more}"
    words, shown = draft.words, draft.shown
    table: Block = [
        [words["number"], shown["number"], words["effective"], shown["effective"]],
        [words["issue"], letter, words["amendment"], more],
        *([words[kind], shown[kind], words["date"], shown["date"]] for kind in SIGNING),
    ]
    return [draft.company, *_titles(draft), table], []


def with_history(draft: _Draft) -> tuple[list[Block], list[Block]]:
    front, tail = table_top(draft)
    words = draft.words
    rows: Block = [
        ["序号", words["issue"], "修订内容", words["prepared"], words["approved"], words["date"]],
        ["1", "A/0", "首次发布", "何大文", "黄小明", "2001-02-03"],
        ["2", "A/1", "修改4.2", "何大文", "黄小明", "2003.4.5"],
    ]
    heading = "修订记录" if draft.style != "english" else "Revision History"
    return ([*front, heading, rows], tail) if draft.chance.random() < 0.6 else (front, [*tail, heading, rows])


def quoted_header(draft: _Draft) -> tuple[list[Block], list[Block]]:
    """Another document's header stands in the rules."""
    front, tail = draft.chance.choice((table_top, two_columns, one_a_line))(draft)
    draft.body.lines[4:4] = [
        "例如以下表头：",
        "文件编号：ZZ-QP-99  版本：Z/9  编制：甲乙丙  审核：丁戊己  批准：庚辛壬  生效日期：1999-09-09",
    ]
    return front, tail


def _signs_above(draft: _Draft) -> list[Block]:
    _place(draft, "signers")
    words, shown = draft.words, draft.shown
    rows: list[list[str | None]] = [[words[kind] for kind in SIGNING], [shown[kind] for kind in SIGNING]]
    if draft.chance.random() < 0.5:
        rows.append([f"{words['date']}：{shown['date']}" for _ in SIGNING])
    if draft.chance.random() < 0.3:
        rows = [[words[kind], shown[kind], words["date"], shown["date"]] for kind in SIGNING]
    return [rows]


def _signs_lines(draft: _Draft) -> list[Block]:
    _place(draft, "signers")
    colon = draft.colon
    if draft.chance.random() < 0.5:
        return [draft.chance.choice(("    ", "  ", "\t")).join(draft.pair(kind, colon) for kind in SIGNING)]
    if draft.chance.random() < 0.5:
        return [f"{draft.pair(kind, colon)}    {draft.pair('date', colon)}" for kind in SIGNING]
    return [draft.pair(kind, colon) for kind in SIGNING]


LAYOUTS: dict[str, Callable[[_Draft], tuple[list[Block], list[Block]]]] = {
    layout.__name__: layout
    for layout in (
        *(table_top, page_header, page_header_lines, cover, several_on_a_line, one_a_line, label_above),
        *(two_columns, in_one_cell, signed_at_the_end, two_cells_for_label, with_history, quoted_header),
    )
}
