"""What a search finds for a person: exact totals of what they may see now, and the reason for each hit (S-1).

The index may lag behind by seconds; rows decide. What was destroyed, voided, withdrawn or narrowed since
the index's cursor is left out of its answer (S-4, X-3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import (
    is_obsolete,
    record_state,
    revision_state,
)
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.documents import Revision
from docctl.models.trail import AuditHead
from docctl.models.visibility import sets_of
from docctl.queries.search_rows import NOW, no_longer_found, records_shown, revisions_shown
from docctl.queries.search_texts import texts_of
from search.api import Found, Hit, IndexDamaged, Query, QueryProblem, SearchEngine, Sort
from search.snippets import snippet

PAGE_SIZE: Final = 20
SORTS: Final = tuple(one.value for one in Sort)
KINDS: Final = ("document", "record")

#: What a search can be narrowed to: stored states, and what is in force or suspended now (V-3, V-6).
STATES: Final = (
    "in_force",
    "suspended",
    "draft",
    "in_review",
    "approved",
    "completed",
    "accepted",
    "on_list",
)

#: An index so many events behind is not merely on its way.
FAR: Final = 1000

#: Snippets look this far into one file: a page of hits must not read whole books.
_LOOKED_AT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as typed; obsolete revisions only on request (S-1). Empty fields do not narrow."""

    text: str = ""
    kind: str = ""
    unit: str = ""
    type: str = ""
    state: str = ""
    day_from: date | None = None
    day_until: date | None = None
    with_obsolete: bool = False
    sort: str = Sort.RELEVANCE.value
    page: int = 1

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was asked for."""
        narrowed = (self.kind, self.unit, self.type, self.state, self.day_from, self.day_until)
        return not self.text.strip() and not any(narrowed)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One document revision or record as it is now; `snippet` is (text, is_hit) pairs."""

    kind: str
    id: UUID
    revision_id: UUID | None
    number: str
    title: str
    revision: str
    state: str
    is_obsolete: bool
    unit: str
    day: date
    snippet: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits and the exact number of all; `is_ready` is false while the index is being made.

    `behind` counts the events that the index of this host has yet to follow.
    """

    total: int
    hits: tuple[SearchHit, ...]
    page: int
    is_ready: bool = True
    behind: int = 0

    @property
    def is_partial(self) -> bool:
        """Whether so much is not in the index yet that it must be said (S-4)."""
        return self.behind > FAR

    @property
    def first(self) -> int:
        """The place of the page's first hit, 0 where there is none."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.hits else 0

    @property
    def last(self) -> int:
        """The place of the page's last hit."""
        return self.first + len(self.hits) - 1 if self.hits else 0

    @property
    def has_next(self) -> bool:
        """Whether more hits follow."""
        return self.page * PAGE_SIZE < self.total


