"""A file's bytes on their way out: what is damaged, missing or exchanged is never served (T-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import BinaryIO, Final, NoReturn, Self, TypeVar, cast
from uuid import UUID

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.content import ItemFile
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.objects.fixity import NoteFixity, note_fixity
from storage.api import Damaged, Key, KeyMissing, MasterKeyWrong, ObjectMissing, StoreUnavailable

T = TypeVar("T")

#: What is held back; a file up to this size is known to be sound when it is opened.
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the row says of the file: where it lies, and what its bytes must be."""

    file_id: UUID
    name: str
    key: str
    version: str
    sha256: str
    size: int


def opener(house: House, row: ItemFile) -> Callable[[], AbstractContextManager[BinaryIO]]:
    """Return what opens a file to be read from its start to its end.

    The reader raises RuleRefused with rule T-3 for a file that is not what its row says, before the
    last piece of it has gone, and notes it for the people who keep the store; with rule `request` where
    the store cannot be reached.
    """
    wanted = _Wanted(row.id, row.name, row.object_key, row.object_version, row.sha256, row.size)
    return cast("Callable[[], AbstractContextManager[BinaryIO]]", partial(SoundFile, house, wanted))


class SoundFile:
    """A file that is read once; its last piece is held back until the whole is known to be sound."""

    def __init__(self, house: House, wanted: _Wanted) -> None:
        self._house = house
        self._wanted = wanted
        self._stack = ExitStack()
        self._digest = hashlib.sha256()
        self._size = 0
        self._held = b""
        self._ready = bytearray()
        self._ended = False

    def __enter__(self) -> Self:
        """Open the file and look at its first piece: most faults are known before anything has gone."""
        opened = partial(self._house.objects.open, Key.parse(self._wanted.key), self._wanted.version)
        self._source = self._stack.enter_context(self._trusting(opened))
        try:
            self._take()
            self._take()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def close(self) -> None:
        """Let go of the stored file."""
        self._stack.close()

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, all that is left without it; b"" at the end."""
        wanted = -1 if size is None else size
        while not self._ended and (wanted < 0 or len(self._ready) < wanted):
            self._take()
        count = len(self._ready) if wanted < 0 else wanted
        piece = bytes(self._ready[:count])
        del self._ready[:count]
        return piece

    def _take(self) -> None:
        if self._ended:
            return
        piece = self._trusting(partial(self._source.read, _PIECE))
        if not piece:
            self._ended = True
            if self._size != self._wanted.size:
                self._refused("other_size")
            if self._digest.hexdigest() != self._wanted.sha256:
                self._refused("swapped")
        self._digest.update(piece)
        self._size += len(piece)
        self._ready += self._held
        self._held = piece

    def _trusting(self, step: Callable[[], T]) -> T:
        try:
            return step()
        except ObjectMissing as error:
            self._refused("missing", error)
        except Damaged as error:
            self._refused("damaged", error)
        except StoreUnavailable as error:
            raise RuleRefused(Refused("request", "store_unavailable")) from error
        except (KeyMissing, MasterKeyWrong) as error:  # the stored bytes may well be sound
            raise RuleRefused(Refused("T-3", "no_key", {"name": self._wanted.name})) from error

    def _refused(self, problem: str, error: Exception | None = None) -> NoReturn:
        self._ended = True
        self._ready.clear()
        now = self._house.clock()
        found = NoteFixity(((self._wanted.file_id, problem),))
        note_fixity(found, by=the_system(now), house=self._house)
        raise RuleRefused(Refused("T-3", problem, {"name": self._wanted.name})) from error
