"""The graph of documents, their forms and what they cite: around one, or of a department (D-6, X-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.permissions import Actor
from docctl.models.documents import Document, DocumentType, Revision
from docctl.queries.citation_targets import Target, targets
from docctl.queries.citations import Cited, cited_of, citing
from docctl.queries.revision_states import in_force_at, readable_document

#: A picture with more boxes shows nothing any more.
MOST: Final = 200
#: So many pairs of who cites whom are read for one step.
_PAIRS: Final = 1_000
FARTHEST: Final = 3
WAYS: Final = ("both", "cites", "cited_by")


@dataclass(frozen=True, slots=True)
class Node:
    """A box: a document, or the words of a citation that leads to none that this person sees.

    `standing`: in_force, suspended, expired, obsolete, coming, missing, outside, ambiguous, hidden. `step`:
    how far from the middle, to the left (below zero) what cites it, to the right what it cites.
    """

    key: str
    standing: str
    number: str
    title: str
    label: str
    document_id: UUID | None
    is_form: bool
    step: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A line: `kind` is cites, or form for a record form that belongs to a procedure (R-10)."""

    source: str
    target: str
    kind: str
    clause: str = ""
    times: int = 0
    is_other_name: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """The boxes and lines; `left_out` boxes had no room, and `is_more`: what is behind them was not asked."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    is_more: bool
    #: Documents of the department or type that neither cite nor are cited here; they have no box.
    alone: int = 0


def around(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision_id: UUID,
    *,
    at: datetime,
    steps: int = 1,
    way: str = "both",
    most: int = MOST,
) -> Graph:
    """Return what a document cites and who cites it, `steps` far; of itself the given revision's text counts.

    Forms stand to the right of their procedure. The person sees that document.
    """
    growing = _Growing(session, actor, at, most)
    growing.add(growing.known([document_id]), 0)
    if way != "cited_by":
        growing.follow(document_id, revision_id, steps)
    if way != "cites":
        growing.trace(document_id, steps)
    return growing.graph()


def over(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    unit_id: UUID | None = None,
    type_id: UUID | None = None,
    most: int = MOST,
) -> Graph:
    """Return the documents in force of a department or type, and what they cite and whose forms they are."""
    conditions = [readable_document(actor, at)]
    conditions += [Document.unit_id == unit_id] if unit_id else []
    conditions += [Document.type_id == type_id] if type_id else []
    query = (
        select(Document.id)
        .join(Revision, (Revision.document_id == Document.id) & in_force_at(at))
        .where(*conditions)
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    growing = _Growing(session, actor, at, most)
    first = session.scalars(query.order_by(Document.number).limit(most)).all()
    growing.add(growing.known(first), 0)
    growing.spread(0)
    again = query.where(Document.id.in_(growing.left_out_documents)).subquery()
    twice = session.scalar(select(func.count()).select_from(again))
    return growing.graph(joined_only=True, beyond=total - len(first) - (twice or 0))


@dataclass
class _Growing:
    """A graph while it grows, one step after the other; a box that has no room is counted, not drawn."""

    session: Session
    actor: Actor
    at: datetime
    most: int
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Edge] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    left_out_documents: set[UUID] = field(default_factory=set)
    is_more: bool = False
    revisions: dict[UUID, UUID] = field(default_factory=dict)
    forms: set[UUID] = field(default_factory=set)

    def known(self, ids: Collection[UUID]) -> list[Target]:
        """Return the documents that the person may know of, by number; note which are forms (X-3)."""
        found = [one for one in targets(self.session, self.actor, ids, at=self.at).values() if one.is_seen]
        self.revisions |= {one.id: one.revision_id for one in found if one.revision_id is not None}
        are_forms = (
            select(Document.id)
            .join(DocumentType, DocumentType.id == Document.type_id)
            .where(DocumentType.is_form, Document.id.in_([one.id for one in found]))
        )
        self.forms |= set(self.session.scalars(are_forms))
        return sorted(found, key=lambda one: one.number)

    def add(self, found: Iterable[Target], step: int) -> list[UUID]:
        """Add documents as far as there is room; return those that are new."""
        new = []
        for one in found:
            node = Node(
                str(one.id),
                one.standing,
                one.number,
                one.title,
                one.label,
                one.id,
                one.id in self.forms,
                step,
            )
            if self._place(node):
                new.append(one.id)
        return new

    def _place(self, node: Node) -> bool:
        if node.key in self.nodes:
            return False
        if len(self.nodes) >= self.most:
            self.left_out.add(node.key)
            self.left_out_documents |= {node.document_id} if node.document_id else set()
            return False
        self.nodes[node.key] = node
        return True

    def follow(self, document_id: UUID, revision_id: UUID, steps: int) -> None:
        """Go to what is cited and to forms, step by step."""
        self.revisions[document_id] = revision_id
        for step in range(1, steps + 1):
            if not self.spread(step):
                return

    def spread(self, step: int) -> list[UUID]:
        """Add what the documents of the step before cite, and their forms; return what is new."""
        before = step - 1 if step else 0
        from_ = [one.document_id for one in self.nodes.values() if one.document_id and one.step == before]
        texts = {self.revisions[one]: one for one in from_ if one in self.revisions}
        found = cited_of(self.session, self.actor, texts.keys(), at=self.at)
        pairs = [(texts[revision], one) for revision, all_ in found.items() for one in all_]
        meant = {one.document_id for _, one in pairs if one.document_id is not None}
        forms = self._forms_of(from_)
        new = self.add(self.known(meant | {form for _, form in forms}), step or 1)
        for source, one in pairs:
            self._join_words(source, one, step or 1)
        for procedure, form in forms:
            self._join(Edge(str(procedure), str(form), "form"))
        return new

    def _forms_of(self, ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        rows = self.session.execute(
            select(Document.parent_id, Document.id)
            .where(Document.parent_id.in_(ids), readable_document(self.actor, self.at))
            .order_by(Document.number)
        )
        return [(parent, form) for parent, form in rows if parent is not None]

    def _join_words(self, source: UUID, one: Cited, step: int) -> None:
        if one.standing == "generic":
            return  # 《作业指导书》 names no document
        key = str(one.document_id) if one.document_id else f"{one.number} {one.name}".strip()
        if one.document_id is None:
            standing = "hidden" if one.is_hidden else one.standing
            self._place(Node(key, standing, one.number, one.name, "", None, one.kind == "form", step))
        self._join(Edge(str(source), key, "cites", one.clause, one.times, one.is_other_name))

    def _join(self, edge: Edge) -> None:
        if edge.source != edge.target and {edge.source, edge.target} <= self.nodes.keys():
            self.edges.setdefault((edge.source, edge.target, edge.kind), edge)

    def trace(self, document_id: UUID, steps: int) -> None:
        """Go to who cites the document and whose form it is, step by step, to the left."""
        frontier = [document_id]
        for step in range(1, steps + 1):
            pairs = citing(self.session, self.actor, frontier, at=self.at, limit=_PAIRS)
            self.is_more |= len(pairs) >= _PAIRS
            owners = self._procedures_of(frontier)
            ids = {one.by.document_id for one in pairs} | {procedure for procedure, _ in owners}
            new = self.add(self.known(ids), -step)
            for one in pairs:
                by = one.by
                self._join(Edge(str(by.document_id), str(one.target_id), "cites", by.clause, by.times))
            for procedure, form in owners:
                self._join(Edge(str(procedure), str(form), "form"))
            if not new:
                return
            frontier = new

    def _procedures_of(self, ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        form = aliased(Document)
        rows = self.session.execute(
            select(Document.id, form.id)
            .join(form, form.parent_id == Document.id)
            .where(form.id.in_(ids), readable_document(self.actor, self.at))
        )
        return [(procedure, one) for procedure, one in rows]

    def graph(self, *, joined_only: bool = False, beyond: int = 0) -> Graph:
        """Return what has grown; `joined_only` leaves out boxes without a line, and counts them."""
        kept = list(self.nodes.values())
        if joined_only:
            ends = {end for one in self.edges.values() for end in (one.source, one.target)}
            kept = [one for one in kept if one.key in ends]
        return Graph(
            tuple(kept),
            tuple(self.edges.values()),
            len(self.left_out) + beyond,
            self.is_more,
            len(self.nodes) - len(kept),
        )
