"""Which number a paragraph shows: Word counts when it draws, so the file holds only the rules.

Readers cite 4.2.1 or 第三条; without their numbers a text could neither be cited nor found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from docctl.reading.numerals import written
from docctl.reading.package import Package

_LEVELS: Final = 9
_LONGEST: Final = 64
_PLACE: Final = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    pattern: str
    suffix: str
    style: str
    legal: bool
    restarts: bool


@dataclass(slots=True)
class _List:
    """One `num`: the rules it points to, and where it starts anew."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)


def write_numbers(package: Package, root: etree._Element) -> None:
    """Put the number of each numbered paragraph into its text, and take it off the list it was on.

    Bullets are left as they are.
    """
    numbering = _Numbering(package)
    for paragraph in _paragraphs(root):
        label = numbering.label(paragraph)
        if label:
            _prepend(paragraph, label)


class _Numbering:
    """The rules of a document and the counters while its paragraphs go by."""

    def __init__(self, package: Package) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._styles: dict[str, tuple[str, int | None]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        for pointer in package.relationships(package.main_part()):
            if pointer.external or pointer.part not in package:
                continue
            if pointer.kind == "numbering":
                self._learn_lists(package.xml(pointer.part))
            elif pointer.kind == "styles":
                self._styles = _numbered_styles(package.xml(pointer.part))

    def label(self, paragraph: etree._Element) -> str:
        """Count a paragraph and return what stands before its text; empty for bullets and none."""
        ident, level = self._place(paragraph)
        used = self._lists.get(ident)
        rules = self._levels.get(used.abstract, {}) if used else {}
        rule = rules.get(level)
        if used is None or rule is None:
            return ""
        counters = self._counters.setdefault(used.abstract, {})
        _count(counters, used, rules, level)
        if rule.form in {"bullet", "none"} and not _PLACE.search(rule.pattern):
            return ""

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            form = "decimal" if rule.legal or at not in rules else rules[at].form
            return written(counters.get(at, 1), form)

        return _PLACE.sub(number, rule.pattern) + rule.suffix

    def _place(self, paragraph: etree._Element) -> tuple[str, int]:
        """Return the list and level of a paragraph: its own, or those of its style."""
        style = _value(paragraph, "{*}pPr/{*}pStyle") or ""
        from_style, level_of_style = self._styles.get(style, ("", None))
        own = paragraph.find("{*}pPr/{*}numPr")
        ident = (_value(own, "{*}numId") if own is not None else None) or from_style
        stated = _value(own, "{*}ilvl") if own is not None else None
        if stated is not None:
            return ident, _int(stated, 0)
        if level_of_style is not None:
            return ident, level_of_style
        used = self._lists.get(ident)
        rules = self._levels.get(used.abstract, {}) if used else {}
        return ident, next((at for at, rule in rules.items() if style and rule.style == style), 0)

    def _learn_lists(self, root: etree._Element) -> None:
        for abstract in root.iterchildren("{*}abstractNum"):
            self._levels[_attribute(abstract, "abstractNumId")] = dict(_levels(abstract))
        for num in root.iterchildren("{*}num"):
            starts = {
                _int(_attribute(override, "ilvl"), 0): _int(start, 1)
                for override in num.iterchildren("{*}lvlOverride")
                if (start := _value(override, "{*}startOverride")) is not None
            }
            abstract_id = _value(num, "{*}abstractNumId") or ""
            self._lists[_attribute(num, "numId")] = _List(abstract_id, starts)


def _count(counters: dict[int, int], used: _List, rules: Mapping[int, _Level], level: int) -> None:
    """Count one more on a level; the levels above start if they have not, those below start anew."""
    for above in range(level):
        if above in rules:
            counters.setdefault(above, rules[above].start)
    if level in used.starts and level not in used.used:
        counters[level] = used.starts[level]
    else:
        counters[level] = counters.get(level, rules[level].start - 1) + 1
    used.used.add(level)
    for below in range(level + 1, _LEVELS):
        if below in rules and rules[below].restarts:
            counters.pop(below, None)


def _levels(abstract: etree._Element) -> Iterator[tuple[int, _Level]]:
    for level in abstract.iterchildren("{*}lvl"):
        legal = level.find("{*}isLgl")
        after = _value(level, "{*}suff")
        yield (
            _int(_attribute(level, "ilvl"), 0),
            _Level(
                start=_int(_value(level, "{*}start"), 1),
                form=_value(level, "{*}numFmt") or "decimal",
                pattern=(_value(level, "{*}lvlText") or "")[:_LONGEST],
                suffix="" if after == "nothing" else " ",
                style=_value(level, "{*}pStyle") or "",
                legal=legal is not None and _attribute(legal, "val") not in {"0", "false"},
                restarts=_value(level, "{*}lvlRestart") != "0",
            ),
        )


def _numbered_styles(root: etree._Element) -> dict[str, tuple[str, int | None]]:
    """Return list and level of each style that has a list, its own or from the style it is based on."""
    own: dict[str, tuple[str | None, str | None]] = {}
    based: dict[str, str] = {}
    for style in root.iterchildren("{*}style"):
        ident = _attribute(style, "styleId")
        numbering = "{*}pPr/{*}numPr/{*}"
        own[ident] = (_value(style, numbering + "numId"), _value(style, numbering + "ilvl"))
        based[ident] = _value(style, "{*}basedOn") or ""
    found: dict[str, tuple[str, int | None]] = {}
    for ident in own:
        lists, level, at, seen = None, None, ident, set[str]()
        while at in own and at not in seen and (lists is None or level is None):
            seen.add(at)
            lists, level = lists or own[at][0], level or own[at][1]
            at = based[at]
        if lists is not None:
            found[ident] = (lists, None if level is None else _int(level, 0))
    return found


def _paragraphs(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs in order, each once although text boxes are stored twice."""
    found = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        tag = str(element.tag)
        if tag.endswith("}Fallback"):
            walk.skip_subtree()
        elif tag.endswith("}p") and "wordprocessingml" in tag:
            found.append(element)
    return iter(found)


def _prepend(paragraph: etree._Element, label: str) -> None:
    space = str(paragraph.tag).rpartition("}")[0] + "}"
    run = etree.Element(space + "r")
    etree.SubElement(run, space + "t").text = label
    properties = paragraph.find(space + "pPr")
    if properties is None:
        properties = etree.Element(space + "pPr")
        paragraph.insert(0, properties)
    for old in properties.findall(space + "numPr"):
        properties.remove(old)
    numbering = etree.SubElement(properties, space + "numPr")
    for name in ("ilvl", "numId"):  # list 0 is none, also against the style
        etree.SubElement(numbering, space + name).set(space + "val", "0")
    paragraph.insert(paragraph.index(properties) + 1, run)


def _value(element: etree._Element, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else _attribute(found, "val")


def _attribute(element: etree._Element, name: str) -> str:
    return element.get(str(element.tag).rpartition("}")[0] + "}" + name, "")


def _int(value: str | None, default: int) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 6 else default
