"""What the address of a search says, and how the page writes it; nonsense in it counts as absent (S-3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from docctl.queries.search import KINDS, SORTS, STATES, Asked
from docctl.web.registers import flag, number

#: Longer than any search that is answered; the refusal says where the limit is.
_LONGEST: Final = 20_000
_YEAR: Final = re.compile(r"[0-9]{4}")

Here = Callable[..., str]


def asked_for(given: Mapping[str, str]) -> Asked:
    """Return what an address asks for."""
    year = given.get("year", "")
    return Asked(
        text=given.get("q", "")[:_LONGEST],
        kind=_one_of(given.get("kind"), KINDS),
        unit=given.get("unit", "")[:40],
        type=given.get("type", "")[:200],
        state=_one_of(given.get("state"), STATES),
        year=year if _YEAR.fullmatch(year) else "",
        retention=given.get("class", "")[:40],
        day_from=_day(given.get("from")),
        day_until=_day(given.get("until")),
        with_obsolete=flag(given.get("obsolete")),
        widened=flag(given.get("synonyms")),
        sort=_one_of(given.get("sort"), SORTS) or SORTS[0],
        page=number(given.get("page")),
    )


def query_of(asked: Asked) -> dict[str, Any]:
    """Return what stands in the address of a search, its page left out."""
    told = {
        "q": asked.text,
        "kind": asked.kind,
        "unit": asked.unit,
        "type": asked.type,
        "state": asked.state,
        "year": asked.year,
        "class": asked.retention,
        "from": asked.day_from,
        "until": asked.day_until,
        "obsolete": "1" if asked.with_obsolete else "",
        "synonyms": "1" if asked.widened else "",
        "sort": asked.sort if asked.sort != SORTS[0] else "",
    }
    return {name: value for name, value in told.items() if value}


def address_of(asked: Asked) -> Here:
    """Return how the page writes its own address with something changed; `to` is another page."""
    kept = query_of(asked)

    def here(to: str = "/search", **changed: Any) -> str:
        query = {**kept, **{name.rstrip("_"): value for name, value in changed.items()}}
        left = {name: value for name, value in query.items() if value}
        # Half characters cannot be sent; what was typed stands in the box as it is.
        return f"{to}?{urlencode(left, errors='replace')}"

    return here


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known and value else ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
