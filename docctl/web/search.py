"""One search for documents and records; the box stands on every page (S-1, S-3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, request

from docctl.domain.verdicts import RuleRefused
from docctl.i18n import Explained
from docctl.queries.search import KINDS, SORTS, STATES, Asked, SearchHit, SearchPage, search
from docctl.queries.search_choices import search_choices
from docctl.web.context import actor, explain, house, lang, render, requires
from docctl.web.registers import flag, number

bp = Blueprint("search", __name__)

#: Longer than any search that is answered; the refusal says where the limit is.
_LONGEST: Final = 20_000


@bp.get("/search")
@requires("search.query")
def page() -> Response:
    """Answer a search, or say how to search where nothing was asked for."""
    asked = _asked()
    found: SearchPage | None = None
    problem: Explained | None = None
    now = house()
    with now.uow.read() as session:
        if not asked.is_blank:
            try:
                found = search(session, actor(), asked, engine=now.search, at=now.clock(), zone=now.zone)
            except RuleRefused as error:
                problem = explain(error.refused)
        choices = search_choices(session, actor(), at=now.clock())
    shown = render(
        "search/search.html",
        query_text=asked.text,
        asked=asked,
        found=found,
        hits=[_card(one) for one in found.hits] if found else [],
        problem=problem,
        choices=choices,
        states=STATES,
        sorts=SORTS,
        kinds=("", *KINDS),
        english=lang() == "en",
        here=_address(asked),
    )
    return make_response(shown, 422 if problem else 200)


def _asked() -> Asked:
    given = request.args
    return Asked(
        text=given.get("q", "")[:_LONGEST],
        kind=_one_of(given.get("kind"), KINDS),
        unit=given.get("unit", "")[:40],
        type=given.get("type", "")[:200],
        state=_one_of(given.get("state"), STATES),
        day_from=_day(given.get("from")),
        day_until=_day(given.get("until")),
        with_obsolete=flag(given.get("obsolete")),
        sort=_one_of(given.get("sort"), SORTS) or SORTS[0],
        page=number(given.get("page")),
    )


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known and value else ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _address(asked: Asked) -> Callable[..., str]:
    """Return how the page writes its own address with something changed."""
    kept: dict[str, Any] = {
        "q": asked.text,
        "kind": asked.kind,
        "unit": asked.unit,
        "type": asked.type,
        "state": asked.state,
        "from": asked.day_from,
        "until": asked.day_until,
        "obsolete": "1" if asked.with_obsolete else "",
        "sort": asked.sort if asked.sort != SORTS[0] else "",
    }

    def here(**changed: Any) -> str:
        query = {name.rstrip("_"): value for name, value in changed.items()}
        return f"/search?{urlencode({name: value for name, value in {**kept, **query}.items() if value})}"

    return here


def _card(hit: SearchHit) -> dict[str, Any]:
    if hit.kind == "record":
        href = f"/records/{hit.id}"
    elif hit.state == "in_force":
        href = f"/documents/{hit.id}"
    else:
        href = f"/documents/revisions/{hit.revision_id}"
    title = f"{hit.title} {hit.revision}".rstrip()
    return {
        "href": href,
        "number": hit.number,
        "title": title,
        "kind": hit.state,
        "note": f"{hit.unit}　{hit.day.isoformat()}",
        "snippet": hit.snippet,
    }
