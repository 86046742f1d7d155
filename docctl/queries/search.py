"""What a search finds for a person: exact totals of what they may see now, and the reason for each hit (S-1).

The index may lag behind by seconds; rows decide. What was destroyed, voided, withdrawn or narrowed since
the index's cursor is left out of its answer and of its counts (S-4, X-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.trail import AuditHead
from docctl.models.visibility import sets_of
from docctl.queries.revision_states import OBSOLETE
from docctl.queries.search_facets import FacetCounts, counted_by, facet_counts, without_lists
from docctl.queries.search_form_fields import ChoiceFacet, choice_facets, named_fields
from docctl.queries.search_hits import SearchHit, hits_shown
from docctl.queries.search_names import names_in
from docctl.queries.search_rows import NOW, no_longer_found
from docctl.queries.synonyms import synonyms_at
from search.api import Found, Query, SearchEngine, Sort, field_chosen
from search.errors import IndexDamaged, QueryProblem
from search.language import asks_for_ended

PAGE_SIZE: Final = 20
SORTS: Final = tuple(one.value for one in Sort)
KINDS: Final = ("document", "record")

#: What a search can be narrowed to: stored states, and those that follow from dates (V-3, V-6, V-8).
STATES: Final = (
    "in_force",
    "suspended",
    "expired",
    "draft",
    "in_review",
    "approved",
    "waiting",
    "completed",
    "accepted",
    "on_list",
    "superseded",
    "withdrawn",
)

#: How the latter are told apart in the index: what is stored, and how it stands at the instant.
_DATED: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "in_force": (frozenset({"issued", "withdrawn"}), frozenset({"valid"})),
    "suspended": (frozenset({"suspended"}), frozenset({"valid", "expired"})),
    "expired": (frozenset({"issued", "withdrawn"}), frozenset({"expired"})),
    "waiting": (frozenset({"issued"}), frozenset({"waiting"})),
    "superseded": (frozenset({"issued", "suspended"}), frozenset({"ended"})),
    "withdrawn": (frozenset({"withdrawn"}), frozenset({"ended"})),
}

#: An index so many events behind is not merely on its way.
FAR: Final = 1000
#: So many near numbers are offered where nothing was found.
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as typed; obsolete revisions only on request (S-1). Empty fields do not narrow."""

    text: str = ""
    kind: str = ""
    unit: str = ""
    type: str = ""
    state: str = ""
    year: str = ""
    retention: str = ""
    choices: tuple[str, ...] = ()
    """Choices of forms, each as form, field and choice by their keys (S-3)."""
    day_from: date | None = None
    day_until: date | None = None
    with_obsolete: bool = False
    widened: bool = False
    """Words are found by their synonyms too (S-6)."""
    sort: str = Sort.RELEVANCE.value
    page: int = 1

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was asked for."""
        chosen = (self.kind, self.unit, self.type, self.state, self.year, self.retention, self.choices)
        return not self.text.strip() and not any((*chosen, self.day_from, self.day_until))


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits and the exact number of all; `is_ready` is false while the index is being made.

    `behind` counts the events that the index of this host has yet to follow; `near` are items whose number is
    nearly what was typed, where nothing was found.
    """

    total: int
    hits: tuple[SearchHit, ...]
    page: int
    is_ready: bool = True
    behind: int = 0
    facets: FacetCounts = field(default_factory=dict)
    choices: tuple[ChoiceFacet, ...] = ()
    near: tuple[SearchHit, ...] = ()
    size: int = PAGE_SIZE

    @property
    def is_partial(self) -> bool:
        """Whether so much is not in the index yet that it must be said (S-4)."""
        return self.behind > FAR

    @property
    def first(self) -> int:
        """The place of the page's first hit, 0 where there is none."""
        return (self.page - 1) * self.size + 1 if self.hits else 0

    @property
    def last(self) -> int:
        """The place of the page's last hit."""
        return self.first + len(self.hits) - 1 if self.hits else 0

    @property
    def has_next(self) -> bool:
        """Whether more hits follow."""
        return self.page * self.size < self.total


