"""`docctl inbox|events|search`: what waits, what happened, what is found (S-1, T-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table, one_line
from docctl.cli.command import Action, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.search import SearchPage


@click.command("search", cls=Action, permission="search.query")
@click.argument("query")
@option("--limit", type=click.IntRange(1, 1000), default=20)
@option("--kind", type=click.Choice(["document", "record"]), default=None)
@option("--obsolete", is_flag=True)
@option("--synonyms", is_flag=True)
@option("--counts", is_flag=True)
@option("--sort", type=click.Choice(["relevance", "date", "number"]), default="relevance")
def search(
    desk: Desk,
    query: str,
    limit: int,
    kind: str | None,
    obsolete: bool,
    synonyms: bool,
    counts: bool,
    sort: str,
) -> Answer:
    """Find what the person may see, in any words of it (S-1, S-3, X-3)."""
    from docctl.queries.search import Asked
    from docctl.queries.search import search as find

    asked = Asked(text=query, kind=kind or "", with_obsolete=obsolete, widened=synonyms, sort=sort)
    with desk.read() as session:
        found = find(
            session,
            desk.actor,
            asked,
            engine=desk.house.search,
            at=desk.house.clock(),
            zone=desk.house.zone,
            size=limit,
            counts=counts,
        )
    if found.is_partial or not found.is_ready:
        key = "search.partial" if found.is_ready else "search.not_ready"
        click.echo(desk.words.t(key, n=found.behind), err=True)
    data: dict[str, Any] = {
        "total": found.total,
        "hits": [
            {
                "kind": one.kind,
                "number": one.number,
                "title": one.title,
                "revision": one.revision,
                "state": one.state,
                "snippet": "".join(text for text, _ in one.snippet),
                **({"clause": one.clause.path} if one.clause else {}),
            }
            for one in found.hits
        ],
    }
    if counts:
        data["counts"] = {name: dict(values) for name, values in found.facets.items()}
    if found.near:
        data["near"] = [{"number": one.number, "title": one.title} for one in found.near]
    lines = [desk.words.t("cli.found", n=found.total)]
    for one in found.hits:
        lines.append(f"{one.number} {one.revision} {one.title} · {desk.state(one.state)}".replace("  ", " "))
        if one.snippet:
            page = "" if one.page is None else f" · {desk.words.t('search.on_page', page=one.page)}"
            if one.clause:
                said = desk.words.t("search.at_clause", clause=one.clause.path, title=one.clause.title)
                page = f" · {said.rstrip()}{page}"
            shown = "".join(f"[{t}]" if hit else t for t, hit in one.snippet)
            lines.append(f"    {one_line(shown)}{page}")
    if counts:
        lines += _counted(desk, found)
    if found.near:
        lines += [desk.words.t("search.near"), *(f"    {one.number} {one.title}" for one in found.near)]
    return Answer(data, lines)


def _counted(desk: Desk, found: SearchPage) -> list[str]:
    """Return a line for each facet: its values, each with how many items it would find (S-3)."""
    t = desk.words.t
    labels = {"kind": "search.column.kind", "retention": "search.facet.class"}
    named = ("kind", "state")
    lines = []
    for name, values in found.facets.items():
        words = (f"{t(f'search.{name}.{one}') if name in named else one} {count}" for one, count in values)
        if values:
            label = t(labels[name]) if name in labels else t(f"search.facet.{name}")
            lines.append(f"{label}: {' · '.join(words)}")
    return lines


@click.command("events", cls=Action, permission="event.item")
@click.argument("number")
@option("--reads", is_flag=True)
def events(desk: Desk, number: str, reads: bool) -> Answer:
    """Show what happened to an item, newest first (T-1, X-3)."""
    from docctl.cli.timelines import timeline_of

    with desk.read() as session:
        found = names.item(desk, session, number)
        entries = timeline_of(desk, session, found, reads=reads)
    data = {
        "number": found.number,
        "events": [
            {
                "seq": one.id,
                "at": one.at,
                "who": one.who,
                "on_behalf_of": one.on_behalf_of,
                "action": one.action,
                "facts": one.facts,
                "detail": one.detail,
                "signed": one.signed,
            }
            for one in entries
        ],
    }
    rows = [
        (
            one.id,
            one.at,
            one.who or desk.words.t("events.system"),
            desk.words.t(f"events.{one.action}"),
            desk.words.t("cli.signed") if one.signed else "",
        )
        for one in entries
    ]
    head = ("event", "at", "who", "action", "signed")
    return Answer(data, Table([desk.label(name) for name in head], rows).lines())


@click.command("inbox", cls=Action, permission="inbox.view")
def inbox(desk: Desk) -> Answer:
    """Show what the person must do, oldest due first (A-4)."""
    from docctl.queries.inbox import inbox as read_inbox

    with desk.read() as session:
        found = read_inbox(session, desk.actor, today=desk.house.today(), zone=desk.house.zone)
    data: dict[str, Any] = {
        "total": found.total,
        "overdue": found.overdue,
        "tasks": [
            {
                "verb": one.verb,
                "kind": one.kind,
                "number": one.number,
                "title": one.title,
                "revision": one.label,
                "person": one.whose,
                "due": one.due_on,
                "overdue": one.is_overdue,
                "since": one.since,
            }
            for one in found.tasks
        ],
    }
    head = ("todo", "number", "revision", "title", "due", "overdue")
    rows = [
        (
            desk.words.t(f"cli.verb.{one.verb}"),
            one.number,
            one.label,
            one.title or one.whose,
            one.due_on,
            desk.words.t("cli.overdue") if one.is_overdue else "",
        )
        for one in found.tasks
    ]
    table = Table([desk.label(name) for name in head], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])
