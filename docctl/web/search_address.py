"""How the page of a search writes its own address (S-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from docctl.queries.search import Asked
from docctl.queries.search_address import query_of

Here = Callable[..., str]


def key_query(field: str, value: str) -> str:
    """Return how a search asks for every record of a key (S-7)."""
    quoted = value.replace('"', '""')
    return f'{field}:"{quoted}"' if set(value) & set(' "“”「」()（）*') else f"{field}:{value}"


def address_of(asked: Asked) -> Here:
    """Return how the page writes its own address with something changed; `to` is another page."""
    kept = query_of(asked)

    def here(to: str = "/search", **changed: Any) -> str:
        query = {**kept, **{name.rstrip("_"): value for name, value in changed.items()}}
        left = {name: value for name, value in query.items() if value}
        # Half characters cannot be sent; what was typed stands in the box as it is.
        return f"{to}?{urlencode(left, errors='replace')}"

    return here
