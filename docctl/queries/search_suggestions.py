"""Numbers offered while one is typed: of what the person may see, and of nothing else (S-3, X-3)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.verdicts import RuleRefused
from docctl.queries.search import Asked, search
from docctl.queries.search_hits import SearchHit
from search.api import SearchEngine, Sort

_MOST: Final = 8
_SHORTEST: Final = 2


def suggestions(
    session: Session, actor: Actor, typed: str, *, engine: SearchEngine, at: datetime, zone: tzinfo
) -> list[SearchHit]:
    """Return items whose number, or a part of it, begins as typed; each number once."""
    beginning = "".join(typed.split())
    if len(beginning) < _SHORTEST or not any(letter.isalnum() for letter in beginning):
        return []
    asked = Asked(text=f"number:{beginning}*", sort=Sort.NUMBER.value)
    try:
        page = search(session, actor, asked, engine=engine, at=at, zone=zone, size=_MOST, texts=False)
    except RuleRefused:  # a bracket or a quotation mark is no beginning of a number
        return []
    return list({one.number: one for one in page.hits}.values())
