"""All facts of one text, put together (I-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from docctl.domain import labels as revision_labels
from docctl.reading.facts import titles, values
from docctl.reading.facts.cells import Cell, Parts, Sheet
from docctl.reading.facts.citations import Citation, find_citations
from docctl.reading.facts.completeness import look_over
from docctl.reading.facts.found import SURE, Finding, Found, Signer
from docctl.reading.facts.header import Read, read_header
from docctl.reading.facts.history import History, HistoryLine, find_history
from docctl.reading.facts.origin import find_origin
from docctl.reading.facts.outline import Clause, find_outline
from docctl.reading.facts.splits import Split, find_splits
from search.folding import fold

#: A code that is a document's number though nothing says so: letters, digits, signs between.
_CODE: Final = re.compile(r"(?<![A-Za-z0-9/_-])[A-Z]{1,8}(?:[-/_.][A-Z0-9.]{1,12}){1,5}(?![A-Za-z0-9/_-])")
#: Standards, laws, download ids: cited, not the text's own number.
_OUTSIDE: Final = re.compile(
    r"^(?:ISO|IEC|GB|GBT|GJB|GJBC|IATF|TS|DB|JB|QS|OHSAS|SA|AS|EN|ASTM|HACCP|BS|DIN|JIS|YY|HB|HG|SJ|MIL"
    r"|RoHS|WEEE|VDA)(?:\s?/\s?(?:T|Z|IEC|TS))?[-_./\s]?(?:\d|T\s?\d)",
    re.IGNORECASE,
)
_COPY_BAN: Final = re.compile(
    r"(?:未经|未經)[^。\n]{0,20}(?:不得|严禁|禁止)[^。\n]{0,6}(?:复制|复印|拷贝|翻印)"
    r"|(?:严禁|禁止|不得)(?:擅自)?(?:复制|复印|翻印)"
    r"|must not be copied|no part of this document may be (?:copied|reproduced)"
)
_STAMP: Final = re.compile(r"(非受控|不受控|受控)(?:文件|副本|本|版本)?")
_LABEL_IN_NAME: Final = re.compile(
    r"(?:^|[-_\s(（\[第])(?P<label>(?:V|Ver|Rev)\.?\s?\d{1,2}(?:\.\d{1,2}){0,2}|[A-Z][/-]?\d{0,2}版?|第?\d{1,2}版)(?=[)）\]\s_.-]|$)",
    re.IGNORECASE,
)
_BARE_LABEL: Final = re.compile(
    r"[A-Z]\s?/\s?\d{1,2}版?|[A-Z]版|[(（][A-Z]/\d{1,2}版?[)）]|V\d{1,2}\.\d{1,2}"
)
_LABEL_AFTER_TITLE: Final = re.compile(
    r"(?:程序|制度|办法|规定|规程|方案|手册|计划)\s?[(（]?(?P<label>V\d{1,2}(?:\.\d{1,2}){1,2}|[A-Z][/]?\d?版)[)）]?(?![A-Za-z0-9])",
    re.IGNORECASE,
)


#: Blanks that are blanks to people: of fixed width, not to be broken. One for one, so that offsets stay.
_BLANKS: Final = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F), " ")


@dataclass(frozen=True)
class Facts:
    """What a text says of itself; fields that it does not say are None or empty.

    `controlled` is "yes" or "no"; dates are ISO days; `needs_checking` says that it goes in as a draft (I-6).
    `origin` is "external" for a text from outside, with who issued it and its number there (D-9).
    """

    number: Found | None
    title: Found | None
    revision: Found | None
    effective: Found | None
    issued: Found | None
    department: Found | None
    controlled: Found | None
    distribution: Found | None
    origin: Found | None
    issuer: Found | None
    issuer_number: Found | None
    signers: tuple[Signer, ...]
    is_copy_banned: bool
    history: tuple[HistoryLine, ...]
    citations: tuple[Citation, ...]
    outline: tuple[Clause, ...]
    splits: tuple[Split, ...]
    findings: tuple[Finding, ...]
    others: dict[str, tuple[Found, ...]]

    @property
    def needs_checking(self) -> bool:
        """Whether something about the text is so wrong that it is no finished one (I-6)."""
        return any(one.is_grave for one in self.findings)

    def found(self) -> dict[str, Found | None]:
        """Return the single facts by name."""
        return {name: getattr(self, name) for name in SINGLE}

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON can carry it, for the review and the report."""
        return {
            **{name: one.as_json() if one else None for name, one in self.found().items()},
            "signers": [one.as_json() for one in self.signers],
            "copy_ban": self.is_copy_banned,
            "history": [one.as_json() for one in self.history],
            "citations": [one.as_json() for one in self.citations],
            "outline": [one.as_json() for one in self.outline],
            "splits": [one.as_json() for one in self.splits],
            "findings": [one.as_json() for one in self.findings],
            "others": {name: [one.as_json() for one in found] for name, found in self.others.items()},
        }


