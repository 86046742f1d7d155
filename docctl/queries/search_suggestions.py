"""Numbers offered while one is typed: of what the person may see, and of nothing else (S-3, X-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import RuleRefused
from docctl.queries.number_holders import entities_of_items
from docctl.queries.search import Asked, search
from docctl.queries.search_hits import SearchHit
from search.api import SearchEngine, Sort

_MOST: Final = 8
_SHORTEST: Final = 2


def suggestions(
    session: Session, actor: Actor, typed: str, *, engine: SearchEngine, at: datetime, zone: tzinfo
) -> list[SearchHit]:
    """Return items whose number, or a part of it, begins as typed; each item once."""
    beginning = "".join(typed.split())
    if len(beginning) < _SHORTEST or not any(letter.isalnum() for letter in beginning):
        return []
    asked = Asked(text=f"number:{beginning}*", sort=Sort.NUMBER.value)
    try:
        page = search(session, actor, asked, engine=engine, at=at, zone=zone, size=_MOST, texts=False)
    except RuleRefused:  # a bracket or a quotation mark is no beginning of a number
        return []
    offered = {(one.kind, one.id): one for one in page.hits}
    return list(_told_apart(session, list(offered.values())))


def _told_apart(session: Session, hits: list[SearchHit]) -> Iterator[SearchHit]:
    """Yield the hits, those of one number with the name of their legal entity behind the title (O-4)."""
    times = Counter(normal(one.number) for one in hits)
    same = [one.id for one in hits if times[normal(one.number)] > 1]
    names = entities_of_items(session, same) if same else {}
    for one in hits:
        yield replace(one, title=f"{one.title} · {names[one.id]}") if one.id in names else one
