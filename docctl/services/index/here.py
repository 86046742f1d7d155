"""What a host keeps beside its copy of the index: which copy it is, which trail it follows (R-7, S-4)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from docctl.models.base import new_id


@dataclass(frozen=True, slots=True)
class Here:
    """The copy of this host; event `seq` with this `hash` is the newest that it may have taken up."""

    id: UUID
    host: str
    seq: int = 0
    hash: str = ""


class HereFile:
    """Files beside the folder of the index, so that they are not lost with it: the id, the event, what waits.

    A data folder copied to a host of another name is another copy: it gets an id of its own.
    """

    def __init__(self, data: Path, *, host: str) -> None:
        self._id, self._event, self.host = data / "index.id", data / "index.event", host
        self._waiting = data / "index.waiting"

    def read(self) -> Here | None:
        """Return what stands there, None where nothing of this host does."""
        try:
            found = json.loads(self._id.read_text(encoding="utf-8"))
            here = Here(UUID(found["id"]), str(found["host"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if here.host != self.host:
            return None
        try:
            found = json.loads(self._event.read_text(encoding="utf-8"))
            return replace(here, seq=int(found["seq"]), hash=str(found["hash"]))
        except (OSError, ValueError, KeyError, TypeError):
            return here

    def make(self) -> Here:
        """Return what stands there; where nothing does, write a new id."""
        here = self.read()
        if here is None:
            here = Here(new_id(), self.host)
            self._write(self._id, {"id": str(here.id), "host": here.host}, durably=True)
        return here

    def follow(self, seq: int, digest: str) -> None:
        """Note the event up to which the copy may stand from now on; lost in a crash it is noted again."""
        self.make()
        self._write(self._event, {"seq": seq, "hash": digest}, durably=False)

    def waiting(self) -> frozenset[UUID]:
        """Return the revisions and records whose text the index lacks: their keys were not there (S-4)."""
        try:
            return frozenset(map(UUID, json.loads(self._waiting.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, AttributeError):
            return frozenset()

    def wait_for(self, items: frozenset[UUID]) -> None:
        """Note of which items the index lacks the text; written before it does, so that none is forgotten."""
        if items:
            self._write(self._waiting, sorted(map(str, items)), durably=True)
        else:
            self._waiting.unlink(missing_ok=True)

    def _write(self, path: Path, values: Mapping[str, Any] | Sequence[str], *, durably: bool) -> None:
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with fresh.open("w", encoding="utf-8") as target:
            json.dump(values, target)
            if durably:
                target.flush()
                os.fsync(target.fileno())
        fresh.replace(path)
