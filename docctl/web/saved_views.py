"""Views of registers that people keep: the filters and the order of a list under a name (D-7).

Which page an address belongs to is fixed here; what else stands in it is read by the page as any address is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import request

from docctl.queries.saved_searches import Saved, saved_views
from docctl.web.context import actor, house, may

#: The registers that have views, each with the key of its name.
PAGES: Final = {
    "/documents": "documents.list.documents",
    "/documents/numbers": "numbers.title",
    "/documents/distribution": "copies.title",
    "/documents/changes": "changes.title",
    "/documents/returns": "returns.title",
    "/documents/reviews": "reviews.title",
    "/documents/reviews/unplanned": "reviews.unplanned.title",
    "/documents/due": "due.title",
    "/documents/citations": "documents.faults.title",
    "/records": "records.title",
    "/trail": "trail.title",
}
#: Which part of a register was open: no filter, and old tomorrow.
_PLACES: Final = frozenset({"page", "before", "month"})


@dataclass(frozen=True, slots=True)
class View:
    """One view as pages show it: `asks` says its filters, `page` is the key of its register's name."""

    id: UUID
    name: str
    href: str
    page: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Views:
    """The views of the page that is shown; `keep` is where what it shows now is kept, if it is narrowed."""

    views: list[View]
    keep: str


def own_views() -> Views | None:
    """Return the person's views of the page of this request; None where it has none (D-7)."""
    if request.path not in PAGES or not may("search.save"):
        return None
    now = address_of(request.query_string.decode(errors="replace"))
    with house().uow.read() as session:
        kept = saved_views(session, actor(), request.path)
    keep = f"/search/saved/new?{urlencode({'of': request.path, 'asks': now})}" if now else ""
    return Views(shown(kept, now), keep)


def shown(kept: Iterable[Saved], now: str = "") -> list[View]:
    """Return views as pages show them; a register that is no more leads nowhere and is left out."""
    return [
        View(one.id, one.name, f"{one.page}?{one.address}", PAGES[one.page], is_current=one.address == now)
        for one in kept
        if one.page in PAGES
    ]


def address_of(query: str) -> str:
    """Return what an address asks of a register, in one order, without the part of it that was open."""
    try:
        asked = parse_qsl(query, max_num_fields=50)
    except ValueError:
        return ""
    return urlencode(sorted((name, value) for name, value in asked if name not in _PLACES))
