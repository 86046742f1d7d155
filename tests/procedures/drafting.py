"""One procedure as it is made up: its values, words, rules, and what is true of it."""

from __future__ import annotations

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
class Draft:
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


def drafted(chance: Random, style: str) -> Draft:
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
    draft = Draft(chance, style, Words(chance, style), title, lines, company, shown, facts, body)
    _leave_blank(draft)
    return draft


def _leave_blank(draft: Draft) -> None:
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


def place(draft: Draft, *kinds: str) -> None:
    draft.facts["placed"].update(kinds)


def fields(draft: Draft, least: int = 3) -> list[str]:
    """Choose which facts stand in the header, number and label always."""
    more = ["effective", "department", "controlled", "issued", "page", "copy"]
    chosen = ["number", "revision", *draft.chance.sample(more, draft.chance.randint(least - 2, len(more)))]
    place(draft, *chosen)
    return chosen
