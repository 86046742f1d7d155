"""`docctl documents citations`: what a document cites and who cites it, up to three steps far (D-6)."""

from __future__ import annotations

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
    """Add the command to the noun."""
    noun.add_command(citations)


_reads = Noun("documents")


@_reads.command("citations", permission="document.view")
@click.argument("number")
@option("--steps", type=click.IntRange(1, 3), default=1)
@option("--way", type=click.Choice(["both", "cites", "cited_by"]), default="both")
def citations(desk: Desk, number: str, steps: int, way: str) -> Answer:
    """Tell what a document cites and who cites it, with its forms (D-6, X-3)."""
    from docctl.queries.citation_graph import around
    from docctl.queries.document_page import opened_at

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