SINGLE: Final = (
    "number",
    "title",
    "revision",
    "effective",
    "issued",
    "department",
    "controlled",
    "distribution",
    "origin",
    "issuer",
    "issuer_number",
)


def find_facts(text: str, name: str, *, parts: Parts = (), pages: Sequence[int] = ()) -> Facts:
    """Read the facts of one text; `name` is its file's, `parts` say what is header, footer, note.

    The text is taken as it is and never changed; the same text gives the same facts.
    """
    text = text.translate(_BLANKS)
    sheet = Sheet(text, parts)
    history = find_history(sheet)
    read = read_header(sheet, history.rows)
    title, said = titles.find_title(sheet, read.best("title"), name)
    number = read.best("number") or _bare_number(sheet, name)
    body = _without_furniture(text, parts)
    signers = _signers(read.signers)
    outside = find_origin(sheet, name, number=number, title=title, is_signed=bool(signers))
    outline = find_outline(body, after=sheet.rules)
    findings = [*read.findings, *said, *look_over(body, outline, pages, whole=text)]
    return Facts(
        number=number,
        title=outside.title or title,
        revision=_revision(read, sheet, name) or _from_history(history),
        effective=read.best("effective"),
        issued=read.best("issued"),
        department=read.best("department"),
        controlled=read.best("status") or _stamped(sheet),
        distribution=read.best("distribution"),
        origin=outside.mark,
        issuer=outside.issuer,
        issuer_number=outside.number,
        signers=signers,
        is_copy_banned=_COPY_BAN.search(fold(text[:20_000])) is not None,
        history=history.lines,
        citations=find_citations(body, number.value if number else "", title.value if title else "", outline),
        outline=outline,
        splits=find_splits(text, parts, title.value if title else name),
        findings=tuple(findings),
        others=_others(read),
    )


def outline_of(text: str, *, parts: Parts = ()) -> tuple[Clause, ...]:
    """Return the clauses of a text alone, as `find_facts` finds them; offsets are those of `text` (I-9)."""
    text = text.translate(_BLANKS)
    return find_outline(_without_furniture(text, parts), after=Sheet(text, parts).rules)


def _without_furniture(text: str, parts: Parts) -> str:
    """Return a text with nothing where its page headers and footers stand, as long as before."""
    pieces: list[str] = []
    at = 0
    for kind, start, end in sorted(parts, key=lambda part: part[1]):
        if kind in {"header", "footer"} and start >= at:
            pieces += (text[at:start], "\n" * (end - start))
            at = end
    return "".join((*pieces, text[at:]))


def _revision(read: Read, sheet: Sheet, name: str) -> Found | None:
    found = read.best("revision")
    if found is None:
        return _label_beside_title(sheet) or _label_in_name(name)
    amendment = read.best("amendment")
    label = revision_labels.read(found.value)
    if amendment is not None and label is not None and label.amendment is None:
        return replace(found, value=f"{found.value}/{amendment.value}")
    return found


def _from_history(history: History) -> Found | None:
    newest = history.newest
    if newest is None or revision_labels.read(newest.label) is None:
        return None
    return Found(newest.label, newest.label, newest.start, newest.end, "text", SURE["text"])


def _label_beside_title(sheet: Sheet) -> Found | None:
    match = _LABEL_AFTER_TITLE.search(sheet.text[: sheet.top])
    if match is not None:
        return Found(match["label"], match["label"], *match.span("label"), "line", SURE["line"])
    bare = {  # A/0 on a line of its own; a list of documents has several
        text: cell.start + cell.text.index(text)
        for cell in reversed(sheet.cells)
        if cell.zone in {"header", "top", "box"} and _BARE_LABEL.fullmatch(text := cell.text.strip())
    }
    if len(bare) != 1:
        return None
    ((shown, start),) = bare.items()
    return Found(shown, shown, start, start + len(shown), "line", SURE["line"] - 10)


