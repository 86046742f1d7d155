"""What a person may do with a disposal list now, and why not: the same rules as the use cases (R-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from docctl.domain.disposal import ListFacts, Part, four_people, may_approve
from docctl.domain.lifecycle import ListStatus
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import Refused, Verdict
from docctl.queries.document_actions import Offered


@dataclass(frozen=True, slots=True)
class ListSituation:
    """What the offers rest on; `mine` says whether the person still has an opinion to give."""

    facts: ListFacts
    done: Mapping[Part, UUID]
    checkers: frozenset[UUID]
    assignees: frozenset[UUID]
    mine: bool


def offers(actor: Actor, now: ListSituation) -> tuple[Offered, ...]:
    """Return the actions to show, the first allowed one of the list's next step as primary (R-6).

    What the person's roles never allow is not shown; what a rule forbids is shown with the reason.
    """
    found = list(_offers(actor, now))
    primary = next((one.name for one in found if one.refused is None and one.name in _STEPS), None)
    return tuple(Offered(one.name, one.refused, one.name == primary) for one in found)


_STEPS = ("check", "approve", "execute", "witness", "resume")


def _offers(actor: Actor, now: ListSituation) -> Iterator[Offered]:
    status, unit = now.facts.status, Facts(unit_id=actor.unit_id)
    me = actor.person_id
    assert me is not None
    if status is ListStatus.CHECKING and now.mine:
        own = me == now.done[Part.PROPOSE]
        yield Offered("check", Refused("R-6", "proposer_checks") if own else None)
    if status in {ListStatus.CHECKING, ListStatus.CHECKED} and allows(actor, "disposal.approve", Facts()):
        yield Offered("approve", _approving(me, now))
    if status is ListStatus.APPROVED and allows(actor, "disposal.execute", unit):
        yield Offered("execute", _refusal(four_people(Part.EXECUTE, by=me, done=now.done)))
    if status is ListStatus.ORDERED and allows(actor, "disposal.witness", Facts()):
        yield Offered("witness", _refusal(four_people(Part.WITNESS, by=me, done=now.done)))
    if status is ListStatus.STOPPED and allows(actor, "disposal.resume", Facts()):
        yield Offered("resume")
    if status in _REJECTABLE and allows(actor, "disposal.reject", Facts()):
        yield Offered("reject")


_REJECTABLE = {ListStatus.CHECKING, ListStatus.CHECKED, ListStatus.APPROVED, ListStatus.ORDERED}


def may_take_out(actor: Actor, now: ListSituation) -> bool:
    """Say whether the person may take items off the list as it stands (R-6)."""
    open_ = now.facts.status in {ListStatus.CHECKING, ListStatus.CHECKED}
    return open_ and allows(actor, "disposal.take_out", Facts(assignees=now.assignees))


def _approving(me: UUID, now: ListSituation) -> Refused | None:
    verdict = may_approve(now.facts)
    if not verdict:
        return verdict
    return _refusal(four_people(Part.APPROVE, by=me, done=now.done, checkers=now.checkers))


def _refusal(verdict: Verdict) -> Refused | None:
    return verdict if isinstance(verdict, Refused) else None
