"""Disposal lists up to the order to destroy: R-3, R-4, R-5, R-6, A-3, X-3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from docctl.config import Settings
from docctl.domain.lifecycle import LIST_MOVES, ListAction, ListStatus, RecordStatus
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.organisation import RoleGrant, Unit
from docctl.models.records import Correction, CorrectionStatus, Record
from docctl.models.retention import DisposalItem, DisposalList
from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.queries.disposal_checks import checks
from docctl.services.disposal.decide import (
    ApproveDisposal,
    RejectDisposal,
    TakeOut,
    approve_disposal,
    reject_disposal,
    take_out,
)
from docctl.services.disposal.destroy import (
    FinishList,
    StopItem,
    finish_list,
    number_certificate,
    stop_item,
)
from docctl.services.disposal.execute import ResumeDisposal, resume_disposal
from docctl.services.disposal.propose import MOST, ProposeDisposal, propose_disposal
from tests.keeping import LONG_AGO, Keeping, with_form
from tests.places import Place
from tests.world import World, as_owner


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


#: For whom a list is not there (X-3).
OUTSIDE = ("admin", "wang")


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def take(keeping: Keeping, list_id: UUID, record_id: UUID, *, by: str = "zhou", **fields) -> None:
    fields = {"reason": "客户来函要求保留", **fields}
    take_out(TakeOut(list_id, record_id, **fields), by=keeping.world.by(by), house=keeping.world.house)


def reject(keeping: Keeping, list_id: UUID, *, by: str = "zhao", reason: str = "理由不足") -> None:
    row = keeping.list(list_id)
    reject_disposal(
        RejectDisposal(list_id, row.row_version, reason), by=keeping.world.by(by), house=keeping.world.house
    )


def grant(keeping: Keeping, username: str, role: Role, unit: str | None = None) -> None:
    """Give a further role, confirmed."""
    world = keeping.world
    world.house.uow.write(
        lambda session: session.add(
            RoleGrant(
                person_id=world.people[username],
                role=role,
                unit_id=world.units[unit] if unit else None,
                proposed_by=world.people["admin"],
                proposed_at=world.clock(),
                confirmed_by=world.people["zhao"],
                confirmed_at=world.clock(),
            )
        )
    )


def test_r_6_the_proposer_is_not_named_among_those_who_may_give_an_opinion(keeping: Keeping) -> None:
    grant(keeping, "zhou", Role.KEEPER, "SC")
    list_id = keeping.propose(keeping.records(1))
    with keeping.world.house.uow.read() as session:
        (line,) = checks(session, list_id)
    assert line.people == ("李秀兰",)
    assert keeping.world.people["zhou"] in line.assignees  # whose part is refused with the reason


# --- what may be proposed -------------------------------------------------------------------


def test_r_4_a_record_is_due_at_the_midnight_after_its_last_day_in_the_companys_zone(
    keeping: Keeping,
) -> None:
    (one,) = keeping.records(until=date(2026, 3, 10))
    midnight = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # 00:00 of the 11th in Shanghai
    keeping.world.clock.now = midnight - timedelta(microseconds=1)
    assert refused(lambda: keeping.propose([one])) == "R-4.kept_until"
    keeping.world.clock.now = midnight
    assert keeping.record(one).status is RecordStatus.ACCEPTED
    keeping.propose([one])
    assert keeping.record(one).status is RecordStatus.ON_LIST


def test_r_4_permanent_and_r_2_undated_records_are_never_proposed(keeping: Keeping) -> None:
    (permanent,) = keeping.records(permanent=True)
    (undated,) = keeping.records(until=None)
    keeping.world.clock.forward(days=36_500)
    assert refused(lambda: keeping.propose([permanent])) == "R-4.permanent"
    assert refused(lambda: keeping.propose([undated])) == "R-6.not_due"


def test_r_5_a_held_record_is_not_proposed_until_its_last_hold_is_lifted(keeping: Keeping) -> None:
    (one,) = keeping.records()
    first, second = keeping.hold([one]), keeping.hold([one], name="环保核查")
    assert refused(lambda: keeping.propose([one])) == "R-5.held_by"
    keeping.lift(first)
    assert refused(lambda: keeping.propose([one])) == "R-5.held_by"
    keeping.lift(second)
    keeping.propose([one])


@pytest.mark.parametrize("status", [CorrectionStatus.PENDING, CorrectionStatus.NOTED])
def test_r_6_a_record_under_correction_is_not_proposed(keeping: Keeping, status) -> None:
    (one,) = keeping.records()
    by = keeping.world.people["wang"]
    row = Correction(
        record_id=one,
        field="title",
        old_value="a",
        new_value="b",
        reason="typing_error",
        status=status,
        content_sha256="0" * 64,
        entered_by=by,
        entered_at=keeping.world.clock(),
    )
    keeping.world.house.uow.write(lambda session: session.add(row))
    assert refused(lambda: keeping.propose([one])) == "R-6.correction_open"
    keeping.world.house.uow.write(
        lambda session: session.execute(update(Correction).values(status=CorrectionStatus.REFUSED))
    )
    keeping.propose([one])


@pytest.mark.parametrize("status", [s for s in RecordStatus if s is not RecordStatus.ACCEPTED])
def test_f_17_only_accepted_records_are_proposed(keeping: Keeping, status: RecordStatus) -> None:
    (one,) = keeping.records()
    change = {"status": status} | ({"void_reason": "错录"} if status is RecordStatus.VOIDED else {})
    keeping.world.house.uow.write(lambda session: session.execute(update(Record).values(**change)))
    assert refused(lambda: keeping.propose([one])) == "F-17.no_such_move"


def test_r_6_a_list_needs_a_title_records_and_an_end(keeping: Keeping) -> None:
    many = keeping.records(MOST + 1)
    assert refused(lambda: keeping.propose([])) == "R-6.empty_list"
    assert refused(lambda: keeping.propose(many[:1], title=" ")).startswith("R-6.")
    assert refused(lambda: keeping.propose(many)) == "R-6.too_many"
    list_id = keeping.propose(many[:MOST])
    assert len(keeping.items(list_id)) == MOST


def test_x_3_a_hidden_record_is_not_found_whatever_else_would_be_said_of_it(keeping: Keeping) -> None:
    (hidden,) = keeping.records(readers=frozenset({"role:leader"}), until=date(2099, 1, 1))
    (seen,) = keeping.records(until=date(2099, 1, 1))
    assert refused(lambda: keeping.propose([seen])) == "R-4.kept_until"
    for records in ([hidden], [seen, hidden], [hidden, seen]):
        with pytest.raises(NotFound):
            keeping.propose(records)


def test_r_6_only_the_records_manager_proposes(keeping: Keeping) -> None:
    (one,) = keeping.records()
    for username in sorted(keeping.world.people):
        if username != "zhou":
            assert refused(lambda name=username: keeping.propose([one], by=name)) == "X-1.not_permitted"
    keeping.propose([one])


def test_r_6_one_refused_record_leaves_all_others_as_they_were(keeping: Keeping) -> None:
    good, (bad,) = keeping.records(3), keeping.records(until=date(2099, 1, 1))
    assert refused(lambda: keeping.propose([*good, bad])) == "R-4.kept_until"
    assert {keeping.record(one).status for one in good} == {RecordStatus.ACCEPTED}
    first = keeping.list(keeping.propose(good))
    assert first.number == "XH-2026-001"  # no number was lost


# --- whom it asks ---------------------------------------------------------------------------


def test_r_6_the_owning_units_and_the_functions_of_the_classes_are_asked(keeping: Keeping) -> None:
    plain, quality = keeping.records(), keeping.records(code="quality")
    assert set(keeping.checks(keeping.propose(plain))) == {"SC"}
    assert set(keeping.checks(keeping.propose(quality))) == {"SC", "PZ"}
    both = [*keeping.records(unit="KF"), *keeping.records()]
    assert set(keeping.checks(keeping.propose(both))) == {"KF", "SC"}


def test_r_6_a_function_that_no_unit_answers_for_stops_the_list(keeping: Keeping) -> None:
    records = keeping.records(code="training")
    assert refused(lambda: keeping.propose(records)) == "R-6.nobody_answers"

    def answer(session) -> None:
        session.get_one(Unit, keeping.world.units["ZH"]).functions = ["personnel"]

    keeping.world.house.uow.write(answer)
    assert set(keeping.checks(keeping.propose(records))) == {"SC", "ZH"}


def test_r_6_a_unit_without_anybody_to_check_stops_the_list(keeping: Keeping) -> None:
    records = keeping.records(unit="KF")
    keeping.disable("zhang")
    assert refused(lambda: keeping.propose(records)) == "R-6.nobody_checks"


def test_r_6_a_disabled_head_is_not_asked(keeping: Keeping) -> None:
    records = keeping.records(unit="ZH")
    keeping.disable("zhao")
    assert refused(lambda: keeping.propose(records)) == "R-6.nobody_checks"


def test_r_6_only_the_units_keeper_or_head_gives_its_opinion(keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records(code="quality"))
    for username in sorted(set(keeping.world.people) - {"li", *OUTSIDE}):
        assert refused(lambda name=username: keeping.check(list_id, by=name)) == "X-1.not_permitted"
    for username in OUTSIDE:
        with pytest.raises(NotFound):
            keeping.check(list_id, by=username)
    keeping.check(list_id, by="li")
    keeping.check(list_id, by="ouyang", unit="PZ")
    assert keeping.list(list_id).status is ListStatus.CHECKED


def test_r_6_the_proposer_gives_no_opinion_on_the_own_list(keeping: Keeping) -> None:
    grant(keeping, "zhou", Role.KEEPER, "SC")
    list_id = keeping.propose(keeping.records())
    assert refused(lambda: keeping.check(list_id, by="zhou")) == "R-6.proposer_checks"
    keeping.check(list_id, by="li")


def test_r_6_an_opinion_is_agree_or_object_with_a_reason(keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records())
    assert refused(lambda: keeping.check(list_id, "perhaps")) == "R-6.opinion_needed"
    assert refused(lambda: keeping.check(list_id, "object", comment=" ")) == "R-6.comment_needed"
    keeping.check(list_id, "object", comment="仍在质保期")
    with pytest.raises(NotFound):
        keeping.check(list_id, unit="KF", by="zhang")


def test_a_3_the_opinion_is_signed_over_the_list_that_was_seen(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    list_id = keeping.propose([first, second])
    seen = keeping.list(list_id).manifest_sha256
    take(keeping, list_id, second)
    assert refused(lambda: keeping.check(list_id, seen=seen)).startswith("A-3.")
    keeping.check(list_id)


# --- the leader -----------------------------------------------------------------------------


def test_r_6_the_leader_waits_for_every_opinion_and_every_objection(keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records(code="quality"))
    assert refused(lambda: keeping.approve(list_id)) == "R-6.checks_open"
    keeping.check(list_id, by="ouyang", unit="PZ")
    assert refused(lambda: keeping.approve(list_id)) == "R-6.checks_open"
    keeping.check(list_id, "object", comment="仍在质保期")
    assert refused(lambda: keeping.approve(list_id)) == "R-6.objections"
    keeping.check(list_id, "agree")
    assert keeping.list(list_id).status is ListStatus.CHECKED
    keeping.approve(list_id)
    row = keeping.list(list_id)
    assert row.approved_sha256 == row.manifest_sha256


def test_r_6_who_gave_an_opinion_does_not_approve(keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records(unit="ZH"))
    keeping.check(list_id, by="zhao", unit="ZH")
    assert refused(lambda: keeping.approve(list_id)) == "R-6.checker_approves"


def test_a_3_the_leader_approves_the_list_that_was_seen(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    list_id = keeping.propose([first, second])
    keeping.check(list_id)
    row = keeping.list(list_id)
    take(keeping, list_id, second)
    with pytest.raises(Conflict):
        approve_disposal(
            ApproveDisposal(list_id, row.row_version, row.manifest_sha256),
            by=keeping.world.by("zhao"),
            house=keeping.world.house,
        )
    assert refused(lambda: keeping.approve(list_id, seen=row.manifest_sha256)).startswith("A-3.")
    keeping.approve(list_id)


def test_r_6_an_emptied_list_is_not_approved(keeping: Keeping) -> None:
    records = keeping.records(2)
    list_id = keeping.propose(records)
    for one in records:
        take(keeping, list_id, one)
    keeping.check(list_id)
    assert refused(lambda: keeping.approve(list_id)) == "R-6.empty_list"


PARTS = ("propose", "approve", "execute", "witness")


@pytest.mark.parametrize(("first", "second"), [(a, b) for i, a in enumerate(PARTS) for b in PARTS[i + 1 :]])
def test_r_6_proposer_approver_executor_and_witness_are_four_people(
    keeping: Keeping, first: str, second: str
) -> None:
    """One person with every role takes two of the four parts: the second is refused."""
    for role in (Role.RECORDS_MANAGER, Role.LEADER, Role.AUTHOR):
        grant(keeping, "wang", role)
    people = {"propose": "zhou", "approve": "zhao", "execute": "li", "witness": "chen"}
    people[first] = people[second] = "wang"
    records = keeping.records()
    list_id = keeping.propose(records, by=people["propose"])
    keeping.check(list_id, by="li")
    steps = {"approve": keeping.approve, "execute": keeping.order, "witness": keeping.witness}
    for part in PARTS[1:]:
        if part == second:
            assert refused(lambda name=part: steps[name](list_id, by="wang")) == "R-6.four_people"
            return
        steps[part](list_id, by=people[part])


def test_r_6_four_people_bring_a_list_to_its_execution(keeping: Keeping) -> None:
    list_id = keeping.executing(keeping.records())
    row = keeping.list(list_id)
    assert row.status is ListStatus.EXECUTING
    assert len({row.proposed_by, row.approved_by, row.executor_id, row.witness_id}) == 4
    with keeping.world.house.uow.read() as session:
        wanted = session.scalars(select(Delivery).where(Delivery.kind == "disposal")).all()
    assert [one.payload for one in wanted] == [{"list_id": str(list_id)}]


def test_r_6_nothing_is_wanted_before_the_witness_has_signed(keeping: Keeping) -> None:
    list_id = keeping.approved(keeping.records())
    keeping.order(list_id)
    with keeping.world.house.uow.read() as session:
        assert not session.scalars(select(Delivery).where(Delivery.kind == "disposal")).all()
    assert keeping.start(list_id) is None
    assert keeping.record(keeping.items(list_id)[0].record_id).status is RecordStatus.ON_LIST


def test_r_6_a_witness_needs_a_role_that_signs(keeping: Keeping) -> None:
    list_id = keeping.approved(keeping.records())
    keeping.order(list_id)
    assert refused(lambda: keeping.witness(list_id, by="qian")) == "X-1.not_permitted"
    for username in OUTSIDE:
        with pytest.raises(NotFound):
            keeping.witness(list_id, by=username)
    keeping.witness(list_id, by="zhang")


def test_a_3_executor_and_witness_sign_the_approved_list(keeping: Keeping) -> None:
    list_id = keeping.approved(keeping.records())
    assert refused(lambda: keeping.order(list_id, seen="0" * 64)).startswith("A-3.")
    keeping.order(list_id)
    assert refused(lambda: keeping.witness(list_id, seen="0" * 64)).startswith("A-3.")


# --- taking out, prolonging, rejecting ------------------------------------------------------


def test_r_6_a_record_is_taken_out_with_a_reason_and_goes_back_into_keeping(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    list_id = keeping.propose([first, second])
    before = keeping.list(list_id).manifest_sha256
    assert refused(lambda: take(keeping, list_id, first, reason=" ")) == "R-6.reason_needed"
    take(keeping, list_id, first)
    assert keeping.record(first).status is RecordStatus.ACCEPTED
    assert keeping.record(first).keep_until == LONG_AGO
    assert keeping.list(list_id).manifest_sha256 != before
    with pytest.raises(NotFound):
        take(keeping, list_id, first)
    keeping.propose([first])  # it may come again


def test_r_3_a_record_is_only_ever_prolonged(keeping: Keeping) -> None:
    (one,) = keeping.records()
    list_id = keeping.propose([one])
    today = keeping.world.house.today()
    for day in (date(2020, 1, 1), LONG_AGO, today - timedelta(days=1), today):
        assert refused(lambda d=day: take(keeping, list_id, one, prolonged_until=d)) == (
            "R-6.prolonged_too_short"
        )
        assert keeping.record(one).keep_until == LONG_AGO
    take(keeping, list_id, one, prolonged_until=today + timedelta(days=1))
    kept = keeping.record(one)
    assert kept.keep_until == today + timedelta(days=1)
    assert kept.keep_because[-1]["code"] == "prolonged"
    assert refused(lambda: keeping.propose([one])) == "R-4.kept_until"
    keeping.world.clock.forward(days=2)
    keeping.propose([one])


def test_r_6_a_function_takes_out_what_it_may_see(keeping: Keeping) -> None:
    (mine,) = keeping.records()
    (hidden,) = keeping.records(unit="KF", readers=frozenset({"role:records_manager"}))
    list_id = keeping.propose([mine, hidden])
    assert refused(lambda: take(keeping, list_id, mine, by="qian")) == "X-1.not_permitted"
    with pytest.raises(NotFound):
        take(keeping, list_id, mine, by="wang")
    with pytest.raises(NotFound):
        take(keeping, list_id, hidden, by="li")
    take(keeping, list_id, mine, by="li")
    take(keeping, list_id, hidden, by="zhou")


@pytest.mark.parametrize("step", ["checking", "checked", "approved", "ordered"])
def test_r_6_a_rejected_list_gives_its_records_back(keeping: Keeping, step: str) -> None:
    records = keeping.records(2)
    list_id = keeping.propose(records)
    if step != "checking":
        keeping.check(list_id)
    if step in {"approved", "ordered"}:
        keeping.approve(list_id)
    if step == "ordered":
        keeping.order(list_id)
    assert keeping.list(list_id).status.value == step
    assert refused(lambda: reject(keeping, list_id, reason="")) == "R-6.reason_needed"
    reject(keeping, list_id)
    assert {keeping.record(one).status for one in records} == {RecordStatus.ACCEPTED}
    with keeping.world.house.uow.read() as session:
        said = session.scalars(select(EventRow.action).where(EventRow.subject_id == records[0])).all()
    assert said == ["record.listed", "record.taken_out"]
    keeping.propose(records)


@pytest.mark.parametrize("step", ["approved", "executing"])
def test_r_6_nothing_is_taken_out_of_an_approved_list(keeping: Keeping, step: str) -> None:
    records = keeping.records(2)
    list_id = getattr(keeping, step)(records)
    assert refused(lambda: take(keeping, list_id, records[0])) == "R-6.no_such_move"
    if step == "executing":
        assert refused(lambda: reject(keeping, list_id)) == "R-6.no_such_move"


# --- the whole table of moves ---------------------------------------------------------------


def attempts(keeping: Keeping, list_id: UUID) -> dict[ListAction, Callable[[], object]]:
    """Return each action as a person or the worker who may do it would try it."""
    world, house = keeping.world, keeping.world.house
    item = keeping.items(list_id)[0]
    return {
        ListAction.CHECK: lambda: keeping.check(list_id),
        ListAction.COMPLETE_CHECKS: lambda: keeping.check(list_id),
        ListAction.APPROVE: lambda: keeping.approve(list_id),
        ListAction.REJECT: lambda: reject(keeping, list_id),
        ListAction.EXECUTE: lambda: keeping.order(list_id),
        ListAction.WITNESS: lambda: keeping.witness(list_id),
        ListAction.STOP: lambda: stop_item(
            StopItem(list_id, item.id, "RetentionActive"), by=world.system(), house=house
        ),
        ListAction.RESUME: lambda: resume_disposal(
            ResumeDisposal(list_id, keeping.list(list_id).row_version), by=world.by("zhou"), house=house
        ),
        ListAction.FINISH: lambda: finish_list(FinishList(list_id, ""), by=world.system(), house=house),
    }


@pytest.mark.parametrize("status", ListStatus)
def test_r_6_every_action_in_every_status_does_what_the_table_says(
    keeping: Keeping, status: ListStatus
) -> None:
    """The use case of each action, tried in each status, moves as the table says or changes nothing."""
    for action in ListAction:
        list_id = keeping.propose(keeping.records())
        approved = status not in {ListStatus.CHECKING, ListStatus.CHECKED, ListStatus.REJECTED}
        change = update(DisposalList).where(DisposalList.id == list_id).values(status=status)
        if approved:
            change = change.values(approved_sha256=DisposalList.manifest_sha256)
        keeping.world.house.uow.write(lambda session, change=change: session.execute(change))
        try:
            attempts(keeping, list_id)[action]()
        except RuleRefused as error:
            key = error.refused.key
        else:
            key = ""
        assert (keeping.list(list_id).status, key) == expected(status, action), (status, action)


def expected(status: ListStatus, action: ListAction) -> tuple[ListStatus, str]:
    """Return the status after an action by the table, and how what it does not know is refused."""
    moved = LIST_MOVES.get((status, action))
    if action is ListAction.CHECK and moved:
        return ListStatus.CHECKED, ""  # the only opinion is also the last
    if action is ListAction.COMPLETE_CHECKS:
        return expected(status, ListAction.CHECK)
    if action is ListAction.FINISH:  # an item is still open: refused before the table is asked
        return status, "" if status is ListStatus.EXECUTED else "R-6.items_open"
    if moved:
        return moved, ""
    if action is ListAction.APPROVE and status is ListStatus.CHECKING:
        return status, "R-6.checks_open"
    if action is ListAction.STOP:
        return status, ""  # the worker's repeat is no error
    return status, "R-6.no_such_move"


def test_r_6_a_list_is_finished_only_with_its_certificate(keeping: Keeping) -> None:
    world = keeping.world
    list_id = keeping.executing(keeping.records())
    command = FinishList(list_id, "")
    assert refused(lambda: finish_list(command, by=world.system(), house=world.house)) == "R-6.items_open"
    (one,) = keeping.items(list_id)
    keeping.hold([one.record_id])
    keeping.start(list_id)  # it leaves
    assert refused(lambda: finish_list(command, by=world.system(), house=world.house)) == (
        "R-6.certificate_needed"
    )
    number = number_certificate(command, by=world.system(), house=world.house)
    assert number == "XC-2026-001"
    assert number_certificate(command, by=world.system(), house=world.house) == number


# --- the database itself --------------------------------------------------------------------


def sql(keeping: Keeping, statement: str) -> str:
    """Run a statement past every use case; return the guard that refused it."""
    with pytest.raises(RuleRefused) as error:
        as_owner(keeping.world.house).write(lambda session: session.execute(text(statement)))
    assert error.value.refused.key == "guard.refused"
    return str(error.value.refused.params["guard"])


def test_r_6_guard_an_approved_list_stays_as_it_was_approved(keeping: Keeping) -> None:
    keeping.propose(keeping.records())
    keeping.world.house.uow.write(
        lambda session: session.execute(text("UPDATE disposal_list SET manifest = manifest || ' '"))
    )
    list_id = keeping.approved(keeping.records())
    assert list_id
    where = "WHERE approved_by IS NOT NULL"
    for column in ("manifest", "manifest_sha256", "approved_sha256"):
        assert sql(keeping, f"UPDATE disposal_list SET {column} = 'x' {where}") == "r_6_list_approved"
    assert sql(keeping, f"UPDATE disposal_list SET approved_by = NULL {where}") == "r_6_list_approved"
    assert sql(keeping, "DELETE FROM disposal_list") == "r_6_list_delete"
    assert sql(keeping, "DELETE FROM disposal_item") == "r_6_item_delete"


def test_r_6_guard_nothing_is_added_to_an_approved_list(keeping: Keeping) -> None:
    keeping.approved(keeping.records())
    columns = [c.name for c in DisposalItem.__table__.columns if c.name not in {"id", "record_id"}]
    (other,) = keeping.records()
    names = ", ".join(columns)
    statement = (
        f"INSERT INTO disposal_item (id, record_id, {names}) "
        f"SELECT '{other.hex}', '{other.hex}', {names} FROM disposal_item"
    )
    assert sql(keeping, statement) == "r_6_item_added"


def test_r_6_a_list_changed_past_the_guards_destroys_nothing(keeping: Keeping) -> None:
    """Items are not frozen by the database; their hash is what was approved."""
    records = keeping.records(2)
    list_id = keeping.executing(records)
    keeping.world.house.uow.write(
        lambda session: session.execute(text("UPDATE disposal_item SET title = 'x' WHERE ordinal = 2"))
    )
    while keeping.start(list_id):
        pass
    assert {keeping.record(one).status for one in records} == {RecordStatus.ACCEPTED}
    assert {one.reason for one in keeping.items(list_id)} == {"R-6.list_changed"}


def test_r_4_guard_no_record_without_a_last_day_is_destroyed(keeping: Keeping) -> None:
    keeping.records(permanent=True)
    assert sql(keeping, "UPDATE record SET status = 'destroying'") == "r_4_no_end_date"


def test_r_5_guard_held_and_destroying_exclude_each_other(keeping: Keeping) -> None:
    (held,) = keeping.records()
    hold_id = keeping.hold([held])
    (going,) = keeping.records()
    assert sql(keeping, f"UPDATE record SET status = 'destroying' WHERE id = '{held.hex}'") == "r_5_held"
    keeping.world.house.uow.write(
        lambda session: session.execute(
            text(f"UPDATE record SET status = 'destroying' WHERE id = '{going.hex}'")
        )
    )
    late = (
        "INSERT INTO hold_item (hold_id, item_id, item_kind) "
        f"VALUES ('{hold_id.hex}', '{going.hex}', 'record')"
    )
    assert sql(keeping, late) == "r_5_hold_too_late"
    assert sql(keeping, "DELETE FROM hold_item") == "r_5_hold_item_delete"


def test_a_repeated_request_proposes_once(keeping: Keeping) -> None:
    world = keeping.world
    records = tuple(keeping.records())
    by = world.by("zhou", request_id="r-1")
    first = propose_disposal(ProposeDisposal("到期", records), by=by, house=world.house)
    again = propose_disposal(ProposeDisposal("到期", records), by=by, house=world.house)
    assert first == again
    with pytest.raises(Conflict):
        propose_disposal(ProposeDisposal("别的", records), by=by, house=world.house)
