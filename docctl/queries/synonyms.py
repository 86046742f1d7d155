"""Which words mean the same to a search now, and what else a search finds by them (S-6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from docctl.domain.synonym_content import synonym_sets
from docctl.queries.controlled import setting_at
from search.errors import QueryProblem
from search.language import widening
from search.synonyms import Synonyms


def synonyms_at(session: Session, at: datetime) -> Synonyms:
    """Return the sets in force at an instant (S-6, V-3)."""
    return synonym_sets(setting_at(session, "synonyms", at).content)


def also_found(content: Mapping[str, Any], text: str) -> tuple[str, ...]:
    """Return what a search looks for besides what was typed; nothing for what it cannot read (S-6)."""
    try:
        return tuple(one.needle for one in widening(text, synonym_sets(content)))
    except QueryProblem:
        return ()
