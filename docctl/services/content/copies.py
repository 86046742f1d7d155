"""Stamped copies: readers get content only with stamp, number, revision, holder and time (D-3, V-4)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from docctl.domain.header_content import filled, foot_of, uses_of
from docctl.domain.lifecycle import Computed, RevisionStatus, is_obsolete
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.i18n import Translator
from docctl.printing.behind import Behind
from docctl.printing.characters import ems
from docctl.printing.errors import PrintingFailed
from docctl.printing.jobs import printed
from docctl.printing.stamp import Colour, Stamp
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.kinds import MEDIA_TYPES, Kind
from docctl.services.caller import Caller
from docctl.services.content.behind import behind_of
from docctl.services.content.open import Content, Purpose, open_content
from docctl.services.content.stampable import STAMPED
from docctl.services.house import House

_JOBS: Final = "docctl.printing.jobs"
_UNAPPROVED: Final = frozenset({RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW, RevisionStatus.DISCARDED})


@dataclass(frozen=True, slots=True)
class StampedCopy:
    """A stamped file in a folder of its own, which `discard` removes."""

    path: Path
    name: str
    media_type: str
    word: str

    def write_to(self, target: Path) -> Path:
        """Write the file to a path, which gets the ending of its kind, then discard it; return the path."""
        if target.suffix.casefold() != self.path.suffix:
            target = target.with_name(target.name + self.path.suffix)
        try:
            shutil.copyfile(self.path, target)
        finally:
            self.discard()
        return target

    def discard(self) -> None:
        """Remove the file and its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Marked:
    """What a print of a controlled copy says beside: its number, who holds it, the address of its mark."""

    copy: str
    holder: str
    mark: str


def take_copy(
    revision_id: UUID,
    *,
    by: Caller,
    house: House,
    words: Translator,
    for_reference: bool = False,
    is_demo: bool = False,
    file_id: UUID | None = None,
) -> StampedCopy:
    """Return a stamped copy of a revision's file for this person (D-3, V-4, X-2).

    The stamp follows the state: 受控 in force (or 仅供参考 where wished), 暂停使用 while suspended, 未实施
    before its day, 作废 once obsolete, 草稿 before approval. A text becomes a PDF. Raises RuleRefused
    where it cannot be stamped.
    """
    content = open_content(revision_id, by=by, house=house, purpose=Purpose.COPY, file_id=file_id)
    return stamped(content, by=by, house=house, words=words, for_reference=for_reference, is_demo=is_demo)


def stamped(
    content: Content,
    *,
    by: Caller,
    house: House,
    words: Translator,
    for_reference: bool = False,
    is_demo: bool = False,
    marked: Marked | None = None,
) -> StampedCopy:
    """Return opened content with its stamp; raise RuleRefused where it cannot be stamped (D-3).

    A controlled copy may be printed before its day; it then bears that day, since it will be in use.
    """
    kind = stamp_kind(content.state, for_reference=for_reference)
    if marked and kind == "waiting":
        kind = "controlled"
    stamp = _stamp(content, kind, by, words, is_demo=is_demo, marked=marked)
    header = (
        filled(content.header.block, _values(content, stamp.word, by, words, marked))
        if content.header
        else ()
    )
    behind = behind_of(content, header, words)
    folder = Path(tempfile.mkdtemp(prefix="copy-", dir=house.scratch))
    try:
        return _stamped(content, stamp, behind, folder, house, words)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def is_pdf(content: Content) -> bool:
    """Say whether the browser shows the file itself."""
    return content.media_type == MEDIA_TYPES[Kind.PDF]


def stamp_kind(state: RevisionStatus | Computed, *, for_reference: bool = False) -> str:
    """Return which stamp a copy gets; a wish changes only that of one that may be used (V-4, V-6)."""
    if is_obsolete(state):
        return "obsolete"
    if state in _UNAPPROVED:
        return "draft"
    if state is Computed.SUSPENDED:
        return "suspended"
    if state is Computed.EXPIRED:
        return "expired"
    if state is not Computed.IN_FORCE:
        return "waiting"
    return "reference" if for_reference else "controlled"


_COLOURS: Final[dict[str, Colour]] = {
    "controlled": "force",
    "reference": "draft",
    "waiting": "draft",
    "draft": "draft",
    "suspended": "obsolete",
    "expired": "obsolete",
    "obsolete": "obsolete",
}

#: Stamps that also go across every page: such a copy must not be taken for one in use.
_MARKED: Final = frozenset({"obsolete", "suspended", "expired", "draft", "waiting"})


