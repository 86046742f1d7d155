"""Replacing the master key: every item key is wrapped anew, the old master key opens nothing after (R-7)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.keys.store import key_store
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from storage.keyring import Rotation


def rotate(*, by: Caller, house: House) -> Rotation:
    """Replace the master key; after a crash the same call goes on where it stood.

    The file of the master key holds both until the trail knows of it.
    """
    authorise(by.actor, "system.operate", Facts())
    store = key_store(house)
    done = store.rotate()
    note_rotation(NoteRotation(done.old_id, done.new_id, done.keys), by=by, house=house)
    store.drop_old_master()
    return done


@dataclass(frozen=True, slots=True)
class NoteRotation:
    """All keys are wrapped by a new master key."""

    old_id: str
    new_id: str
    keys: int


@use_case("system.operate")
def note_rotation(session: Session, cmd: NoteRotation, by: Caller) -> None:
    """Record that the master key was replaced (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    record(
        session,
        by,
        "keys.rotated",
        Subject("keys", None),
        facts={"old": cmd.old_id, "new": cmd.new_id, "keys": cmd.keys},
    )


__all__ = ["note_rotation", "rotate"]
