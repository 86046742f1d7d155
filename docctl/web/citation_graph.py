"""Who cites whom as a picture with a table beside it: around a document, over a department or type (D-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, request

from docctl.domain.graph_layout import BOX_HEIGHT, BOX_WIDTH, clipped, layers_of, layout
from docctl.queries.citation_graph import FARTHEST, WAYS, Edge, Graph, Node, around, over
from docctl.queries.document_choices import document_types, units
from docctl.queries.document_opened import opened_at
from docctl.web.context import actor, house, lang, render, requires
from docctl.web.registers import chosen, itself, number

bp = Blueprint("citation_graph", __name__, url_prefix="/documents")

#: As many signs, a Chinese one counted twice, as a box has room for.
_ROOM: Final = 25


@dataclass(frozen=True, slots=True)
class Box:
    """A document as it is drawn: its place, its number and title as far as there is room."""

    node: Node
    x: int
    y: int
    head: str
    words: str
    is_middle: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawn graph, and the lines as rows of a table with what stands at both ends."""

    graph: Graph
    boxes: tuple[Box, ...]
    lines: tuple[tuple[Edge, str], ...]
    rows: tuple[tuple[Node, Edge, Node], ...]
    width: int
    height: int
    box: tuple[int, int] = (BOX_WIDTH, BOX_HEIGHT)


@bp.get("/<uuid:document_id>/citations")
@requires("document.view")
def of_document(document_id: UUID) -> str:
    """Show what a document cites and who cites it, up to three steps far (D-6, X-3)."""
    steps = min(number(request.args.get("steps")), FARTHEST)
    way = request.args.get("way", "")
    way = way if way in WAYS else WAYS[0]
    now = house().clock()
    with house().uow.read() as session:
        head, _, revision = opened_at(session, actor(), document_id, at=now)
        graph = around(session, actor(), document_id, revision.id, at=now, steps=steps, way=way)
        document, title, label = head.document, revision.title, revision.label
    picture = _drawn(graph, {one.key: one.step for one in graph.nodes}, middle=document_id)
    return render(
        "documents/graph.html",
        picture=picture,
        document=document,
        title=title,
        label=label,
        steps=steps,
        way=way,
        ways=WAYS,
        farthest=FARTHEST,
        here=f"/documents/{document_id}/citations",
    )


@bp.get("/citations/picture")
@requires("document.list")
def of_area() -> str:
    """Show how the documents in force of a department or type cite each other (D-6, X-3)."""
    unit_id, type_id = chosen(request.args.get("unit")), chosen(request.args.get("type"))
    with house().uow.read() as session:
        places, types = units(session), document_types(session)
        unit_id = unit_id if unit_id in {one.id for one in places} else None
        type_id = type_id if type_id in {one.id for one in types} else None
        asked = bool(unit_id or type_id)
        graph = Graph((), (), 0, is_more=False)
        if asked:
            graph = over(session, actor(), at=house().clock(), unit_id=unit_id, type_id=type_id)
    pairs = [(one.source, one.target) for one in graph.edges]
    return render(
        "documents/graph_area.html",
        picture=_drawn(graph, layers_of([one.key for one in graph.nodes], pairs)),
        asked=asked,
        units=places,
        types=types,
        unit_id=unit_id,
        type_id=type_id,
        english=lang() == "en",
        here=itself("/documents/citations/picture", {"unit": unit_id, "type": type_id}),
    )


def _drawn(graph: Graph, layers: Mapping[str, int], *, middle: UUID | None = None) -> Picture:
    found = layout(layers, [(one.source, one.target) for one in graph.edges])
    nodes = {one.key: one for one in graph.nodes}
    boxes = tuple(
        Box(
            one,
            *found.boxes[one.key],
            clipped(one.number or one.title, _ROOM - 9),
            clipped(one.title if one.number else "", _ROOM),
            middle is not None and one.document_id == middle,
        )
        for one in graph.nodes
    )
    rows = [(nodes[one.source], one, nodes[one.target]) for one in graph.edges]
    rows.sort(key=lambda row: (row[0].number, row[0].title, row[2].number, row[2].title))
    lines = tuple((edge, line.path) for edge, line in zip(graph.edges, found.lines, strict=True))
    return Picture(graph, boxes, lines, tuple(rows), found.width, found.height)
