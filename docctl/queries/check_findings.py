"""What stands of a revision's text checks in the database, and what of it asks the register (D-12)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import sha256
from docctl.domain.draft_checks import Check, CheckRules
from docctl.domain.normal_form import normal
from docctl.models.checks import TextCheck
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.queries.annex_forms import titles_in_annexes
from docctl.queries.search_texts import annexes_of
from docctl.reading.checking.annexes import is_annex
from docctl.reading.checking.fact import TextFact
from docctl.services.content.texts import SealedText, texts_in

#: The name of the sealed column, which is part of how it is sealed.
SEALED: Final = "findings"


def words_sha256(rules: CheckRules) -> str:
    """Return what tells whether a text was looked through for the words in force."""
    return sha256("\n".join(rules.words))


def facts_to_text(facts: Sequence[TextFact]) -> str:
    """Return findings as they are kept."""
    return json.dumps([one.as_json() for one in facts], ensure_ascii=False, separators=(",", ":"))


def facts_in(kept: str) -> tuple[TextFact, ...]:
    """Return the findings that were kept."""
    return tuple(TextFact(**one) for one in json.loads(kept)) if kept else ()


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What was found in the texts of a revision; pending while a text is not read or not looked through."""

    facts: tuple[TextFact, ...]
    is_pending: bool


def text_facts(session: Session, revision_id: UUID, rules: CheckRules) -> TextFacts:
    """Return what the checks found in a revision's main files. Raises StorageError without its key store.

    An annex that is named and lies beside the text as a file of its own is not missing (V-13), nor is one
    that is a controlled form of its own (N-12).
    """
    rows = session.execute(
        select(ItemFile.id, ItemFile.name, FileReading.read_at, FileReading.problem, TextCheck)
        .outerjoin(FileReading, FileReading.file_id == ItemFile.id)
        .outerjoin(TextCheck, TextCheck.file_id == ItemFile.id)
        .where(
            ItemFile.owner_kind == OwnerKind.REVISION,
            ItemFile.owner_id == revision_id,
            ItemFile.role == FileRole.MAIN,
            ItemFile.destroyed_at.is_(None),
        )
        .order_by(ItemFile.ordinal)
    ).all()
    words, found, is_pending = words_sha256(rules), list[TextFact](), False
    for file_id, name, read_at, problem, checked in rows:
        if problem is not None:
            found.append(unread(name, problem))
        elif not _is_of(checked, read_at, words):
            is_pending = True
        else:
            kept = _opened(session, revision_id, file_id, checked)
            found += facts_in(kept) if kept else [unread(name, "unreadable")]
    if any(one.kind == Check.NAMED_ABSENT for one in found):
        annexes = [title for _, title in annexes_of(session, [revision_id]).values()]
        forms = titles_in_annexes(session, revision_id)
        found = [
            one
            for one in found
            if one.kind != Check.NAMED_ABSENT
            or not any(is_annex(one.what, some) for some in (annexes, forms))
        ]
    return TextFacts(tuple(found), is_pending)


def _is_of(row: TextCheck | None, read_at: datetime | None, words: str) -> bool:
    """Say whether a text was looked through as it was read last, for these words."""
    return row is not None and row.read_at == read_at and row.words_sha256 == words


def unread(name: str, problem: str) -> TextFact:
    """Return that the text of a file could not be read, and why."""
    return TextFact(Check.UNREAD.value, name[:200], -1, more=problem[:80])


def _opened(session: Session, revision_id: UUID, file_id: UUID, row: TextCheck) -> str:
    if row.sealed_found is None:
        return row.found
    return texts_in(session).opened([SealedText(revision_id, file_id, SEALED, row.sealed_found)])[0]


def finding_key(session: Session, revision_id: UUID) -> Finder:
    """Return what names the findings of a revision. Raises StorageError without its key store."""
    return Finder(texts_in(session).secret_of(revision_id) or b"")


@dataclass(frozen=True, slots=True)
class Finder:
    """Names findings by a keyed hash: the same words found by the same check have the same name (R-7)."""

    secret: bytes

    def name(self, one: TextFact) -> str:
        """Return the name of a finding: of its check and subject, of a word also of its sentence."""
        about = [one.kind, normal(one.what)]
        if one.kind == Check.VAGUE_TIME:
            about.append(normal(one.quote))
        return hmac.new(self.secret, "\0".join(about).encode(), hashlib.sha256).hexdigest()


def kinds_of(facts: Sequence[TextFact], kind: str) -> Iterator[TextFact]:
    """Yield the findings of one kind."""
    return (one for one in facts if one.kind == kind)


__all__ = [
    "SEALED",
    "Finder",
    "TextFacts",
    "facts_in",
    "facts_to_text",
    "finding_key",
    "kinds_of",
    "text_facts",
    "unread",
    "words_sha256",
]
