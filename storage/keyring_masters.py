"""Decides what key stores have in common: the master keys, and copies that are files (R-7)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from storage.errors import StoreUnavailable
from storage.keyring import KeyStatus
from storage.keyring_file import expiry_of, rows_of
from storage.masters import Masters


class WithMasters(ABC):
    """A key store with a file of master keys. See `storage.keyring.KeyRing`."""

    _masters: Masters
    _since: datetime

    @property
    def since(self) -> datetime:
        """Return when the key store was made."""
        return self._since

    @abstractmethod
    def status(self) -> KeyStatus:
        """Return how many keys there are, and which master key wraps them."""

    def prepare(self) -> str:
        """Put a new master key beside the present one in this host's file; return its id."""
        return self._masters.prepare()[0].id

    def is_prepared(self) -> bool:
        """Say whether a new master key lies in this host's file beside the old one."""
        return self._masters.is_prepared()

    def drop_old_master(self) -> None:
        """Forget the old master key, unless a key still needs it."""
        if self.status().behind:
            raise StoreUnavailable("keys are still wrapped by the old master key: rotate again")
        self._masters.drop_old()

    def expiry_of(self, path: Path) -> date | None:
        """Return until when a copy may be used; None for what is no copy."""
        return expiry_of(path)

    def _copied(self, path: Path) -> tuple[list[tuple[Any, ...]], list[UUID]]:
        """Return the rows of a copy, each of which a master key opens, and the items of its tombstones.

        Raises MasterKeyWrong before anything is taken.
        """
        rows, tombstones = rows_of(path)
        for item, master_id, wrapped, _ in rows:
            self._masters.of(master_id).unwrap(UUID(bytes=item), wrapped)
        return rows, [UUID(bytes=item) for item in tombstones]