def _label_in_name(name: str) -> Found | None:
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    for match in _LABEL_IN_NAME.finditer(stem):
        label = match["label"]
        if (
            re.search(r"\d|版", label)
            and revision_labels.read(label) is not None
            and re.match(r"v|r|第|[A-Z][/-]?\d?版", label, re.IGNORECASE)
        ):
            return Found(label, label, -1, -1, "name", SURE["name"])
    return None


def _bare_number(sheet: Sheet, name: str) -> Found | None:
    """Take a code of the header, or of the file's name, if there is exactly one (I-1)."""
    found: dict[str, Found] = {}
    for cell in sheet.cells:
        if cell.zone in {"header", "top", "box"}:
            for shown, start in _codes_of(cell):
                end = start + len(shown)
                found.setdefault(shown, Found(shown, shown, start, end, "line", SURE["line"] - 10))
    if len(found) == 1:
        return next(iter(found.values()))
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    own = [match[0].rstrip("._-") for match in _CODE.finditer(stem) if _is_own(match[0])]
    if len(own) == 1 and (not found or own[0] in found):
        return found.get(own[0]) or Found(own[0], own[0], -1, -1, "name", SURE["name"])
    return None


def _codes_of(cell: Cell) -> Iterator[tuple[str, int]]:
    """Yield the codes of a cell that may be numbers of the document; one may fill it: 安环〔2021〕18号."""
    text = cell.text.strip()
    whole = values.read("number", text) if len(text) <= 40 else None
    if whole is not None and whole.end == len(text) and re.search(r"[〔\[][12]\d{3}|[A-Z]{1,8}[-/]", text):
        if _OUTSIDE.match(text) is None and _BARE_LABEL.fullmatch(text) is None:
            yield text, cell.start + cell.text.index(text)
        return
    for match in _CODE.finditer(cell.text[:600]):
        # behind a colon it is what that label says, which is none of ours
        if _is_own(match[0]) and not re.search(r"[:：]\s{0,3}$", cell.text[: match.start()]):
            yield match[0], cell.start + match.start()


def _is_own(code: str) -> bool:
    return (
        _OUTSIDE.match(code) is None
        and re.search(r"\d{2}", code) is not None
        and re.search(r"[A-Z]{2}", code) is not None
        and not re.search(r"[A-Z]\d+[A-Z]-[A-Z]\d", code)
    )


def _stamped(sheet: Sheet) -> Found | None:
    for cell in sheet.cells:
        text = cell.text.strip()
        if (
            cell.zone in {"header", "top", "box"}
            and len(text) <= 8
            and (match := _STAMP.fullmatch(fold(text)))
        ):
            start = cell.start + cell.text.index(text)
            value = "yes" if match[1] == "受控" else "no"
            return Found(value, text, start, start + len(text), "line", SURE["line"])
    return None


def _signers(found: list[Signer]) -> tuple[Signer, ...]:
    """Keep each role once, as it was read first in the surest place; the day where any place says it."""
    best: dict[str, int] = {}
    for one in found:
        best[one.role] = max(best.get(one.role, 0), one.at.confidence)
    chosen: dict[tuple[str, str], Signer] = {}
    first: dict[str, int] = {}
    for one in sorted(found, key=lambda one: one.at.start):
        if one.at.confidence < best[one.role] or first.setdefault(one.role, one.at.start) != one.at.start:
            continue
        chosen.setdefault((one.role, one.name), one)
    order = ("prepared", "reviewed", "countersigned", "approved")
    return tuple(sorted(chosen.values(), key=lambda one: order.index(one.role)))


def _others(read: Read) -> dict[str, tuple[Found, ...]]:
    """Return what else could be meant, for the person who checks."""
    others = {}
    for kind, found in read.candidates.items():
        best = read.best(kind)
        different = {one.value: one for one in found if best is not None and one.value != best.value}
        if different:
            others["controlled" if kind == "status" else kind] = tuple(different.values())[:5]
    return others
