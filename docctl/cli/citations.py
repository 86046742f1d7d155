"""`docctl documents citations|impact|missed`: who cites whom, what a change touches, what misses (D-6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.citation_graph import Edge, Node

_HEAD = ("cites_from", "relation", "cites_to", "state", "clause")


def add_citations(noun: Noun) -> None:
    """Add the commands to the noun."""
    for command in (citations, impact, missed):
        noun.add_command(command)


#: The word for a form, in an annex or not.
_KIND = {True: "documents.impact.kind.annex_form", False: "documents.impact.kind.form"}

_reads = Noun("documents")


@_reads.command("citations", permission="document.view")
@click.argument("number")
@option("--steps", type=click.IntRange(1, 3), default=1)
@option("--way", type=click.Choice(["both", "cites", "cited_by"]), default="both")
def citations(desk: Desk, number: str, steps: int, way: str) -> Answer:
    """Tell what a document cites and who cites it, with its forms (D-6, X-3)."""
    from docctl.queries.citation_graph import around
    from docctl.queries.document_opened import opened_at

    at = desk.house.clock()
    with desk.read() as session:
        document = names.item(desk, session, number, "document")
        head, _, revision = opened_at(session, desk.actor, document.item_id, at=at)
        found = around(session, desk.actor, head.document.id, revision.id, at=at, steps=steps, way=way)
        shown = head.document.number
    nodes = {one.key: one for one in found.nodes}
    data = {
        "number": shown,
        "left_out": found.left_out,
        "more": found.is_more,
        "documents": [_node(one) for one in found.nodes],
        "citations": [_edge(one, nodes) for one in found.edges],
    }
    rows = [_row(desk, one, nodes) for one in found.edges]
    lines = list(Table([desk.label(name) for name in _HEAD], rows).lines())
    if found.left_out:
        lines.append(desk.words.t("documents.graph.left_out", count=found.left_out, most=len(nodes)))
    return Answer(data, lines)


def _node(one: Node) -> dict[str, Any]:
    return {
        "number": one.number or None,
        "title": one.title,
        "revision": one.label or None,
        "standing": one.standing,
        "form": one.is_form,
        "step": one.step,
    }


def _edge(one: Edge, nodes: dict[str, Node]) -> dict[str, Any]:
    return {
        "from": _name(nodes[one.source]),
        "to": _name(nodes[one.target]),
        "kind": one.kind,
        "clause": one.clause or None,
        "times": one.times,
        "other_name": one.is_other_name,
    }


def _row(desk: Desk, one: Edge, nodes: dict[str, Node]) -> tuple[str, ...]:
    t = desk.words.t
    source, target = nodes[one.source], nodes[one.target]
    how = t("documents.graph.other_name") if one.is_other_name else t(f"documents.graph.kind.{one.kind}")
    standing = t(f"documents.graph.standing.{target.standing}")
    return _name(source), how, f"{target.number} {target.title}".strip(), standing, one.clause


def _name(one: Node) -> str:
    return one.number or one.title


@_reads.command("impact", permission="document.view")
@click.argument("number")
def impact(desk: Desk, number: str) -> Answer:
    """Tell what a change of a document touches: who cites it, forms, copies, readers, records (D-6, X-3)."""
    from docctl.queries.impact import impact as asked

    with desk.read() as session:
        document = names.item(desk, session, number, "document")
        found = asked(session, desk.actor, document.item_id, at=desk.house.clock(), zone=desk.house.zone)
    t = desk.words.t
    data = {
        "number": found.number,
        "citing": found.citing,
        "cited_by": [
            {"number": one.number, "title": one.title, "revision": one.label, "clause": one.clause or None}
            for one in found.cited_by
        ],
        "forms": [{"number": one.number, "title": one.title} for one in found.forms],
        "copies_out": found.copies_out,
        "readers": len(found.readers),
        "unread": found.unread,
        "records": found.records,
    }
    lines = [
        t("documents.impact.citing", count=found.citing),
        *(f"  {one.number} {one.title} {one.label} {one.clause}".rstrip() for one in found.cited_by),
        *(f"{t(_KIND[one.in_annex])}  {one.number} {one.title}" for one in found.forms),
        t("documents.impact.copies_out", count=found.copies_out),
        t("documents.impact.readers_asked", count=len(found.readers), open=found.unread),
        t("documents.page.records_count", count=found.records),
    ]
    return Answer(data, lines)


@_reads.command("missed", permission="document.list")
@option(
    "--fault",
    type=click.Choice(["missing", "obsolete", "suspended", "expired", "ambiguous", "coming"]),
    default=None,
)
@option("--unit", default="")
@option("--text", default="")
def missed(desk: Desk, fault: str | None, unit: str, text: str) -> Answer:
    """List the citations in force that lead nowhere, or to what is obsolete (D-6, X-3)."""
    from docctl.queries.by_name import unit_named
    from docctl.queries.citation_faults import FaultFilter, Faults, citation_faults
    from docctl.queries.paging import every_row

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = FaultFilter(fault=fault or "", unit_id=unit_id, text=text)
        at = desk.house.clock()

        def ask(page: int, size: int) -> Faults:
            return citation_faults(session, desk.actor, replace(wanted, page=page), at=at, page_size=size)

        found = list(every_row(ask))
    rows = [
        (one.number, one.cited, desk.words.t(f"documents.graph.standing.{one.fault}"), one.clause)
        for one in found
    ]
    data = {
        "total": len(found),
        "citations": [
            {
                "number": one.number,
                "title": one.title,
                "revision": one.label,
                "cited": one.cited,
                "clause": one.clause or None,
                "standing": one.fault,
                "means": one.target_number or None,
            }
            for one in found
        ],
    }
    table = Table([desk.label(name) for name in ("cites_from", "cites_to", "state", "clause")], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=len(found))])
