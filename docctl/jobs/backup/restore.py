"""Restoring a backup: built beside the present data folder, swapped in, in a new epoch (T-2, N-1, R-7).

Nothing is served before what was destroyed is destroyed again and the epoch has begun. The present folder is
moved aside, never deleted. Killed anywhere, the same command begins anew, or finishes the swap.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from docctl.config import Settings
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs import lease
from docctl.jobs.backup import sources
from docctl.jobs.backup.asked import Options, Restored
from docctl.jobs.backup.begin import as_owner, begin_epoch
from docctl.jobs.backup.carry import carry_keys, carry_secrets
from docctl.jobs.backup.database import is_empty, load_dump, nobody_writes
from docctl.jobs.backup.make import Progress
from docctl.jobs.backup.manifest import (
    SQLITE,
    Manifest,
    durably,
    file_hash,
    read_manifest,
)
from docctl.jobs.backup.seen import begin
from docctl.jobs.backup.tools import Tools
from docctl.models.work import Lease
from docctl.services.caller import Caller
from docctl.services.house import House
from storage.durable import sync_file, sync_folder

_COMPLETE: Final = "restored.json"


def restore(
    folder: Path,
    *,
    settings: Settings,
    tools: Tools,
    by: Caller,
    options: Options,
    progress: Progress = lambda _part, _done, _of: None,
) -> Restored:
    """Restore a backup and begin an epoch that two people have to accept (T-2, N-1, R-7)."""
    manifest = read_manifest(folder)
    _require_fitting(manifest, settings)
    fresh = settings.data.with_name(f"{settings.data.name}.restoring")
    is_occupied = _is_occupied(settings.data)
    if not is_occupied and (done := _complete(fresh, manifest)) is not None:
        return _swapped(settings, fresh, done)
    if is_occupied and options.over.strip() != manifest.company_code:
        raise RuleRefused(Refused("restore", "occupied", {"code": manifest.company_code}))
    _require_stopped(settings, manifest, tools)
    progress("check", 0, 0)
    _require_whole(manifest)
    if manifest.database == "sqlite":
        with nobody_writes(settings.data / SQLITE):
            done = _restore_folder(manifest, settings, tools, by, options, fresh, progress)
        return _swapped(settings, fresh, done)  # no connection is open whose files the new folder would have
    return _restore_server(manifest, settings, tools, by, options, progress)


def _require_fitting(manifest: Manifest, settings: Settings) -> None:
    is_server = bool(settings.database_url)
    if is_server != (manifest.database != "sqlite"):
        raise RuleRefused(Refused("restore", "other_database", {"kind": manifest.database}))
    if settings.storage != manifest.storage:
        raise RuleRefused(Refused("restore", "other_storage", {"kind": manifest.storage}))


def _is_occupied(data: Path) -> bool:
    """Say whether a data folder holds more than what a first call of any command makes."""
    return any((data / name).exists() for name in ("docctl.db", "keys/keys.db", "objects/storage.format"))


def _require_stopped(settings: Settings, manifest: Manifest, tools: Tools) -> None:
    with sources.present(settings, manifest, tools) as session:
        row = session.get(Lease, lease.NAME) if session is not None else None
        if row is not None and lease.binds(row, tools.clock()):
            raise RuleRefused(Refused("restore", "running"))


def _require_whole(manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        path = manifest.run_folder / name
        if not path.is_file() or file_hash(path) != expected:
            raise RuleRefused(Refused("backup", "file_damaged", {"name": name}))


def _restore_folder(
    manifest: Manifest,
    settings: Settings,
    tools: Tools,
    by: Caller,
    options: Options,
    fresh: Path,
    progress: Progress,
) -> Restored:
    shutil.rmtree(fresh, ignore_errors=True)  # copies of our own, of a restore that was killed
    fresh.mkdir(mode=0o700)
    progress("database", 0, 0)
    shutil.copyfile(manifest.database_file, fresh / "docctl.db")
    (fresh / "docctl.db").chmod(0o600)
    sync_file(fresh / "docctl.db")
    carry_secrets(settings, fresh)
    new = replace(settings, data=fresh, master_key_file=settings.master_key)
    if manifest.storage == "local" or settings.keys_database_url:
        carry_keys(manifest, settings, new, tools, options)
    house = tools.build(new)
    try:
        done = begin_epoch(manifest, settings, tools, by, options, house, progress)
    finally:
        house.close()
    durably(fresh / _COMPLETE, json.dumps({"backup": manifest.digest, "done": _as_data(done)}))
    sync_folder(fresh)
    return done


def _restore_server(
    manifest: Manifest,
    settings: Settings,
    tools: Tools,
    by: Caller,
    options: Options,
    progress: Progress,
) -> Restored:
    """Restore into an empty database of a server; the store, S3 or local, is the one that is there."""
    if manifest.storage == "local" or settings.keys_database_url:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        carry_keys(manifest, settings, settings, tools, options)
    house = tools.build(settings)
    try:
        if is_empty(house.uow.owner):
            progress("database", 0, 0)
            load_dump(_owner_url(settings), manifest.database_file)
        elif not _is_just_loaded(house, manifest):
            raise RuleRefused(Refused("restore", "database_in_use"))
        return begin_epoch(manifest, settings, tools, by, options, house, progress)
    finally:
        house.close()


def _owner_url(settings: Settings) -> str:
    if not settings.migration_url:
        raise RuleRefused(Refused("database", "owner_needed"))
    return settings.migration_url


def _is_just_loaded(house: House, manifest: Manifest) -> bool:
    """Say whether a database is exactly the backup's: a restore was killed before its epoch began."""
    with as_owner(house).read() as session:
        seen = begin(session)
    return (seen.end, seen.end_hash) == (manifest.events, manifest.head)


def _swapped(settings: Settings, fresh: Path, done: Restored) -> Restored:
    """Move the present folder aside and the new one into its place."""
    data, aside = settings.data, None
    if data.exists() and any(one.name not in {"secret.key", settings.audit_key} for one in data.iterdir()):
        aside = _free(data.with_name(f"{data.name}.before-epoch-{done.epoch}"))
        data.rename(aside)
    elif data.exists():
        shutil.rmtree(data)  # the secrets in it were taken along
    fresh.rename(data)
    sync_folder(data.parent)
    (data / _COMPLETE).unlink()
    return replace(done, aside=aside)


def _free(path: Path) -> Path:
    """Return a name that nothing has yet."""
    names = (path, *(path.with_name(f"{path.name}-{turn}") for turn in range(2, 1000)))
    return next(one for one in names if not one.exists())


def _as_data(done: Restored) -> dict[str, object]:
    return {
        "epoch": done.epoch,
        "events": done.events,
        "lost_events": done.lost_events,
        "numbers": done.numbers,
        "objects": done.objects,
        "unnamed": done.unnamed,
        "destroyed_again": done.destroyed_again,
        "sources": list(done.sources),
        "missing": done.missing,
    }


def _complete(fresh: Path, manifest: Manifest) -> Restored | None:
    """Return what a restore of this backup did that was killed while it swapped the folders.

    What another one has left is refused: was it given up, and people went on working? Or was it killed while
    the folders were swapped, so that the folder moved aside holds what is new?
    """
    try:
        left = json.loads((fresh / _COMPLETE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if left["backup"] != manifest.digest:
        raise RuleRefused(Refused("restore", "other_unfinished", {"name": fresh.name}))
    found = left["done"]
    return Restored(**{**found, "sources": tuple(found["sources"]), "aside": None})


__all__ = ["Options", "Restored", "restore"]
