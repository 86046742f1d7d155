"""One file of a run as a person checks it, and two of them side by side (I-1, I-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.imports import ImportFile
from docctl.queries.import_clash import Clash, clash_of
from docctl.queries.import_joining import Target, targets
from docctl.queries.import_review import ReviewLine, can_undo, condition, is_open, review_lines
from docctl.queries.import_values import contents_of
from docctl.queries.imports import RunLine, run_line
from docctl.reading.facts.alike import lines_beside, share_of
from docctl.services.imports.contents import Content
from docctl.services.imports.entities import Entities
from docctl.services.imports.joining import AsChosen

_AROUND: Final = 16
_SHOWN_TEXT: Final = 30_000
#: Fact by field, where they are called differently.
_FACT: Final = {"label": "revision", "unit_id": "department"}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where a fact was read: text before, the fact, text after; `source` says in what kind of place."""

    before: str
    shown: str
    after: str
    source: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a file: the value it goes in with, how sure, where read, what else could be meant."""

    name: str
    value: Any
    confidence: int | None
    excerpt: Excerpt | None
    others: tuple[str, ...]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of a run as a person checks it; neighbours by ordinal, None at the ends.

    `text` is (text, is_source) pieces of its beginning.
    """

    run: RunLine
    line: ReviewLine
    targets: Sequence[Target]
    #: The document chosen for it, where the person may not see that (X-3).
    unseen: UUID | None
    clash: Clash | None
    fields: Mapping[str, FieldView]
    findings: Sequence[Mapping[str, Any]]
    text: tuple[tuple[str, bool], ...]
    is_cut: bool
    signers: Sequence[Sequence[str]]
    history: Sequence[Mapping[str, Any]]
    citations: Sequence[Mapping[str, Any]]
    splits: Sequence[Mapping[str, Any]]
    others: Mapping[str, tuple[int, str]]
    previous: int | None
    following: int | None
    next_unchecked: int | None
    can_undo: bool


def file_view(
    session: Session, actor: Actor, run_id: UUID, ordinal: int, *, at: datetime, zone: tzinfo
) -> FileView:
    """Return one file of a run; raise NotFound where there is none that the person may see."""
    run = run_line(session, actor, run_id)
    row = session.scalars(
        select(ImportFile).where(ImportFile.run_id == run_id, ImportFile.ordinal == ordinal)
    ).first()
    if row is None:
        raise NotFound("file")
    read = contents_of(session, actor, run_id, [row], "facts", "chosen", "notes", "text", at=at)[row.id]
    fields = {name: _field(row, read, name) for name in _SHOWN}
    file = AsChosen.of(row, read)
    entity_id = Entities.of_run(session, run_id).of(file.chosen)
    found = targets(session, actor, file, entity_id, at=at, zone=zone) if row.state is FileState.READ else ()
    unseen = file.document_id if all(one.document_id != file.document_id for one in found) else None
    spans = sorted(
        {
            (found["start"], found["end"])
            for found in _sources(read)
            if 0 <= found["start"] < found["end"] <= _SHOWN_TEXT
        }
    )
    here = ImportFile.run_id == run_id
    return FileView(
        run=run,
        line=review_lines(session, actor, [row], {row.id: read}, is_open=is_open(run), at=at, zone=zone)[0],
        targets=found,
        unseen=unseen,
        clash=clash_of(session, actor, file, entity_id, found, at=at, zone=zone)
        if is_open(run) and row.state is FileState.READ
        else None,
        fields=fields,
        findings=read.facts.get("findings", ()),
        text=tuple(_marked(read.text[:_SHOWN_TEXT], spans)),
        is_cut=len(read.text) > _SHOWN_TEXT,
        signers=read.chosen.get("signers", ()),
        history=read.facts.get("history", ()),
        citations=read.facts.get("citations", ()),
        splits=read.facts.get("splits", ()) if row.piece_of is None else (),
        others=_others(session, read),
        previous=session.scalar(
            select(func.max(ImportFile.ordinal)).where(here, ImportFile.ordinal < ordinal)
        ),
        following=session.scalar(
            select(func.min(ImportFile.ordinal)).where(here, ImportFile.ordinal > ordinal)
        ),
        next_unchecked=_next_unchecked(session, run_id, ordinal),
        can_undo=can_undo(session, actor, run_id),
    )


