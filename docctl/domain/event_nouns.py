"""The nouns of the trail: what events are about, in the order in which people choose among them (T-1)."""

from __future__ import annotations

from typing import Final

#: The first word of an action, such as `revision` of `revision.issued`.
NOUNS: Final = (
    "document",
    "revision",
    "distribution",
    "copy",
    "blank",
    "reading",
    "review",
    "change",
    "request",
    "step",
    "delegation",
    "number",
    "continuity",
    "record",
    "correction",
    "file",
    "disposal",
    "hold",
    "person",
    "role",
    "unit",
    "post",
    "entity",
    "setting",
    "session",
    "signature",
    "import",
    "record_import",
    "objects",
    "audit",
    "epoch",
    "backup",
    "database",
    "keys",
    "index",
    "delivery",
    "webhook",
)
