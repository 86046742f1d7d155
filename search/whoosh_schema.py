"""How an entry looks to whoosh: terms of its texts, and the rest as one stored line (S-1, S-2)."""

import json
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema

from search.analysis import pairs, words
from search.api import Entry
from search.asked import PARTS
from search.folding import fold

#: Goes up when fields change; an index with another number is made again.
FORMAT: Final = 3

#: Stored beside the terms; texts are not: no text that could be read back is stored.
_STORED: Final = tuple(one.name for one in fields(Entry) if one.name not in {"title", "body"})
_DATES: Final = {"day": date, "valid_from": datetime, "valid_until": datetime, "expires": datetime}


def make_schema() -> Schema:
    """Return the fields of an index."""
    made = Schema(id=ID(), entry=STORED())
    for part in PARTS:
        made.add(part, TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True))
        made.add(f"{part}_words", KEYWORD(scorable=True))
    return made


def document(entry: Entry) -> dict[str, str]:
    """Return the fields of an entry."""
    found = {"id": key(entry.id), "entry": _line(entry)}
    for part in PARTS:
        folded = fold(getattr(entry, part))
        found[part] = pairs(folded)
        found[f"{part}_words"] = " ".join(words(folded))
    return found


def key(entry_id: str) -> str:
    """Return an id fit to be a term."""
    return entry_id.encode("utf-8", "replace").decode()


def entry_of(line: str) -> tuple[Entry, bytes]:
    """Return a stored entry without its texts, and the digest of all of it."""
    told: dict[str, Any] = json.loads(line)
    digest = bytes.fromhex(told.pop("digest"))
    for name, kind in _DATES.items():
        if told[name] is not None:
            told[name] = kind.fromisoformat(told[name])
    for name in ("facts", "choices"):
        told[name] = tuple((one, value) for one, value in told[name])
    return Entry(**told, title="", body=""), digest


def _line(entry: Entry) -> str:
    told = {name: getattr(entry, name) for name in _STORED}
    for name in _DATES:
        if told[name] is not None:
            told[name] = told[name].isoformat()
    return json.dumps({**told, "digest": entry.digest().hex()})
