"""Striking and correcting: C-1, C-2, C-3, C-4, C-6, C-7, F-5, R-3."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from docctl.domain.lifecycle import CorrectionStatus
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.content import FileRole, Signature
from docctl.models.numbers import Alias
from docctl.models.records import Correction, RecordFact
from docctl.services.records.correct import CorrectFile, correct_file, correct_record
from docctl.services.records.decide import DecideCorrection, decide_correction
from tests import filing
from tests.world import World, as_owner

PENDING, EFFECTIVE = CorrectionStatus.PENDING, CorrectionStatus.EFFECTIVE
NOTED, REFUSED = CorrectionStatus.NOTED, CorrectionStatus.REFUSED


def refused(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


@pytest.fixture
def record_id(world: World, form: UUID) -> UUID:
    return filing.filed(world, form, title="不良数 12")


def status(world: World, record_id: UUID) -> list[CorrectionStatus]:
    return [one.status for one in filing.corrections(world, record_id)]


def test_c_1_the_original_stays_and_the_new_value_stands_above(world: World, record_id: UUID) -> None:
    correction_id = filing.corrected(world, record_id, new="不良数 21", reason_text="抄录颠倒")
    assert filing.values(world, record_id, "title") == ["不良数 12", "不良数 21"]
    assert filing.row(world, record_id).title == "不良数 21"
    (one,) = filing.corrections(world, record_id)
    assert (one.old_value, one.new_value, one.entered_by) == ("不良数 12", "不良数 21", world.people["wang"])
    with world.house.uow.read() as session:
        signed = session.scalars(select(Signature).where(Signature.subject_id == correction_id)).one()
    assert (signed.meaning.value, signed.content_sha256) == ("correct", one.content_sha256)


def test_c_2_corrections_keep_their_order(world: World, record_id: UUID) -> None:
    for new in ("一", "二", "三"):
        world.clock.forward(minutes=1)
        filing.corrected(world, record_id, new=new)
    assert filing.values(world, record_id, "title") == ["不良数 12", "一", "二", "三"]
    assert [one.old_value for one in filing.corrections(world, record_id)] == ["不良数 12", "一", "二"]


@pytest.mark.parametrize("table", [RecordFact, Correction])
def test_c_1_the_database_refuses_to_change_or_delete_what_was_signed(
    world: World, record_id: UUID, table: type[RecordFact] | type[Correction]
) -> None:
    filing.corrected(world, record_id)
    column = "value" if table is RecordFact else "new_value"
    for statement in (
        update(table).where(table.record_id == record_id).values({column: "改写"}),
        delete(table).where(table.record_id == record_id),
    ):
        with pytest.raises(RuleRefused) as error:
            as_owner(world.house).write(lambda session, statement=statement: session.execute(statement))
        assert error.value.refused.params["rule"] == "C-1"


@pytest.mark.parametrize(
    ("who", "reason", "expected"),
    [
        pytest.param("wang", "slip", EFFECTIVE, id="the filer at once"),
        pytest.param("wang", "miscalculation", EFFECTIVE, id="the filer's miscalculation at once"),
        pytest.param("wang", "other", PENDING, id="C-7 the filer's other reason waits"),
        pytest.param("li", "other", EFFECTIVE, id="the keeper at once"),
    ],
)
def test_c_3_who_corrects_decides_whether_it_waits(
    world: World, record_id: UUID, who: str, reason: str, expected: CorrectionStatus
) -> None:
    filing.corrected(world, record_id, who, reason=reason, reason_text="客户来函说明")
    assert status(world, record_id) == [expected]
    assert len(filing.values(world, record_id, "title")) == (2 if expected is EFFECTIVE else 1)


def test_c_3_another_of_the_unit_waits_for_the_keeper(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, "li", title="不良数 12")
    waiting = filing.corrected(world, record_id, "wang", new="不良数 21")
    assert status(world, record_id) == [PENDING]
    assert filing.row(world, record_id).title == "不良数 12"
    filing.decided(world, waiting, "li", comment="属实")
    assert status(world, record_id) == [EFFECTIVE]
    assert filing.row(world, record_id).title == "不良数 21"


def test_c_7_a_keeper_who_filed_does_not_approve_their_own_other_reason(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, "li")
    waiting = filing.corrected(world, record_id, "li", reason="other", reason_text="补充")
    with pytest.raises(RuleRefused) as error:
        filing.decided(world, waiting, "li")
    assert refused(error) == "A-2.own_work"
    assert status(world, record_id) == [PENDING]


def test_c_3_a_refused_correction_strikes_nothing_and_stays_readable(world: World, record_id: UUID) -> None:
    waiting = filing.corrected(world, record_id, reason="other", reason_text="改一下")
    with pytest.raises(RuleRefused) as error:
        filing.decided(world, waiting, approve=False)
    assert refused(error) == "C-6.refusal_reason_needed"
    filing.decided(world, waiting, approve=False, comment="没有依据")
    (one,) = filing.corrections(world, record_id)
    assert (one.status, one.decision_comment) == (REFUSED, "没有依据")
    assert filing.values(world, record_id, "title") == ["不良数 12"]
    with pytest.raises(RuleRefused) as error:
        filing.decided(world, waiting)
    assert refused(error) == "C-3.not_pending"


def test_c_3_one_waits_per_field_at_a_time(world: World, record_id: UUID) -> None:
    filing.corrected(world, record_id, reason="other", reason_text="一")
    with pytest.raises(RuleRefused) as error:
        filing.corrected(world, record_id, new="另一个")
    assert refused(error) == "C-3.another_pending"
    filing.corrected(world, record_id, field="remarks", new="另一个字段")


def test_c_3_the_record_with_a_waiting_correction_is_not_accepted(world: World, record_id: UUID) -> None:
    waiting = filing.corrected(world, record_id, reason="other", reason_text="一")
    with pytest.raises(RuleRefused) as error:
        filing.accepted(world, record_id)
    assert refused(error) == "F-17.correction_pending"
    filing.decided(world, waiting)
    filing.accepted(world, record_id)


def test_c_3_a_stale_decision_is_a_conflict_and_a_strange_one_not_found(
    world: World, record_id: UUID
) -> None:
    waiting = filing.corrected(world, record_id, reason="other", reason_text="一")
    with pytest.raises(Conflict):
        decide_correction(DecideCorrection(waiting, 9, approve=True), by=world.by("li"), house=world.house)
    with pytest.raises(NotFound):
        decide_correction(DecideCorrection(uuid4(), 1, approve=True), by=world.by("li"), house=world.house)
    with pytest.raises(NotFound):
        filing.decided(world, waiting, "zhang")


def test_c_3_under_a_hold_a_correction_is_a_note_until_the_hold_ends(world: World, record_id: UUID) -> None:
    hold = filing.held(world, record_id)
    filing.corrected(world, record_id, new="不良数 21")
    assert status(world, record_id) == [NOTED]
    assert filing.values(world, record_id, "title") == ["不良数 12"]
    filing.lifted(world, hold)
    assert status(world, record_id) == [EFFECTIVE]
    assert filing.values(world, record_id, "title") == ["不良数 12", "不良数 21"]
    assert filing.row(world, record_id).title == "不良数 21"


def test_c_3_notes_are_settled_only_when_the_last_hold_is_lifted(world: World, record_id: UUID) -> None:
    first, second = filing.held(world, record_id), filing.held(world, record_id)
    filing.corrected(world, record_id)
    filing.lifted(world, first)
    assert status(world, record_id) == [NOTED]
    filing.lifted(world, second)
    assert status(world, record_id) == [EFFECTIVE]


def test_c_3_a_note_that_needs_the_keeper_waits_after_the_hold(world: World, record_id: UUID) -> None:
    hold = filing.held(world, record_id)
    filing.corrected(world, record_id, "wang", reason="other", reason_text="一")
    filing.corrected(world, record_id, "li", field="remarks", new="保管人的说明")
    filing.lifted(world, hold)
    assert status(world, record_id) == [PENDING, EFFECTIVE]


def test_c_3_of_two_notes_on_one_field_the_later_waits_as_its_old_value_is_gone(
    world: World, record_id: UUID
) -> None:
    hold = filing.held(world, record_id)
    filing.corrected(world, record_id, new="一")
    world.clock.forward(minutes=1)
    filing.corrected(world, record_id, new="二")
    filing.lifted(world, hold)
    assert status(world, record_id) == [EFFECTIVE, PENDING]
    later = filing.corrections(world, record_id)[1].id
    with pytest.raises(RuleRefused) as error:
        filing.decided(world, later)
    assert refused(error) == "C-3.value_moved_on"
    filing.decided(world, later, approve=False, comment="以第一次为准")


def test_c_3_a_waiting_correction_is_not_decided_under_a_hold(world: World, record_id: UUID) -> None:
    waiting = filing.corrected(world, record_id, reason="other", reason_text="一")
    hold = filing.held(world, record_id)
    with pytest.raises(RuleRefused) as error:
        filing.decided(world, waiting)
    assert refused(error) == "C-3.held"
    filing.lifted(world, hold)
    filing.decided(world, waiting)
    assert status(world, record_id) == [EFFECTIVE]


@pytest.mark.parametrize(
    ("states", "key"),
    [
        (["on_list"], "C-3.on_list"),
        (["on_list", "destroying"], "C-3.after_disposal"),
        (["on_list", "destroying", "stopped"], "C-3.after_disposal"),
        (["on_list", "destroying", "destroyed"], "C-3.after_disposal"),
    ],
)
def test_c_3_nothing_is_corrected_from_the_list_on(
    world: World, record_id: UUID, states: list[str], key: str
) -> None:
    filing.accepted(world, record_id)
    filing.corrected(world, record_id)  # the side on which it is still allowed
    cmd = filing.correction(world, record_id, new="太迟")
    filing.force(world, record_id, *states)
    with pytest.raises(RuleRefused) as error:
        correct_record(cmd, by=world.by("wang"), house=world.house)
    assert refused(error) == key


def test_c_3_a_waiting_correction_takes_no_effect_once_the_record_is_on_a_list(
    world: World, record_id: UUID
) -> None:
    filing.accepted(world, record_id)
    waiting = filing.corrected(world, record_id, reason="other", reason_text="一")
    filing.force(world, record_id, "on_list")
    with pytest.raises(RuleRefused) as error:
        filing.decided(world, waiting)
    assert refused(error) == "C-3.on_list"


def test_c_3_a_voided_record_is_not_corrected(world: World, record_id: UUID) -> None:
    filing.voided(world, record_id)
    with pytest.raises(RuleRefused) as error:
        filing.corrected(world, record_id)
    assert refused(error) == "C-3.voided"


def test_c_4_the_first_file_stays_the_first(world: World, record_id: UUID) -> None:
    (first,) = filing.files(world, record_id)
    filing.sheet(world, record_id, further=True)
    found = filing.files(world, record_id)
    assert found[0].id == first.id
    assert [(one.ordinal, one.role) for one in found] == [
        (1, FileRole.MAIN),
        (2, FileRole.CORRECTION_SHEET),
        (3, FileRole.MAIN),
    ]
    (one,) = filing.corrections(world, record_id)
    assert (one.field, one.sheet_file_id, one.status) == ("file", found[1].id, EFFECTIVE)


def test_c_4_the_sheets_bytes_lie_beside_the_first_file(world: World, record_id: UUID) -> None:
    filing.sheet(world, record_id)
    assert {one.object_key.split("/")[2] for one in filing.files(world, record_id)} == {str(record_id)}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"uploads": ()}, "C-4.sheet_needed"),
        ({"reason_text": " "}, "C-6.reason_text_needed"),
        ({"reason": ""}, "C-6.reason_needed"),
    ],
)
def test_c_4_a_sheet_needs_the_sheet_and_the_reason(
    world: World, record_id: UUID, changes: dict[str, object], key: str
) -> None:
    one = filing.upload(world, "wang")
    version = filing.row(world, record_id).row_version
    cmd = CorrectFile(record_id, version, "slip", "漏扫", (one,))
    with pytest.raises(RuleRefused) as error:
        correct_file(replace(cmd, **changes), by=world.by("wang"), house=world.house)
    assert refused(error) == key


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"new": "不良数 12"}, "C-6.nothing_changed", id="nothing changes"),
        pytest.param({"new": "  不良数 12 "}, "C-6.nothing_changed", id="only blanks change"),
        pytest.param({"reason": ""}, "C-6.reason_needed", id="no reason"),
        pytest.param({"reason": "whim"}, "C-6.reason_needed", id="no such reason"),
        pytest.param({"reason": "other"}, "C-6.reason_text_needed", id="other without text"),
        pytest.param({"reason_text": "由" * 501}, "C-6.too_long", id="a reason of 501"),
        pytest.param({"new": " "}, "C-6.value_needed", id="an empty title"),
        pytest.param({"new": "长" * 501}, "C-6.too_long", id="a title of 501"),
        pytest.param({"field": "keep_until", "new": "2020-01-01"}, "C-6.no_such_field", id="no such field"),
        pytest.param({"field": "occurred_at", "new": "昨天"}, "C-6.no_date", id="no date"),
        pytest.param({"field": "occurred_at", "new": "2026-02-30T09:00"}, "C-6.no_date", id="no such day"),
        pytest.param({"field": "occurred_at", "new": ""}, "C-6.value_needed", id="an empty time"),
    ],
)
def test_c_6_what_is_no_correction_is_refused(
    world: World, record_id: UUID, changes: dict[str, str], key: str
) -> None:
    with pytest.raises(RuleRefused) as error:
        filing.corrected(world, record_id, **changes)
    assert refused(error) == key
    assert filing.corrections(world, record_id) == []


@pytest.mark.parametrize(
    "changes",
    [{"new": "长" * 500}, {"reason_text": "由" * 500}, {"field": "remarks", "new": "一\n二"}],
    ids=["500 in a title", "500 in a reason", "remarks in lines"],
)
def test_c_6_the_longest_that_fits_is_a_correction(
    world: World, record_id: UUID, changes: dict[str, str]
) -> None:
    filing.corrected(world, record_id, **changes)


def test_a_3_a_correction_of_a_value_that_moved_on_is_refused(world: World, record_id: UUID) -> None:
    cmd = filing.correction(world, record_id)
    with pytest.raises(RuleRefused) as error:
        correct_record(replace(cmd, old="别的"), by=world.by("wang"), house=world.house)
    assert refused(error) == "A-3.content_changed"
    filing.corrected(world, record_id, new="先到")
    with pytest.raises(Conflict):
        correct_record(cmd, by=world.by("wang"), house=world.house)


def test_a_3_a_correction_asks_for_the_password(world: World, record_id: UUID) -> None:
    cmd = filing.correction(world, record_id)
    with pytest.raises(RuleRefused) as error:
        correct_record(cmd, by=world.by("wang", password="wrong"), house=world.house)
    assert refused(error) == "A-3.wrong_password"


@pytest.mark.parametrize("field", ["occurred_at", "received_at"])
def test_f_5_a_corrected_time_is_not_later_than_the_filing(world: World, record_id: UUID, field: str) -> None:
    filed_at = filing.row(world, record_id).filed_at
    world.clock.forward(days=2)
    with pytest.raises(RuleRefused) as error:
        filing.corrected(world, record_id, field=field, new=(filed_at + timedelta(minutes=1)).isoformat())
    assert refused(error) == "F-5.later_than_entry"
    filing.corrected(world, record_id, field=field, new=filed_at.isoformat())


def test_f_5_a_corrected_time_keeps_the_order_of_occurred_and_received(world: World, form: UUID) -> None:
    at = world.clock() - timedelta(days=1)
    record_id = filing.filed(world, form, occurred_at=at, received_at=at)
    for field, new in (
        ("occurred_at", at + timedelta(minutes=1)),
        ("received_at", at - timedelta(minutes=1)),
    ):
        with pytest.raises(RuleRefused) as error:
            filing.corrected(world, record_id, field=field, new=new.isoformat())
        assert refused(error) == "F-5.received_before_occurred"
    filing.corrected(world, record_id, field="received_at", new="")
    assert filing.row(world, record_id).received_at is None


def test_f_5_lateness_follows_the_corrected_time(world: World, record_id: UUID) -> None:
    assert not filing.row(world, record_id).is_late
    early = world.clock() - timedelta(days=10)
    filing.corrected(world, record_id, field="occurred_at", new=early.isoformat())
    assert filing.row(world, record_id).is_late


def test_r_3_a_corrected_date_prolongs_and_never_shortens(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, occurred_at=datetime(2026, 1, 10, 4, tzinfo=UTC))
    until = filing.row(world, record_id).keep_until
    assert until is not None
    filing.corrected(world, record_id, field="occurred_at", new="2026-01-09T12:00")
    found = filing.row(world, record_id)
    assert found.keep_until == until
    assert found.trigger_on is not None
    assert found.trigger_on.day == 9
    assert found.keep_because[-1] == {"code": "never_shortened", "params": {"until": until.isoformat()}}
    filing.corrected(world, record_id, field="occurred_at", new="2026-01-11T12:00")
    found = filing.row(world, record_id)
    assert found.keep_until == until + timedelta(days=1)
    assert "never_shortened" not in [one["code"] for one in found.keep_because]


def test_n_9_a_corrected_outside_number_finds_the_record_beside_the_old_one(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, outside_number="HY-12")
    filing.corrected(world, record_id, field="outside_number", new="HY-21")
    with world.house.uow.read() as session:
        found = session.scalars(select(Alias.text).where(Alias.item_id == record_id)).all()
    assert set(found) == {"HY-12", "HY-21"}


def test_x_3_a_record_of_another_unit_is_not_found(world: World, record_id: UUID) -> None:
    with pytest.raises(NotFound):
        filing.corrected(world, record_id, "zhang")
    with pytest.raises(NotFound):
        filing.sheet(world, record_id, "zhang")
    with pytest.raises(RuleRefused) as error:
        filing.corrected(world, record_id, "qian")  # an auditor sees and does not correct
    assert refused(error) == "X-1.not_permitted"
