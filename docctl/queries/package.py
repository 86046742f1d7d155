"""What goes into a package of the trail: events, signatures, contents, destructions (T-2, X-3)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical
from docctl.domain.epochs import ACCEPTED, STARTED
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.changes import TemporaryChange
from docctl.models.content import FileRole, ItemFile, Signature
from docctl.models.controlled import SettingRevision
from docctl.models.documents import Document, Revision
from docctl.models.epochs import EpochRow
from docctl.models.numbers import NumberEntry
from docctl.models.record_content import content_manifest
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList
from docctl.models.trail import EventRow
from docctl.models.visibility import sets_of
from docctl.queries.number_found import require_one
from docctl.queries.number_holders import entity_written
from docctl.queries.revision_states import is_insider

_BATCH: Final = 500
_SEAL: Final = re.compile(r'"seal":"([0-9a-f]{64})"')

#: The steps of a destruction, each an event of its list.
STEPS: Final = frozenset(
    f"disposal.{one}" for one in ("proposed", "approved", "ordered", "witnessed", "executed")
)
DESTRUCTION: Final = ("record.destroying", "record.destroyed", "record.destroyed_again")


@dataclass(frozen=True, slots=True)
class Scope:
    """The items of a package: all events of `items`, of `others` only those of their destruction."""

    items: frozenset[UUID]
    others: frozenset[UUID] = frozenset()


def scope_of(session: Session, actor: Actor, number: str) -> Scope:
    """Return what a package about a number covers; raise NotFound for what the person may not see (X-3)."""
    found = _list_numbered(session, number)
    if found is None:
        item_id = _item_numbered(session, actor, number)
        lists = session.scalars(select(DisposalItem.list_id).where(DisposalItem.record_id == item_id)).all()
        items = {item_id}
    else:
        items, lists = {found}, [found]
    others: set[UUID] = set()
    for list_id in lists:
        on_list = records_of(session, list_id)
        if may_see_all(session, actor, on_list):
            items.add(list_id)
            others |= on_list
        elif found is not None:
            raise NotFound(number)
    return Scope(frozenset(items), frozenset(others - items))


def _list_numbered(session: Session, number: str) -> UUID | None:
    given = number.strip().upper()
    return session.scalar(
        select(DisposalList.id).where(
            (DisposalList.number == given) | (DisposalList.certificate_number == given)
        )
    )


def _item_numbered(session: Session, actor: Actor, number: str) -> UUID:
    """Return the item with a number; raise NotFound, or RuleRefused where several legal entities have one."""
    query = select(NumberEntry).where(NumberEntry.item_id.is_not(None))
    found = session.scalars(query.where(NumberEntry.normal == normal(number))).all()
    if not found and (place := entity_written(session, number)) is not None:
        of_entity = (NumberEntry.entity_id == place[0], NumberEntry.normal == place[1])
        found = session.scalars(query.where(*of_entity)).all()
    there = {
        one.item_id: one
        for one in found
        if one.item_id is not None and _is_open(session, actor, one.item_kind, one.item_id)
    }
    if not there:
        raise NotFound(number)
    require_one(session, number, ((one.entity_id, one.shown) for one in there.values()))
    return next(iter(there))


def _is_open(session: Session, actor: Actor, kind: str, item_id: UUID) -> bool:
    if actor.is_operator:
        return True
    if kind == "record":
        return may_see_all(session, actor, {item_id})
    return bool(session.scalar(select(is_insider(actor)).where(Document.id == item_id)))


def records_of(session: Session, list_id: UUID) -> set[UUID]:
    """Return the records that are or were on a list."""
    return set(session.scalars(select(DisposalItem.record_id).where(DisposalItem.list_id == list_id)))


def may_see_all(session: Session, actor: Actor, records: Collection[UUID]) -> bool:
    """Say whether a person may see every one of these records (X-3)."""
    if actor.is_operator:
        return True
    hidden = select(Record.id).where(
        Record.id.in_(sorted(records)), Record.access_set_id.not_in(sorted(sets_of(session, actor)))
    )
    return session.scalars(hidden.limit(1)).first() is None


@dataclass(slots=True)
class Told:
    """What the open events of a package tell; decides what else goes into it."""

    seals: set[str] = field(default_factory=set)
    steps: dict[str, set[str]] = field(default_factory=dict)
    executed: dict[str, int] = field(default_factory=dict)
    destroyed: dict[str, int] = field(default_factory=dict)

    def take(self, action: str, subject_id: Any, facts: str) -> None:
        """Note an event that goes into the package in full."""
        if (match := _SEAL.search(facts)) is not None:
            self.seals.add(match[1])
        if action in STEPS:
            self.steps.setdefault(str(subject_id).replace("-", ""), set()).add(action)
        if action == "record.destroyed":
            number = str(json.loads(facts)["list"])
            self.destroyed[number] = self.destroyed.get(number, 0) + 1
        if action == "disposal.executed":
            told = json.loads(facts)
            self.executed[str(told["list"])] = int(told["destroyed"])

    def is_whole(self, row: DisposalList) -> bool:
        """Say whether all of a destruction is in the package."""
        steps, gone = self.steps.get(row.id.hex, set()), self.destroyed.get(row.number, 0)
        return steps >= STEPS and gone == self.executed.get(row.number)


def signature_rows(session: Session, told: Told) -> Iterator[Signature]:
    """Yield the signatures that open events of the package name, oldest first."""
    seals = sorted(told.seals)
    for start in range(0, len(seals), _BATCH):
        yield from session.scalars(
            select(Signature)
            .where(Signature.seal.in_(seals[start : start + _BATCH]))
            .order_by(Signature.signed_at, Signature.id)
        )
        session.expunge_all()


def signature_line(one: Signature) -> str:
    """Return a signature as the verifier reads it; comments are details and stay here."""
    return canonical(
        {
            "kind": one.subject_kind,
            "subject": one.subject_id,
            "round": one.round,
            "meaning": one.meaning,
            "person": one.person_id,
            "name": one.printed_name,
            "unit": one.unit_name,
            "content": one.content_sha256,
            "at": one.signed_at,
            "seal": one.seal,
            **(_behalf(one) if one.on_behalf_of else {}),
        }
    )


def _behalf(one: Signature) -> dict[str, object]:
    return {"for": one.on_behalf_of, "for_name": one.principal_name, "delegation": one.delegation_id}


def content_line(session: Session, one: Signature) -> str | None:
    """Return what a signature signed, where it is still here and still the same."""
    text = ""
    if one.subject_kind == "revision":
        row = session.get(Revision, one.subject_id)
        text = (row.manifest or "") if row and row.manifest_sha256 == one.content_sha256 else ""
    elif one.subject_kind == "record":
        kept = session.get(Record, one.subject_id)
        found = content_manifest(session, kept) if kept else None
        text = found.text if found and found.sha256 == one.content_sha256 else ""
    elif one.subject_kind == "disposal_list":
        listed = session.get(DisposalList, one.subject_id)
        text = listed.manifest if listed and listed.manifest_sha256 == one.content_sha256 else ""
    elif one.subject_kind == "epoch":
        begun = session.get(EpochRow, one.subject_id)
        text = begun.content if begun and begun.content_sha256 == one.content_sha256 else ""
    elif one.subject_kind == "change":
        notice = session.get(TemporaryChange, one.subject_id)
        text = notice.content or "" if notice and notice.content_sha256 == one.content_sha256 else ""
    elif one.subject_kind == "setting":
        signed = select(SettingRevision.manifest).where(
            SettingRevision.setting_id == one.subject_id,
            SettingRevision.manifest_sha256 == one.content_sha256,
        )
        text = session.scalar(signed) or ""
    return canonical({"sha256": one.content_sha256, "text": text}) if text else None


def disposal_lines(session: Session, actor: Actor, told: Told) -> Iterator[str]:
    """Yield the destructions of which everything is in the package, and that the person may see whole."""
    for key in sorted(told.steps):
        row = session.get(DisposalList, UUID(key))
        if row is None or not told.is_whole(row):
            continue
        if not may_see_all(session, actor, records_of(session, row.id)):
            continue
        certificates = session.scalars(
            select(ItemFile.sha256)
            .where(ItemFile.owner_id == row.id, ItemFile.role == FileRole.CERTIFICATE)
            .order_by(ItemFile.ordinal)
        )
        yield canonical(
            {
                "id": row.id,
                "number": row.number,
                "manifest": row.approved_sha256,
                "certificate_number": row.certificate_number,
                "certificate": list(certificates),
            }
        )


def picked(scope: Scope) -> Any:
    """Return the condition that picks a scope's events."""
    return (
        EventRow.subject_id.in_(sorted(scope.items))
        | EventRow.subject_id.in_(sorted(scope.others)) & EventRow.action.in_(DESTRUCTION)
        | EventRow.action.in_((STARTED, ACCEPTED))  # what each head and number means (T-2)
    )
