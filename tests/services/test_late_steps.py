"""A step that is signed or returned after its time asks why; the reason stays with it (A-13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import RuleRefused
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.document_page import document_page
from docctl.queries.late_steps import LateLine
from docctl.services.revisions.sign import (
    ReturnRevision,
    SignRevision,
    approve_revision,
    return_revision,
    review_revision,
)
from tests.delegating import delegated
from tests.services.test_guards import guard_of, statement
from tests.services.test_leaving import step_of
from tests.world import World

TICK = timedelta(microseconds=1)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def overdue(world: World, *, by: timedelta = timedelta()) -> UUID:
    """Return a revision whose review is due now, or was `by` ago."""
    revision = world.submitted(world.draft())
    due = step_of(world, revision, "review").due_at
    assert due is not None
    world.clock.now = due + by
    return revision


def signing(world: World, revision: UUID, reason: str = "", **more: object) -> SignRevision:
    return replace(world.signing(revision), late_reason=reason, **more)  # type: ignore[arg-type]


def late(world: World, revision: UUID) -> tuple[LateLine, ...]:
    with world.house.uow.read() as session:
        actor = world.by("chen").actor
        return document_page(
            session, actor, at=world.clock(), zone=world.house.zone, revision_id=revision
        ).late


def detail(world: World, action: str) -> dict[str, str]:
    with world.house.uow.read() as session:
        row = session.scalars(select(EventRow).where(EventRow.action == action)).one()
        found: dict[str, str] = json.loads(session.get_one(EventDetail, row.seq).bytes)
        return found


def test_a_13_a_late_signature_needs_the_reason(world: World) -> None:
    revision = overdue(world)
    by = world.by("ouyang")
    assert refused(lambda: review_revision(signing(world, revision), by=by, house=world.house)) == (
        "A-13.late_reason_needed"
    )
    assert world.revision(revision).reviewed_at is None
    review_revision(signing(world, revision, " 出差三天 "), by=by, house=world.house)
    (line,) = late(world, revision)
    assert (line.assignee, line.reason, line.meaning) == ("欧阳雪", "出差三天", "review")
    assert step_of(world, revision, "review").late_unit_id == world.units["PZ"]
    assert detail(world, "revision.reviewed")["late_reason"] == "出差三天"
    approve_revision(signing(world, revision), by=world.by("zhao"), house=world.house)  # that one is in time
    assert len(late(world, revision)) == 1
    assert "late_reason" not in detail(world, "revision.approved")


def test_a_13_in_time_none_is_asked_nor_kept(world: World) -> None:
    revision = overdue(world, by=-TICK)
    review_revision(signing(world, revision, "出差"), by=world.by("ouyang"), house=world.house)
    assert late(world, revision) == ()
    assert step_of(world, revision, "review").late_unit_id is None


def test_a_13_a_late_return_needs_it_too(world: World) -> None:
    revision = overdue(world)
    cmd = ReturnRevision(revision, world.revision(revision).row_version, "缺少职责")
    by = world.by("ouyang")
    assert refused(lambda: return_revision(cmd, by=by, house=world.house)) == "A-13.late_reason_needed"
    return_revision(replace(cmd, late_reason="等附表"), by=by, house=world.house)
    assert [one.reason for one in late(world, revision)] == ["等附表"]
    assert detail(world, "revision.returned")["late_reason"] == "等附表"


def test_a_13_document_control_that_returns_what_is_late_was_not_late_itself(world: World) -> None:
    revision = overdue(world)
    cmd = ReturnRevision(revision, world.revision(revision).row_version, "缺少职责")
    return_revision(cmd, by=world.by("chen"), house=world.house)
    assert world.revision(revision).status is RevisionStatus.DRAFT
    assert late(world, revision) == ()


def test_a_13_who_stands_in_says_why_and_the_unit_of_the_principal_was_late(world: World) -> None:
    revision = overdue(world)
    delegated(world, "ouyang", "wang")
    for_her = signing(world, revision, for_id=world.people["ouyang"])
    by = world.by("wang")
    assert refused(lambda: review_revision(for_her, by=by, house=world.house)) == "A-13.late_reason_needed"
    review_revision(replace(for_her, late_reason="代签人刚接到"), by=by, house=world.house)
    assert step_of(world, revision, "review").late_unit_id == world.units["PZ"]


def test_a_13_the_reason_never_changes(world: World) -> None:
    revision = overdue(world)
    review_revision(signing(world, revision, "出差"), by=world.by("ouyang"), house=world.house)
    sql = "UPDATE step SET late_reason = '' WHERE late_reason <> ''"
    assert guard_of(lambda: statement(world, sql)) == "a_13_late_reason"
