"""The beginning of an epoch over a restored database: files back, what was destroyed again (T-2, R-7)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup import sources
from docctl.jobs.backup.absent import Absent, absent_lines
from docctl.jobs.backup.asked import Options, Restored
from docctl.jobs.backup.make import Progress
from docctl.jobs.backup.manifest import Manifest, ObjectLine, object_lines
from docctl.jobs.backup.seen import Seen
from docctl.jobs.backup.tools import Tools
from docctl.models.content import ItemFile
from docctl.queries.audit import verify
from docctl.queries.audit_heads import Seals
from docctl.services.audit.keys import is_signed
from docctl.services.caller import Caller
from docctl.services.epochs.start import StartEpoch, start_epoch
from docctl.services.house import House
from docctl.services.schema import migrate
from docctl.services.uow import UnitOfWork
from storage.api import Damaged, ObjectMissing
from storage.copies import LocalCopy, versions_in
from storage.keyring import KeyRing

_BATCH: Final = 200


def begin_epoch(
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
    house = replace(house, uow=as_owner(house))
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
        if house.keys is not None and not options.without_keys:
            _require_keys(session, house.keys, seen.destroyed)
    copied = missing = 0
    if house.objects_folder is not None:
        copied, missing = _bring_objects(manifest, settings, house.objects_folder, seen.destroyed, progress)
    if house.keys is not None:
        for first in range(0, len(seen.again), _BATCH):
            house.keys.destroy(seen.again[first : first + _BATCH])
        house.keys.purge()
    number = start_epoch(_command(manifest, seen), by=by, house=house)
    _forget(house, seen.again)
    return Restored(
        epoch=number,
        events=manifest.events,
        lost_events=seen.lost_events,
        numbers=len(seen.numbers),
        objects=copied,
        unnamed=len(seen.objects),
        destroyed_again=len(seen.again),
        aside=None,
        sources=tuple(seen.sources),
        missing=missing,
    )


def _require_keys(session: Session, keys: KeyRing, destroyed: set[UUID]) -> None:
    """Refuse a key store that lacks keys of files that would be restored: another one, or an older backup."""
    query = select(ItemFile.owner_id).where(
        ItemFile.destroyed_at.is_(None), ItemFile.sha256 != ItemFile.stored_sha256
    )
    wanted = sorted(set(session.scalars(query)) - destroyed)
    there = keys.get_many(wanted)
    if missing := len(wanted) - len(there):
        raise RuleRefused(Refused("restore", "keys_missing", {"n": missing}))


def _command(manifest: Manifest, seen: Seen) -> StartEpoch:
    return StartEpoch(
        backup=manifest.digest,
        backup_at=manifest.made_at,
        end=seen.end,
        end_hash=seen.end_hash,
        lost=tuple(sorted(seen.lost.items())),
        counters=seen.counters,
        bound=seen.bound,
        numbers=seen.numbers,
        objects=tuple(seen.objects),
        destroyed=tuple(seen.again),
        sources=tuple(seen.sources),
    )


def _bring_objects(
    manifest: Manifest, settings: Settings, root: Path, destroyed: set[UUID], progress: Progress
) -> tuple[int, int]:
    """Copy the files of the backup, and keep those of the present store that no row names (T-3, R-7).

    Return how many came, and how many are nowhere: only what was lost before the backup may be.
    """
    copy, here, count, missing = LocalCopy(root), settings.data / "objects", 0, 0
    lost = {one.key for one in absent_lines(manifest) if one.why == Absent.LOST}
    is_other = here.resolve() != root.resolve()
    for one in object_lines(manifest):
        gone = one.key.item_id in destroyed
        if gone or copy.holds(one.key, one.version, one.size, one.sha256):
            continue
        try:
            _bring(copy, one, [manifest.objects_folder, *([here] if is_other else [])])
        except RuleRefused:
            if one.key not in lost:
                raise
            missing += 1
            continue
        if is_other:
            copy.adopt_state(one.key, one.version, here)
        count += 1
        if count % 100 == 0:
            progress("objects", count, manifest.objects)
    for key, version in versions_in(here) if is_other else ():
        if key.item_id not in destroyed:
            copy.keep(key, version, here)
    return count, missing


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


def as_owner(house: House) -> UnitOfWork:
    """Return the transactions of who owns the tables; nobody else is at work."""
    owner = UnitOfWork(house.uow.owner, clock=house.clock, gate=house.uow.gate)
    owner.carried.update(house.uow.carried)
    return owner


__all__ = ["as_owner", "begin_epoch"]
