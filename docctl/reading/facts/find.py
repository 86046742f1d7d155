"""All facts of one text, put together (I-1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from docctl.domain import labels as revision_labels
from docctl.reading.facts import bare, closing, titles
from docctl.reading.facts.cells import Parts, Sheet
from docctl.reading.facts.citations import Citation, find_citations
from docctl.reading.facts.completeness import look_over
from docctl.reading.facts.found import SURE, Finding, Found, Signer
from docctl.reading.facts.header import Read, read_header
from docctl.reading.facts.history import History, HistoryLine, find_history, signers_of_newest
from docctl.reading.facts.labels import ROLES
from docctl.reading.facts.origin import find_origin
from docctl.reading.facts.outline import Clause, find_outline
from docctl.reading.facts.splits import Split, find_splits
from docctl.reading.facts.words import ends_as
from search.folding import fold

_COPY_BAN: Final = re.compile(
    r"(?:未经|未經)[^。\n]{0,20}(?:不得|严禁|禁止)[^。\n]{0,6}(?:复制|复印|拷贝|翻印)"
    r"|(?:严禁|禁止|不得)(?:擅自)?(?:复制|复印|翻印)"
    r"|must not be copied|no part of this document may be (?:copied|reproduced)"
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


#: Two of one role stand side by side in a row where their names begin so near.
_BESIDE: Final = 6
#: Somebody of the same role is not believed beside one who is so much surer.
_FAR: Final = 25


def find_facts(text: str, name: str, *, parts: Parts = (), pages: Sequence[int] = ()) -> Facts:
    """Read the facts of one text; `name` is its file's, `parts` say what is header, footer, note.

    The text is taken as it is and never changed; the same text gives the same facts.
    """
    text = text.translate(_BLANKS)
    sheet = Sheet(text, parts)
    history = find_history(sheet)
    read = read_header(sheet, history.rows)
    title, said = titles.find_title(sheet, read.best("title"), name, history.rows)
    number = read.best("number") or _form_number(read, title)
    number = number or closing.official_number(sheet) or bare.bare_number(sheet, name)
    foot_number, foot_label = bare.form_foot(sheet) if _is_form(title) else (None, None)
    number = number or foot_number
    body = _without_furniture(text, parts)
    signers = _dated(_signers(read.signers or list(signers_of_newest(sheet, history))), read)
    outside = find_origin(sheet, name, number=number, title=title, is_signed=bool(signers))
    outline = find_outline(body, after=sheet.rules)
    findings = [*read.findings, *said, *look_over(body, outline, pages, whole=text)]
    return Facts(
        number=number,
        title=outside.title or title,
        revision=_revision(read, sheet, name) or _from_history(history) or foot_label,
        effective=read.best("effective") or _in_force(history) or closing.in_force_since(sheet),
        issued=read.best("issued") or _made_on(read) or closing.given_out(sheet),
        department=read.best("department") or closing.kept_by(sheet),
        controlled=read.best("status") or bare.stamped(sheet),
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


def _made_on(read: Read) -> Found | None:
    """Take 制定日期 for the day of issue, unless it stands among the days of those who signed."""
    others = ("reviewed_on", "approved_on", "revised_on")
    return None if any(read.best(kind) for kind in others) else read.best("made_on")


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
        return bare.label_beside_title(sheet) or bare.label_in_name(name)
    amendment = read.best("amendment")
    label = revision_labels.read(found.value)
    if amendment is not None and label is not None and label.amendment is None:
        issue = label.issue if "版" in found.value else found.value  # 第3版 and 第1次 in two cells are 3/1
        return replace(found, value=f"{issue}/{amendment.value}")
    return found


def _from_history(history: History) -> Found | None:
    newest = history.newest
    if newest is None or revision_labels.read(newest.label) is None:
        return None
    return Found(newest.label, newest.label, newest.start, newest.end, "text", SURE["text"])


def _in_force(history: History) -> Found | None:
    newest = history.newest
    if newest is None or not newest.day or not history.is_effective:
        return None
    return Found(newest.day, newest.day, newest.start, newest.end, "text", SURE["text"])


def _form_number(read: Read, title: Found | None) -> Found | None:
    """Take the number of a form for the text's own where the text is a form: 表单编号 above 内审检查表."""
    return read.best("form_number") if _is_form(title) else None


def _is_form(title: Found | None) -> bool:
    if title is None or ends_as("strict_titles", fold(title.value)):
        return False
    return ends_as("forms", fold(title.value))


def _signers(found: list[Signer]) -> tuple[Signer, ...]:
    """Keep each role once, as it was read first in the surest place; the day where any place says it."""
    best: Counter[str] = Counter()
    surest: Counter[str] = Counter()
    for one in found:
        best[one.role] = max(best[one.role], one.at.confidence)
        surest[ROLES[one.role]] = max(surest[ROLES[one.role]], one.at.confidence)
    chosen: dict[tuple[str, str], Signer] = {}
    first: dict[str, int] = {}
    for one in sorted(found, key=lambda one: one.at.start):
        least = max(best[one.role], surest[ROLES[one.role]] - _FAR)
        if one.at.confidence < least:
            continue
        apart = one.at.start - first.setdefault(one.role, one.at.start)
        if apart and not (one.at.source == "table" and apart <= _BESIDE):
            continue
        chosen.setdefault((one.role, one.name), one)
    order = list(ROLES)
    in_order = sorted(chosen.values(), key=lambda one: order.index(one.role))
    return tuple(replace(one, role=ROLES[one.role]) for one in in_order)


def _dated(signers: tuple[Signer, ...], read: Read) -> tuple[Signer, ...]:
    """Give signers the day that a label of its own says: 批准日期, Date approved."""
    days = {role: read.best(f"{role}_on") for role in {one.role for one in signers}}
    return tuple(
        replace(one, signed_on=day.value) if not one.signed_on and (day := days[one.role]) else one
        for one in signers
    )


def _others(read: Read) -> dict[str, tuple[Found, ...]]:
    """Return what else could be meant, for the person who checks."""
    others = {}
    for kind, found in read.candidates.items():
        best = read.best(kind)
        different = {one.value: one for one in found if best is not None and one.value != best.value}
        if different:
            others["controlled" if kind == "status" else kind] = tuple(different.values())[:5]
    return others
