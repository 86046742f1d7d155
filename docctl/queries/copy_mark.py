"""What the mark on a printed copy says to whoever reads it: its worth, nothing else (D-3, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import OPEN, RECALLED, copy_state
from docctl.domain.lifecycle import Computed, is_obsolete, revision_state
from docctl.domain.verdicts import NotFound
from docctl.models.changes import TemporaryChange
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document, Revision
from docctl.queries.changes import holds_at


@dataclass(frozen=True, slots=True)
class CopyMark:
    """Number, revision and copy, as they stand on the paper, and `worth`: what the copy is good for."""

    number: str
    label: str
    copy: str
    worth: str
    #: So many temporary changes hold beside its revision: the paper may not have them (V-14).
    changes: int = 0

    @property
    def may_be_used(self) -> bool:
        """Whether one may work by this copy now."""
        return self.worth == "in_force"


def copy_mark(session: Session, mark: str, *, at: datetime) -> CopyMark:
    """Return what a mark stands for at an instant; raise NotFound for none (D-3)."""
    found = session.execute(
        select(ControlledCopy, Document, Revision)
        .join(Document, Document.id == ControlledCopy.document_id)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .where(ControlledCopy.mark == mark)
    ).first()
    if found is None:
        raise NotFound("copy")
    copy, document, revision = found
    worth = _worth(copy, document, revision, at)
    holding = (
        select(func.count())
        .select_from(TemporaryChange)
        .join(Revision, Revision.id == TemporaryChange.revision_id)
    )
    changes = session.scalar(holding.where(TemporaryChange.revision_id == revision.id, holds_at(at))) or 0
    return CopyMark(revision.number_of(document), revision.label, copy.number, worth, changes)


def _worth(copy: ControlledCopy, document: Document, revision: Revision, at: datetime) -> str:
    """Say what a copy is worth: that its revision is obsolete comes before what became of this copy."""
    state = revision_state(revision.dates(), at)
    if is_obsolete(state):
        return "obsolete"
    if copy.status not in OPEN:
        return "closed"
    since = copy.recalled_since(revision.over_since(document))
    if copy_state(copy.status, since, at) == RECALLED:
        return "recalled"
    if state is Computed.IN_FORCE:
        return "in_force"
    return state.value if state in {Computed.SUSPENDED, Computed.EXPIRED} else "waiting"
