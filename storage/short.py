"""Decides how a text is encrypted with its item's key: packed, bound to its place, in one piece (R-7)."""

from __future__ import annotations

import codecs
import hmac
import secrets
import zlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import TextDamaged

#: The first byte of every sealed text.
FORMAT: Final = b"\x01"
_NONCE: Final = 12
#: Objects are encrypted with other keys from the same item key: no key serves two ciphers.
_PURPOSE: Final = b"docctl short text 1"
_COMPARED: Final = b"docctl compared text 1"


def seal_text(secret: bytes, place: bytes, text: str) -> bytes:
    """Return a text as it may lie in a database; it opens with the same key, for the same place only."""
    nonce = secrets.token_bytes(_NONCE)
    packed = zlib.compress(text.encode("utf-8"), 6)
    return FORMAT + nonce + _cipher(secret).encrypt(nonce, packed, place)


def open_text(secret: bytes, place: bytes, sealed: bytes, *, longest: int | None = None) -> str:
    """Return a sealed text, or its first `longest` characters. Raises TextDamaged."""
    nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    try:
        if not sealed.startswith(FORMAT):
            raise InvalidTag
        packed = _cipher(secret).decrypt(nonce, body, place)
    except (InvalidTag, ValueError) as error:
        raise TextDamaged("a text is not what was encrypted for its place") from error
    if longest is None:
        return zlib.decompress(packed).decode("utf-8")
    # A character has four bytes at most; one that the cut divides is left out.
    some = zlib.decompressobj().decompress(packed, 4 * longest + 4)
    return codecs.getincrementaldecoder("utf-8")().decode(some)[:longest]


def digest_text(secret: bytes, place: bytes, text: str) -> str:
    """Return what equal texts of a place have in common, as hex; without the key it says nothing of them."""
    key = HKDF(SHA256(), 32, None, _COMPARED).derive(secret)
    return hmac.digest(key, place + b"\0" + text.encode("utf-8"), "sha256").hex()


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, _PURPOSE).derive(secret))
