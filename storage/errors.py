"""Decides how a store says no: one base error, the facts of a refusal as attributes (R-4)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from storage.keys import Key


class StorageError(Exception):
    """Any refusal or failure of a store."""


class InvalidKey(StorageError, ValueError):
    """A part of a key is not one that we generate."""

    def __init__(self, part: str, value: object) -> None:
        super().__init__(part, value)
        self.part, self.value = part, value

    def __str__(self) -> str:
        return f"not a key: {self.part} {self.value!r}"


class AlreadyStored(StorageError):
    """The key has an object; nothing is ever overwritten (V-2)."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"already stored: {self.key}"


class WrongSize(StorageError):
    """The source ended before, or went on after, the size that was announced."""

    def __init__(self, key: Key, expected: int, found: int) -> None:
        super().__init__(key, expected, found)
        self.key, self.expected, self.found = key, expected, found

    def __str__(self) -> str:
        return f"{self.expected} bytes announced, {self.found} or more read: {self.key}"


class ObjectMissing(StorageError):
    """There is no such version under this key."""

    def __init__(self, key: Key, version: str) -> None:
        super().__init__(key, version)
        self.key, self.version = key, version

    def __str__(self) -> str:
        return f"missing: {self.key} version {self.version}"


class RetentionActive(StorageError):
    """A version is locked until an instant that has not come (R-4)."""

    def __init__(self, key: Key, version: str, until: datetime) -> None:
        super().__init__(key, version, until)
        self.key, self.version, self.until = key, version, until

    def __str__(self) -> str:
        return f"locked until {self.until.isoformat()}: {self.key}"


class RetentionShortened(StorageError):
    """A lock was to end earlier than it does; locks are only ever extended (R-4)."""

    def __init__(self, key: Key, version: str, current: datetime, asked: datetime) -> None:
        super().__init__(key, version, current, asked)
        self.key, self.version, self.current, self.asked = key, version, current, asked

    def __str__(self) -> str:
        return (
            f"locked until {self.current.isoformat()}, not to be shortened to "
            f"{self.asked.isoformat()}: {self.key}"
        )


class HoldActive(StorageError):
    """A version is held (R-5)."""

    def __init__(self, key: Key, version: str) -> None:
        super().__init__(key, version)
        self.key, self.version = key, version

    def __str__(self) -> str:
        return f"held: {self.key}"


class LockNotHonoured(StorageError):
    """The store did not keep the lock that was asked for, or has none in this area (R-4)."""

    def __init__(self, key: Key, version: str | None, asked: object, found: object) -> None:
        super().__init__(key, version, asked, found)
        self.key, self.version, self.asked, self.found = key, version, asked, found

    def __str__(self) -> str:
        return f"lock not kept (asked {self.asked}, found {self.found}): {self.key}"


class StoreFull(StorageError):
    """There is no room for what was to be written; nothing of it is left."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"store full: {self.reason}"


class StoreUnavailable(StorageError):
    """The store cannot be read or written at present."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"store unavailable: {self.reason}"


class Damaged(StorageError):
    """What is stored is not what was stored: it is neither served nor destroyed (T-3)."""

    def __init__(self, key: Key, version: str, expected: str, found: str) -> None:
        super().__init__(key, version, expected, found)
        self.key, self.version, self.expected, self.found = key, version, expected, found

    def __str__(self) -> str:
        return f"damaged (expected {self.expected}, found {self.found}): {self.key}"


class KeyMissing(StorageError):
    """The key store has no key for an item whose bytes are encrypted: they cannot be read."""

    def __init__(self, item_id: UUID) -> None:
        super().__init__(item_id)
        self.item_id = item_id

    def __str__(self) -> str:
        return f"no key for item {self.item_id}"


class KeyDestroyed(KeyMissing):
    """The item's key was destroyed; nobody can read what it encrypted, and no new one is made (R-7)."""

    def __init__(self, item_id: UUID, at: datetime) -> None:
        super().__init__(item_id)
        self.at = at

    def __str__(self) -> str:
        return f"the key of item {self.item_id} was destroyed at {self.at.isoformat()}"


class MasterKeyWrong(StorageError):
    """The file of the master key cannot be used, or is not the one of this key store."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class KeyStoreForeign(StorageError):
    """The place that was named for the key store is used for something else as well."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class TextDamaged(StorageError):
    """An encrypted text is not what was encrypted for its place: it is not served (T-3)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
