"""Decides what the name of an object may look like: generated parts only, never a path (R-4)."""

import re
import secrets
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from storage.errors import InvalidKey

#: No dash and no dot: the order of kinds is then the order of the keys in them.
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY: Final = re.compile(
    rf"(?P<area>[a-z]+)/(?P<kind>{_KIND.pattern})/(?P<item>{_UUID})"
    rf"/(?P<ordinal>0|[1-9][0-9]{{0,8}})-(?P<uid>{_UUID})"
)
_MAX_ORDINAL: Final = 999_999_999


class Area(StrEnum):
    """The two areas: what must be kept as it is, and what can be made again (R-4)."""

    RECORDS = "records"
    DERIVED = "derived"

    @property
    def has_locks(self) -> bool:
        """Say whether objects of this area can be retained and held (R-4)."""
        return self is Area.RECORDS


@dataclass(frozen=True, slots=True)
class Key:
    """The name of one object; its text is `<area>/<kind>/<item id>/<ordinal>-<uuid7>`.

    A key knows whether it was made here and not used yet; a copy, or one that was read, never is.
    """

    area: Area
    kind: str
    item_id: UUID
    ordinal: int
    uid: UUID
    _unused: list[bool] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse every part that we did not generate ourselves."""
        if not isinstance(self.area, Area):
            raise InvalidKey("area", self.area)
        if type(self.kind) is not str or not _KIND.fullmatch(self.kind):
            raise InvalidKey("kind", self.kind)
        if type(self.item_id) is not UUID:
            raise InvalidKey("item_id", self.item_id)
        if type(self.ordinal) is not int or not 0 <= self.ordinal <= _MAX_ORDINAL:
            raise InvalidKey("ordinal", self.ordinal)
        if type(self.uid) is not UUID or self.uid.version != 7:
            raise InvalidKey("uid", self.uid)

    @classmethod
    def new(cls, area: Area, kind: str, item_id: UUID, ordinal: int) -> Self:
        """Return a key that nobody has used: its last part is new each time."""
        made = cls(area, kind, item_id, ordinal, uuid7())
        made._unused.append(True)
        return made

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key whose text this is; any other spelling raises `InvalidKey`."""
        match = _KEY.fullmatch(text)
        if match is None or match["area"] not in set(Area):
            raise InvalidKey("text", text)
        return cls(
            Area(match["area"]),
            match["kind"],
            UUID(match["item"]),
            int(match["ordinal"]),
            UUID(match["uid"]),
        )

    def is_first_use(self) -> bool:
        """Say, once, of a key from `new` that nothing can lie under it yet; of all others, that it may.

        Its last part has 74 random bits and was told to nobody before (V-2).
        """
        try:
            return self._unused.pop()
        except IndexError:
            return False

    def __reduce__(self) -> tuple[object, ...]:
        """Let a copy be a key like one that was read."""
        return type(self).parse, (str(self),)

    @property
    def leaf(self) -> str:
        """Return the last part, `<ordinal>-<uuid7>`."""
        return f"{self.ordinal}-{self.uid}"

    @property
    def path(self) -> str:
        """Return the text behind the area; listings are ordered by it and cut by its start."""
        return f"{self.kind}/{self.item_id}/{self.leaf}"

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.area.value}/{self.path}"


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562): milliseconds, then 74 random bits."""
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
