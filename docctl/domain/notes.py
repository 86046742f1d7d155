"""How a head is written down outside the database: as a note of one line that stands on its own (T-2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from docctl.domain.canonical import canonical
from docctl.domain.heads import Head, head_of

#: The kind of the stored objects that hold such notes; they need no row.
HEAD_KIND: Final = "audit_head"

#: The kind of the stored objects that keep the register of destruction: one for each batch of a list.
DESTRUCTION_KIND: Final = "destruction"

#: The kind of the stored objects that say where the counters stood at a head.
COUNTERS_KIND: Final = "counters"

#: Kinds of stored objects that need no row, hold no content, and stay.
KEPT_KINDS: Final = frozenset({HEAD_KIND, DESTRUCTION_KIND, COUNTERS_KIND})

#: The kind of the objects with which a store is tried.
PROBE_KIND: Final = "probe"


def head_note(body: str, signature: str, public: str) -> str:
    """Return a head with its signature and key as one line."""
    return canonical({"body": body, "signature": signature, "public": public}) + "\n"


def destruction_note(number: str, at: datetime, records: Iterable[tuple[UUID, str]]) -> str:
    """Return a line of the register of destruction: ids and numbers of records, no more (R-7)."""
    rows = [{"id": record_id, "number": shown} for record_id, shown in records]
    return canonical({"v": 1, "list": number, "at": at, "records": rows}) + "\n"


def counters_note(epoch: int, size: int, at: datetime, values: Mapping[str, int]) -> str:
    """Return where counters stood once so many events were sealed (N-1)."""
    return canonical({"v": 1, "epoch": epoch, "size": size, "at": at, "counters": dict(values)}) + "\n"


def counters_of(text: str) -> tuple[int, int, datetime, dict[str, int]]:
    """Return epoch, size, instant and values of a note of counters; any other text raises ValueError."""
    try:
        found: Any = json.loads(text)
        values = {str(scope): int(value) for scope, value in found["counters"].items()}
        return int(found["epoch"]), int(found["size"]), datetime.fromisoformat(found["at"]), values
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("no note of counters") from error


def note_of(text: str) -> tuple[Head, str, str]:
    """Return head, signature and public key of a note; any other text raises ValueError."""
    try:
        found: Any = json.loads(text)
        body, signature, public = found["body"], found["signature"], found["public"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError("no note of a head") from error
    if not all(isinstance(one, str) for one in (body, signature, public)):
        raise ValueError("no note of a head")
    return head_of(body), signature, public
