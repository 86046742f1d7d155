"""What stands in the address of a search, read and written: pages and kept searches share it (S-3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from docctl.queries.search import KINDS, SORTS, STATES, Asked

#: Longer than any search that is answered; the refusal says where the limit is.
_LONGEST: Final = 20_000
_YEAR: Final = re.compile(r"[0-9]{4}")
#: Form, field and choice by their keys: 32 digits, then f1, then o1.
CHOICE: Final = re.compile(r"([0-9a-f]{32})\.(f[0-9]{1,6})\.(o[0-9]{1,6})")
_MOST_CHOICES: Final = 50
_PAGE: Final = re.compile(r"[0-9]{1,7}")


def asked_for(given: Mapping[str, str]) -> Asked:
    """Return what an address asks for; nonsense in it counts as absent."""
    year = given.get("year", "")
    return Asked(
        text=given.get("q", "")[:_LONGEST],
        kind=_one_of(given.get("kind"), KINDS),
        unit=given.get("unit", "")[:40],
        type=given.get("type", "")[:200],
        state=_one_of(given.get("state"), STATES),
        year=year if _YEAR.fullmatch(year) else "",
        retention=given.get("class", "")[:40],
        choices=_choices(given.get("choice", "")),
        day_from=_day(given.get("from")),
        day_until=_day(given.get("until")),
        with_obsolete=given.get("obsolete") == "1",
        widened=given.get("synonyms") == "1",
        sort=_one_of(given.get("sort"), SORTS) or SORTS[0],
        page=int(page) if _PAGE.fullmatch(page := given.get("page", "")) else 1,
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
        "choice": " ".join(asked.choices),
        "from": asked.day_from,
        "until": asked.day_until,
        "obsolete": "1" if asked.with_obsolete else "",
        "synonyms": "1" if asked.widened else "",
        "sort": asked.sort if asked.sort != SORTS[0] else "",
    }
    return {name: value for name, value in told.items() if value}


def asked_in(address: str) -> Asked:
    """Return what the address of a kept search asks for."""
    return asked_for(dict(parse_qsl(address)))


def address_kept(asked: Asked) -> str:
    """Return the address under which a search is kept."""
    return urlencode(query_of(asked), errors="replace")


def _choices(given: str) -> tuple[str, ...]:
    found = dict.fromkeys(one for one in given[:_LONGEST].split() if CHOICE.fullmatch(one))
    return tuple(sorted(found)[:_MOST_CHOICES])


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known and value else ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
