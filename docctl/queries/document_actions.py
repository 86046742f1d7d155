"""What a person may do with a revision now, and why not: the same rules as the use cases (A-2, V-6, X-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from docctl.domain.approval import Meaning, Signed, ToSign, may_sign
from docctl.domain.external_signatures import is_signable
from docctl.domain.issue import IssueFacts, may_issue, may_withdraw
from docctl.domain.lifecycle import Computed, RevisionDates, RevisionStatus, is_obsolete
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.routes import NEEDED
from docctl.domain.suspension import may_resume, may_suspend
from docctl.domain.verdicts import Refused, Verdict


@dataclass(frozen=True, slots=True)
class Offered:
    """An action on the page; with `refused` it is shown disabled with the rule."""

    name: str
    refused: Refused | None = None
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What the offers rest on; instants in UTC."""

    facts: Facts
    dates: RevisionDates
    status: RevisionStatus
    state: RevisionStatus | Computed
    step: ToSign | None
    authors: frozenset[UUID]
    signed: tuple[Signed, ...]
    approved_at: datetime | None
    newest_from: datetime | None
    is_form: bool
    has_class: bool
    has_file: bool
    has_real_number: bool
    revision_under_way: bool
    valid_until: datetime | None = None
    #: For whom the person would sign the step, and why they may not (A-7, A-8).
    principal: UUID | None = None
    stand_in_refused: Refused | None = None
    #: Its content was fixed and signed here (A-5).
    was_submitted: bool = False
    #: Why its number cannot become what the issue makes it (N-7).
    number_refused: Refused | None = None
    #: What of its text has to be mended or answered before the last approval and the issue (D-12).
    checks_refused: Refused | None = None
    #: Why no revision can be started: it needs an accepted change request (V-2).
    request_refused: Refused | None = None


def offers(actor: Actor, now: Situation, *, at: datetime, zone: tzinfo) -> tuple[Offered, ...]:
    """Return the actions to show, the one for this person now marked as primary.

    What the person's roles never allow is not shown; what a rule forbids is shown with the reason.
    """
    found = [
        *_while_under_way(actor, now, at, zone),
        *_once_issued(actor, now, at, zone),
        *_always(actor, now),
    ]
    primary = next((one.name for one in found if one.refused is None and one.name in _LEADING), None)
    return tuple(Offered(one.name, one.refused, one.name == primary) for one in found)


#: Actions that can be the primary one, as far as they are allowed.
_LEADING: Final = frozenset({"submit", "form_check", "review", "approve", "issue", "revise"})


def _while_under_way(actor: Actor, now: Situation, at: datetime, zone: tzinfo) -> Iterator[Offered]:
    if now.status is RevisionStatus.DRAFT:
        for name in ("submit", "edit", "discard"):
            if allows(actor, f"revision.{name}", now.facts):
                lacks_file = name == "submit" and not now.has_file
                yield Offered(name, Refused("upload", "needed") if lacks_file else None)
        if allows(actor, "revision.edit", now.facts):
            yield from map(Offered, ("files", "fields") if now.is_form else ("files",))
    elif now.status is RevisionStatus.IN_REVIEW and now.step is not None:
        yield from _signing(actor, now, now.step)
        own_check = now.step.meaning is Meaning.FORM_CHECK and allows(actor, "revision.form_check", now.facts)
        if allows(actor, "revision.return", now.facts) and not own_check:  # a check returns by its points
            yield Offered("return")
    elif now.status is RevisionStatus.APPROVED:
        if allows(actor, "revision.issue", now.facts):
            yield Offered("issue", _refusal(_issuing(now, at, zone)))
        if allows(actor, "revision.return", now.facts):
            yield Offered("return")


def _signing(actor: Actor, now: Situation, step: ToSign) -> Iterator[Offered]:
    """The open step: for whom it waits; for its author with the reason why not (A-2)."""
    action, role = step.meaning.value, NEEDED[step.meaning]
    assert actor.person_id is not None
    if allows(actor, f"revision.{action}", now.facts):
        refused = _refusal(_may_sign(now, step, actor.person_id))
        yield Offered(action, refused)
    elif actor.person_id in now.authors or actor.has(role):
        refused = _refusal(_may_sign(now, step, actor.person_id))
        if refused is not None:
            yield Offered(action, refused)
    elif now.stand_in_refused is not None:
        yield Offered(action, now.stand_in_refused)


def _may_sign(now: Situation, step: ToSign, person: UUID) -> Verdict:
    behalf = now.principal
    verdict = may_sign(step, signer=person, authors=now.authors, signed=now.signed, principal=behalf)
    if verdict and now.stand_in_refused is not None:
        return now.stand_in_refused
    held = now.checks_refused if step.meaning is Meaning.APPROVE else None
    return held if verdict and held is not None else verdict


def _issuing(now: Situation, at: datetime, zone: tzinfo) -> Verdict:
    facts = IssueFacts(
        status=now.status,
        approved_on=now.approved_at.astimezone(zone).date() if now.approved_at else None,
        newest_from=None,  # a later day may still be chosen; the form answers for the day
        is_form=now.is_form,
        has_class=now.has_class,
        has_real_number=now.has_real_number,
        valid_until=now.valid_until,
    )
    verdict = may_issue(facts, on=at.astimezone(zone).date(), at=at, zone=zone)
    reasons = (now.number_refused, now.checks_refused) if verdict else ()
    return next((one for one in reasons if one is not None), verdict)


def _once_issued(actor: Actor, now: Situation, at: datetime, zone: tzinfo) -> Iterator[Offered]:
    if now.state not in {Computed.IN_FORCE, Computed.SUSPENDED, Computed.EXPIRED, Computed.WAITING}:
        return
    if now.state is not Computed.WAITING and allows(actor, "document.revise", now.facts):
        under_way = Refused("V-2", "revision_under_way") if now.revision_under_way else now.request_refused
        yield Offered("revise", under_way)
    if now.state is not Computed.WAITING and allows(actor, "request.ask", now.facts):
        yield Offered("ask")
    if now.state is not Computed.WAITING and allows(actor, "change.write", now.facts):
        yield Offered("change")
    move, may = ("resume", may_resume) if now.state is Computed.SUSPENDED else ("suspend", may_suspend)
    if allows(actor, f"revision.{move}", now.facts):
        yield Offered(move, _refusal(may(now.dates, at=at, zone=zone)))
    if allows(actor, "revision.withdraw", now.facts):
        until = now.dates.effective_until
        ends = until if until and until <= at else None
        verdict = may_withdraw(now.status, effective_until=ends, at=at, zone=zone)
        yield Offered("withdraw", _refusal(verdict))


def _always(actor: Actor, now: Situation) -> Iterator[Offered]:
    is_open = is_signable(now.state, was_submitted=now.was_submitted)
    if is_open and allows(actor, "revision.external_sign", now.facts):
        yield Offered("external")
    if now.has_file and allows(actor, "revision.copy", now.facts):
        yield Offered("copy")
    if now.has_file and allows(actor, "revision.source", now.facts):
        yield Offered("source")
    if not now.has_real_number and allows(actor, "number.give", now.facts):
        yield Offered("number")
    reviving = is_obsolete(now.state) and not now.revision_under_way and now.newest_from is None
    if reviving and allows(actor, "document.revise", now.facts):
        yield Offered("revise", now.request_refused)


def _refusal(verdict: Verdict) -> Refused | None:
    return verdict if isinstance(verdict, Refused) else None
