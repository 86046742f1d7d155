"""The manifest of a backup: what there is, with hashes and sizes; a backup without it was not finished.

DIR/docctl-backup          says what the folder is
DIR/manifest.json          written last; names one run
DIR/runs/<run>/            database, heads.jsonl, keys.json, objects.jsonl, absent.jsonl
DIR/objects/               a local store with the stored bytes, shared by all runs
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docctl.domain.canonical import canonical, sha256
from docctl.domain.verdicts import Refused, RuleRefused
from storage.durable import sync_folder
from storage.keys import Key

NAME: Final = "manifest.json"
MARK: Final = "docctl-backup"
RUNS: Final = "runs"
OBJECTS: Final = "objects"
SQLITE, POSTGRESQL = "docctl.db", "docctl.dump"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished backup says of itself; `digest` is the SHA-256 of the file."""

    folder: Path
    run: str
    made_at: datetime
    program: str
    company_id: str
    company_code: str
    company: str
    database: str
    schema: str
    events: int
    head: str
    epoch: int
    sealed: int
    storage: str
    files: Mapping[str, tuple[int, str]]
    objects: int
    object_bytes: int
    newest_object_at: str
    problems: int
    digest: str = ""

    @property
    def run_folder(self) -> Path:
        """Where the files of the run lie."""
        return self.folder / RUNS / self.run

    @property
    def objects_folder(self) -> Path:
        """Where the copies of stored files lie; empty where they stay in S3."""
        return self.folder / OBJECTS

    @property
    def database_file(self) -> Path:
        """The copy of the database."""
        return self.run_folder / (SQLITE if self.database == "sqlite" else POSTGRESQL)

    def text(self) -> str:
        """Return the canonical JSON of the file."""
        return canonical(
            {
                "v": 1,
                "run": self.run,
                "made_at": self.made_at,
                "docctl": self.program,
                "company": {"id": self.company_id, "code": self.company_code, "name": self.company},
                "database": {"kind": self.database, "schema": self.schema},
                "trail": {
                    "events": self.events,
                    "head": self.head,
                    "epoch": self.epoch,
                    "sealed": self.sealed,
                },
                "files": {
                    name: {"size": size, "sha256": digest} for name, (size, digest) in self.files.items()
                },
                "objects": {
                    "storage": self.storage,
                    "count": self.objects,
                    "bytes": self.object_bytes,
                    "newest": self.newest_object_at,
                },
                "problems": self.problems,
            }
        )


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """One stored file in a backup: size and hash are those of the stored bytes."""

    key: Key
    version: str
    size: int
    sha256: str


def write_manifest(manifest: Manifest) -> str:
    """Put the manifest in its place at once and durably; return its digest."""
    text = manifest.text() + "\n"
    fresh = manifest.folder / f".{NAME}.new"
    durably(fresh, text)
    fresh.replace(manifest.folder / NAME)
    sync_folder(manifest.folder)
    return sha256(text)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest; raise RuleRefused where the folder is no backup or none was finished in it."""
    try:
        text = (folder / NAME).read_text("utf-8")
    except FileNotFoundError:
        if (folder / MARK).exists():
            raise RuleRefused(Refused("backup", "unfinished")) from None
        raise RuleRefused(Refused("backup", "no_backup")) from None
    except UnicodeDecodeError:
        raise RuleRefused(Refused("backup", "manifest_damaged")) from None
    try:
        found: dict[str, Any] = json.loads(text)
        manifest = Manifest(
            folder=folder,
            run=found["run"],
            made_at=datetime.fromisoformat(found["made_at"]),
            program=found["docctl"],
            company_id=found["company"]["id"],
            company_code=found["company"]["code"],
            company=found["company"]["name"],
            database=found["database"]["kind"],
            schema=found["database"]["schema"],
            events=found["trail"]["events"],
            head=found["trail"]["head"],
            epoch=found["trail"]["epoch"],
            sealed=found["trail"]["sealed"],
            storage=found["objects"]["storage"],
            files={name: (one["size"], one["sha256"]) for name, one in found["files"].items()},
            objects=found["objects"]["count"],
            object_bytes=found["objects"]["bytes"],
            newest_object_at=found["objects"]["newest"],
            problems=found["problems"],
            digest=sha256(text),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RuleRefused(Refused("backup", "manifest_damaged")) from error
    if found["v"] != 1 or "/" in manifest.run or any("/" in name for name in manifest.files):
        raise RuleRefused(Refused("backup", "manifest_damaged"))
    return manifest


def object_lines(manifest: Manifest) -> Iterator[ObjectLine]:
    """Yield the stored files that a backup names, in the order of their keys."""
    with (manifest.run_folder / "objects.jsonl").open(encoding="utf-8") as source:
        for line in source:
            one = json.loads(line)
            yield ObjectLine(Key.parse(one["key"]), one["version"], one["size"], one["sha256"])


def file_hash(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        return source.tell(), digest


def durably(path: Path, text: str) -> None:
    """Write a file for its owner only, and all of it to the disk."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
