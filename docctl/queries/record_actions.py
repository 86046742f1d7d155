"""What a person may do with a record now, and why not: the same rules as the use cases (A-2, C-3, F-17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from docctl.domain.correction import may_change, may_decide
from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import Refused, Verdict
from docctl.models.records import Medium
from docctl.queries.document_actions import Offered

#: States in which the record's content is going or gone.
GONE = frozenset({RecordStatus.DESTROYING, RecordStatus.STOPPED, RecordStatus.DESTROYED})


@dataclass(frozen=True, slots=True)
class RecordSituation:
    """What the offers rest on."""

    facts: Facts
    status: RecordStatus
    medium: Medium
    held: bool
    pending: bool


def offers(actor: Actor, now: RecordSituation) -> tuple[Offered, ...]:
    """Return the actions to show, the first allowed one as primary (F-17).

    What the person's roles never allow is not shown; what a rule forbids is shown with the reason.
    """
    found = list(_offers(actor, now))
    primary = next((one.name for one in found if one.refused is None and one.name in _LEADING), None)
    return tuple(Offered(one.name, one.refused, one.name == primary) for one in found)


_LEADING = ("accept", "correct")


def _offers(actor: Actor, now: RecordSituation) -> Iterator[Offered]:
    if now.status in GONE:
        return
    if now.status is RecordStatus.COMPLETED:
        if allows(actor, "record.accept", now.facts):
            yield Offered("accept", _accepting(actor, now))
        if allows(actor, "record.void", now.facts):
            yield Offered("void")
    if now.status is not RecordStatus.VOIDED:
        if allows(actor, "record.correct", now.facts):
            refused = _refusal(may_change(now.status))
            yield Offered("correct", refused)
            if refused is None:  # one reason is enough
                yield Offered("sheet")
        if now.medium is Medium.PAPER and allows(actor, "record.place", now.facts):
            yield Offered("place")
    if now.medium is Medium.PAPER:
        yield Offered("slip")


def _accepting(actor: Actor, now: RecordSituation) -> Refused | None:
    if actor.person_id == now.facts.author_id:
        return Refused("A-2", "own_work", {"step": "accept"})
    return Refused("F-17", "correction_pending") if now.pending else None


def deciding(
    actor: Actor,
    now: RecordSituation,
    status: CorrectionStatus,
    entered_by: UUID,
) -> Offered | None:
    """Return the keeper's decision on a waiting correction, with the reason where it must wait (C-3)."""
    waits = status is CorrectionStatus.PENDING and now.status not in GONE
    if not waits or not allows(actor, "record.approve_correction", now.facts):
        return None
    verdict = may_decide(status, by_corrector=entered_by == actor.person_id, held=now.held)
    return Offered("decide", _refusal(verdict))


def _refusal(verdict: Verdict) -> Refused | None:
    return verdict if isinstance(verdict, Refused) else None
