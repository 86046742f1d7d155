"""Opening two revisions to be compared: both may be read, both reads are in the trail before (V-5, X-2)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, Revision
from docctl.queries.compare_files import FilePair
from docctl.services.caller import Caller
from docctl.services.content.open import EVENTS, Purpose, ReadRevision, permitted, read_revision
from docctl.services.content.reads import noted_lately
from docctl.services.house import House
from docctl.services.trail import Subject


def open_both(before_id: UUID, after_id: UUID, *, by: Caller, house: House) -> None:
    """Note that a person reads two revisions of one document; first it is known that both may be (V-5, X-2).

    Raises NotFound for what the person may not see or what is of two documents, RuleRefused for what they
    may not read; then nothing is noted (X-3).
    """
    _note([ReadRevision(one) for one in dict.fromkeys((before_id, after_id))], by, house)


def open_annexes(
    before_id: UUID, after_id: UUID, pairs: Sequence[FilePair], *, by: Caller, house: House
) -> None:
    """Note that a person reads the annexes whose texts are compared, each by itself (V-5, V-13, X-2).

    It comes before any of these texts is handed out. Raises as `open_both` does.
    """
    sides = [
        (owner, side)
        for pair in pairs
        if pair.text is not None
        for owner, side in ((before_id, pair.before), (after_id, pair.after))
    ]
    _note(
        [ReadRevision(owner, file=one.sha256, annex=one.annex) for owner, one in sides if one and one.annex],
        by,
        house,
    )


def _note(commands: Sequence[ReadRevision], by: Caller, house: House) -> None:
    with house.uow.read() as session:
        opened = {one: permitted(session, ReadRevision(one), by) for one in {c.revision_id for c in commands}}
        if len({document.id for document, _ in opened.values()}) > 1:
            raise NotFound("revision")
        new = [one for one in commands if not _is_noted(session, one, *opened[one.revision_id], by)]
    for one in new:
        read_revision(one, by=by, house=house)


def _is_noted(
    session: Session, cmd: ReadRevision, document: Document, revision: Revision, by: Caller
) -> bool:
    subject = Subject("document", document.id, str(revision.id))
    return noted_lately(session, by, EVENTS[Purpose.READ], subject, file=cmd.file)
