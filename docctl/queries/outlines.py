"""The clauses of documents as they were read, with what is missing among their numbers (I-9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused
from docctl.models.content import FileReading, FileRole, ItemFile
from docctl.reading.facts.outline import Clause as Read
from docctl.reading.facts.outline import gaps
from docctl.reading.outlines import Clause, clauses_of
from docctl.services.content.texts import SealedText, texts_in
from search.asked import Is
from search.clauses import clause_key

#: How the clauses are counted that are named by their kind, each with its sign: 第五条.
_NAMED: Final = {"part": "编", "chapter": "章", "section": "节", "article": "条"}


def outlines_of(
    session: Session, revision_ids: Collection[UUID], *, for_page: bool = False
) -> dict[UUID, tuple[Clause, ...]]:
    """Return the clauses of the text of each revision that has some.

    For a page one that cannot be opened is missing; otherwise it raises StorageError.
    """
    if not revision_ids:
        return {}
    rows = session.execute(
        select(ItemFile.owner_id, ItemFile.id, FileReading.outline, FileReading.sealed_outline)
        .join(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.owner_id.in_(revision_ids), ItemFile.role == FileRole.MAIN)
        .order_by(ItemFile.owner_id, ItemFile.ordinal.desc())  # of several files the first one is shown
    ).all()
    sealed = [SealedText(owner, file, "outline", kept) for owner, file, _, kept in rows if kept is not None]
    house = texts_in(session)
    opened = iter(house.shown(sealed) if for_page else house.opened(sealed))
    found = {owner: plain if kept is None else next(opened) for owner, _, plain, kept in rows}
    return {owner: clauses for owner, kept in found.items() if (clauses := clauses_of(kept or ""))}


def clause_facts(clauses: Iterable[Clause]) -> Iterator[tuple[str, str]]:
    """Yield by what a search finds clauses: their path, and the name of those that are named (S-1, I-9)."""
    seen = dict.fromkeys(name for one in clauses for name in _names(one))
    yield from (("clause", name) for name in seen)


def _names(clause: Clause) -> Iterator[str]:
    yield clause.path
    if sign := _NAMED.get(clause.style):
        yield f"第{clause.path.rpartition('.')[2]}{sign}"


def clause_meant(clauses: Sequence[Clause], asked: Iterable[Is]) -> int | None:
    """Return which of the clauses a search means: the first one that it names (I-9)."""
    for fact in asked:
        for at, one in enumerate(clauses):
            names = map(clause_key, _names(one))
            if any(name.startswith(fact.value) if fact.beginning else name == fact.value for name in names):
                return at
    return None


@dataclass(frozen=True, slots=True)
class Outline:
    """The clauses of a text; `gaps` say what is missing or stands twice among their numbers."""

    clauses: tuple[Clause, ...]
    gaps: tuple[Refused, ...]

    def address_of(self, path: str) -> str:
        """Return the address, on the page of its document, of a clause; "" where it has none."""
        return next((address(one) for one in self.clauses if one.path == path), "")


def address(clause: Clause) -> str:
    """Return the address of a clause on the page of its document; what stands in a PDF has its page's."""
    if clause.anchor:
        return f"#{clause.anchor}"
    return f"?page={clause.page}" if clause.page else ""


def outline_shown(session: Session, revision_id: UUID) -> Outline:
    """Return the outline of a revision's text for its page (I-9)."""
    clauses = outlines_of(session, [revision_id], for_page=True).get(revision_id, ())
    found = gaps(tuple(Read(one.path, one.title, one.start, one.style) for one in clauses))
    return Outline(clauses, tuple(Refused(one.rule, one.code, one.params) for one in found))
