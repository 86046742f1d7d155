"""The hits of a search as their rows are now, with the stretch of text that was found (S-3, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.lifecycle import (
    is_obsolete,
    record_state,
    revision_state,
)
from docctl.domain.paged_text import PagedText
from docctl.domain.partners import status_told
from docctl.domain.permissions import Actor
from docctl.models.documents import Revision
from docctl.queries.outlines import clause_meant, outlines_of
from docctl.queries.search_rows import records_shown, revisions_shown
from docctl.queries.search_texts import annexes_of, paged_texts_of
from docctl.queries.shared_keys import keys_of
from docctl.reading.outlines import Clause
from search.api import Found, Hit, Query
from search.asked import Is, Searched
from search.language import clauses_in, widening
from search.snippets import snippet

#: Snippets look this far into one file: a page of hits must not read whole books.
_LOOKED_AT: Final = 100_000


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One document revision or record as it is now; `snippet` is (text, is_hit) pairs.

    `synonyms` are words found in it that were not typed (S-6), `page` is the one of its file, or of the
    annex, on which the first marked words stand, `clause` the one that was asked for (I-9), `keys` what it
    shares (S-7).
    """

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
    synonyms: tuple[str, ...] = ()
    page: int | None = None
    clause: Clause | None = None
    keys: tuple[tuple[str, str], ...] = ()
    #: The annex in which it was found: its file, its number among them, what it is called (V-13).
    annex: tuple[UUID, int, str] | None = None


def hits_shown(
    session: Session,
    actor: Actor,
    asked: Query,
    found: Found,
    *,
    zone: tzinfo,
    state: str = "",
    texts: bool = True,
) -> Iterator[SearchHit]:
    """Yield the hits as their rows are now; one whose row is gone or hidden is left out (X-3).

    `state` is the one of NOW that was asked for; without `texts` no snippet is cut.
    """
    revisions = _ids(found.hits, "revision")
    records = _ids(found.hits, "record")
    rows: dict[str, Any] = {}
    owners: set[UUID] = set()
    if revisions:
        query = revisions_shown(actor, state, not asked.not_ended)
        found_rows = session.execute(query, {"ids": revisions, "at": asked.at})
        rows |= {f"revision:{row[0].id}": row for row in found_rows}
        owners |= {one for row in rows.values() for one in (row[0].id, row[0].document_id)}
    records_there: dict[str, Any] = {}
    if records:
        found_rows = session.execute(records_shown(actor), {"ids": records})
        records_there = {f"record:{row.id}": row for row in found_rows}
        owners |= {row.id for row in records_there.values()}
        rows |= records_there
    named = clauses_in(asked.text, asked.fields) if texts else ()
    there = [row[0].id for name, row in rows.items() if name.startswith("revision:")] if named else []
    outlines = outlines_of(session, there, for_page=True)
    bodies = paged_texts_of(session, owners, longest=_LOOKED_AT) if texts else {}
    keys = keys_of(session, [row.id for row in records_there.values()]) if texts else {}
    annexes = annexes_of(session, revisions) if texts and revisions else {}
    for hit in found.hits:
        if (row := rows.get(hit.id)) is None:
            continue
        if hit.id.startswith("revision:"):
            meant = _clause_meant(outlines.get(row[0].id, ()), named)
            yield _revision_hit(row, bodies, asked, zone, meant, annexes)
        else:
            yield _record_hit(actor, row, bodies, asked, zone, keys.get(row.id, ()))


def _ids(hits: Iterable[Hit], kind: str) -> list[UUID]:
    return [UUID(rest) for before, _, rest in (hit.id.partition(":") for hit in hits) if before == kind]


@dataclass(frozen=True, slots=True)
class _Meant:
    """The clause that was asked for, where it ends, and the last one up to it that has a place to go to."""

    clause: Clause
    end: int | None


def _clause_meant(clauses: Sequence[Clause], named: Sequence[Is]) -> _Meant | None:
    at = clause_meant(clauses, named) if clauses and named else None
    if at is None:
        return None
    place = next((one.anchor for one in reversed(clauses[: at + 1]) if one.anchor), "")
    following = clauses[at + 1 : at + 2]
    return _Meant(replace(clauses[at], anchor=place), following[0].start if following else None)


def _revision_hit(
    row: Any,
    bodies: dict[UUID, PagedText],
    asked: Query,
    zone: tzinfo,
    meant: _Meant | None,
    annexes: Mapping[UUID, tuple[int, str]],
) -> SearchHit:
    revision: Revision = row[0]
    state = revision_state(revision.dates(), asked.at)
    own, beside = (bodies.get(one, PagedText("")) for one in (revision.id, revision.document_id))
    body = "\n\n".join(filter(None, (own.text, beside.text)))
    clause = meant.clause if meant else None
    stretch = own.text[clause.start : meant.end] if meant and clause else ""
    if clause and clause.title not in stretch[:200]:  # it stands beyond what is looked at
        stretch = ""
    shown = _pieces(stretch or body, asked)
    file_id = None if stretch else own.file_of(shown)
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
        snippet=shown,
        synonyms=_synonyms((row[1], revision.title, body), asked),
        page=(clause.page if clause else 0) or own.page_of(shown),
        clause=clause,
        annex=(file_id, *annexes[file_id]) if file_id is not None and file_id in annexes else None,
    )


def _record_hit(
    actor: Actor,
    row: Any,
    bodies: dict[UUID, PagedText],
    asked: Query,
    zone: tzinfo,
    keys: Sequence[tuple[str, str]],
) -> SearchHit:
    body = bodies.get(row.id, PagedText(""))
    shown = _pieces(body.text, asked)
    today = asked.at.astimezone(zone).date()
    return SearchHit(
        kind="record",
        id=row.id,
        revision_id=None,
        number=row.number,
        title=row.title,
        revision="",
        state=record_state(status_told(row.status, is_outside=actor.is_outside), row.keep_until, today).value,
        is_obsolete=False,
        unit=row.unit,
        day=row.occurred_at.astimezone(zone).date(),
        snippet=shown,
        synonyms=_synonyms((row.number, row.title, body.text), asked),
        page=body.page_of(shown),
        keys=tuple(keys),
    )


def _pieces(body: str, asked: Query) -> tuple[tuple[str, bool], ...]:
    if not body:
        return ()
    return tuple(
        (one.text, one.marked)
        for one in snippet(body, asked.text, synonyms=asked.synonyms, fields=asked.fields)
    )


def _synonyms(texts: Sequence[str], asked: Query) -> tuple[str, ...]:
    """Return the words that were found though others were typed (S-6)."""
    if not asked.synonyms or not (others := widening(asked.text, asked.synonyms, asked.fields)):
        return ()
    searched = tuple(map(Searched, texts))
    return tuple(one.needle for one in others if any(text.holds(one) for text in searched))
