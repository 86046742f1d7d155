"""Printing a controlled copy: with its number, its holder and a mark that says what it is worth (D-3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.copy_states import may_print
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import require
from docctl.i18n import Translator
from docctl.models.distribution import ControlledCopy
from docctl.services.caller import Caller
from docctl.services.content.copies import Marked, StampedCopy, stamped
from docctl.services.content.open import Purpose, open_content
from docctl.services.distribution.load import lock_copy
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """Print a copy; `mark` is used where it was never printed before: 128 random bits."""

    copy_id: UUID
    mark: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@use_case("copy.print")
def note_print(session: Session, cmd: PrintCopy, by: Caller) -> UUID:
    """Note that a copy is printed, before its bytes go; every print of it bears the same mark (D-3, X-2)."""
    loaded = lock_copy(session, cmd.copy_id, None, by)
    authorise(by.actor, "copy.print", loaded.facts)
    require(may_print(loaded.state, at=by.at))
    copy = loaded.copy
    copy.mark = copy.mark or cmd.mark
    record(
        session,
        by,
        "copy.printed",
        Subject("document", loaded.document.id, str(loaded.revision.id)),
        facts={
            "number": loaded.document.number,
            "label": loaded.revision.label,
            "copy": copy.number,
            "copy_id": copy.id,
        },
        detail={"holder": copy.holder},
    )
    return copy.id


def print_copy(
    copy_id: UUID, *, by: Caller, house: House, words: Translator, is_demo: bool = False
) -> StampedCopy:
    """Return the print of a controlled copy, stamped and marked; raise RuleRefused where it may not (D-3)."""
    note_print(PrintCopy(copy_id), by=by, house=house)
    with house.uow.read() as session:
        copy = session.get_one(ControlledCopy, copy_id)
        revision_id = copy.revision_id
        marked = Marked(copy.number, copy.holder, f"{house.public_url}/c/{copy.mark}")
    content = open_content(revision_id, by=by, house=house, purpose=Purpose.COPY)
    return stamped(content, by=by, house=house, words=words, is_demo=is_demo, marked=marked)
