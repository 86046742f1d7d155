"""Who may take over what is open with somebody who moves or leaves (A-16)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from docctl.domain.approval import Signed, ToSign, may_sign
from docctl.domain.authority import Deciding
from docctl.domain.verdicts import Allowed, Refused, Verdict


class OpenKind(StrEnum):
    """What can be open with a person: steps, drafts, units headed or led, posts, copies, readings, temporary
    changes to approve, change requests for which they speak, printed blanks looked after, delegations.

    A `COPY` is the line of a distribution list that names the person, with all copies made from it.
    """

    STEP = "step"
    DRAFT = "draft"
    HEAD = "head"
    POST = "post"
    LEADER = "leader"
    COPY = "copy"
    READING = "reading"
    CHANGE = "change"
    REQUEST = "request"
    BLANKS = "blanks"
    DELEGATION = "delegation"
    #: What they are asked to know of by a copy-to step (A-10).
    INFORM = "inform"


#: Kinds that let somebody sign or read: who hands over gives them to others, never to themselves.
NEVER_TO_ONESELF = frozenset(
    {OpenKind.STEP, OpenKind.DRAFT, OpenKind.CHANGE, OpenKind.DELEGATION, OpenKind.INFORM}
)
#: Kinds that may also go to nobody: a unit without head, a vacant post, copies called back, nobody reads,
#: blanks that the unit's head and keepers look after, delegations that end.
MAY_BE_EMPTY = frozenset(
    {
        *(OpenKind.HEAD, OpenKind.POST, OpenKind.LEADER),
        *(OpenKind.COPY, OpenKind.READING, OpenKind.BLANKS, OpenKind.DELEGATION),
    }
)


@dataclass(frozen=True, slots=True)
class StepOpen:
    """A step that waits for a person, with what the rule of separation asks of its revision (A-2).

    `signed` is what was signed in this round, `waiting` what others still have to sign, as if they had.
    `wanted` is whom the route finds for the step now, beside who has it. `authority` is the class of the
    authority table by which it was given, asked again for the amount (A-7).
    """

    step: ToSign
    authors: Collection[UUID]
    signed: Collection[Signed]
    waiting: Collection[Signed]
    wanted: Collection[UUID] = ()
    authority: Deciding | None = None

    def fits(self, person: UUID) -> Verdict:
        """Say whether somebody is another than all from whom the signer must differ (A-2)."""
        others = (*self.signed, *self.waiting)
        return may_sign(self.step, signer=person, authors=self.authors, signed=others)

    def routed(self) -> Collection[UUID]:
        """Return whom the route finds now: of a step by the authority table, the level that decides (A-8)."""
        return self.wanted if self.authority is None else self.authority.people()

    def decides(self, person: UUID) -> Verdict:
        """Say whether somebody may decide so much, where the authority table is asked (A-7)."""
        return Allowed() if self.authority is None else self.authority.may(person)


def may_take_step(facts: StepOpen, *, to: UUID, holds_role: bool) -> Verdict:
    """Say whether somebody may take over a step: who could have been chosen for it (A-1, A-2, A-7, A-8).

    Where the route finds others who can sign, it goes to one of them; where it names only the one who goes,
    to anybody with the role without which nobody signs.
    """
    if not holds_role:
        return Refused("A-1", "not_a_holder", {"step": facts.step.meaning.value})
    if not (verdict := facts.fits(to)) or not (verdict := facts.decides(to)):
        return verdict
    routed = facts.routed()
    if to not in routed and any(facts.fits(one) for one in routed):
        return Refused("A-8", "not_of_route", {"step": facts.step.meaning.value})
    return Allowed()


def may_take_draft(*, writes: bool) -> Verdict:
    """Say whether somebody may take over a draft: who writes documents (A-16)."""
    return Allowed() if writes else Refused("A-16", "writes_nothing")


def goes_somewhere(kind: OpenKind, *, to: UUID | None, whose: UUID, by: UUID | None) -> Verdict:
    """Say whether the place that was named will do: another person, nobody only where that can be (A-16).

    `by` is who hands over: an administrator has no right to an approval or a draft by doing so.
    """
    if to is None:
        return Allowed() if kind in MAY_BE_EMPTY else Refused("A-16", "successor_needed")
    if to == by and kind in NEVER_TO_ONESELF:
        return Refused("A-16", "own_hands")
    return Refused("A-16", "same_person_again") if to == whose else Allowed()


def may_move(*, disabled: bool, same_unit: bool, unit_closed: bool) -> Verdict:
    """Say whether somebody may move to a unit (A-16)."""
    if disabled:
        return Refused("A-15", "already_disabled")
    if same_unit:
        return Refused("A-16", "there_already")
    return Refused("A-16", "unit_closed") if unit_closed else Allowed()
