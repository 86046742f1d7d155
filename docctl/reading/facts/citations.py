"""What a text cites: documents, record forms, outside rules, each once (D-6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from docctl.domain.normal_form import normal
from docctl.reading.facts.chapters import find_chapters
from docctl.reading.facts.mentions import STANDARD, Mention, Mentions
from docctl.reading.facts.outline import Clause, clause_at
from docctl.reading.facts.words import ends_as, is_one_of
from search.folding import fold

#: Names of what others made: laws, standards of the state.
_LAW: Final = re.compile(r"中华人民共和国|国务院|(?<!办)法(?:\([^()]{1,12}\))?$|条例$|国家标准|行业标准")
#: Parts of numbers that forms have: QR-7501, JL-02.
_FORM_CODE: Final = re.compile(r"(?:^|[-/_.])(?:QR|JL|BD|FM|FR|RE|REC|FORM|TAB|QF|BG)(?=[-/_.]|\d)")


@dataclass(frozen=True, slots=True)
class Citation:
    """One thing cited: `kind` is document, form, outside, generic; name and number as written, where first.

    `times` counts the places; `chapter` says where it is listed: "documents", "forms" or "" (D-6);
    `clause` is the path of the clause that names it first (D-13).
    """

    kind: str
    name: str
    number: str
    start: int
    end: int
    times: int = 1
    chapter: str = ""
    clause: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the citation as JSON can carry it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "number": self.number,
            "start": self.start,
            "end": self.end,
            "times": self.times,
            "chapter": self.chapter,
            "clause": self.clause,
        }


def find_citations(
    text: str, own_number: str = "", own_title: str = "", outline: tuple[Clause, ...] = ()
) -> tuple[Citation, ...]:
    """Return what is cited, each once, in the order of first mention; the text itself is left out (D-6)."""
    own = {normal(fold(own_title)), normal(own_number)} - {""}
    found: dict[str, Citation] = {}
    numbered: set[str] = set()
    for one in Mentions(text, find_chapters(text)).all():
        number = normal(one.number) if one.number else ""
        name = normal(fold(one.name)) if one.name else ""
        if number in own or name in own or not (name or number):
            continue
        if name and number:
            numbered.add(number)
        found[name or number] = _joined(found.get(name or number), one)
    # a bare number that stands elsewhere with its name is that citation's
    kept = (one for key, one in found.items() if one.name or key not in numbered)
    clauses = ((one, clause_at(outline, one.start)) for one in kept)
    return tuple(replace(one, clause=clause.path) if clause else one for one, clause in clauses)


def _joined(old: Citation | None, one: Mention) -> Citation:
    kind = kind_of(fold(one.name), one.number, one.chapter)
    if old is None:
        return Citation(kind, one.name, one.number, one.start, one.end, chapter=one.chapter)
    return replace(
        old,
        kind=kind if old.kind == "generic" else old.kind,
        number=old.number or one.number,
        times=old.times + 1,
        chapter=old.chapter or one.chapter,
    )


def kind_of(name: str, number: str, chapter: str) -> str:
    """Return what a citation is by its folded name, number and chapter: document, form, outside, generic."""
    if (number and STANDARD.match(number)) or _LAW.search(name):
        return "outside"
    if not name:
        return "form" if _FORM_CODE.search(number) or chapter == "forms" else "document"
    if is_one_of("generic", name) and not number:
        return "generic"
    if ends_as("quoted_documents", name) or (chapter != "forms" and ends_as("documents", name)):
        return "document"
    if chapter == "documents" and name.isascii() and not _FORM_CODE.search(number):
        return "document"  # Control of Records
    if chapter == "forms" or ends_as("forms", name):
        return "form"
    return "document" if chapter == "documents" or ends_as("documents", name) else "generic"
