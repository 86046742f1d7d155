"""A key store some of whose keys are away, as after a restore that came without them (R-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from docctl.services.content.texts import INFO, Texts
from storage.errors import KeyMissing
from tests.world import World


class KeysAway:
    """Has all keys but some; of these nobody knows whether they come back."""

    def __init__(self, ring: Any, away: set[UUID]) -> None:
        self._ring, self._away = ring, away

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ring, name)

    def get(self, item_id: UUID) -> bytes:
        if item_id in self._away:
            raise KeyMissing(item_id)
        found: bytes = self._ring.get(item_id)
        return found

    def get_many(self, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        found: dict[UUID, bytes] = self._ring.get_many([one for one in item_ids if one not in self._away])
        return found


@contextmanager
def keys_away(world: World, *items: UUID) -> Iterator[None]:
    """Let the keys of some items be away for the readers of texts."""
    carried, before = world.house.uow.carried, world.house.uow.carried[INFO]
    carried[INFO] = Texts(KeysAway(world.house.keys, set(items)))  # type: ignore[arg-type]
    try:
        yield
    finally:
        carried[INFO] = before
