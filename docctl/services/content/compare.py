"""Opening two revisions to be compared: both may be read, both reads are in the trail before (V-5, X-2)."""

from __future__ import annotations

from uuid import UUID

from docctl.domain.verdicts import NotFound
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
    commands = [ReadRevision(one) for one in dict.fromkeys((before_id, after_id))]
    with house.uow.read() as session:
        found = [permitted(session, cmd, by) for cmd in commands]
        if len({document.id for document, _ in found}) > 1:
            raise NotFound("revision")
        new = [
            cmd
            for cmd, (document, revision) in zip(commands, found, strict=True)
            if not noted_lately(
                session, by, EVENTS[Purpose.READ], Subject("document", document.id, str(revision.id))
            )
        ]
    for cmd in new:
        read_revision(cmd, by=by, house=house)
