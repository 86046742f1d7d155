"""Restoring a backup: built beside the present data folder, swapped in, in a new epoch (T-2, N-1, R-7).

Nothing is served before what was destroyed is destroyed again and the epoch has begun. The present folder is
moved aside, never deleted. Killed anywhere, the same command begins anew, or finishes the swap.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from docctl.config import Settings
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup import sources
from docctl.jobs.backup.database import is_empty, load_dump
from docctl.jobs.backup.make import Progress
from docctl.jobs.backup.manifest import (
    Manifest,
    ObjectLine,
    durably,
    file_hash,
    object_lines,
    read_manifest,
    sync_file,
    sync_folder,
)
from docctl.jobs.backup.seen import Seen, still_there
from docctl.jobs.backup.tools import Tools
from docctl.models.work import Lease
from docctl.queries.audit import verify
from docctl.queries.audit_heads import Seals
from docctl.services.audit.keys import is_signed
from docctl.services.caller import Caller
from docctl.services.epochs.replay import ReplayDestruction, replay_destruction
from docctl.services.epochs.start import StartEpoch, start_epoch
from docctl.services.house import House
from docctl.services.schema import migrate
from docctl.services.uow import UnitOfWork
from storage.api import Damaged, ObjectMissing
from storage.copies import LocalCopy, versions_in

_BATCH: Final = 200
_COMPLETE: Final = "restored.json"


@dataclass(frozen=True, slots=True)
class Options:
    """How a restore is asked for. `over` is the company's code, typed where a system is there already.

    `keys` and `register` are a folder with a backup of the key store and a file with the register of
    destruction; `without_keys` is the operator's word that no key is left.
    """

    over: str = ""
    keys: Path | None = None
    register: Path | None = None
    without_keys: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `aside` is where the data folder lies that was there before."""

    epoch: int
    events: int
    lost_events: int
    numbers: int
    objects: int
    unnamed: int
    destroyed_again: int
    aside: Path | None
    sources: tuple[str, ...]


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
    if not is_occupied and (done := _complete(fresh)) is not None:
        return _swapped(settings.data, fresh, done, is_occupied=False)
    if is_occupied and options.over.strip() != manifest.company_code:
        raise RuleRefused(Refused("restore", "occupied", {"code": manifest.company_code}))
    _require_stopped(settings, manifest, tools)
    progress("check", 0, 0)
    _require_whole(manifest)
    if manifest.database == "sqlite":
        return _restore_folder(manifest, settings, tools, by, options, fresh, progress)
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
        lease = session.get(Lease, "worker") if session is not None else None
        if lease is not None and lease.until > tools.clock():
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
    is_occupied = _is_occupied(settings.data)
    progress("database", 0, 0)
    shutil.copyfile(manifest.database_file, fresh / "docctl.db")
    (fresh / "docctl.db").chmod(0o600)
    sync_file(fresh / "docctl.db")
    _carry_secrets(settings, fresh)
    new = replace(settings, data=fresh, master_key_file=settings.master_key)
    if manifest.storage == "local":
        _carry_keys(manifest, settings, new, tools, options)
    house = tools.build(new)
    try:
        done = _begun(manifest, settings, tools, by, options, house, progress)
    finally:
        house.close()
    durably(fresh / _COMPLETE, json.dumps(_as_data(done)))
    sync_folder(fresh)
    return _swapped(settings.data, fresh, done, is_occupied=is_occupied)


def _restore_server(
    manifest: Manifest,
    settings: Settings,
    tools: Tools,
    by: Caller,
    options: Options,
    progress: Progress,
) -> Restored:
    """Restore into an empty database of a server; the store, S3 or local, is the one that is there."""
    if manifest.storage == "local":
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _carry_keys(manifest, settings, settings, tools, options)
    house = tools.build(settings)
    try:
        if is_empty(house.uow.owner):
            progress("database", 0, 0)
            load_dump(_owner_url(settings), manifest.database_file)
        elif not _is_just_loaded(house, manifest):
            raise RuleRefused(Refused("restore", "database_in_use"))
        return _begun(manifest, settings, tools, by, options, house, progress)
    finally:
        house.close()


def _owner_url(settings: Settings) -> str:
    if not settings.migration_url:
        raise RuleRefused(Refused("database", "owner_needed"))
    return settings.migration_url


def _is_just_loaded(house: House, manifest: Manifest) -> bool:
    """Say whether a database is exactly the backup's: a restore was killed before its epoch began."""
    from docctl.jobs.backup.seen import begin

    with _owner(house).read() as session:
        seen = begin(session)
    return (seen.end, seen.end_hash) == (manifest.events, manifest.head)


def _owner(house: House) -> UnitOfWork:
    """Return the transactions of who owns the tables; nobody else is at work."""
    return UnitOfWork(house.uow.owner, clock=house.clock, gate=house.uow.gate)


def _carry_secrets(settings: Settings, fresh: Path) -> None:
    """Take along the keys of forms and of the trail that lie in the present data folder."""
    for name in ("secret.key", settings.audit_key):
        source = settings.data / name
        if source.is_file() and source.resolve().is_relative_to(settings.data.resolve()):
            target = fresh / source.relative_to(settings.data)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o600)


def _carry_keys(
    manifest: Manifest, settings: Settings, new: Settings, tools: Tools, options: Options
) -> None:
    """Bring the item keys: of the present key store, of its backup, or both; tombstones win (R-7)."""
    is_there = (settings.data / "keys" / "keys.db").is_file()
    if not is_there and options.keys is None:
        if not options.without_keys and manifest.objects:
            raise RuleRefused(Refused("restore", "no_keys"))
        return
    if not settings.master_key.exists():
        raise RuleRefused(Refused("restore", "no_master_key", {"name": settings.master_key.name}))
    if is_there and new.data != settings.data:
        _copy_keys(settings, new, tools)
    if options.keys is not None:
        ring = tools.open_keys(new)
        try:
            sources.take_keys(ring, options.keys, today=tools.clock().astimezone(settings.zone).date())
        finally:
            ring.close()


