"""Texts of revisions under way looked through for what is to be mended before the issue (D-12)."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from docctl.domain.draft_checks import CheckRules
from docctl.domain.lifecycle import UNDER_WAY
from docctl.domain.verdicts import NotFound
from docctl.jobs.waiting_texts import WaitingText, waiting_texts
from docctl.models.checks import TextCheck
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.queries.check_findings import SEALED, facts_to_text, unread, words_sha256
from docctl.queries.rules_in_force import check_rules_at
from docctl.reading.checking.fact import TextFact
from docctl.reading.checking.find import faults_in_child
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.outlines import clauses_of
from docctl.services.caller import the_system
from docctl.services.content.texts import Texts
from docctl.services.house import House
from docctl.services.text_checks import NoteTextCheck, note_text_check
from storage.api import KeyDestroyed, StorageError

log = logging.getLogger(__name__)

#: So many texts are looked through in one round.
TOGETHER: Final = 20


def check_texts(house: House) -> bool:
    """Look some texts of drafts through that were not, or for other words; say whether there were any.

    A text whose key is away waits until it is there again.
    """
    try:
        with house.uow.read() as session:
            try:
                rules = check_rules_at(session, house.clock()).rules
            except NotFound:
                return False
            waits = _waits(words_sha256(rules), Texts(house.keys))
            if not session.scalar(_any(waits)):
                return False
            texts = waiting_texts(session, waits, ("text", "outline"), most=TOGETHER)
            revisions = _revisions(session, {one.owner_id for one in texts})
    except StorageError:
        log.warning("checks of texts wait: the key store cannot be used", exc_info=True)
        return False
    done = 0
    for one in texts:
        try:
            cmd = _checked(house, one, rules, *revisions[one.owner_id])
        except ReadingFailed as failed:
            if failed.code in OURS:
                break
            cmd = _kept(house, one, rules, [unread("", failed.code)])
        except KeyDestroyed:
            continue
        done += note_text_check(cmd, by=the_system(house.clock()), house=house)
    return done > 0


def _waits(words: str, texts: Texts) -> list[Any]:
    """Return which texts wait: of revisions under way, whose findings are of another reading or words."""
    under_way = select(Revision.id).where(Revision.status.in_(UNDER_WAY), Revision.imported_at.is_(None))
    fitting = [
        TextCheck.file_id == FileReading.file_id,
        TextCheck.read_at == FileReading.read_at,
        TextCheck.words_sha256 == words,
    ]
    if texts.are_sealed:
        fitting.append(TextCheck.sealed_found.is_not(None))
    return [
        ItemFile.owner_id.in_(under_way),
        ItemFile.owner_kind == OwnerKind.REVISION,
        ItemFile.role == FileRole.MAIN,
        ItemFile.destroyed_at.is_(None),
        FileReading.problem.is_(None),
        FileReading.cited_at.is_not(None),
        ~exists().where(*fitting),
    ]


def _any(waits: list[Any]) -> Any:
    """Return a query whether any text waits; it begins with the revisions under way, which are few."""
    return select(exists().where(*waits).where(FileReading.file_id == ItemFile.id).select_from(ItemFile))


def _revisions(session: Session, ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    rows = session.execute(
        select(Revision.id, Document.number, Revision.title)
        .join(Document, Document.id == Revision.document_id)
        .where(Revision.id.in_(ids))
    )
    return {one.id: (one.number, one.title) for one in rows}


def _checked(house: House, one: WaitingText, rules: CheckRules, number: str, title: str) -> NoteTextCheck:
    if one.is_gone or not one.text.strip():
        return _kept(house, one, rules, [unread("", "no_text")])
    clauses = [(each.path, each.title, each.start, each.style) for each in clauses_of(one.outline or "")]
    with tempfile.TemporaryDirectory(prefix="check-", dir=house.scratch) as folder:
        found = faults_in_child(
            house.pool,
            Path(folder),
            one.text,
            number=number,
            title=title,
            clauses=clauses,
            pages=one.row.pages,
            words=rules.words,
        )
    return _kept(house, one, rules, found)


def _kept(house: House, one: WaitingText, rules: CheckRules, found: list[TextFact]) -> NoteTextCheck:
    text = facts_to_text(found)
    sealed = Texts(house.keys).sealed(one.owner_id, one.row.file_id, SEALED, text)
    return NoteTextCheck(
        one.row.file_id, one.row.read_at, words_sha256(rules), "" if sealed else text, sealed
    )
