"""`docctl search`: what is found, and the searches that a person keeps (S-1, S-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import Answer, Table, one_line
from docctl.cli.command import Action, Noun, option
from docctl.cli.desk import Desk
from docctl.domain.verdicts import NotFound

if TYPE_CHECKING:
    from docctl.queries.saved_searches import Saved
    from docctl.queries.search import Asked, SearchPage
    from docctl.queries.search_hits import SearchHit


class Search(Action):
    """The search, and behind `saved` the commands of kept ones: `search saved` alone looks for the word."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Lead on to the commands of kept searches where one of them is named."""
        if args[:1] == [saved.name] and args[1:2] and args[1] in {*saved.commands, "--help"}:
            return saved.make_context(f"{info_name} {saved.name}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


def _narrowing(command: Callable[..., Answer]) -> Callable[..., Answer]:
    """Add the options that say what is asked for beside the words."""
    for one in (
        option("--sort", type=click.Choice(["relevance", "date", "number"]), default="relevance"),
        option("--synonyms", is_flag=True),
        option("--obsolete", is_flag=True),
        option("--kind", type=click.Choice(["document", "record"]), default=None),
    ):
        command = one(command)
    return command


@click.command("search", cls=Search, permission="search.query")
@click.argument("query", required=False, default="")
@option("--saved", "saved_name", default="", metavar="NAME")
@option("--limit", type=click.IntRange(1, 1000), default=20)
@option("--counts", is_flag=True)
@_narrowing
def search(
    desk: Desk,
    query: str,
    saved_name: str,
    limit: int,
    kind: str | None,
    obsolete: bool,
    synonyms: bool,
    counts: bool,
    sort: str,
) -> Answer:
    """Find what the person may see, in any words of it or as a search of theirs says (S-1, S-3, X-3)."""
    if bool(query) is bool(saved_name):
        raise click.UsageError("QUERY | --saved NAME")
    if saved_name:
        return _run(desk, saved_name, limit, counts=counts)
    return _found(desk, _asked(query, kind, sort, obsolete=obsolete, synonyms=synonyms), limit, counts=counts)


saved = Noun("saved")


@saved.command("list", permission="search.query")
def list_(desk: Desk) -> Answer:
    """List the searches that the person keeps (S-3)."""
    kept = [_told(desk, one) for one in _kept(desk)]
    data = {"total": len(kept), "searches": kept}
    table = Table(
        [desk.label("title"), desk.label("query"), desk.label("at")],
        [(one["name"], one["query"], one["saved_at"]) for one in kept],
    )
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=len(kept))])


@saved.command("show", permission="search.query")
@click.argument("name")
def show(desk: Desk, name: str) -> Answer:
    """Show what a search of the person asks for (S-3)."""
    data = _told(desk, _named(desk, name))
    return Answer(data, [f"{key}: {value}" for key, value in data.items() if value])


@saved.command("run", permission="search.query")
@click.argument("name")
@option("--limit", type=click.IntRange(1, 1000), default=20)
@option("--counts", is_flag=True)
def run(desk: Desk, name: str, limit: int, counts: bool) -> Answer:
    """Answer a search of the person as things are now (S-3, X-3)."""
    return _run(desk, name, limit, counts=counts)


@saved.command("add", permission="search.save")
@click.argument("name")
@click.argument("query")
@_narrowing
def add(
    desk: Desk, name: str, query: str, kind: str | None, obsolete: bool, synonyms: bool, sort: str
) -> Answer:
    """Keep a search under a name; one of the same name is replaced (S-3)."""
    from docctl.queries.search_address import address_kept
    from docctl.services.searches.keep import SaveSearch, save_search

    asked = _asked(query, kind, sort, obsolete=obsolete, synonyms=synonyms)
    save_search(SaveSearch(name, address_kept(asked)), by=desk.caller(), house=desk.house)
    kept = _named(desk, name)
    return desk.done("search_kept", _told(desk, kept), name=kept.name)


@saved.command("rename", permission="search.save")
@click.argument("name")
@click.argument("new")
def rename(desk: Desk, name: str, new: str) -> Answer:
    """Give a search of the person another name (S-3)."""
    from docctl.services.searches.keep import RenameSearch, rename_search

    kept = _named(desk, name)
    rename_search(RenameSearch(kept.id, new), by=desk.caller(), house=desk.house)
    kept = _named(desk, new)
    return desk.done("search_renamed", _told(desk, kept), name=kept.name)


