"""Replacing the master key: every item key is wrapped anew, the old master key opens nothing after (R-7)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.keys.store import key_store
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from storage.keyring import Rotation


def prepare(*, by: Caller, house: House) -> str:
    """Put a new master key beside the present one in its file, for every host to get; return its id.

    Nothing is wrapped by it yet. Where one was prepared before, that one is it.
    """
    authorise(by.actor, "system.operate", Facts())
    new_id = key_store(house).prepare()
    note_prepared(NotePrepared(new_id), by=by, house=house)
    return new_id


def rotate(*, by: Caller, house: House) -> Rotation:
    """Replace the master key; after a crash the same call goes on where it stood.

    The file of the master key holds both until the trail knows of it. Raises RuleRefused where several
    hosts share the key store and no new master key was prepared: they would stand before closed keys.
    """
    authorise(by.actor, "system.operate", Facts())
    store = key_store(house)
    if store.is_shared and not store.is_prepared():
        raise RuleRefused(Refused("keys", "not_prepared"))
    done = store.rotate()
    note_rotation(NoteRotation(done.old_id, done.new_id, done.keys), by=by, house=house)
    store.drop_old_master()
    return done


@dataclass(frozen=True, slots=True)
class NotePrepared:
    """A new master key lies in the file, beside the one in use."""

    new_id: str


@use_case("system.operate")
def note_prepared(session: Session, cmd: NotePrepared, by: Caller) -> None:
    """Record that a new master key was made (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    record(session, by, "keys.prepared", Subject("keys", None), facts={"new": cmd.new_id})


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


__all__ = ["note_prepared", "note_rotation", "prepare", "rotate"]
