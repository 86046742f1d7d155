"""How a disposal list is looked up, what its signatures sign, and who gives a unit's opinion (R-6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from docctl.domain.canonical import plain
from docctl.domain.disposal import ListFacts, Opinion, Part
from docctl.domain.manifest import Manifest, manifest
from docctl.domain.permissions import Actor, Facts, authorise
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.organisation import Person, Unit
from docctl.models.retention import DisposalCheck, DisposalItem, DisposalList, ItemStatus
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.actors import holders


def lock_list(session: Session, list_id: UUID, by: Caller, row_version: int | None = None) -> DisposalList:
    """Lock a list; raise Conflict where it changed since it was shown.

    Raises NotFound where there is none and for those who may not see it: one answer for both (X-3).
    """
    rows = lock(session, Rank.PARENTS, select(DisposalList).where(DisposalList.id == list_id))
    if not rows:
        raise NotFound("disposal list")
    if not by.actor.is_operator:
        may_see(session, by.actor, list_id)
    if row_version is not None and rows[0].row_version != row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    return rows[0]


def may_see(session: Session, actor: Actor, list_id: UUID) -> None:
    """Raise NotFound for those who may not see a list: it is then not there (X-3)."""
    facts = Facts(assignees=assignees_of(session, list_id), visible=False)
    authorise(actor, "disposal.view", facts)


def assignees_of(session: Session, list_id: UUID) -> frozenset[UUID]:
    """Return who gives an opinion on the list (R-6)."""
    found = (check_facts(session, one).assignees for one in checks_of(session, list_id))
    return frozenset().union(*found)


def items_of(session: Session, list_id: UUID, *statuses: ItemStatus) -> list[DisposalItem]:
    """Return a list's items in order, all or those of some statuses."""
    query = select(DisposalItem).where(DisposalItem.list_id == list_id)
    if statuses:
        query = query.where(DisposalItem.status.in_(statuses))
    return list(session.scalars(query.order_by(DisposalItem.ordinal)))


def some_items(session: Session, list_id: UUID, most: int, *statuses: ItemStatus) -> list[DisposalItem]:
    """Return the first items in order that have one of some statuses."""
    query = select(DisposalItem).where(DisposalItem.list_id == list_id, DisposalItem.status.in_(statuses))
    return list(session.scalars(query.order_by(DisposalItem.ordinal).limit(most)))


def list_sha256(session: Session, row: DisposalList) -> str:
    """Return the hash of what the list is now, read anew from its items."""
    columns = DisposalItem.__table__.c
    query = select(*columns).where(columns.list_id == row.id).order_by(columns.ordinal)
    return list_manifest(row, session.execute(query).all()).sha256


def checks_of(session: Session, list_id: UUID) -> list[DisposalCheck]:
    """Return the opinions asked for, given or not."""
    return list(session.scalars(select(DisposalCheck).where(DisposalCheck.list_id == list_id)))


def list_manifest(row: DisposalList, items: Sequence[DisposalItem | Row[Any]]) -> Manifest:
    """Return what the signatures of a list sign: the items that stand on it, each with its facts (V-13).

    An item that a rule removed after the approval still counts: it was approved, and then spared.
    """
    standing = [
        one for one in items if one.status is not ItemStatus.TAKEN_OUT or one.proof.get("left_after_approval")
    ]
    facts = {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "as_of": row.as_of,
        "items": [
            {
                "record": one.record_id,
                "number": one.number,
                "title": one.title,
                "form": one.form_number,
                "occurred_on": one.occurred_on,
                "keep_until": one.keep_until,
                "class": one.class_code,
                "basis": one.basis,
                "hashes": one.hashes,
            }
            for one in standing
        ],
    }
    return manifest("disposal_list", facts, [])


def list_facts(row: DisposalList, items: list[DisposalItem], checks: list[DisposalCheck]) -> ListFacts:
    """Return what decisions about the list rest on."""
    return ListFacts(
        status=row.status,
        items=sum(one.status is ItemStatus.INCLUDED for one in items),
        open_checks=sum(one.opinion is None for one in checks),
        objections=sum(one.opinion is Opinion.OBJECT for one in checks),
        sha256=list_manifest(row, items).sha256,
        signed_sha256=row.manifest_sha256,
    )


def parts_done(row: DisposalList) -> dict[Part, UUID]:
    """Return who has taken which part so far (R-6)."""
    parts = {
        Part.PROPOSE: row.proposed_by,
        Part.APPROVE: row.approved_by,
        Part.EXECUTE: row.executor_id,
        Part.WITNESS: row.witness_id,
    }
    return {part: person for part, person in parts.items() if person is not None}


def checkers_of(session: Session, unit_id: UUID) -> frozenset[UUID]:
    """Return who gives a unit's opinion: its keepers and its head."""
    people = {person.id for person in holders(session, Role.KEEPER, unit_id)}
    head_id = session.get_one(Unit, unit_id).head_id
    head = session.get(Person, head_id) if head_id else None
    return frozenset(people | ({head.id} if head is not None and head.disabled_at is None else set()))


def check_facts(session: Session, check: DisposalCheck) -> Facts:
    """Return what the permission to give an opinion depends on."""
    return Facts(unit_id=check.unit_id, assignees=checkers_of(session, check.unit_id))


def stored(refused: Refused) -> dict[str, Any]:
    """Return a refusal as it is kept beside a list or item, to be shown as a sentence later."""
    return {"rule": refused.rule, "code": refused.code, "params": plain(refused.params)}
