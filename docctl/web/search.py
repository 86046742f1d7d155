"""One search for documents and records; the box stands on every page (S-1, S-3)."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, make_response, request

from docctl.domain.verdicts import RuleRefused
from docctl.i18n import Explained
from docctl.queries.record_filter import UNTOLD
from docctl.queries.saved_searches import saved_searches
from docctl.queries.search import KINDS, SORTS, STATES, SearchPage, search
from docctl.queries.search_address import asked_for, asked_in
from docctl.queries.search_choices import search_choices
from docctl.queries.search_hits import SearchHit
from docctl.queries.search_suggestions import suggestions
from docctl.queries.shared_keys import keys_beginning
from docctl.web.context import actor, explain, house, lang, render, requires, words
from docctl.web.record_words import key_address
from docctl.web.search_address import address_of, key_query
from docctl.web.search_facets import choices_left, facet_groups
from docctl.web.search_words import saved_shown

bp = Blueprint("search", __name__)

#: Longer beginnings of a number than any number has are not looked up.
_LONGEST_BEGINNING: Final = 60


@bp.get("/search")
@requires("search.query")
def page() -> Response:
    """Answer a search, or say how to search where nothing was asked for."""
    asked = asked_for(request.args)
    found: SearchPage | None = None
    problem: Explained | None = None
    now = house()
    with now.uow.read() as session:
        if not asked.is_blank:
            try:
                found = search(
                    session,
                    actor(),
                    asked,
                    engine=now.search,
                    at=now.clock(),
                    zone=now.zone,
                    counts=True,
                )
            except RuleRefused as error:
                problem = explain(error.refused)
        saved = saved_searches(session, actor()) if asked.is_blank else []
        chosen = [*asked.choices, *(one for each in saved for one in asked_in(each.address).choices)]
        choices = search_choices(session, actor(), at=now.clock(), chosen=chosen)
    here = address_of(asked)
    shown = render(
        "search/search.html",
        query_text=asked.text,
        asked=asked,
        found=found,
        hits=[_card(one) for one in found.hits] if found else [],
        near=[_card(one) for one in found.near] if found else [],
        problem=problem,
        saved=saved_shown(saved, choices),
        choices=choices,
        groups=facet_groups(asked, found, choices, here),
        counts=dict(found.facets.get("kind", ())) if found else {},
        states=tuple(one for one in STATES if one not in UNTOLD) if actor().is_outside else STATES,
        sorts=SORTS,
        kinds=("", *KINDS),
        english=lang() == "en",
        here=here,
        chosen=choices_left(asked, choices, here),
    )
    return make_response(shown, 422 if problem else 200)


@bp.get("/search/suggest")
@requires("search.query")
def suggest() -> Response:
    """Return numbers and keys that begin as typed, of what the person may see (S-3, S-7, X-3)."""
    now = house()
    typed = request.args.get("q", "")[:_LONGEST_BEGINNING]
    with now.uow.read() as session:
        found = suggestions(session, actor(), typed, engine=now.search, at=now.clock(), zone=now.zone)
        keys = keys_beginning(session, actor(), typed)
    t = words().t
    offered = [{"number": one.number, "title": one.title} for one in found]
    for one in keys:
        asked = key_query(t(f"fields.{one.kind}"), one.value)
        offered.append({"number": asked, "title": t("search.key_of", count=one.records)})
    answer = jsonify(offered)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _address_of(hit: SearchHit) -> str:
    """Return where a hit leads: to its item, its annex, its page or its clause (S-3)."""
    if hit.kind == "record":
        href = f"/records/{hit.id}"
    elif hit.annex is not None and hit.clause is None:
        page = f"&page={hit.page}" if hit.page is not None else ""
        return f"/documents/revisions/{hit.revision_id}?file={hit.annex[0]}{page}"
    elif hit.state in {"in_force", "suspended", "expired"}:
        href = f"/documents/{hit.id}"
    else:
        href = f"/documents/revisions/{hit.revision_id}"
    if hit.clause is not None and hit.clause.anchor:
        href += f"#{hit.clause.anchor}"
    elif hit.kind == "document" and hit.page is not None:
        href += f"?page={hit.page}"
    return href


def _card(hit: SearchHit) -> dict[str, Any]:
    note = f"{hit.unit}　{hit.day.isoformat()}"
    if hit.clause is not None:
        said = words().t("search.at_clause", clause=hit.clause.path, title=hit.clause.title)
        note += f"　{said.rstrip()}"
    if hit.annex is not None:
        note += "　" + words().t("search.in_annex", n=hit.annex[1], name=hit.annex[2])
    if hit.page is not None:
        note += "　" + words().t("search.on_page", page=hit.page)
    if hit.synonyms:
        said = words().t("search.list_comma").join(hit.synonyms)
        note += "　" + words().t("search.by_synonym", words=said)
    return {
        "href": _address_of(hit),
        "number": hit.number,
        "title": f"{hit.title} {hit.revision}".rstrip(),
        "kind": hit.state,
        "note": note,
        "snippet": hit.snippet,
        "links": [(key_address(*one), f"{words().t(f'fields.{one[0]}')} {one[1]}") for one in hit.keys],
    }
