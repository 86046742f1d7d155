"""The page of a disposal list: items, opinions, people, progress, and what may be done (R-6, R-7, X-3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.disposal import ListFacts, Opinion, Part
from docctl.domain.permissions import Actor, Facts, authorise
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.content import FileRole, ItemFile
from docctl.models.organisation import Person
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.queries.disposal_actions import ListSituation, may_take_out, offers
from docctl.queries.disposal_checks import CheckLine, checks
from docctl.queries.disposal_items import PAGE_SIZE, ItemLine, hidden, items, refusal_of
from docctl.queries.document_actions import Offered
from docctl.queries.paging import page_within


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the list: who took it and when; `state` is done, current or open."""

    name: str
    state: str
    person: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the destruction is: records settled of all that stand on the list (R-7)."""

    done: int
    total: int
    status: str

    @property
    def percent(self) -> int:
        """The share that is settled, in whole percent."""
        return self.done * 100 // self.total if self.total else 100


@dataclass(frozen=True, slots=True)
class DisposalPage:
    """Everything that the page of a list shows; `hidden` counts items that appear as *taken*.

    `check_unit_id` is the unit whose opinion the person still gives.
    """

    list_id: UUID
    row_version: int
    number: str
    title: str
    status: str
    as_of: date
    manifest_sha256: str
    approved_sha256: str
    rejected_reason: str
    stopped: Refused | None
    certificate_number: str
    certificate_id: UUID | None
    certificate_refused: Refused | None
    check_unit_id: UUID | None
    steps: tuple[Step, ...]
    checks: tuple[CheckLine, ...]
    items: tuple[ItemLine, ...]
    standing: int
    taken_out: int
    destroyed: int
    hidden: int
    page: int
    actions: tuple[Offered, ...]
    may_take_out: bool

    @property
    def total(self) -> int:
        """How many items the list has, taken out or not."""
        return self.standing + self.taken_out

    @property
    def first(self) -> int:
        """The place of the page's first item, 0 where there is none."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The place of the page's last item."""
        return self.first + len(self.items) - 1 if self.items else 0


def disposal_page(session: Session, actor: Actor, list_id: UUID, *, page: int = 1) -> DisposalPage:
    """Return a list's page; raise NotFound where there is none, and for those outside (R-6, X-3)."""
    row = session.get(DisposalList, list_id)
    if row is None:
        raise NotFound("disposal list")
    asked = checks(session, list_id)
    assignees = frozenset(person for one in asked for person in one.assignees)
    authorise(actor, "disposal.view", Facts(assignees=assignees, visible=False))
    counts = _counts(session, list_id)
    total = sum(counts.values())
    page = page_within(page, total, PAGE_SIZE)
    standing = total - counts.get(ItemStatus.TAKEN_OUT, 0)
    mine = _mine(actor, asked)
    unseen = hidden(session, actor, list_id)
    now = ListSituation(
        facts=ListFacts(
            status=row.status,
            items=counts.get(ItemStatus.INCLUDED, 0),
            open_checks=sum(one.opinion is None for one in asked),
            objections=sum(one.opinion is Opinion.OBJECT for one in asked),
            sha256=row.manifest_sha256,  # the use case counts it anew
            signed_sha256=row.manifest_sha256,
        ),
        done=_parts(row),
        checkers=frozenset(one.given_by_id for one in asked if one.given_by_id),
        assignees=assignees,
        mine=mine is not None,
    )
    return DisposalPage(
        list_id=row.id,
        row_version=row.row_version,
        number=row.number,
        title=row.title,
        status=row.status.value,
        as_of=row.as_of,
        manifest_sha256=row.manifest_sha256,
        approved_sha256=row.approved_sha256 or "",
        rejected_reason=row.rejected_reason,
        stopped=refusal_of(json.loads(row.stopped_reason)) if row.stopped_reason else None,
        certificate_number=row.certificate_number,
        certificate_id=_certificate(session, list_id),
        certificate_refused=Refused("X-3", "names_hidden_records") if unseen else None,
        check_unit_id=mine,
        steps=_steps(row, asked, _names(session, row)),
        checks=asked,
        items=items(session, actor, list_id, page),
        standing=standing,
        taken_out=total - standing,
        destroyed=counts.get(ItemStatus.DESTROYED, 0),
        hidden=unseen,
        page=page,
        actions=offers(actor, now),
        may_take_out=may_take_out(actor, now),
    )