def _stamp(
    content: Content,
    kind: str,
    by: Caller,
    words: Translator,
    *,
    is_demo: bool,
    marked: Marked | None = None,
) -> Stamp:
    t = words.t
    word = t(f"documents.stamp.{kind}")
    lines, named = _head(content, word, by, words, marked)
    if content.annex:
        lines.append(t("documents.stamp.annex", n=content.annex, title=content.annex_title))
    if marked and not {"copy", "holder"} <= named:
        lines.append(t("documents.stamp.copy", copy=marked.copy, holder=marked.holder))
    elif not marked and "holder" not in named:
        lines.append(t("documents.stamp.holder", name=by.actor.name))
    if "printed" not in named:
        key = "printed" if marked else "taken"
        lines.append(t(f"documents.stamp.{key}", at=by.at, name=by.actor.name))
    if marked and content.effective_on is not None and content.effective_on > by.today:
        lines.append(t("documents.stamp.from_day", day=content.effective_on))
    if content.valid_to is not None:
        lines.append(
            t(f"documents.validity.{'trial' if content.is_trial else 'until'}", day=content.valid_to)
        )
    if content.changes:
        counts = ", ".join(str(one.ordinal) for one in content.changes)
        lines.append(t("changes.print.stamp", list=counts))
    if is_demo:
        lines.append(words.t("documents.stamp.demo"))
    foot = f"{_number(content, words)} {content.label} {word}　"
    foot += words.t("documents.stamp.pages", page="{page}", pages="{pages}")
    if content.header and content.header.block.foot:
        foot = foot_of(content.header.block, _values(content, word, by, words, marked))
    return Stamp(
        word=word,
        lines=tuple(lines),
        footer=foot,
        colour=_COLOURS[kind],
        watermark=word if kind in _MARKED else None,
        mark=marked.mark if marked else None,
    )


#: As wide as a row of a header block may be, in Chinese characters; a wider one stands on several lines.
_WIDEST: Final = 44


def _head(
    content: Content, word: str, by: Caller, words: Translator, marked: Marked | None
) -> tuple[list[str], frozenset[str]]:
    """Return the first lines of a stamp, and what they name: the company's block, or as shipped (D-14)."""
    if content.header is None:
        return [words.t("documents.stamp.number", number=content.number, label=content.label)], frozenset()
    block, lines = content.header.block, list[str]()
    for row in filled(block, _values(content, word, by, words, marked)):
        cells = [one for one in row if one]
        whole = " | ".join(cells)
        lines += [whole] if ems(whole) <= _WIDEST else cells
    return lines, uses_of(block)


def _values(
    content: Content, word: str, by: Caller, words: Translator, marked: Marked | None
) -> dict[str, str]:
    return {
        **(content.header.values if content.header else {}),
        "copy": marked.copy if marked else "",
        "holder": marked.holder if marked else by.actor.name,
        "printed": words.t("documents.header.at", at=by.at),
        "word": word,
    }


def _number(content: Content, words: Translator) -> str:
    """Return the number of a file: that of its document, of an annex with which one it is."""
    annex = words.t("documents.annex", n=content.annex) if content.annex else ""
    return f"{content.number} {annex}".rstrip()


def _stamped(
    content: Content, stamp: Stamp, behind: Sequence[Behind], folder: Path, house: House, words: Translator
) -> StampedCopy:
    source = folder / "source"
    if (how := STAMPED.get(content.media_type)) is None:
        raise RuleRefused(Refused("D-3", "kind_not_stampable"))
    job, kind = how
    target = folder / f"copy.{kind.value}"
    with content.open() as stored, source.open("wb") as out:
        shutil.copyfileobj(stored, out, 1 << 20)
    more: dict[str, Any] = {}
    if job == "text_to_pdf_job":
        text = _run(house, "docctl.reading.text:read", path=str(source))["text"]
        source.write_text(text, encoding="utf-8")
        more = {"title": f"{content.number} {content.annex_title or content.title}"}
    answer = _run(
        house,
        f"{_JOBS}:{job}",
        source=str(source),
        target=str(target),
        stamp=stamp.as_json(),
        behind=[one.as_json() for one in behind],
        **more,
    )
    try:
        printed(answer)
    except PrintingFailed as error:
        raise RuleRefused(Refused("D-3", "not_stampable", {"name": content.name})) from error
    source.unlink()
    called = content.annex_title.removesuffix(Path(content.name).suffix) or content.title
    name = f"{_number(content, words)} {called} {content.label} {stamp.word}.{kind.value}"
    return StampedCopy(target, _file_name(name), MEDIA_TYPES[kind], stamp.word)


def _run(house: House, job: str, **arguments: Any) -> Any:
    """Let a child process do it: the file came from outside."""
    try:
        return house.pool.run(job, **arguments)
    except ReadingFailed as error:
        ours = error.code in OURS
        raise RuleRefused(Refused("D-3", "busy" if ours else "not_stamped")) from error


def _file_name(text: str) -> str:
    """Return a name that every system takes."""
    unfit = set('\\/:*?"<>|')
    return "".join("_" if sign in unfit or not sign.isprintable() else sign for sign in text)
