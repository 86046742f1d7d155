"""Decides how the text read out of a file lies in the database: encrypted with its item's key (R-7).

So it dies with the key, also in old rows, logs and backups of the database. Where there is no key store it
lies there plain, as texts from before do until the worker has sealed them.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from storage.errors import StorageError, TextDamaged
from storage.keyring import KeyRing
from storage.short import open_text, seal_text

log = logging.getLogger(__name__)

#: Under this name a session carries the `Texts` of its house.
INFO: Final = "docctl_texts"


@dataclass(frozen=True, slots=True)
class KeptText:
    """What was read, as the columns of `FileReading` hold it; `characters` is the length of the text."""

    text: str
    html: str | None
    sealed_text: bytes | None
    sealed_html: bytes | None
    characters: int
    outline: str | None = None
    sealed_outline: bytes | None = None


@dataclass(frozen=True, slots=True)
class SealedText:
    """One sealed column of one file: `name` is `text`, `html`, `outline` or `findings`."""

    owner_id: UUID
    file_id: UUID
    name: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class KeysStanding:
    """Items whose keys are missing: away, so that they may come back, or destroyed for ever (R-7)."""

    away: frozenset[UUID]
    destroyed: frozenset[UUID]


class Texts:
    """Seals and opens texts with the keys of a house."""

    def __init__(self, keys: KeyRing | None) -> None:
        """Take the key store; without one texts stay plain."""
        self._keys = keys

    @property
    def are_sealed(self) -> bool:
        """Say whether texts are encrypted in this house."""
        return self._keys is not None

    def kept(
        self, owner_id: UUID, file_id: UUID, text: str, html: str | None, outline: str | None = None
    ) -> KeptText:
        """Return how a text is kept; the item's key is durable before. Raises KeyDestroyed."""
        if self._keys is None:
            return KeptText(text, html, None, None, len(text), outline)
        secret = self._keys.make(owner_id)

        def sealed(name: str, words: str) -> bytes:
            return seal_text(secret, _place(file_id, name), words)

        return KeptText(
            "",
            None,
            sealed("text", text),
            None if html is None else sealed("html", html),
            len(text),
            None,
            None if outline is None else sealed("outline", outline),
        )

    def sealed(self, owner_id: UUID, file_id: UUID, name: str, words: str) -> bytes | None:
        """Return what a further column of a text holds; None without key store. Raises KeyDestroyed."""
        if self._keys is None:
            return None
        return seal_text(self._keys.make(owner_id), _place(file_id, name), words)

    def secret_of(self, owner_id: UUID) -> bytes | None:
        """Return a key for what a module seals in its own places; None for one that is gone, or no key store.

        Raises StorageError where the key store cannot be read.
        """
        return self._keys.get_many([owner_id]).get(owner_id) if self._keys is not None else None

    def make_secret(self, owner_id: UUID) -> bytes | None:
        """Return the key, made durably where there is none; None without key store. Raises KeyDestroyed."""
        return self._keys.make(owner_id) if self._keys is not None else None

    def standing(self, owner_ids: Collection[UUID]) -> KeysStanding:
        """Say of which items keys are missing, with two questions. Raises StorageError."""
        if self._keys is None:
            return KeysStanding(frozenset(owner_ids), frozenset())
        wanted = sorted(owner_ids)
        missing = set(wanted) - self._keys.get_many(wanted).keys() if wanted else set()
        destroyed = self._keys.destroyed_among(sorted(missing)) if missing else set()
        return KeysStanding(frozenset(missing - destroyed), frozenset(destroyed))

    def opened(
        self, asked: Sequence[SealedText], *, longest: int | None = None, missing: set[UUID] | None = None
    ) -> list[str]:
        """Return texts in the order asked for, with one question to the key store.

        A text whose key is not there is empty, and its item is put into `missing`; so is one that is damaged:
        nobody can read it, and it must hold up no other. Raises StorageError where the key store cannot be
        read. `longest` cuts each, in characters.
        """
        if not asked:
            return []
        owners = {one.owner_id for one in asked}
        keys = self._keys.get_many(list(owners)) if self._keys is not None else {}
        if without := owners - keys.keys():
            log.warning("texts cannot be read: their keys are missing", extra={"items": len(without)})
            if missing is not None:
                missing |= without
        return [
            _open(keys[one.owner_id], one, longest=longest) if one.owner_id in keys else "" for one in asked
        ]

    def shown(self, asked: Sequence[SealedText], *, longest: int | None = None) -> list[str]:
        """Return texts for a page, which shows without them what they cannot be had for."""
        try:
            return self.opened(asked, longest=longest)
        except StorageError:
            log.exception("texts cannot be read")
            return [""] * len(asked)


def texts_in(session: Session) -> Texts:
    """Return what opens the texts that a session reads."""
    found = session.info.get(INFO)
    return found if isinstance(found, Texts) else Texts(None)


def _open(key: bytes, one: SealedText, *, longest: int | None) -> str:
    try:
        return open_text(key, _place(one.file_id, one.name), one.sealed, longest=longest)
    except TextDamaged:
        log.exception("a text is damaged", extra={"file": str(one.file_id), "text": one.name})
        return ""


def _place(file_id: UUID, name: str) -> bytes:
    return b"docctl file reading\0" + name.encode("ascii") + file_id.bytes


__all__ = ["INFO", "KeptText", "KeysStanding", "SealedText", "Texts", "texts_in"]
