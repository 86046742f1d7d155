"""Disposal lists that wait for a person who may still take a part in them (R-6)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, not_, or_, select
from sqlalchemy.orm import aliased

from docctl.domain.disposal import Opinion
from docctl.domain.lifecycle import ListStatus
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.roles import Role
from docctl.models.organisation import Person, Unit
from docctl.models.retention import DisposalCheck, DisposalList
from docctl.queries.inbox_row import work


def disposal_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on disposal lists, by verb; nobody takes a second part (R-6)."""
    facts = Facts(unit_id=actor.unit_id)
    me = actor.person_id
    found = {"check": _checks(actor)}
    if allows(actor, "disposal.propose", facts):
        found["settle"] = _lists().where(
            DisposalList.status == ListStatus.CHECKING,
            DisposalList.proposed_by == me,
            exists().where(DisposalCheck.list_id == DisposalList.id, DisposalCheck.opinion == Opinion.OBJECT),
        )
    if allows(actor, "disposal.approve", facts):
        found["approve_list"] = _lists().where(
            DisposalList.status == ListStatus.CHECKED,
            _took_no(actor, DisposalList.proposed_by),
            not_(exists().where(DisposalCheck.list_id == DisposalList.id, DisposalCheck.given_by == me)),
        )
    if allows(actor, "disposal.execute", facts):
        found["execute"] = _lists(DisposalList.approved_at).where(
            DisposalList.status == ListStatus.APPROVED,
            _took_no(actor, DisposalList.proposed_by, DisposalList.approved_by),
        )
    if allows(actor, "disposal.witness", facts):
        found["witness"] = _lists(DisposalList.ordered_at).where(
            DisposalList.status == ListStatus.ORDERED,
            _took_no(actor, DisposalList.proposed_by, DisposalList.approved_by, DisposalList.executor_id),
        )
    if allows(actor, "disposal.resume", facts):
        found["resume"] = _lists(DisposalList.witnessed_at).where(DisposalList.status == ListStatus.STOPPED)
    return found


def _took_no(actor: Actor, *parts: Any) -> ColumnElement[bool]:
    return not_(or_(*(part == actor.person_id for part in parts)))


def _lists(
    since: Any = DisposalList.proposed_at, *, label: Any = None, part_id: Any = None
) -> Select[*tuple[Any, ...]]:
    proposer = aliased(Person)
    return (
        work(
            "disposal_list",
            DisposalList.id,
            number=DisposalList.number,
            title=DisposalList.title,
            label=label,
            part_id=part_id,
            whose=proposer.name,
            since=since,
        )
        .select_from(DisposalList)
        .join(proposer, proposer.id == DisposalList.proposed_by)
    )


def _checks(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return open opinions of units whose keeper or head the person is."""
    scopes = {unit for role, unit in actor.roles if role is Role.KEEPER}
    heads = select(Unit.id).where(Unit.head_id == actor.person_id)
    mine: ColumnElement[bool] = DisposalCheck.unit_id.in_(heads)
    if None in scopes:
        mine = DisposalCheck.unit_id.is_not(None)
    elif scopes:
        mine = or_(mine, DisposalCheck.unit_id.in_(sorted(one for one in scopes if one is not None)))
    return (
        _lists(label=Unit.name, part_id=Unit.id)
        .join(DisposalCheck, DisposalCheck.list_id == DisposalList.id)
        .join(Unit, Unit.id == DisposalCheck.unit_id)
        .where(
            DisposalList.status == ListStatus.CHECKING,
            DisposalCheck.opinion.is_(None),
            DisposalList.proposed_by != actor.person_id,
            mine,
        )
    )
