"""`docctl keys`: the key store's state, its backup, its master key (R-7)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.keys import KeyBackup

keys = Noun("keys")

_FOLDER = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))


@keys.command("status", permission="system.operate", who="operator")
def status(desk: Desk) -> Answer:
    """Say how many keys there are, which master key wraps them, and how the backup stands (R-7)."""
    from docctl.queries.keys import is_overdue, last_backup
    from docctl.services.keys.store import key_store

    found = key_store(desk.house).status()
    with desk.read() as session:
        backup = last_backup(session)
    overdue = is_overdue(backup, found, today=desk.house.today())
    data = {
        "shared": key_store(desk.house).is_shared,
        "keys": found.keys,
        "destroyed": found.destroyed,
        "behind": found.behind,
        "master": found.master_id,
        "since": desk.local(found.since),
        "backup": _as_data(desk, backup),
        "overdue": overdue,
    }
    lines = [
        desk.words.t("cli.keys_there", n=found.keys, destroyed=found.destroyed, master=found.master_id),
        *([desk.words.t("cli.keys_behind", n=found.behind)] if found.behind else []),
        _sentence(desk, backup),
        *([desk.words.t("cli.keys_overdue")] if overdue else []),
    ]
    return Answer(data, lines)


@keys.command("backup", permission="system.operate", who="operator")
@_FOLDER
def backup(desk: Desk, folder: Path) -> Answer:
    """Back the wrapped keys up into a folder elsewhere, in place of the backup before (R-7)."""
    from docctl.services.keys.backup import back_up

    made = back_up(folder, by=desk.caller(), house=desk.house)
    data = {
        "path": made.path,
        "keys": made.keys,
        "master": made.master_id,
        "expires_on": made.expires_on,
    }
    day = desk.words.day(made.expires_on)
    return desk.done("keys_backed_up", data, n=made.keys, path=str(made.path), day=day)


@keys.command("restore", permission="system.operate", who="operator")
@_FOLDER
def restore(desk: Desk, folder: Path) -> Answer:
    """Take keys that are missing from a backup; those of destroyed records stay destroyed (R-7)."""
    from docctl.services.keys.restore import restore as restore_keys

    taken = restore_keys(folder, by=desk.caller(), house=desk.house)
    return desk.done("keys_restored", {"keys": taken}, n=taken)


@keys.command("rotate", permission="system.operate", who="operator")
@option("--prepare", "only_prepare", is_flag=True)
def rotate(desk: Desk, only_prepare: bool) -> Answer:
    """Replace the master key and wrap every key anew; one that was interrupted goes on (R-7)."""
    from docctl.services.keys.rotate import prepare
    from docctl.services.keys.rotate import rotate as rotate_master

    if only_prepare:
        new, path = prepare(by=desk.caller(), house=desk.house), desk.machine.settings.master_key
        return desk.done("keys_prepared", {"new": new, "path": path}, new=new, path=str(path))
    done = rotate_master(by=desk.caller(), house=desk.house)
    data = {"old": done.old_id, "new": done.new_id, "keys": done.keys}
    return desk.done("keys_rotated", data, n=done.keys, new=done.new_id)


def _as_data(desk: Desk, backup: KeyBackup | None) -> dict[str, Any] | None:
    if backup is None:
        return None
    return {
        "at": desk.local(backup.at),
        "place": backup.place,
        "keys": backup.keys,
        "master": backup.master_id,
        "expires_on": backup.expires_on,
    }


def _sentence(desk: Desk, backup: KeyBackup | None) -> str:
    if backup is None:
        return desk.words.t("cli.keys_no_backup")
    return desk.words.t(
        "cli.keys_backup",
        at=desk.words.instant(backup.at),
        place=backup.place,
        n=backup.keys,
        day=desk.words.day(backup.expires_on),
    )