def _copy_keys(settings: Settings, new: Settings, tools: Tools) -> None:
    """Copy the present key store as a whole: it keeps its tombstones, and since when there are keys."""
    (new.data / "keys").mkdir(mode=0o700)
    ring = tools.open_keys(settings)
    try:
        ring.copy_to(new.data / "keys" / "keys.db", expires_on=tools.clock().date())
    finally:
        ring.close()
    ring = tools.open_keys(new)
    try:
        ring.forget_expiry()
    finally:
        ring.close()


def _begun(
    manifest: Manifest,
    settings: Settings,
    tools: Tools,
    by: Caller,
    options: Options,
    house: House,
    progress: Progress,
) -> Restored:
    """Bring the files, destroy again what was destroyed, begin the epoch; nobody is served yet."""
    progress("trail", 0, 0)
    migrate(house.uow.owner)
    house = replace(house, uow=_owner(house))
    by = replace(by, at=house.clock())
    with house.uow.read() as session:
        report = verify(session, seals=Seals(is_signed))
        if not report.ok:
            raise RuleRefused(Refused("restore", "trail_broken", {"event": report.first_bad or 0}))
        seen = sources.look(
            session,
            manifest,
            settings=settings,
            tools=tools,
            keys=house.keys,
            store=house.objects if house.objects_folder is None else None,
            register=options.register,
        )
        again = still_there(session, seen.destroyed)
    copied = 0
    if house.objects_folder is not None:
        copied = _bring_objects(manifest, settings, house.objects_folder, seen.destroyed, progress)
    if house.keys is not None:
        for first in range(0, len(again), _BATCH):
            house.keys.destroy(again[first : first + _BATCH])
    number = start_epoch(_command(manifest, seen, again), by=by, house=house)
    for first in range(0, len(again), _BATCH):
        batch = tuple(again[first : first + _BATCH])
        replay_destruction(ReplayDestruction(batch, number), by=by, house=house)
    _forget(house, again)
    return Restored(
        epoch=number,
        events=manifest.events,
        lost_events=seen.lost_events,
        numbers=len(seen.numbers),
        objects=copied,
        unnamed=len(seen.objects),
        destroyed_again=len(again),
        aside=None,
        sources=tuple(seen.sources),
    )


def _command(manifest: Manifest, seen: Seen, again: list[UUID]) -> StartEpoch:
    return StartEpoch(
        backup=manifest.digest,
        backup_at=manifest.made_at,
        end=seen.end,
        end_hash=seen.end_hash,
        lost=tuple(sorted(seen.lost.items())),
        counters=seen.counters,
        numbers=seen.numbers,
        objects=tuple(seen.objects),
        records=seen.records,
        destroyed=tuple(str(one) for one in again),
        sources=tuple(seen.sources),
    )


def _bring_objects(
    manifest: Manifest, settings: Settings, root: Path, destroyed: set[UUID], progress: Progress
) -> int:
    """Copy the files of the backup, and keep those of the present store that no row names (T-3, R-7)."""
    copy, here, count = LocalCopy(root), settings.data / "objects", 0
    is_other = here.resolve() != root.resolve()
    for one in object_lines(manifest):
        gone = one.key.item_id in destroyed
        if gone or copy.holds(one.key, one.version, one.size, one.sha256):
            continue
        _bring(copy, one, [manifest.objects_folder, *([here] if is_other else [])])
        if is_other:
            copy.adopt_state(one.key, one.version, here)
        count += 1
        if count % 100 == 0:
            progress("objects", count, manifest.objects)
    for key, version in versions_in(here) if is_other else ():
        if key.item_id not in destroyed:
            copy.keep(key, version, here)
    return count


def _bring(copy: LocalCopy, one: ObjectLine, places: list[Path]) -> None:
    """Copy a file from the first place that has it sound."""
    for place in places[:-1]:
        with suppress(ObjectMissing, Damaged):
            copy.take(one.key, one.version, place, check=True)
            return
    try:
        copy.take(one.key, one.version, places[-1], check=True)
    except (ObjectMissing, Damaged) as error:
        raise RuleRefused(Refused("backup", "file_damaged", {"name": str(one.key)})) from error


def _forget(house: House, again: list[UUID]) -> None:
    """Empty the write-ahead log, so that no page holds what was erased (R-7)."""
    from docctl.jobs.disposal import empty_log

    if again:
        empty_log(house)


def _swapped(data: Path, fresh: Path, done: Restored, *, is_occupied: bool) -> Restored:
    """Move the present folder aside and the new one into its place."""
    aside = None
    if is_occupied:
        aside = data.with_name(f"{data.name}.before-epoch-{done.epoch}")
        data.rename(aside)
    elif data.exists():
        shutil.rmtree(data)  # no more than a secret of forms, which was taken along
    fresh.rename(data)
    sync_folder(data.parent)
    (data / _COMPLETE).unlink()
    return replace(done, aside=aside)


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
    }


def _complete(fresh: Path) -> Restored | None:
    """Return what a restore did that was killed while it swapped the folders."""
    try:
        found = json.loads((fresh / _COMPLETE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return Restored(**{**found, "sources": tuple(found["sources"]), "aside": None})


__all__ = ["Options", "Restored", "restore"]
