"""Filing, accepting, voiding and placing records: F-1, F-3, F-5, F-17, N-1, N-4, R-10, R-13, X-1, X-3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.content import Signature
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.models.records import Record, RecordKey
from docctl.models.work import Delivery
from docctl.services.records.accept import AcceptRecord, PlaceRecord, accept_record, place_record
from docctl.services.records.file import file_record
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import filing
from tests.world import World, as_owner


def refused(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def test_f_1_a_record_is_filed_on_the_revision_in_force_and_keeps_it(world: World, form: UUID) -> None:
    first = filing.filed(world, form)
    on_first = filing.row(world, first).form_revision_id
    second_revision = revise_document(
        ReviseDocument(form, change_what="增加一栏", change_reason="改进", uploads=(world.upload("chen"),)),
        by=world.by("chen"),
        house=world.house,
    )
    world.issued(second_revision, on=world.house.today() + timedelta(days=1))
    world.clock.forward(days=1)
    second = filing.filed(world, form)
    assert filing.row(world, second).form_revision_id == second_revision
    assert filing.row(world, first).form_revision_id == on_first != second_revision


def test_f_1_nothing_is_filed_under_a_form_that_waits_for_its_day(world: World) -> None:
    day = world.house.today() + timedelta(days=1)
    waiting = world.issued(world.draft("明日表格", kind="form", number="QR-1103"), on=day)
    form = world.document_of(waiting).id
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form)
    assert refused(error) == "F-1.not_in_force"
    start = world.revision(waiting).effective_from
    assert start is not None
    world.clock.now = start - timedelta(microseconds=1)
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form)
    assert refused(error) == "F-1.not_in_force"
    world.clock.now = start
    assert filing.row(world, filing.filed(world, form)).form_revision_id == waiting


def test_f_1_nothing_is_filed_under_a_draft_or_a_withdrawn_form(world: World, form: UUID) -> None:
    draft = world.document_of(world.draft("草稿表格", kind="form", number="QR-1104")).id
    with pytest.raises((RuleRefused, NotFound)):
        filing.filed(world, draft)
    revision_id = filing.row(world, filing.filed(world, form)).form_revision_id
    withdraw_revision(
        WithdrawRevision(revision_id, world.revision(revision_id).row_version, "不再使用"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(minutes=1)
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form)
    assert refused(error) == "F-1.not_in_force"


def test_f_1_a_procedure_is_no_form(world: World) -> None:
    procedure = world.document_of(world.issued(world.draft())).id
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, procedure)
    assert refused(error) == "F-1.not_a_form"


def test_n_4_records_are_numbered_in_the_series_of_their_form(world: World, form: UUID) -> None:
    other = filing.a_form(world, number="QR-1105", title="回访记录")
    numbers = [filing.row(world, filing.filed(world, one)).number for one in (form, form, other)]
    assert numbers == ["QR-1102-2026-0001", "QR-1102-2026-0002", "QR-1105-2026-0001"]


def test_n_4_the_outside_number_finds_the_record_and_is_kept_beside_ours(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, outside_number="HY 2024〔3〕号")
    with world.house.uow.read() as session:
        alias = session.scalars(select(Alias).where(Alias.item_id == record_id)).one()
    assert (alias.kind, alias.text) == ("outside", "HY 2024〔3〕号")


def test_s_7_keys_are_shared_and_compared_in_one_form(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, keys=(("batch", "ＢＡＴＣＨ 01"), ("order", "  ")))
    with world.house.uow.read() as session:
        (key,) = session.scalars(select(RecordKey).where(RecordKey.record_id == record_id))
    assert (key.kind, key.normal) == ("batch", "batch01")


@pytest.mark.parametrize("field", ["occurred_at", "received_at"])
def test_f_5_a_stated_time_is_not_later_than_the_entry(world: World, form: UUID, field: str) -> None:
    now = world.clock()
    filing.filed(world, form, **{"occurred_at": now - timedelta(hours=1), field: now})
    with pytest.raises(RuleRefused) as error:
        filing.filed(
            world,
            form,
            **{"occurred_at": now - timedelta(hours=1), field: now + timedelta(microseconds=1)},
        )
    assert refused(error) == "F-5.later_than_entry"


def test_f_5_nothing_is_received_before_it_occurred(world: World, form: UUID) -> None:
    at = world.clock() - timedelta(days=1)
    filing.filed(world, form, occurred_at=at, received_at=at)
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form, occurred_at=at, received_at=at - timedelta(microseconds=1))
    assert refused(error) == "F-5.received_before_occurred"


def test_f_5_an_impossibly_early_time_is_refused(world: World, form: UUID) -> None:
    filing.filed(world, form, occurred_at=datetime(1900, 1, 1, tzinfo=UTC))
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form, occurred_at=datetime(1899, 12, 31, tzinfo=UTC))
    assert refused(error) == "F-5.too_early"


def test_f_5_filing_shows_as_late_after_three_days_to_the_tick(world: World, form: UUID) -> None:
    limit = world.clock() - timedelta(days=3)
    on_time = filing.filed(world, form, occurred_at=limit)
    late = filing.filed(world, form, occurred_at=limit - timedelta(microseconds=1))
    received = filing.filed(world, form, occurred_at=limit - timedelta(days=30), received_at=limit)
    assert [filing.row(world, one).is_late for one in (on_time, late, received)] == [False, True, False]


def test_f_5_who_enters_and_when_comes_from_the_session(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, stated_person="巡检员老李")
    found = filing.row(world, record_id)
    assert (found.filed_by, found.filed_at) == (world.people["wang"], world.clock())
    assert filing.values(world, record_id, "stated_person") == ["巡检员老李"]


def test_r_13_paper_needs_a_place(world: World, form: UUID) -> None:
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form, medium="paper", place=" ")
    assert refused(error) == "R-13.place_needed"
    record_id = filing.filed(world, form, medium="paper", place="品质部 2 柜 3 盒")
    assert filing.row(world, record_id).place == "品质部 2 柜 3 盒"
    filing.filed(world, form, medium="electronic")


def test_r_13_an_unknown_medium_is_refused(world: World, form: UUID) -> None:
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form, medium="papyrus")
    assert refused(error) == "R-13.no_such_medium"


def test_r_13_the_keeper_notes_where_the_paper_lies(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, medium="paper", place="1 柜")
    cmd = PlaceRecord(record_id, filing.row(world, record_id).row_version, "档案室 5 柜")
    with pytest.raises(RuleRefused) as error:
        place_record(cmd, by=world.by("wang"), house=world.house)
    assert refused(error) == "X-1.not_permitted"
    place_record(cmd, by=world.by("li"), house=world.house)
    assert filing.row(world, record_id).place == "档案室 5 柜"


@pytest.mark.parametrize(("place", "code"), [("", "place_needed"), ("柜" * 201, "too_long")])
def test_r_13_a_place_is_named_and_short(world: World, form: UUID, place: str, code: str) -> None:
    record_id = filing.filed(world, form, medium="paper", place="1 柜")
    with pytest.raises(RuleRefused) as error:
        place_record(
            PlaceRecord(record_id, filing.row(world, record_id).row_version, place),
            by=world.by("li"),
            house=world.house,
        )
    assert error.value.refused.code == code


def test_r_13_a_record_without_paper_has_no_place(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form)
    with pytest.raises(RuleRefused) as error:
        place_record(
            PlaceRecord(record_id, filing.row(world, record_id).row_version, "1 柜"),
            by=world.by("li"),
            house=world.house,
        )
    assert refused(error) == "R-13.no_paper"


def test_f_3_a_repeated_file_is_noticed_and_may_be_meant(world: World, form: UUID) -> None:
    filing.filed(world, form, uploads=(filing.upload(world, "wang", "同一份"),))
    again = filing.command(world, form, uploads=(filing.upload(world, "wang", "同一份"),))
    with pytest.raises(RuleRefused) as error:
        file_record(again, by=world.by("wang"), house=world.house)
    assert refused(error) == "upload.repeated"
    assert error.value.refused.params["number"] == "QR-1102-2026-0001"
    filing.filed(world, form, uploads=(filing.upload(world, "wang", "同一份"),), repeated_is_meant=True)


def test_x_3_a_repeated_file_of_a_hidden_record_is_not_named(world: World, form: UUID) -> None:
    filing.filed(world, form, "zhang", uploads=(filing.upload(world, "zhang", "同一份"),))
    filing.filed(world, form, "wang", uploads=(filing.upload(world, "wang", "同一份"),))


def test_x_3_the_visible_one_of_several_repeats_is_named(world: World, form: UUID) -> None:
    filing.filed(world, form, "zhang", uploads=(filing.upload(world, "zhang", "同一份"),))
    filing.filed(world, form, "wang", uploads=(filing.upload(world, "wang", "同一份"),))
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form, "wang", uploads=(filing.upload(world, "wang", "同一份"),))
    assert error.value.refused.params["number"] == "QR-1102-2026-0002"


def test_f_3_a_repeat_of_a_voided_filing_is_no_repeat(world: World, form: UUID) -> None:
    first = filing.filed(world, form, uploads=(filing.upload(world, "wang", "放错表"),))
    filing.voided(world, first)
    filing.filed(world, form, uploads=(filing.upload(world, "wang", "放错表"),))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"uploads": ()}, "upload.needed"),
        ({"title": " "}, "F-3.title_needed"),
        ({"title": "长" * 501}, "F-3.title_too_long"),
        ({"stated_person": "人" * 201}, "C-6.too_long"),
        ({"remarks": "注" * 2001}, "C-6.too_long"),
        ({"outside_number": "9" * 201}, "C-6.too_long"),
        ({"keys": (("batch", "9" * 201),)}, "C-6.too_long"),
        ({"keys": (("colour", "红"),)}, "F-3.no_such_key"),
    ],
)
def test_f_3_what_does_not_fit_is_refused_and_takes_no_number(
    world: World, form: UUID, changes: dict[str, object], key: str
) -> None:
    from dataclasses import replace

    cmd = replace(filing.command(world, form), **changes)
    with pytest.raises(RuleRefused) as error:
        file_record(cmd, by=world.by("wang"), house=world.house)
    assert refused(error) == key
    assert filing.row(world, filing.filed(world, form)).number.endswith("-0001")


@pytest.mark.parametrize(
    "changes",
    [{"title": "长" * 500}, {"remarks": "注" * 2000}, {"stated_person": "人" * 200}],
    ids=["title", "remarks", "person"],
)
def test_f_3_the_longest_that_fits_is_taken(world: World, form: UUID, changes: dict[str, object]) -> None:
    filing.filed(world, form, **changes)


def test_f_3_control_signs_are_left_out_and_remarks_keep_their_lines(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, stated_person="李\x00\n秀兰", remarks="一\r\n二\x07")
    assert filing.values(world, record_id, "stated_person") == ["李 秀兰"]
    assert filing.values(world, record_id, "remarks") == ["一\n二"]


def test_x_1_only_a_keeper_files_for_another_unit(world: World, form: UUID) -> None:
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form, "wang", unit_id=world.units["KF"])
    assert refused(error) == "X-1.not_permitted"
    with pytest.raises(NotFound):
        filing.filed(world, form, "wang", unit_id=uuid4())
    record_id = filing.filed(world, form, "zhang", unit_id=world.units["KF"])
    assert filing.row(world, record_id).unit_name == "客服部"


def test_r_10_a_form_without_class_gives_the_catch_all(world: World, form: UUID) -> None:
    found = filing.row(world, filing.filed(world, form))
    assert found.keep_until is not None
    assert found.keep_until.year == 2030  # others, four years
    assert found.keep_because[0]["code"] == "counted_from"


def test_f_17_the_keeper_accepts_and_signs_but_not_their_own(world: World, form: UUID) -> None:
    own = filing.filed(world, form, "li")
    with pytest.raises(RuleRefused) as error:
        filing.accepted(world, own, "li")
    assert refused(error) == "A-2.own_work"
    other = filing.filed(world, form, "wang")
    with pytest.raises(RuleRefused) as error:
        filing.accepted(world, other, "wang")
    assert refused(error) == "X-1.not_permitted"
    filing.accepted(world, other, "li")
    found = filing.row(world, other)
    assert (found.status, found.accepted_by) == (RecordStatus.ACCEPTED, world.people["li"])
    with world.house.uow.read() as session:
        signature = session.scalars(select(Signature).where(Signature.subject_id == other)).one()
        wanted = session.scalars(select(Delivery.key).where(Delivery.kind == "lock")).all()
    assert signature.meaning.value == "accept"
    assert f"lock:{other}:accept" in wanted


def test_f_17_a_record_is_accepted_once(world: World, form: UUID) -> None:
    record_id = filing.accepted(world, filing.filed(world, form))
    with pytest.raises(RuleRefused) as error:
        filing.accepted(world, record_id)
    assert refused(error) == "F-17.no_such_move"


def test_a_3_a_record_that_changed_since_it_was_seen_is_not_accepted(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form)
    version = filing.row(world, record_id).row_version
    with pytest.raises(RuleRefused) as error:
        accept_record(AcceptRecord(record_id, version, "0" * 64), by=world.by("li"), house=world.house)
    assert refused(error) == "A-3.content_changed"
    with pytest.raises(Conflict):
        accept_record(AcceptRecord(record_id, 7, "0" * 64), by=world.by("li"), house=world.house)


def test_f_17_void_before_acceptance_only_and_the_number_stays(world: World, form: UUID) -> None:
    wrong = filing.voided(world, filing.filed(world, form), reason="放错表")
    assert filing.row(world, wrong).status is RecordStatus.VOIDED
    with world.house.uow.read() as session:
        entry = session.scalars(select(NumberEntry).where(NumberEntry.item_id == wrong)).one()
    assert (entry.state, entry.reason) == (NumberState.VOIDED, "放错表")
    right = filing.accepted(world, filing.filed(world, form))
    assert filing.row(world, right).number.endswith("-0002")
    with pytest.raises(RuleRefused) as error:
        filing.voided(world, right)
    assert refused(error) == "F-17.void_after_acceptance"


@pytest.mark.parametrize(("reason", "key"), [(" ", "F-17.reason_needed"), ("由" * 501, "C-6.too_long")])
def test_f_17_a_void_has_a_reason_of_a_sensible_length(
    world: World, form: UUID, reason: str, key: str
) -> None:
    record_id = filing.filed(world, form)
    with pytest.raises(RuleRefused) as error:
        filing.voided(world, record_id, reason=reason)
    assert refused(error) == key


def test_f_17_only_the_filer_and_the_keeper_void(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, "li")
    with pytest.raises(RuleRefused) as error:
        filing.voided(world, record_id, "wang")
    assert refused(error) == "X-1.not_permitted"
    with pytest.raises(NotFound):
        filing.voided(world, record_id, "zhang")


@pytest.mark.parametrize("field", ["number", "form_revision_id", "filed_at", "unit_name"])
def test_c_1_the_database_refuses_to_change_what_a_record_is(world: World, form: UUID, field: str) -> None:
    record_id = filing.filed(world, form)
    other = {
        "number": "X-1",
        "form_revision_id": uuid4(),
        "filed_at": world.clock() + timedelta(days=1),
        "unit_name": "别的部门",
    }[field]
    with pytest.raises(RuleRefused) as error:
        world.house.uow.write(
            lambda session: session.execute(
                update(Record).where(Record.id == record_id).values({field: other})
            )
        )
    assert error.value.refused.params["rule"] == "C-1"


def test_c_1_the_database_refuses_to_delete_a_record(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form)
    with pytest.raises(RuleRefused) as error:
        as_owner(world.house).write(
            lambda session: session.execute(delete(Record).where(Record.id == record_id))
        )
    assert error.value.refused.params["rule"] == "C-1"