def disposal_progress(session: Session, actor: Actor, list_id: UUID) -> Progress:
    """Return how far a list is, for the page that waits (R-7)."""
    row = session.get(DisposalList, list_id)
    if row is None:
        raise NotFound("disposal list")
    assignees = frozenset(person for one in checks(session, list_id) for person in one.assignees)
    authorise(actor, "disposal.view", Facts(assignees=assignees, visible=False))
    counts = _counts(session, list_id)
    settled = counts.get(ItemStatus.DESTROYED, 0)
    open_ = sum(
        counts.get(one, 0) for one in (ItemStatus.INCLUDED, ItemStatus.DESTROYING, ItemStatus.STOPPED)
    )
    return Progress(settled, settled + open_, row.status.value)


def _mine(actor: Actor, asked: tuple[CheckLine, ...]) -> UUID | None:
    """Return the first unit that the person can still bring to agree."""
    return next(
        (
            one.unit_id
            for one in asked
            if one.opinion is not Opinion.AGREE and actor.person_id in one.assignees
        ),
        None,
    )


def _parts(row: DisposalList) -> dict[Part, UUID]:
    parts = {
        Part.PROPOSE: row.proposed_by,
        Part.APPROVE: row.approved_by,
        Part.EXECUTE: row.executor_id,
        Part.WITNESS: row.witness_id,
    }
    return {part: person for part, person in parts.items() if person is not None}


def _counts(session: Session, list_id: UUID) -> dict[ItemStatus, int]:
    found = session.execute(
        select(DisposalItem.status, func.count())
        .where(DisposalItem.list_id == list_id)
        .group_by(DisposalItem.status)
    )
    return {status: count for status, count in found}  # noqa: C416  # rows are no pairs to mypy


def _certificate(session: Session, list_id: UUID) -> UUID | None:
    return session.scalars(
        select(ItemFile.id).where(ItemFile.owner_id == list_id, ItemFile.role == FileRole.CERTIFICATE)
    ).first()


def _names(session: Session, row: DisposalList) -> dict[UUID | None, str]:
    people = select(Person.id, Person.name).where(Person.id.in_(_parts(row).values()))
    found = session.execute(people)
    return {person_id: name for person_id, name in found}  # noqa: C416  # rows are no pairs to mypy


def _steps(
    row: DisposalList, asked: tuple[CheckLine, ...], names: Mapping[UUID | None, str]
) -> tuple[Step, ...]:
    """Return the line of steps 提出 → 鉴定 → 批准 → 执行 → 监销 → 完成 with who did each when."""
    given = [one for one in asked if one.given_at is not None]
    checked = bool(asked) and all(one.opinion is Opinion.AGREE for one in asked)
    told = (
        ("propose", True, names.get(row.proposed_by, ""), row.proposed_at),
        (
            "check",
            checked,
            "、".join(dict.fromkeys(one.given_by for one in given)),
            max((one.given_at for one in given if one.given_at), default=None),
        ),
        ("approve", row.approved_at is not None, names.get(row.approved_by, ""), row.approved_at),
        ("execute", row.ordered_at is not None, names.get(row.executor_id, ""), row.ordered_at),
        ("witness", row.witnessed_at is not None, names.get(row.witness_id, ""), row.witnessed_at),
        ("finish", row.finished_at is not None, "", row.finished_at),
    )
    current = next((name for name, done, _, _ in told if not done), "")
    if row.status.value == "rejected":
        current = ""
    return tuple(
        Step(name, "done" if done else ("current" if name == current else "open"), person, at)
        for name, done, person, at in told
    )
