"""The results of a search as a file: all of them, as the page shows them (S-3, X-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, request

from docctl.domain.verdicts import RuleRefused
from docctl.printing.columns import Column, Row
from docctl.queries.record_choices import answers_of
from docctl.queries.record_lists import AnswerColumns
from docctl.queries.search import Asked, SearchPage, search
from docctl.queries.search_address import asked_for
from docctl.queries.search_hits import SearchHit
from docctl.web.context import actor, house, requires, see_other, words
from docctl.web.search_address import address_of
from docctl.web.sheets import sheet

bp = Blueprint("search_files", __name__)

#: Rows read at a time: a result is never whole in memory.
_AT_ONCE: Final = 1000


@bp.get("/search/export")
@requires("search.query")
def export() -> Response:
    """Send all results as xlsx, with the filters and the order of the address (S-3, X-3)."""
    asked = replace(asked_for(request.args), page=1)
    t, today = words().t, house().today()
    try:
        first = _page(asked, 1)
    except RuleRefused:
        return see_other(address_of(asked)())  # the page says what is wrong with it
    if not first.is_ready:
        return see_other(address_of(asked)())
    columns = [
        Column(t("search.column.number"), 22),
        Column(t("search.column.title"), 44),
        Column(t("search.column.revision"), 10),
        Column(t("search.column.state"), 14),
        Column(t("search.column.kind"), 10),
        Column(t("search.column.unit"), 16),
        Column(t("search.column.day"), 12, "date"),
        *AnswerColumns(words()).columns(),
    ]
    notes = [
        t("search.exported", text=asked.text or "—", day=today),
        t("documents.own_view"),
        t("search.total", count=first.total),
    ]
    return sheet(t("search.title"), notes, columns, _rows(asked, first), day=today)


def _rows(asked: Asked, first: SearchPage) -> Iterator[Row]:
    """Yield each hit once, also where the index moves on between two pages."""
    seen: set[tuple[str, object]] = set()
    found, page = first, 1
    answered = AnswerColumns(words())
    while True:
        with house().uow.read() as session:
            said = answers_of(session, [one.id for one in found.hits if one.kind == "record"])
        for one in found.hits:
            key = (one.kind, one.revision_id or one.id)
            if key not in seen:
                seen.add(key)
                yield (*_row(one), *answered.cells(said.get(one.id, ())))
        if not found.has_next or found.page != page:
            return
        page += 1
        found = _page(asked, page)


def _page(asked: Asked, page: int) -> SearchPage:
    now = house()
    with now.uow.read() as session:
        return search(
            session,
            actor(),
            replace(asked, page=page),
            engine=now.search,
            at=now.clock(),
            zone=now.zone,
            size=_AT_ONCE,
            texts=False,
        )


def _row(one: SearchHit) -> Row:
    t = words().t
    return (
        one.number,
        one.title,
        one.revision,
        t(f"shell.state.{one.state}"),
        t(f"search.kind.{one.kind}"),
        one.unit,
        one.day,
    )
