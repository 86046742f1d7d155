"""Suspending a revision in force and resuming it: state, copies, filing, trail, guards (V-3, V-4, V-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import Computed, revision_state
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.jobs.wait import settle
from docctl.models.documents import RevisionSuspension
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.queries.document_page import document_page
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.history import revision_history
from docctl.queries.search import Asked, search
from docctl.services.content.copies import stamp_kind
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.suspend import (
    ResumeRevision,
    SuspendRevision,
    resume_revision,
    suspend_revision,
)
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import filing
from tests.world import World, as_owner


def suspend(world: World, revision_id: UUID, *, who: str = "chen", reason: str = "条款有误") -> UUID:
    cmd = SuspendRevision(revision_id, world.revision(revision_id).row_version, reason)
    suspend_revision(cmd, by=world.by(who), house=world.house)
    return revision_id


def resume(world: World, revision_id: UUID, *, who: str = "chen", reason: str = "已查明") -> None:
    cmd = ResumeRevision(revision_id, world.revision(revision_id).row_version, reason)
    resume_revision(cmd, by=world.by(who), house=world.house)


def next_one(world: World, revision_id: UUID, *, days: int = 0) -> UUID:
    document_id = world.document_of(revision_id).id
    cmd = ReviseDocument(document_id, "条款", "改正", (world.upload("chen"),))
    second = revise_document(cmd, by=world.by("chen"), house=world.house)
    return world.issued(second, on=world.house.today() + timedelta(days=days))


def state(world: World, revision_id: UUID) -> str:
    with world.house.uow.read() as session:
        page = document_page(
            session, actor(world), at=world.clock(), zone=world.house.zone, revision_id=revision_id
        )
    return page.revision.state


def actor(world: World, who: str = "chen") -> Actor:
    return world.by(who).actor


def listed(world: World, who: str = "wang", **wanted: object) -> list[tuple[str, str]]:
    with world.house.uow.read() as session:
        found = document_register(
            session,
            actor(world, who),
            RegisterFilter(**wanted),  # type: ignore[arg-type]
            at=world.clock(),
            zone=world.house.zone,
        )
    return [(one.label, one.state) for one in found.rows]


def key_of(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    return error.value.refused.key


@pytest.fixture
def suspended(world: World) -> UUID:
    first = world.issued(world.draft(text="只此一句"))
    world.clock.forward(days=1)
    return suspend(world, first)


def test_v_6_a_suspended_revision_is_resumed_and_its_time_in_force_stays(
    world: World, suspended: UUID
) -> None:
    start = world.revision(suspended).effective_from
    assert state(world, suspended) == "suspended"
    world.clock.forward(days=1)
    resume(world, suspended)
    assert state(world, suspended) == "in_force"
    row = world.revision(suspended)
    assert (row.effective_from, row.effective_until) == (start, None)
    assert [(one.reason, one.resume_reason) for one in row.suspensions] == [("条款有误", "已查明")]


def test_v_6_readers_see_it_with_reason_and_state_and_may_read_on(world: World, suspended: UUID) -> None:
    with world.house.uow.read() as session:
        page = document_page(
            session,
            actor(world, "wang"),
            at=world.clock(),
            zone=world.house.zone,
            document_id=world.document_of(suspended).id,
        )
    assert (page.revision.state, page.revision.suspend_reason) == ("suspended", "条款有误")
    assert page.revision.suspended[0] == "陈静"
    assert page.in_force is not None


def test_v_6_the_register_answers_for_now_and_for_any_past_day(world: World, suspended: UUID) -> None:
    day = world.house.today()
    assert listed(world) == listed(world, state="suspended") == [("A/0", "suspended")]
    assert listed(world, state="in_force") == []
    world.clock.forward(days=2)
    resume(world, suspended)
    world.clock.forward(days=1)
    assert listed(world, state="suspended") == []
    assert listed(world) == [("A/0", "in_force")]
    assert listed(world, as_of=day - timedelta(days=1)) == [("A/0", "in_force")]
    assert listed(world, as_of=day) == listed(world, as_of=day, state="suspended") == [("A/0", "suspended")]
    assert listed(world, as_of=day, state="in_force") == []


def test_v_6_actions_on_the_page_are_those_that_the_state_lets(world: World, suspended: UUID) -> None:
    def offered() -> dict[str, bool]:
        with world.house.uow.read() as session:
            page = document_page(
                session, actor(world), at=world.clock(), zone=world.house.zone, revision_id=suspended
            )
        return {one.name: one.refused is None for one in page.actions}

    assert {"resume": True, "withdraw": True, "revise": True}.items() <= offered().items()
    assert "suspend" not in offered()
    resume(world, suspended)
    assert offered()["suspend"] is True
    assert "resume" not in offered()


def test_v_6_before_its_day_it_is_not_suspended(world: World) -> None:
    day = world.house.today() + timedelta(days=1)
    waiting = world.issued(world.draft(), on=day)
    assert key_of(lambda: suspend(world, waiting)) == "V-6.not_yet_in_force"
    start = world.revision(waiting).effective_from
    assert start is not None
    world.clock.now = start
    suspend(world, waiting)


def test_v_6_twice_is_refused_and_so_is_an_old_page(world: World, suspended: UUID) -> None:
    assert key_of(lambda: suspend(world, suspended)) == "V-6.already_suspended"
    old = world.revision(suspended).row_version - 1
    with pytest.raises(Conflict):
        resume_revision(ResumeRevision(suspended, old, "已查明"), by=world.by("chen"), house=world.house)
    resume(world, suspended)
    assert key_of(lambda: resume(world, suspended)) == "V-6.not_suspended"


@pytest.mark.parametrize("reason", ["", " \n"])
def test_v_6_both_need_a_reason(world: World, suspended: UUID, reason: str) -> None:
    assert key_of(lambda: resume(world, suspended, reason=reason)) == "V-6.reason_needed"
    resume(world, suspended)
    assert key_of(lambda: suspend(world, suspended, reason=reason)) == "V-6.reason_needed"


def test_x_1_only_document_control_suspends_and_resumes(world: World, suspended: UUID) -> None:
    assert key_of(lambda: resume(world, suspended, who="wang")) == "X-1.not_permitted"
    resume(world, suspended)
    assert key_of(lambda: suspend(world, suspended, who="li")) == "X-1.not_permitted"
    draft = world.draft("另一个")
    with pytest.raises(NotFound):
        suspend(world, draft, who="wang")


def test_v_3_the_next_revision_supersedes_a_suspended_one_at_its_instant(
    world: World, suspended: UUID
) -> None:
    second = next_one(world, suspended, days=1)
    assert (state(world, suspended), state(world, second)) == ("suspended", "waiting")
    until = world.revision(suspended).effective_until
    assert until is not None
    world.clock.now = until
    assert (state(world, suspended), state(world, second)) == ("superseded", "in_force")
    assert key_of(lambda: resume(world, suspended)) == "V-6.no_longer_in_force"
    assert (
        revision_state(world.revision(suspended).dates(), until - timedelta(seconds=1)) is Computed.SUSPENDED
    )


def test_v_6_a_withdrawal_ends_a_suspension_and_history_tells_both(world: World, suspended: UUID) -> None:
    began = world.house.today()
    world.clock.forward(days=3)
    cmd = WithdrawRevision(suspended, world.revision(suspended).row_version, "不再使用")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert state(world, suspended) == "withdrawn"
    with world.house.uow.read() as session:
        document_id = world.document_of(suspended).id
        (line,) = revision_history(
            session, actor(world), document_id, at=world.clock(), zone=world.house.zone
        ).lines
    assert line.suspended == ((began, began + timedelta(days=3)),)


def test_v_6_withdrawing_the_next_one_before_its_day_leaves_it_suspended(
    world: World, suspended: UUID
) -> None:
    second = next_one(world, suspended, days=5)
    cmd = WithdrawRevision(second, world.revision(second).row_version, "不再需要")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    world.clock.forward(days=9)
    assert state(world, suspended) == "suspended"
    resume(world, suspended)


def test_v_6_no_record_is_filed_under_a_suspended_form(world: World) -> None:
    form = filing.a_form(world)
    filed = filing.filed(world, form)
    revision_id = filing.row(world, filed).form_revision_id
    suspend(world, revision_id)
    assert key_of(lambda: filing.filed(world, form)) == "V-6.form_suspended"
    world.clock.forward(minutes=1)
    resume(world, revision_id)
    assert filing.row(world, filing.filed(world, form)).form_revision_id == revision_id


@pytest.mark.parametrize("for_reference", [False, True])
def test_v_6_no_controlled_copy_is_given_out_while_suspended(for_reference: bool) -> None:
    assert stamp_kind(Computed.SUSPENDED, for_reference=for_reference) == "suspended"
    assert stamp_kind(Computed.IN_FORCE) == "controlled"


def test_v_6_search_narrows_to_what_is_suspended_even_before_the_index_follows(
    world: World, suspended: UUID
) -> None:
    def found(asked_for: str) -> list[str]:
        house = world.house
        with house.uow.read() as session:
            page = search(
                session,
                actor(world, "wang"),
                Asked(text="只此一句", state=asked_for),
                engine=house.search,
                at=house.clock(),
                zone=house.zone,
            )
        return [one.state for one in page.hits]

    settle(world.house)
    assert found("") == found("suspended") == ["suspended"]
    assert found("in_force") == []
    resume(world, suspended)
    assert found("suspended") == []  # the index still says so; rows decide
    settle(world.house)
    assert found("in_force") == ["in_force"]


def test_t_1_both_moves_are_in_the_trail_with_their_reasons(world: World, suspended: UUID) -> None:
    resume(world, suspended)
    with world.house.uow.read() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.seq.desc()).limit(2)).all()
    assert [one.action for one in rows] == ["revision.resumed", "revision.suspended"]
    assert {one.subject_version for one in rows} == {str(suspended)}


def test_v_6_guards_of_suspensions(world: World) -> None:
    form = filing.a_form(world)
    one = filing.row(world, filing.filed(world, form)).form_revision_id
    suspend(world, one)
    draft = world.draft("另一个")

    def guard(sql: str, **values: object) -> str:
        def work(session: Session) -> None:
            session.execute(text(sql), values)

        with pytest.raises(RuleRefused) as error:
            as_owner(world.house).write(work)
        return str(error.value.refused.params["guard"])

    again = """INSERT INTO revision_suspension
        (id, revision_id, suspended_at, suspended_by, reason, resume_reason)
        SELECT '00000000000040008000000000000000', :id, suspended_at, suspended_by, reason, ''
        FROM revision_suspension"""
    assert guard(again, id=one.hex) == guard(again, id=draft.hex) == "v_6_suspension_insert"
    assert guard("DELETE FROM revision_suspension") == "v_6_suspension_delete"
    assert guard("UPDATE revision_suspension SET reason = 'x'") == "v_6_suspension_content"
    names = [column.name for column in Record.__table__.columns]
    filed = f"INSERT INTO record ({', '.join(names)}) SELECT {{}} FROM record"
    given = {
        "id": "'00000000000040008000000000000000'",
        "number": "'x'",
        "filed_at": "'2099-01-01 00:00:00.000000'",
    }
    columns = ", ".join(given.get(name, name) for name in names)
    assert guard(filed.format(columns)) == "v_6_filed_while_suspended"
    over = """UPDATE revision_suspension SET resumed_by = suspended_by, resume_reason = 'x',
        resumed_at = (SELECT effective_until FROM revision r WHERE r.id = revision_id)"""
    world.clock.forward(days=1)
    next_one(world, one, days=1)
    assert guard(over) == "v_6_suspension_over"
    resume(world, one)
    assert guard("UPDATE revision_suspension SET resume_reason = 'y'") == "v_6_suspension_resumed"
    with world.house.uow.read() as session:
        assert session.scalars(select(RevisionSuspension.resume_reason)).all() == ["已查明"]
