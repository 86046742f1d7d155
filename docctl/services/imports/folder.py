"""Where the copied files of a run lie until it has ended: a private folder of the host that reads them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

#: Below the data folder: files of documents, and tables of records with their files.
DOCUMENTS, RECORDS = "imports", "record-imports"
_NAMES, _LOCK = "names.json", "receiving"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run; names are ours, never those of the files."""

    path: Path

    @classmethod
    def of(cls, data: Path, run_id: UUID, kind: str = DOCUMENTS) -> RunFolder:
        """Return the folder of a run below the data folder."""
        return cls(data / kind / str(run_id))

    def make(self) -> None:
        """Make it, for nobody else to look into."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def changed_at(self) -> float:
        """Return when something was put in or taken out last, seconds since 1970; now where it has gone."""
        try:
            return self.path.stat().st_mtime
        except FileNotFoundError:
            return time.time()

    def file(self, file_id: UUID) -> Path:
        """Return where a file of the run lies."""
        return self.path / str(file_id)

    @contextlib.contextmanager
    def alone(self, *, waits: bool = True) -> Iterator[bool]:
        """Receive files into it as the only process of this host; say whether that is so.

        Whoever dies lets go: what nobody holds is not being received. Without `waits` another one goes first.
        """
        self.make()
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def has_uploads(self) -> bool:
        """Say whether uploads were put here to be taken apart."""
        return (self.path / _NAMES).is_file()

    def upload(self, place: int) -> Path:
        """Return where an uploaded file lies until it is taken apart."""
        return self.path / f"in-{place}"

    def name_uploads(self, names: Sequence[str]) -> None:
        """Note what the uploads are called that were put here, in their order: the worker may begin."""
        named = {self.upload(place).name: name for place, name in enumerate(names)}
        (self.path / _NAMES).write_text(json.dumps(named), encoding="utf-8")

    def uploads(self) -> Iterator[tuple[Path, str]]:
        """Yield the uploaded files that are still to be taken apart.

        Raises OSError and ValueError where nobody can tell which: none of them may be forgotten.
        """
        yield from ((path, name) for path, name in self._named() if path.is_file())

    def lost_uploads(self) -> list[str]:
        """Return what the uploads are called that were put here and are not there any more."""
        return [name for path, name in self._named() if not path.is_file()]

    def _named(self) -> list[tuple[Path, str]]:
        try:
            names = json.loads((self.path / _NAMES).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return [(self.path / place, str(name)) for place, name in names.items()]

    def copied(self) -> int:
        """Return how many bytes of files lie here already, without what is still to be taken apart."""
        with contextlib.suppress(FileNotFoundError):
            return sum(
                one.stat().st_size
                for one in self.path.iterdir()
                if one.is_file() and not one.name.startswith(("in-", _NAMES, _LOCK))
            )
        return 0

    def drop_uploads(self) -> None:
        """Remove what has been taken apart."""
        for path, _ in list(self.uploads()):
            path.unlink(missing_ok=True)
        (self.path / _NAMES).unlink(missing_ok=True)

    @classmethod
    def all_below(cls, data: Path, kind: str = DOCUMENTS) -> Iterator[tuple[UUID, RunFolder]]:
        """Yield the folders of all runs that lie below the data folder, by run."""
        with contextlib.suppress(FileNotFoundError):
            for path in (data / kind).iterdir():
                with contextlib.suppress(ValueError):
                    yield UUID(path.name), cls(path)

    def discard(self) -> None:
        """Remove all of it; one that is gone is no error."""
        shutil.rmtree(self.path, ignore_errors=True)
