"""Decides which master key opens a wrapped item key, also while the master key is being replaced (R-7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from storage.errors import KeyDestroyed, MasterKeyWrong
from storage.master import MasterFile, MasterKey


class Masters:
    """The master keys that a key store knows, by id; the file is read again for one it does not know."""

    def __init__(self, file: MasterFile) -> None:
        self._file = file
        self._known: dict[str, MasterKey] = {}

    def first(self) -> MasterKey:
        """Return the master key for a new key store; make it where there is none."""
        return self._file.read()[0] if self._file.exists() else self._file.make()

    def of(self, master_id: str) -> MasterKey:
        """Return a master key; another process, or who looks after the host, may have renewed the file.

        Raises MasterKeyWrong where the file is missing or holds others.
        """
        if (found := self._known.get(master_id)) is None:
            self._known = known = {one.id: one for one in self._file.read()}
            found = known.get(master_id)
        if found is None:
            ids = ", ".join(self._known)
            raise MasterKeyWrong(f"{self._file.path} holds {ids}, the key store needs {master_id}")
        return found

    def opened(
        self, item_id: UUID, master_id: str, wrapped: bytes | None, destroyed_at: datetime | None
    ) -> bytes:
        """Return the item's key out of its row. Raises KeyDestroyed for a tombstone."""
        if wrapped is None:
            assert destroyed_at is not None
            raise KeyDestroyed(item_id, destroyed_at)
        return self.of(master_id).unwrap(item_id, wrapped)

    def prepare(self) -> tuple[MasterKey, MasterKey]:
        """Put a new master key before the present one; return both. Where there are two, begin nothing."""
        new, old = self._file.renew()
        self._known = {one.id: one for one in (new, old)}
        return new, old

    def is_prepared(self) -> bool:
        """Say whether the file holds a new master key beside the old one."""
        return len(self._file.read()) > 1

    def drop_old(self) -> None:
        """Forget the old master key, in the file too."""
        self._file.drop_old()
        self.forget()

    def forget(self) -> None:
        """Hold no master key in memory."""
        self._known = {}