_SHOWN: Final = (
    "number",
    "title",
    "label",
    "effective",
    "issued",
    "unit_id",
    "controlled",
    "distribution",
    "origin",
    "issuer",
    "issuer_number",
    "type_id",
    "class_id",
    "document_id",
)


def _next_unchecked(session: Session, run_id: UUID, ordinal: int) -> int | None:
    """Return the next file that nobody has looked at, from the beginning again after the last."""
    query = select(func.min(ImportFile.ordinal)).where(
        ImportFile.run_id == run_id, *condition("unchecked"), ImportFile.ordinal != ordinal
    )
    after = session.scalar(query.where(ImportFile.ordinal > ordinal))
    return after if after is not None else session.scalar(query)


def _field(row: ImportFile, read: Content, name: str) -> FieldView:
    fact = read.facts.get(_FACT.get(name, name))
    value = read.chosen.get(name, "")
    others = read.facts.get("others", {}).get(_FACT.get(name, name), ())
    proposed = fact["value"] if fact else ""
    is_open = row.state is FileState.READ
    return FieldView(
        name,
        value,
        fact["confidence"] if fact else None,
        _excerpt(read.text, fact) if fact else None,
        tuple(one["value"] for one in others),
        is_open and name not in {"unit_id", "type_id", "class_id", "document_id"} and value != proposed,
    )


def _excerpt(text: str, fact: Mapping[str, Any]) -> Excerpt:
    start, end = fact["start"], fact["end"]
    if start < 0:
        return Excerpt("", fact["shown"], "", fact["source"])
    return Excerpt(
        _flat(text[max(0, start - _AROUND) : start]),
        _flat(text[start:end]),
        _flat(text[end : end + _AROUND]),
        fact["source"],
    )


def _flat(text: str) -> str:
    return " ".join(text.split("\n")).replace("\t", " ▏")


_OUTSIDE: Final = ("origin", "issuer", "issuer_number")


def _sources(read: Content) -> Iterator[Mapping[str, Any]]:
    for name in ("number", "title", "revision", "effective", "issued", "department", "controlled", *_OUTSIDE):
        if read.facts.get(name):
            yield read.facts[name]
    for signer in read.facts.get("signers", ()):
        yield signer["at"]


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end in spans:
        if start < at:
            continue
        if text[at:start]:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if text[at:]:
        yield text[at:], False


def _others(session: Session, read: Content) -> dict[str, tuple[int, str]]:
    """Return ordinal and path of the files that the notes speak of."""
    ids = {UUID(one["other"]) for one in read.notes if one.get("other")}
    found = session.execute(
        select(ImportFile.id, ImportFile.ordinal, ImportFile.path).where(ImportFile.id.in_(ids))
    )
    return {str(file_id): (ordinal, path) for file_id, ordinal, path in found}


@dataclass(frozen=True, slots=True)
class Beside:
    """Two texts side by side, by lines: (left, right, same); `percent` of the pieces are common (I-4)."""

    run: RunLine
    left: ReviewLine
    right: ReviewLine
    lines: tuple[tuple[str, str, bool], ...]
    percent: int


def beside(
    session: Session, actor: Actor, run_id: UUID, ordinal: int, other: int, *, at: datetime, zone: tzinfo
) -> Beside:
    """Return two files of a run beside each other; raise NotFound where one is missing."""
    run = run_line(session, actor, run_id)
    rows = {
        row.ordinal: row
        for row in session.scalars(
            select(ImportFile).where(ImportFile.run_id == run_id, ImportFile.ordinal.in_((ordinal, other)))
        )
    }
    if len(rows) != 2:
        raise NotFound("file")
    left, right = rows[ordinal], rows[other]
    read = contents_of(session, actor, run_id, [left, right], "facts", "chosen", "notes", "text", at=at)
    texts = read[left.id].text[:_SHOWN_TEXT], read[right.id].text[:_SHOWN_TEXT]
    lines = review_lines(session, actor, [left, right], read, is_open=is_open(run), at=at, zone=zone)
    return Beside(
        run,
        lines[0],
        lines[1],
        tuple(lines_beside(*texts)),
        round(share_of(*texts) * 100),
    )
