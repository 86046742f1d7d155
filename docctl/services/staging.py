"""Where uploads wait for their form: a private folder, one file each, kept for 24 hours."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.base import new_id

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StagedBytes:
    """An upload on disk; `size` in bytes."""

    id: UUID
    path: Path
    sha256: str
    size: int


class Staging:
    """The folder of staged uploads; names are ours, never the client's."""

    def __init__(self, folder: Path, *, limit: int) -> None:
        self._folder = folder
        #: Largest upload, in bytes.
        self.limit = limit

    def receive(self, source: BinaryIO) -> StagedBytes:
        """Write an upload to disk while hashing it; raise RuleRefused when it is too large or the disk full.

        Nothing is left of an upload that was refused.
        """
        upload_id = new_id()
        path = self._folder / str(upload_id)
        digest, size = hashlib.sha256(), 0
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as target:
                path.chmod(0o600)
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    if size > self.limit:
                        raise RuleRefused(Refused("upload", "too_large", {"limit_mb": self.limit >> 20}))
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            path.unlink(missing_ok=True)
            if error.errno in {ENOSPC, EDQUOT, EFBIG}:
                raise RuleRefused(Refused("request", "disk_full")) from error
            raise
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return StagedBytes(upload_id, path, digest.hexdigest(), size)

    def path(self, upload_id: UUID) -> Path:
        """Return where an upload lies."""
        return self._folder / str(upload_id)

    def discard(self, upload_id: UUID) -> None:
        """Remove an upload; one that is gone is no error."""
        self.path(upload_id).unlink(missing_ok=True)

    def strays(self) -> list[Path]:
        """Return all files in the folder, for the sweep of what has no row or is too old."""
        return sorted(self._folder.iterdir()) if self._folder.is_dir() else []
