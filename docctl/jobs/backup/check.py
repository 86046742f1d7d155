"""The rehearsal of a restore: everything is tried in a temporary folder, nothing is changed (T-2, T-3)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.domain.notes import HEAD_KIND, note_of
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup import sources
from docctl.jobs.backup.absent import Absent, absent_lines
from docctl.jobs.backup.check_keys import check_keys, opened_keys
from docctl.jobs.backup.database import is_empty, is_readable_dump, is_sound, load_dump
from docctl.jobs.backup.findings import Problem, Rehearsal
from docctl.jobs.backup.make import Progress
from docctl.jobs.backup.manifest import Manifest, file_hash, object_lines, read_manifest
from docctl.jobs.backup.tools import Tools
from docctl.models.content import ItemFile
from docctl.models.trail import AuditHead
from docctl.queries.audit import verify
from docctl.queries.audit_heads import Seals
from docctl.services.audit.keys import is_signed
from docctl.services.database import open_server, reader
from docctl.services.schema import migrate
from storage.api import Area
from storage.copies import bytes_of, found_in, versions_in

#: Rows that are read at a time.
_BATCH: Final = 500


def rehearse(
    folder: Path,
    *,
    settings: Settings,
    tools: Tools,
    keys: Path | None = None,
    scratch: str = "",
    every_file: bool = False,
    progress: Progress = lambda _part, _done, _of: None,
) -> Rehearsal:
    """Try a backup as far as it can be tried, and say what a restore would lose (T-2, T-3).

    `keys` is the folder of a backup of the key store, else the present one is used. `scratch` names an empty
    database beside the present one for a dump of PostgreSQL; without it the dump is read, not opened.
    """
    manifest = read_manifest(folder)
    found = Rehearsal(manifest.made_at, manifest.company, schema=manifest.schema)
    _check_files(manifest, found)
    _check_objects(manifest, found, progress)
    if any(one.code in {"file_missing", "file_changed"} for one in found.problems):
        return found  # no use in opening what is not whole
    with TemporaryDirectory(prefix="docctl-restore-") as temporary:
        work = Path(temporary)
        with _opened(manifest, work, settings, scratch, tools, found) as engine:
            if engine is not None:
                with Session(reader(engine)) as session:
                    _check_trail(session, manifest, found)
                    _check_rows(session, manifest, found)
                    with opened_keys(work, settings, tools, keys, found, manifest) as ring:
                        if ring is not None:
                            check_keys(session, manifest, ring, tools, found, every_file, progress)
                        found.seen = sources.look(
                            session, manifest, settings=settings, tools=tools, keys=ring
                        )
    if going := sum(one.why != Absent.LOST for one in absent_lines(manifest)):
        found.notes.append(Problem("gone_meanwhile", {"n": going}))
    if manifest.problems:
        found.notes.append(Problem("had_problems", {"n": manifest.problems}))
    if manifest.storage == "s3":
        found.notes.append(Problem("objects_in_s3", {"n": manifest.objects}))
    return found


def _check_files(manifest: Manifest, found: Rehearsal) -> None:
    for name, expected in manifest.files.items():
        try:
            if file_hash(manifest.run_folder / name) != expected:
                found.wrong("file_changed", name=name)
        except OSError:
            found.wrong("file_missing", name=name)
    with suppress(OSError):
        if any(one.name != manifest.run for one in manifest.run_folder.parent.iterdir()):
            found.notes.append(Problem("later_unfinished"))


def _check_objects(manifest: Manifest, found: Rehearsal, progress: Progress) -> None:
    if manifest.storage != "local" or any("objects.jsonl" in one.params.values() for one in found.problems):
        return
    for one in object_lines(manifest):
        there = found_in(manifest.objects_folder, one.key, one.version)
        if there is None:
            found.wrong("object_missing", name=str(one.key))
        elif there != (one.size, one.sha256):
            found.wrong("object_changed", name=str(one.key))
        found.objects += 1
        if found.objects % 100 == 0:
            progress("objects", found.objects, manifest.objects)
    if found.objects != manifest.objects:
        found.wrong("object_count", n=found.objects, expected=manifest.objects)


@contextmanager
def _opened(
    manifest: Manifest, work: Path, settings: Settings, scratch: str, tools: Tools, found: Rehearsal
) -> Iterator[Engine | None]:
    """Open the database in a temporary place and bring it to the present shape."""
    engine = _engine(manifest, work, settings, scratch, tools, found)
    if engine is None:
        yield None
        return
    try:
        found.schema_after = migrate(engine).current or ""
        yield engine
    finally:
        engine.dispose()


def _engine(
    manifest: Manifest, work: Path, settings: Settings, scratch: str, tools: Tools, found: Rehearsal
) -> Engine | None:
    if manifest.database == "sqlite":
        path = work / "docctl.db"
        shutil.copyfile(manifest.database_file, path)
        if not is_sound(path):
            found.wrong("database_damaged")
            return None
        return tools.open_file(path)
    if not is_readable_dump(manifest.database_file):
        found.wrong("database_damaged")
        return None
    if not scratch:
        found.notes.append(Problem("not_opened"))
        return None
    url = sources.beside(settings, scratch)
    engine = open_server(url, application=sources.application(settings))
    if not is_empty(engine):
        engine.dispose()
        raise RuleRefused(Refused("restore", "database_in_use"))
    load_dump(url, manifest.database_file)
    return engine


def _check_trail(session: Session, manifest: Manifest, found: Rehearsal) -> None:
    head = session.execute(select(AuditHead)).scalar_one()
    if (head.seq, head.hash) != (manifest.events, manifest.head):
        found.wrong("trail_other", n=head.seq, expected=manifest.events)
    report = verify(session, seals=Seals(is_signed, stored=_stored_heads(manifest)))
    found.events, found.heads = report.events, report.heads
    if not report.ok:
        found.wrong("trail_broken", n=report.first_bad or 0, reason=report.reason or "")


def _stored_heads(manifest: Manifest) -> list[tuple[int, str]]:
    """Return the heads among the copied files that belong to the state of the backup."""
    texts = []
    for key, version in versions_in(manifest.objects_folder, Area.RECORDS, f"{HEAD_KIND}/"):
        data = bytes_of(manifest.objects_folder, key, version)
        text = "" if data is None else data.decode("utf-8", "replace")
        with suppress(ValueError):
            if note_of(text)[0].size > manifest.events:
                continue
        texts.append((key.ordinal, text))
    return sorted(texts)


def _check_rows(session: Session, manifest: Manifest, found: Rehearsal) -> None:
    """Compare rows and listed files, both in the order of their keys: neither is ever in memory whole."""
    lines = object_lines(manifest)
    line = next(lines, None)
    going = {str(one.key) for one in absent_lines(manifest) if one.why != Absent.LOST}
    rows = session.execute(
        select(ItemFile.object_key, ItemFile.object_version, ItemFile.stored_size, ItemFile.stored_sha256)
        .where(ItemFile.destroyed_at.is_(None))
        .order_by(ItemFile.object_key),
        execution_options={"yield_per": _BATCH},
    )
    for name, version, size, digest in rows:
        found.rows += 1
        while line is not None and str(line.key) < name:
            line = next(lines, None)
        listed = None if line is None else (str(line.key), line.version, line.size, line.sha256)
        if listed != (name, version, size, digest) and name not in going:
            found.wrong("row_without_object", name=name)


__all__ = ["rehearse"]