@saved.command("remove", permission="search.save")
@click.argument("name")
def remove(desk: Desk, name: str) -> Answer:
    """Let a search of the person go (S-3)."""
    from docctl.services.searches.keep import DropSearch, drop_search

    kept = _named(desk, name)
    drop_search(DropSearch(kept.id), by=desk.caller(), house=desk.house)
    return desk.done("search_dropped", {"name": kept.name}, name=kept.name)


def _asked(query: str, kind: str | None, sort: str, *, obsolete: bool, synonyms: bool) -> Asked:
    from docctl.queries.search import Asked

    return Asked(text=query, kind=kind or "", with_obsolete=obsolete, widened=synonyms, sort=sort)


def _kept(desk: Desk) -> list[Saved]:
    from docctl.queries.saved_searches import saved_searches

    with desk.read() as session:
        return saved_searches(session, desk.actor)


def _named(desk: Desk, name: str) -> Saved:
    wanted = " ".join(name.split())
    for one in _kept(desk):
        if one.name == wanted:
            return one
    raise NotFound("saved_search")


def _told(desk: Desk, kept: Saved) -> dict[str, Any]:
    """Return what a kept search asks for, by the names of its address."""
    from docctl.queries.search_address import asked_in, query_of

    told = query_of(asked_in(kept.address))
    query = told.pop("q", "")
    return {"name": kept.name, "query": query, "saved_at": desk.local(kept.saved_at), **told}


def _run(desk: Desk, name: str, limit: int, *, counts: bool) -> Answer:
    from docctl.queries.search_address import asked_in

    return _found(desk, replace(asked_in(_named(desk, name).address), page=1), limit, counts=counts)


def _found(desk: Desk, asked: Asked, limit: int, *, counts: bool) -> Answer:
    from docctl.queries.search import search as find
    from docctl.queries.search_choices import search_choices

    with desk.read() as session:
        choices = search_choices(session, desk.actor, at=desk.house.clock()) if counts else None
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
                **({"annex": one.annex[1], "annex_title": one.annex[2]} if one.annex else {}),
            }
            for one in found.hits
        ],
    }
    if counts:
        data["counts"] = {name: dict(values) for name, values in found.facets.items()}
        data["choices"] = [
            {"field": one.words, "form": one.form, "counts": {each.words: each.count for each in one.choices}}
            for one in found.choices
        ]
    if found.near:
        data["near"] = [{"number": one.number, "title": one.title} for one in found.near]
    lines = [desk.words.t("cli.found", n=found.total)]
    for one in found.hits:
        line = f"{one.number} {one.revision} {one.title} · {desk.state(one.state)}".replace("  ", " ")
        if one.synonyms:
            said = desk.words.t("search.list_comma").join(one.synonyms)
            line += f" · {desk.words.t('search.by_synonym', words=said)}"
        lines.append(line)
        if one.snippet:
            page = _place(desk, one)
            shown = "".join(f"[{t}]" if hit else t for t, hit in one.snippet)
            lines.append(f"    {one_line(shown)}{page}")
    if choices is not None:
        lines += _counted(desk, found, choices.names(english=desk.words.language == "en"))
    if found.near:
        lines += [desk.words.t("search.near"), *(f"    {one.number} {one.title}" for one in found.near)]
    return Answer(data, lines)


def _place(desk: Desk, one: SearchHit) -> str:
    """Return where in an item the words stand: annex, clause, page (S-3)."""
    t, said = desk.words.t, list[str]()
    if one.clause:
        said.append(t("search.at_clause", clause=one.clause.path, title=one.clause.title).rstrip())
    if one.annex:
        said.append(t("search.in_annex", n=one.annex[1], name=one.annex[2]))
    if one.page is not None:
        said.append(t("search.on_page", page=one.page))
    return "".join(f" · {each}" for each in said)


def _counted(desk: Desk, found: SearchPage, names: Mapping[tuple[str, str], str]) -> list[str]:
    """Return a line for each facet: its values, each with how many items it would find (S-3)."""
    t = desk.words.t
    from search.api import FACETS

    labels = {"kind": "search.column.kind", "retention": "search.facet.class"}
    named = ("kind", "state")
    lines = []
    for name in FACETS:
        words = (
            f"{t(f'search.{name}.{one}') if name in named else names.get((name, one), one)} {count}"
            for one, count in found.facets.get(name, ())
        )
        if found.facets.get(name):
            label = t(labels[name]) if name in labels else t(f"search.facet.{name}")
            lines.append(f"{label}: {' · '.join(words)}")
    for each in found.choices:
        counted = " · ".join(f"{one.words} {one.count}" for one in each.choices)
        lines.append(f"{each.words} ({each.form}): {counted}")
    return lines