def search(
    session: Session,
    actor: Actor,
    asked: Asked,
    *,
    engine: SearchEngine,
    at: datetime,
    zone: tzinfo,
    size: int = PAGE_SIZE,
    counts: bool = False,
    texts: bool = True,
) -> SearchPage:
    """Return what the person may see of what was asked for (S-1, S-3, X-3).

    `counts` adds the facets, `texts` the snippets. Raises RuleRefused where the search cannot be answered as
    typed.
    """
    if engine.state != "ready":
        return SearchPage(0, (), 1, is_ready=False)
    named = named_fields(session, actor, asked.text, at=at)
    if asks_for_ended(asked.text, named.fields):  # who names the state asks for obsolete revisions
        asked = replace(asked, with_obsolete=True)
    position = engine.position()  # before the first row is read: what follows it is looked at below
    newest = session.execute(select(AuditHead.seq)).scalar_one()
    query = replace(
        _query(asked, at),
        sets=frozenset(map(str, sets_of(session, actor))),
        fields=named.fields,
        known={**names_in(session, asked.text, named.fields), **named.known},
        synonyms=synonyms_at(session, at) if asked.widened else (),
        exclude=no_longer_found(
            session,
            actor,
            state=asked.state,
            with_obsolete=asked.with_obsolete,
            position=position,
            newest=newest,
            at=at,
        ),
        limit=size,
    )
    if actor.is_outside:
        query = without_lists(query)
    if counts:
        query = replace(query, facets=counted_by(query))
    page = max(asked.page, 1)
    try:
        found, page = _page(engine, query, page)
        facets = facet_counts(found, is_outside=actor.is_outside) if counts else {}
        choices = choice_facets(session, actor, found, query, at=at) if counts else ()
        near = _near(engine, query, found)
    except QueryProblem as problem:
        raise RuleRefused(_refused(problem)) from problem
    except IndexDamaged:
        return SearchPage(0, (), 1, is_ready=False)
    state = asked.state if asked.state in NOW else ""
    hits = tuple(hits_shown(session, actor, query, found, state=state, zone=zone, texts=texts))
    return SearchPage(
        found.total - (len(found.hits) - len(hits)),
        hits,
        page,
        behind=max(0, newest - position),
        facets=facets,
        choices=choices,
        near=tuple(hits_shown(session, actor, query, near, zone=zone, texts=False)) if near.hits else (),
        size=size,
    )


def _page(engine: SearchEngine, query: Query, page: int) -> tuple[Found, int]:
    """Return a page and its number; the last one where there is none so far behind."""
    found = engine.search(replace(query, offset=(page - 1) * query.limit))
    if not found.hits and found.total and query.limit:
        page = -(-found.total // query.limit)
        found = engine.search(replace(query, offset=(page - 1) * query.limit))
    return found, page


def _near(engine: SearchEngine, query: Query, found: Found) -> Found:
    """Return items whose number is nearly what was typed, where nothing else was found (S-3)."""
    if found.total or not query.text.strip():
        return Found(0, (), found.position)
    near = Query(
        text="",
        near=query.text,
        sets=query.sets,
        at=query.at,
        exclude=query.exclude,
        not_ended=query.not_ended,
        sort=Sort.NUMBER,
        limit=_NEAR,
    )
    return engine.search(near)


def _refused(problem: QueryProblem) -> Refused:
    # Each spelled out: what can be refused is looked for in the code (tests/test_translations.py).
    refusals = {
        "nothing_to_find": Refused("S-1", "nothing_to_find"),
        "too_long": Refused("S-1", "too_long", problem.params),
        "too_many_words": Refused("S-1", "too_many_words", problem.params),
        "too_deep": Refused("S-1", "too_deep", problem.params),
        "unclosed_quote": Refused("S-1", "unclosed_quote"),
        "unclosed_bracket": Refused("S-1", "unclosed_bracket"),
        "unopened_bracket": Refused("S-1", "unopened_bracket"),
        "operator_alone": Refused("S-1", "operator_alone"),
        "field_without_value": Refused("S-1", "field_without_value"),
        "bad_date": Refused("S-1", "bad_date"),
    }
    return refusals[problem.code]


def _by_field(choices: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in choices:
        found.setdefault(field_chosen(one), set()).add(one.rpartition(".")[2])
    return {name: frozenset(values) for name, values in found.items()}


def _query(asked: Asked, at: datetime) -> Query:
    """Return what was asked for, without who asks."""
    state = asked.state if asked.state in STATES else ""
    states, standings = _DATED.get(state, (frozenset({state} - {""}), frozenset()))
    return Query(
        text=asked.text,
        sets=frozenset(),
        at=at,
        kinds=frozenset({asked.kind} & set(KINDS)),
        units=frozenset({asked.unit} - {""}),
        types=frozenset({asked.type} - {""}),
        states=states,
        standings=standings,
        years=frozenset({asked.year} - {""}),
        retentions=frozenset({asked.retention} - {""}),
        choices=_by_field(asked.choices),
        day_from=asked.day_from,
        day_until=asked.day_until,
        not_ended=not asked.with_obsolete and state not in OBSOLETE,
        sort=Sort(asked.sort) if asked.sort in SORTS else Sort.RELEVANCE,
    )