def search(
    session: Session, actor: Actor, asked: Asked, *, engine: SearchEngine, at: datetime, zone: tzinfo
) -> SearchPage:
    """Return what the person may see of what was asked for (S-1, S-3, X-3).

    Raises RuleRefused where the search cannot be answered as typed.
    """
    if engine.state != "ready":
        return SearchPage(0, (), 1, is_ready=False)
    position = engine.position()  # before the first row is read: what follows it is looked at below
    newest = session.execute(select(AuditHead.seq)).scalar_one()
    without = no_longer_found(
        session,
        actor,
        state=asked.state,
        with_obsolete=asked.with_obsolete,
        position=position,
        newest=newest,
        at=at,
    )
    sets = frozenset(map(str, sets_of(session, actor)))
    page = max(asked.page, 1)
    try:
        found = engine.search(_query(asked, sets, without, at, page))
        if not found.hits and found.total:
            page = -(-found.total // PAGE_SIZE)
            found = engine.search(_query(asked, sets, without, at, page))
    except QueryProblem as problem:
        raise RuleRefused(_refused(problem)) from problem
    except IndexDamaged:
        return SearchPage(0, (), 1, is_ready=False)
    hits = tuple(_shown(session, actor, asked, found, at, zone))
    return SearchPage(
        found.total - (len(found.hits) - len(hits)), hits, page, behind=max(0, newest - position)
    )


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


def _query(asked: Asked, sets: frozenset[str], without: frozenset[str], at: datetime, page: int) -> Query:
    state = asked.state if asked.state in STATES else ""
    computed = state in NOW
    states = {"issued", "withdrawn"} if state == "in_force" else {state} - {""}
    return Query(
        text=asked.text,
        sets=sets,
        at=at,
        kinds=frozenset({"document"} if computed else {asked.kind} & set(KINDS)),
        units=frozenset({asked.unit} - {""}),
        types=frozenset({asked.type} - {""}),
        states=frozenset(states),
        day_from=asked.day_from,
        day_until=asked.day_until,
        in_force_only=not asked.with_obsolete or computed,
        exclude=without,
        sort=Sort(asked.sort) if asked.sort in SORTS else Sort.RELEVANCE,
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )


def _shown(
    session: Session, actor: Actor, asked: Asked, found: Found, at: datetime, zone: tzinfo
) -> Iterable[SearchHit]:
    """Yield the hits as their rows are now; one whose row is gone or hidden is left out (X-3)."""
    revisions = _ids(found.hits, "revision")
    records = _ids(found.hits, "record")
    rows: dict[str, Any] = {}
    owners: set[UUID] = set()
    if revisions:
        query = revisions_shown(actor, asked.state if asked.state in NOW else "", asked.with_obsolete)
        found_rows = session.execute(query, {"ids": revisions, "at": at})
        rows |= {f"revision:{row[0].id}": row for row in found_rows}
        owners |= {one for row in rows.values() for one in (row[0].id, row[0].document_id)}
    if records:
        found_rows = session.execute(records_shown(actor), {"ids": records})
        records_there = {f"record:{row.id}": row for row in found_rows}
        owners |= {row.id for row in records_there.values()}
        rows |= records_there
    texts = texts_of(session, owners, longest=_LOOKED_AT)
    today = at.astimezone(zone).date()
    for hit in found.hits:
        if (row := rows.get(hit.id)) is None:
            continue
        if hit.id.startswith("revision:"):
            yield _revision_hit(row, texts, asked.text, at, zone)
        else:
            yield _record_hit(row, texts, asked.text, today, zone)


def _ids(hits: Iterable[Hit], kind: str) -> list[UUID]:
    return [UUID(rest) for before, _, rest in (hit.id.partition(":") for hit in hits) if before == kind]


def _revision_hit(row: Any, texts: dict[UUID, str], text: str, at: datetime, zone: tzinfo) -> SearchHit:
    revision: Revision = row[0]
    state = revision_state(revision.dates(), at)
    parts = (texts.get(revision.id, ""), texts.get(revision.document_id, ""))
    return SearchHit(
        kind="document",
        id=revision.document_id,
        revision_id=revision.id,
        number=row[1],
        title=revision.title,
        revision=revision.label,
        state=state.value,
        is_obsolete=is_obsolete(state),
        unit=row[2],
        day=(revision.effective_from or revision.created_at).astimezone(zone).date(),
        snippet=_pieces("\n\n".join(filter(None, parts)), text),
    )


def _record_hit(row: Any, texts: dict[UUID, str], text: str, today: date, zone: tzinfo) -> SearchHit:
    return SearchHit(
        kind="record",
        id=row.id,
        revision_id=None,
        number=row.number,
        title=row.title,
        revision="",
        state=record_state(row.status, row.keep_until, today).value,
        is_obsolete=False,
        unit=row.unit,
        day=row.occurred_at.astimezone(zone).date(),
        snippet=_pieces(texts.get(row.id, ""), text),
    )


def _pieces(body: str, text: str) -> tuple[tuple[str, bool], ...]:
    return tuple((piece.text, piece.marked) for piece in snippet(body, text)) if body else ()
