"""Printing a controlled copy: with its number, its holder and a mark that says what it is worth (D-3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import may_print
from docctl.domain.permissions import authorise
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import Conflict, Refused, require
from docctl.i18n import Translator
from docctl.models.distribution import ControlledCopy
from docctl.models.organisation import Person, Post, Unit
from docctl.queries.signature_sheet import GoesTo
from docctl.services.caller import Caller
from docctl.services.content.copies import Marked, StampedCopy, stamped
from docctl.services.content.open import Purpose, open_content
from docctl.services.distribution.load import LoadedCopy, lock_copy, see_copy
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """Print a copy; `mark` is what the print bears: that of the copy, or a first one of 128 random bits."""

    copy_id: UUID
    mark: str
    #: By which revision of the header blocks it is printed, "" as it is shipped (D-14).
    headers: str = ""


@use_case("copy.print")
def note_print(session: Session, cmd: PrintCopy, by: Caller) -> UUID:
    """Note that a copy was printed, before its bytes go; every print of it bears the same mark (D-3, X-2).

    Raises Conflict where another print gave it another mark meanwhile.
    """
    loaded = lock_copy(session, cmd.copy_id, None, by)
    _may_print(loaded, by)
    copy = loaded.copy
    if copy.mark not in {None, cmd.mark}:
        raise Conflict(Refused("request", "changed_meanwhile"))
    copy.mark = cmd.mark
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
            **({"headers": cmd.headers} if cmd.headers else {}),
        },
        detail={"holder": copy.holder},
    )
    return copy.id


def print_copy(
    copy_id: UUID, *, by: Caller, house: House, words: Translator, is_demo: bool = False
) -> StampedCopy:
    """Return the print of a controlled copy, stamped and marked; raise RuleRefused where it may not (D-3).

    The print is in the trail once it came into being, and before anybody gets it (X-2).
    """
    with house.uow.read() as session:
        loaded = see_copy(session, copy_id, by)
        _may_print(loaded, by)
        copy, revision_id = loaded.copy, loaded.revision.id
        mark = copy.mark or secrets.token_urlsafe(16)
        goes_to = _goes_to(session, copy)
        marked = Marked(copy.number, copy.holder, f"{house.public_url}/c/{mark}")
    content = open_content(revision_id, by=by, house=house, purpose=Purpose.COPY, goes_to=goes_to)
    made = stamped(content, by=by, house=house, words=words, is_demo=is_demo, marked=marked)
    try:
        headers = content.header.name if content.header else ""
        note_print(PrintCopy(copy_id, mark, headers), by=by, house=house)
    except BaseException:
        made.discard()
        raise
    return made


def _goes_to(session: Session, copy: ControlledCopy) -> GoesTo:
    """Say whether the holder is ours, or of an outside organisation (O-7)."""
    ours = or_(
        Unit.id == copy.unit_id,
        Unit.id == select(Person.unit_id).where(Person.id == copy.person_id).scalar_subquery(),
        Unit.id == select(Post.unit_id).where(Post.id == copy.post_id).scalar_subquery(),
    )
    kinds = session.scalars(select(Unit.kind).where(ours)).all()
    return GoesTo.OUTSIDE if set(kinds) & OUTSIDE else GoesTo.HOLDER


def _may_print(loaded: LoadedCopy, by: Caller) -> None:
    authorise(by.actor, "copy.print", loaded.facts)
    require(may_print(loaded.state, at=by.at))
