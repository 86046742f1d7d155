"""Decides how the master key is kept: one small file outside the data, which only its owner reads.

The first line names the format, the second holds the master key; while it is being replaced a third
holds the old one. A key is known by an id that is computed from it and tells nothing of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.durable import sync_folder
from storage.errors import MasterKeyWrong

_FORMAT: Final = "docctl master key 1"
_SIZE: Final = 32
_NONCE: Final = 12
#: Begins every wrapped key, so that a look at the bytes of a file can count them.
MARK: Final = b"dctlkey1"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key that wraps item keys; it is never shown."""

    id: str
    _key: bytes

    @classmethod
    def of(cls, key: bytes) -> MasterKey:
        """Return the master key with these bytes."""
        name = hmac.new(key, b"docctl master key id", hashlib.sha256).hexdigest()[:16]
        return cls(name, key)

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"MasterKey({self.id})"

    def wrap(self, item_id: UUID, key: bytes) -> bytes:
        """Encrypt an item's key; it can be unwrapped for this item only."""
        nonce = secrets.token_bytes(_NONCE)
        return MARK + nonce + AESGCM(self._key).encrypt(nonce, key, self._bound(item_id))

    def unwrap(self, item_id: UUID, wrapped: bytes) -> bytes:
        """Return an item's key; raise `MasterKeyWrong` for what this key did not wrap for the item."""
        start = len(MARK) + _NONCE
        nonce, sealed = wrapped[len(MARK) : start], wrapped[start:]
        try:
            if not wrapped.startswith(MARK):
                raise InvalidTag
            return AESGCM(self._key).decrypt(nonce, sealed, self._bound(item_id))
        except (InvalidTag, ValueError) as error:
            raise MasterKeyWrong(f"the wrapped key of item {item_id} is not intact") from error

    def line(self) -> str:
        """Return the key as its file holds it."""
        return base64.b64encode(self._key).decode("ascii")

    def _bound(self, item_id: UUID) -> bytes:
        return b"docctl item key 1\0" + self.id.encode("ascii") + item_id.bytes


class MasterFile:
    """The file of the master key, as it is on the disk now."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Say whether there is one."""
        return self.path.is_symlink() or self.path.exists()

    def read(self) -> tuple[MasterKey, ...]:
        """Return the master key, and behind it the old one while it is being replaced.

        Raises `MasterKeyWrong` in one line where the file is missing, open to others or no such file.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise MasterKeyWrong(f"{self.path} is missing: files cannot be read without it") from None
        except OSError as error:
            raise MasterKeyWrong(f"{self.path} cannot be read: {error.strerror}") from error
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise MasterKeyWrong(f"{self.path} is no file")
            if found.st_mode & 0o077:
                raise MasterKeyWrong(f"{self.path} is open to others: chmod 600 {self.path}")
            text = os.read(descriptor, 4096)
        finally:
            os.close(descriptor)
        lines = text.decode("ascii", "replace").split()
        if lines[:4] != _FORMAT.split() or len(lines) not in {5, 6}:
            raise MasterKeyWrong(f"{self.path} holds no master key")
        return tuple(MasterKey.of(self._decoded(line)) for line in lines[4:])

    def make(self) -> MasterKey:
        """Write a new master key where there is none; of two makers both get the first one's."""
        fresh = MasterKey.of(secrets.token_bytes(_SIZE))
        temporary = self._written(fresh)
        try:
            os.link(temporary, self.path)
        except FileExistsError:
            return self.read()[0]
        finally:
            temporary.unlink()
            sync_folder(self.path.parent)
        return fresh

    def renew(self) -> tuple[MasterKey, MasterKey]:
        """Put a new master key before the present one; return both. Where there are two, begin nothing."""
        keys = self.read()
        if len(keys) == 1:
            keys = (MasterKey.of(secrets.token_bytes(_SIZE)), keys[0])
            self._replace(*keys)
        return keys[0], keys[1]

    def drop_old(self) -> None:
        """Forget the old master key; files and key stores that need it are closed from now on."""
        self._replace(self.read()[0])

    def _replace(self, *keys: MasterKey) -> None:
        temporary = self._written(*keys)
        temporary.replace(self.path)
        sync_folder(self.path.parent)

    def _written(self, *keys: MasterKey) -> Path:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="ascii") as target:
            target.write("\n".join([_FORMAT, *(one.line() for one in keys), ""]))
            target.flush()
            os.fsync(target.fileno())
        return temporary

    def _decoded(self, line: str) -> bytes:
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != _SIZE:
            raise MasterKeyWrong(f"{self.path} holds no master key")
        return key
