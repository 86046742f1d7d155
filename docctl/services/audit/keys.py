"""The keys that sign the trail: a file outside the database, newest key last (T-2)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Final

from docctl.domain.heads import key_id_of
from docctl.services.audit.faults import SealFault
from storage.durable import sync_folder

_WORD: Final = "docctl-audit-key-1"
_ABOVE: Final = (
    "# Keys that sign the trail of docctl, newest last. Keep a copy where the server cannot write.\n"
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; `public` and `seed` in hexadecimal."""

    key_id: str
    public: str
    seed: str = field(repr=False)

    def sign(self, message: bytes) -> str:
        """Return the Ed25519 signature in hexadecimal."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.seed)).sign(message).hex()


class KeyFile:
    """The file of the keys; each change replaces it whole, so that a crash leaves the old or the new."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def read(self) -> list[SigningKey]:
        """Return the keys, newest last, none where there is no file; raise SealFault for an unusable one."""
        try:
            lines = self._path.read_text("ascii").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise SealFault("key_unusable") from error
        return [_parsed(line) for line in lines if line.strip() and not line.startswith("#")]

    def make(self) -> list[SigningKey]:
        """Make the file with a first key unless it is there; return what it holds."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return self.read()
        except OSError as error:
            raise SealFault("key_unusable") from error
        _write(descriptor, _ABOVE + _line(_new()))
        sync_folder(self._path.parent)
        return self.read()

    def renew(self) -> SigningKey:
        """Add a new key behind the others; the next head is signed with it."""
        kept, fresh = self.read(), _new()
        beside = self._path.with_name(f"{self._path.name}.{token_hex(4)}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            _write(descriptor, _ABOVE + "".join(map(_line, [*kept, fresh])))
            beside.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise SealFault("key_unusable") from error
        return fresh


def is_signed(public: str, signature: str, message: bytes) -> bool:
    """Say whether the signature over the message is this key's."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _new() -> SigningKey:
    return _key(token_bytes(32).hex())


def _key(seed: str) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).public_key().public_bytes_raw().hex()
    return SigningKey(key_id_of(public), public, seed)


def _line(key: SigningKey) -> str:
    return f"{_WORD} {key.key_id} {key.seed}\n"


def _parsed(line: str) -> SigningKey:
    try:
        word, key_id, seed = line.split()
        found = _key(seed)
    except ValueError as error:
        raise SealFault("key_unusable") from error
    if word != _WORD or found.key_id != key_id:
        raise SealFault("key_unusable")
    return found


def _write(descriptor: int, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="ascii") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
