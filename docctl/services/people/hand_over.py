"""Handing over what is open with somebody who moves or leaves; what they signed stays theirs (A-16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind, goes_somewhere
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.copy_steps import CopyStep
from docctl.models.distribution import DistributionEntry, ReadTask
from docctl.models.organisation import Post, PostHolder, Unit, UnitLeader
from docctl.models.work import Step
from docctl.queries.open_item import OpenItem
from docctl.queries.open_work import OpenWork
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.hand_over_blanks import hand_blanks, revisions_of_blanks
from docctl.services.people.hand_over_changes import hand_changes, revisions_changed
from docctl.services.people.hand_over_copies import hand_copies, hand_readings
from docctl.services.people.hand_over_copies_to import hand_informing
from docctl.services.people.hand_over_delegations import hand_delegations
from docctl.services.people.hand_over_leading import hand_leading
from docctl.services.people.hand_over_requests import hand_requests
from docctl.services.people.hand_over_revisions import hand_drafts, hand_steps
from docctl.services.people.handing import Giving, Handed, changed, lock_papers, lock_with_takers
from docctl.services.people.load import require_of_company, unit_at
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in_all
from docctl.services.trail import Subject, record

#: As many things as one transaction hands over.
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class HandOver:
    """What of a person's open work goes to whom, and why; what is not named stays where it is."""

    person_id: UUID
    items: tuple[Handed, ...]
    reason: str = ""


@use_case("person.hand_over")
def hand_over(session: Session, cmd: HandOver, by: Caller) -> UUID:
    """Give what is open with a person to others, before or after they left (A-16)."""
    authorise(by.actor, "person.hand_over", Facts())
    if not cmd.items:
        raise RuleRefused(Refused("A-16", "nothing_named"))
    giving = lock_with_takers(session, cmd.person_id, cmd.items, cmd.reason)
    hand(session, giving, cmd.items, by)
    return cmd.person_id


def hand(session: Session, giving: Giving, items: tuple[Handed, ...], by: Caller) -> None:
    """Hand items over, in the order in which rows are locked: units and posts, then papers (A-16)."""
    if not items:
        return
    if len(items) > MOST:
        raise RuleRefused(Refused("A-16", "too_many", {"most": MOST}))
    require(reason_given(giving.reason, rule="A-16"))
    for one in items:
        require(goes_somewhere(one.kind, to=one.to, whose=giving.person.id, by=by.actor.person_id))
    kinds: dict[OpenKind, list[Handed]] = {kind: [] for kind in OpenKind}
    for one in items:
        kinds[one.kind].append(one)
    _lock_units(session, kinds[OpenKind.HEAD], kinds[OpenKind.LEADER])
    _heads(session, giving, kinds[OpenKind.HEAD], by)
    _posts(session, giving, kinds[OpenKind.POST], by)
    hand_leading(session, giving, kinds[OpenKind.LEADER], by)
    hand_delegations(session, giving, kinds[OpenKind.DELEGATION], by)
    _papers(session, giving, kinds, by)
    hand_requests(session, giving, kinds[OpenKind.REQUEST], by)


def _papers(session: Session, giving: Giving, kinds: dict[OpenKind, list[Handed]], by: Caller) -> None:
    """Lock the documents of all that is about papers at once, then hand each kind over."""

    def of(kind: OpenKind) -> list[UUID]:
        return [one.id for one in kinds[kind]]

    wanted = set(of(OpenKind.DRAFT)) | revisions_changed(session, of(OpenKind.CHANGE))
    wanted |= revisions_of_blanks(session, of(OpenKind.BLANKS))
    for kind, column, key in (
        (OpenKind.STEP, Step.revision_id, Step.id),
        (OpenKind.COPY, DistributionEntry.revision_id, DistributionEntry.id),
        (OpenKind.READING, ReadTask.revision_id, ReadTask.id),
        (OpenKind.INFORM, CopyStep.revision_id, CopyStep.id),
    ):
        if kinds[kind]:
            wanted |= set(session.scalars(select(column).where(key.in_(of(kind)))))
    of_papers = (
        *(OpenKind.STEP, OpenKind.COPY, OpenKind.READING),
        *(OpenKind.CHANGE, OpenKind.BLANKS, OpenKind.INFORM),
    )
    if not wanted and not any(kinds[kind] for kind in of_papers):
        return
    papers = lock_papers(session, wanted)
    touched = {
        *hand_steps(session, giving, kinds[OpenKind.STEP], papers, by),
        *hand_drafts(session, giving, kinds[OpenKind.DRAFT], papers, by),
    }
    if touched:  # who only had to sign, and never did, no longer sees it
        let_in_all(session, [papers.documents[one] for one in sorted(touched)])
    hand_changes(session, giving, kinds[OpenKind.CHANGE], papers, by)
    hand_readings(session, giving, kinds[OpenKind.READING], papers, by)
    hand_informing(session, giving, kinds[OpenKind.INFORM], papers, by)
    hand_copies(session, giving, kinds[OpenKind.COPY], papers, by)
    hand_blanks(session, giving, kinds[OpenKind.BLANKS], papers, by)


