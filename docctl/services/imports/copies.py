"""How the copies of a run's files lie on this host: encrypted with its key, which ends with it (R-7, I-1).

Until then they are opened with it: as a stream, as a work file for programs that need one, or, for archives,
as a file without a name. Where there is no key store they lie plain, as those of older runs do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final
from uuid import UUID

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.services.house import House
from docctl.services.imports.folder import DOCUMENTS, RunFolder
from storage.errors import Damaged, StorageError
from storage.keyring import KeyRing
from storage.sealed_files import SealedWriter, Writer, content_size, is_sealed, opened_sealed, place_key

_KIND: Final = "import_copy"
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of the files of one run; without `keys` they lie plain."""

    run_id: UUID
    folder: RunFolder
    keys: KeyRing | None
    scratch: Path

    @classmethod
    def of(cls, house: House, run_id: UUID, kind: str = DOCUMENTS) -> Copies:
        """Return those of a run of this host."""
        return cls(run_id, RunFolder.of(house.data, run_id, kind), house.keys, house.scratch)

    @contextmanager
    def writing(self, path: Path) -> Iterator[Writer]:
        """Write one copy. Raises KeyDestroyed where the run has ended meanwhile, else what writing raises."""
        secret = self.keys.make(self.run_id) if self.keys is not None else None
        with path.open("wb") as target:
            path.chmod(0o600)
            if secret is None:
                yield target
                return
            sealed = SealedWriter(target, place_key(_KIND, self.run_id, self._place(path)), secret)
            yield sealed
            sealed.finish()

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """Open one copy to be read from its start. Raises FileNotFoundError and StorageError."""
        with path.open("rb") as stored:
            if self.keys is None or not is_sealed(stored):
                yield stored
                return
            secret = self.keys.get(self.run_id)
            with opened_sealed(stored, place_key(_KIND, self.run_id, self._place(path)), secret) as content:
                yield content

    @contextmanager
    def as_file(self, path: Path) -> Iterator[Path]:
        """Put a copy where a program can read it, for as long as it does; one that lies plain is there.

        The work file ends as the copy's name does. Raises as `opened`.
        """
        with self.opened(path) as source:
            if not self._lies_sealed(path):
                yield path
                return
            with tempfile.TemporaryDirectory(prefix="copy-", dir=self.scratch) as folder:
                plain = Path(folder) / f"file{path.suffix}"
                with plain.open("wb") as target:
                    _written(source, target)
                yield plain

    @contextmanager
    def unnamed(self, path: Path) -> Iterator[BinaryIO]:
        """Open a copy for reading here and there, as archives are; no crash leaves its content behind."""
        with self.opened(path) as source:
            if not self._lies_sealed(path):
                yield source
                return
            with tempfile.TemporaryFile(prefix="copy-", dir=self.scratch) as plain:
                _written(source, plain)
                plain.seek(0)
                yield plain

    def is_readable(self, path: Path) -> bool:
        """Say whether the disk gives a copy out, to its end: else it is that copy alone that is lost."""
        try:
            with path.open("rb") as stored:
                while stored.read(_PIECE):
                    pass
        except NotADirectoryError:
            return True  # it says nothing of this copy: none of the run can be had where its folder is none
        except OSError:
            return False
        return True

    def size(self, path: Path) -> int:
        """Return how large the content of a copy is, in bytes."""
        stored = path.stat().st_size
        return content_size(stored) if self._lies_sealed(path) else stored

    def _lies_sealed(self, path: Path) -> bool:
        if self.keys is None:
            return False
        with path.open("rb") as stored:
            return is_sealed(stored)

    def _place(self, path: Path) -> str:
        return path.relative_to(self.folder.path).as_posix()


def _written(source: BinaryIO, target: IO[bytes]) -> None:
    try:
        shutil.copyfileobj(source, target, _PIECE)
    except OSError as error:  # our own disk: it says nothing about the file
        raise RuleRefused(Refused("request", "disk_full")) from error


@contextmanager
def opened_later() -> Iterator[None]:
    """Let what cannot be opened now wait: a key store that is away says nothing about the files.

    Raises Damaged for a copy that is not what was encrypted: that does.
    """
    try:
        yield
    except Damaged:
        raise
    except StorageError as error:
        raise RuleRefused(Refused("request", "disk_failed")) from error


__all__ = ["Copies", "opened_later"]
