"""Decides how the content of a setting is read from a file: one JSON text, nothing of it lost (V-2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from docctl.domain.verdicts import Refused, RuleRefused

#: Bytes of a content. The largest calendar that its kind accepts is under 3 MB.
LARGEST: Final = 4 << 20


def text_of_file(data: bytes) -> str:
    """Return the text of a file, UTF-8 with or without a mark; raise RuleRefused for another file (V-2)."""
    if len(data) > LARGEST:
        raise RuleRefused(Refused("V-2", "file_too_large", {"most": LARGEST >> 20}))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleRefused(Refused("V-2", "file_no_text", {"at": error.start + 1})) from error


def data_of(text: str) -> object:
    """Return what a JSON text says; raise RuleRefused where it says nothing, or two things at once (V-2).

    A name that stands twice would silently lose one of its values, and half of a surrogate pair cannot be
    stored; numbers without end are no JSON.
    """
    if len(text) > LARGEST:
        raise RuleRefused(Refused("V-2", "file_too_large", {"most": LARGEST >> 20}))
    try:
        found: object = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise RuleRefused(Refused("V-2", "file_no_json", {"line": error.lineno})) from error
    except UnicodeEncodeError as error:
        raise RuleRefused(Refused("V-2", "file_half_a_sign")) from error
    except (ValueError, RecursionError) as error:  # digits or brackets without end
        raise RuleRefused(Refused("V-2", "file_no_json", {"line": 1})) from error
    return found


def content_in(text: str) -> str:
    """Return the content alone of what `settings show --json` wrote, and anything else as it is."""
    data = data_of(text)
    return json.dumps(data["content"]) if isinstance(data, dict) and "content" in data else text


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            shown = name if name.isprintable() else ascii(name)[1:-1]
            raise RuleRefused(Refused("V-2", "file_name_twice", {"name": shown[:40]}))
        found[name] = value
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