def _lock_units(session: Session, heads: Sequence[Handed], led: Sequence[Handed]) -> None:
    """Lock all units that are headed or led at once, by id: two who hand over wait for each other once."""
    if heads or led:
        of = select(UnitLeader.unit_id).where(UnitLeader.id.in_([one.id for one in led]))
        wanted = or_(Unit.id.in_([one.id for one in heads]), Unit.id.in_(of))
        lock(session, Rank.PEOPLE, select(Unit).where(wanted).order_by(Unit.id))


def _heads(session: Session, giving: Giving, items: Sequence[Handed], by: Caller) -> None:
    if not items:
        return
    rows = select(Unit).where(Unit.id.in_([one.id for one in items])).order_by(Unit.id)
    units = {one.id: one for one in lock(session, Rank.PEOPLE, rows)}
    for item in items:
        unit = units.get(item.id)
        if unit is None or unit.head_id != giving.person.id:
            raise changed()
        if (taker := giving.taker(item.to)) is not None:
            require_of_company(session, taker, unit)
        unit.head_id = taker.id if taker else None
        before = {"head": giving.person.id, "functions": list(unit.functions)}
        record(
            session,
            by,
            "unit.duties_set",
            Subject("unit", unit.id),
            facts={"unit": unit.code, "head": unit.head_id, "functions": unit.functions},
            detail={"before": before, "reason": giving.reason},
        )


def _posts(session: Session, giving: Giving, items: Sequence[Handed], by: Caller) -> None:
    """End times in posts today; who takes one begins today, so that it is at no time without (O-3)."""
    if not items:
        return
    rows = select(PostHolder).where(PostHolder.id.in_([one.id for one in items])).order_by(PostHolder.id)
    times = {one.id: one for one in lock(session, Rank.PEOPLE, rows)}
    of = {one.post_id for one in times.values()}
    posts = {one.id: one for one in session.scalars(select(Post).where(Post.id.in_(of)))}
    running = select(PostHolder.post_id, PostHolder.person_id).where(
        PostHolder.post_id.in_(of), PostHolder.until_on.is_(None)
    )
    there = {(post, person) for post, person in session.execute(running)}
    for item in items:
        time = times.get(item.id)
        if time is None or time.person_id != giving.person.id or time.until_on is not None:
            raise changed()
        post, taker = posts[time.post_id], giving.taker(item.to)
        if taker is not None:
            require_of_company(session, taker, unit_at(session, post.unit_id))
        time.until_on = max(by.today, time.from_on)
        facts = {"post": post.name, "person": giving.person.name, "until": time.until_on}
        _of_post(session, by, "post.left", post, facts, giving)
        if taker is None or (post.id, taker.id) in there:
            continue  # nobody, or one of several who hold it: nothing to give
        session.add(PostHolder(id=new_id(), post_id=post.id, person_id=taker.id, from_on=by.today))
        facts = {"post": post.name, "person": taker.name, "from": by.today}
        _of_post(session, by, "post.taken", post, facts, giving)


def _of_post(
    session: Session, by: Caller, action: str, post: Post, facts: dict[str, object], giving: Giving
) -> None:
    subject = Subject("unit", post.unit_id)
    record(session, by, action, subject, facts=facts, detail={"reason": giving.reason})


def to_one(found: OpenWork, to: UUID, *, besides: Iterable[Handed] = ()) -> tuple[Handed, ...]:
    """Return what of a person's open work one other person may take, but for what goes elsewhere (A-16)."""
    gone = {(one.kind, one.id) for one in besides}
    return tuple(
        Handed(one.kind, one.id, to)
        for one in found.items
        if (one.kind, one.id) not in gone and any(each.id == to for each in one.takers)
    )


def kept_from(found: OpenWork, to: UUID) -> tuple[tuple[OpenItem, Refused], ...]:
    """Return which steps one person may not take, because they decide about more than that one may (A-7)."""
    return tuple((one, why) for one in found.items for each, why in one.barred if each.id == to)


__all__ = [
    "MOST",
    "HandOver",
    "Handed",
    "hand",
    "hand_over",
    "kept_from",
    "lock_with_takers",
    "to_one",
]
