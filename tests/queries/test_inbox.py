"""Every open step stands in somebody's inbox, with its day, and leaves it when done (A-4)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from docctl.config import Settings
from docctl.domain.correction import Reason
from docctl.domain.lifecycle import ListStatus
from docctl.domain.roles import Role
from docctl.jobs.due import work_due
from docctl.models.organisation import Person, RoleGrant
from docctl.queries.inbox import Inbox, inbox, inbox_count
from docctl.services.caller import the_system
from docctl.services.disposal.destroy import StopItem, stop_item
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.sign import ReturnRevision, return_revision, review_revision
from tests.filing import corrected, decided, filed, held
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.world import World

EVERYBODY = ("admin", "zhao", "chen", "ouyang", "li", "wang", "zhang", "zhou", "qian")


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


def of(world: World, who: str, verb: str = "") -> Inbox:
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        found = inbox(session, actor, at=world.clock(), zone=world.house.zone, verb=verb)
        assert inbox_count(session, actor, at=world.clock(), zone=world.house.zone) == found.total
        assert all(one.since <= world.clock() for one in found.tasks)
        return found


def work(world: World) -> dict[str, set[str]]:
    """Return what waits for whom."""
    found = {who: set(of(world, who).counts) for who in EVERYBODY}
    return {who: verbs for who, verbs in found.items() if verbs}


def test_a_4_nothing_waits_where_nothing_is_open(world: World) -> None:
    assert work(world) == {}
    assert of(world, "wang").tasks == ()


def test_a_4_a_step_waits_for_its_signer_and_goes_on_to_the_next(world: World) -> None:
    revision = world.draft("培训管理程序")
    assert work(world) == {}  # a draft never submitted is nobody's task
    world.submitted(revision)
    assert work(world) == {"ouyang": {"review"}}
    (task,) = of(world, "ouyang").tasks
    assert (task.title, task.kind, task.id) == ("培训管理程序", "revision", revision)
    assert task.whose == "陈静"  # who wrote it, not the reader's own name
    assert task.due_on is not None
    assert not task.is_overdue
    review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    assert work(world) == {"zhao": {"approve"}}


def test_v_7_an_approved_revision_waits_to_be_issued(world: World) -> None:
    revision = world.approved(world.draft("培训管理程序"))
    assert work(world) == {"chen": {"issue"}}
    version = world.revision(revision).row_version
    issue_revision(
        IssueRevision(revision_id=revision, row_version=version, effective_on=world.house.today()),
        by=world.by("chen"),
        house=world.house,
    )
    assert work(world) == {}


def test_a_4_a_returned_draft_waits_for_its_author(world: World) -> None:
    revision = world.submitted(world.draft("培训管理程序"))
    version = world.revision(revision).row_version
    return_revision(ReturnRevision(revision, version, "范围不清"), by=world.by("ouyang"), house=world.house)
    assert work(world) == {"chen": {"rework"}}


@pytest.mark.parametrize(("days", "late"), [(0, False), (1, True)], ids=["its last day", "the day after"])
def test_a_4_a_step_is_overdue_from_the_day_after_its_last(world: World, days: int, late: bool) -> None:
    world.submitted(world.draft("培训管理程序"))
    due_on = of(world, "ouyang").tasks[0].due_on
    assert due_on is not None
    world.clock.forward(days=(due_on - world.house.today()).days + days)
    found = of(world, "ouyang")
    assert (found.tasks[0].is_overdue, found.overdue) == (late, int(late))


def test_a_4_an_overdue_step_stands_in_the_superiors_inbox_too(world: World) -> None:
    world.submitted(world.draft("培训管理程序"))
    world.clock.forward(days=30)
    assert work_due(world.house)
    assert work(world) == {"ouyang": {"review"}, "zhao": {"chase"}}
    assert of(world, "zhao").tasks[0].whose == "欧阳雪"


def test_a_4_the_oldest_due_stands_first(world: World) -> None:
    first = world.submitted(world.draft("先提交的"))
    world.clock.forward(days=2)
    second = world.submitted(world.draft("后提交的"))
    assert [one.id for one in of(world, "ouyang").tasks] == [first, second]


def test_f_17_a_filed_record_waits_for_its_keeper_but_not_the_filer(keeping: Keeping) -> None:
    world = keeping.world
    filed(world, keeping.form, "wang")
    assert work(world) == {"li": {"accept"}}
    filed(world, keeping.form, "li")
    assert of(world, "li").counts == {"accept": 1}


def test_c_3_a_correction_waits_for_the_keeper_and_not_for_its_author(keeping: Keeping) -> None:
    world = keeping.world
    record = filed(world, keeping.form, "wang")
    correction = corrected(world, record, "wang", reason=Reason.OTHER.value, reason_text="客户来电更正")
    assert work(world) == {"li": {"decide"}}  # decided first, then accepted
    assert of(world, "li").tasks[0].part_id == correction
    decided(world, correction)
    assert work(world) == {"li": {"accept"}}


def test_c_3_a_correction_of_a_held_record_waits_for_the_end_of_the_hold(keeping: Keeping) -> None:
    world = keeping.world
    record = filed(world, keeping.form, "wang")
    corrected(world, record, "wang", reason=Reason.OTHER.value, reason_text="客户来电更正")
    held(world, record)
    assert "decide" not in of(world, "li").counts


def test_r_6_a_list_goes_through_the_inboxes_of_four_people(keeping: Keeping) -> None:
    world = keeping.world
    list_id = keeping.propose(keeping.records())
    assert work(world) == {"li": {"check"}}
    keeping.check(list_id)
    assert work(world) == {"zhao": {"approve_list"}}
    keeping.approve(list_id)
    assert work(world) == {who: {"execute"} for who in ("ouyang", "li", "zhang")}  # not who proposed
    keeping.order(list_id)
    signers = {"chen", "ouyang", "zhang"}  # neither proposer, approver nor executor
    assert work(world) == {who: {"witness"} for who in signers}
    keeping.witness(list_id)
    assert work(world) == {}


def test_r_6_an_objection_waits_for_the_proposer(keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records())
    keeping.check(list_id, "object", comment="仍在使用")
    assert work(keeping.world) == {"zhou": {"settle"}}


def test_r_7_a_list_that_stopped_waits_for_the_records_manager(keeping: Keeping) -> None:
    list_id = keeping.executing(keeping.records())
    item = keeping.start(list_id)
    assert item is not None
    world = keeping.world
    system = the_system(world.clock())
    stop_item(StopItem(list_id, item, "RetentionActive"), by=system, house=world.house)
    assert keeping.list(list_id).status is ListStatus.STOPPED
    assert work(world) == {"zhou": {"resume"}}


def test_a_15_a_role_waits_for_a_second_person(world: World) -> None:
    def propose(session) -> None:
        session.add(
            RoleGrant(
                person_id=world.people["wang"],
                role=Role.REVIEWER,
                proposed_by=world.people["admin"],
                proposed_at=world.clock(),
            )
        )

    world.house.uow.write(propose)
    assert work(world) == {"zhao": {"confirm_role"}}
    (task,) = of(world, "zhao").tasks
    assert (task.title, task.label, task.whose) == ("王强", "reviewer", "孙丽")


def test_a_15_a_reset_waits_for_a_second_person(world: World) -> None:
    def reset(session) -> None:
        person = session.scalars(select(Person).where(Person.username == "zhao")).one()
        person.reset_confirm_needed, person.reset_at = True, world.clock()
        person.reset_by = world.people["admin"]

    world.house.uow.write(reset)
    assert work(world) == {}  # neither the one who reset nor the one who was
    world.house.uow.write(
        lambda session: session.execute(
            Person.__table__.update().where(Person.username == "zhao").values(reset_by=None)
        )
    )
    assert work(world) == {"admin": {"confirm_reset"}}


def test_one_kind_is_listed_while_all_are_counted(keeping: Keeping) -> None:
    world = keeping.world
    filed(world, keeping.form, "wang")
    keeping.propose(keeping.records())
    found = of(world, "li", "check")
    assert found.counts == {"accept": 1, "check": 1}
    assert [one.verb for one in found.tasks] == ["check"]


def test_style_10_the_count_is_one_statement(keeping: Keeping) -> None:
    world = keeping.world
    filed(world, keeping.form, "wang")
    actor = world.by("li").actor
    seen: list[str] = []

    def note(_conn, _cursor, statement: str, *_: object) -> None:
        seen.append(statement)

    with world.house.uow.read() as session:
        session.execute(select(1))
        event.listen(world.house.uow.engine, "before_cursor_execute", note)
        inbox_count(session, actor, at=world.clock(), zone=world.house.zone)
        event.remove(world.house.uow.engine, "before_cursor_execute", note)
    assert len(seen) == 1


def test_a_4_tasks_go_by_day_then_by_age(keeping: Keeping) -> None:
    world = keeping.world
    filed(world, keeping.form, "wang", title="早先的")
    world.clock.forward(hours=1)
    filed(world, keeping.form, "wang", title="后来的")
    assert [one.title for one in of(world, "li").tasks] == ["早先的", "后来的"]
    assert of(world, "li").tasks[0].since < of(world, "li").tasks[1].since - timedelta(minutes=59)
