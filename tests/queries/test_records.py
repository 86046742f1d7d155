"""The register of records and a record's page: C-2, C-3, F-1, F-17, N-9, N-10, R-5, R-10, S-1, S-7, X-3."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from docctl.domain.verdicts import NotFound
from docctl.queries import records
from docctl.queries.record_forms import forms_in_force, forms_to_filter, units_to_file_for
from docctl.queries.record_page import RecordPage, record_page
from docctl.queries.records import RecordFilter, RecordRegister, record_register
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import filing
from tests.world import World


def register(world: World, who: str = "li", **wanted: object) -> RecordRegister:
    with world.house.uow.read() as session:
        return record_register(
            session,
            world.by(who).actor,
            RecordFilter(**wanted),  # type: ignore[arg-type]
            today=world.house.today(),
            zone=world.house.zone,
        )


def ids(found: RecordRegister) -> list[UUID]:
    return [one.record_id for one in found.rows]


def page(world: World, record_id: UUID, who: str = "li", at: datetime | None = None) -> RecordPage:
    with world.house.uow.read() as session:
        return record_page(
            session,
            world.by(who).actor,
            record_id,
            today=world.house.today(),
            zone=world.house.zone,
            stood_at=at,
        )


def test_s_1_the_newest_stand_first_and_the_count_is_exact(world: World, form: UUID) -> None:
    filed = []
    for _ in range(3):
        world.clock.forward(minutes=1)
        filed.append(filing.filed(world, form))
    found = register(world)
    assert (ids(found), found.total) == (filed[::-1], 3)
    assert ids(register(world, sort="number", descending=False)) == filed


def test_s_1_pages_hold_fifty_rows_and_the_last_page_the_rest(world: World, form: UUID) -> None:
    for _ in range(51):
        filing.filed(world, form)
    first, second, beyond = (register(world, page=number) for number in (1, 2, 9))
    assert [(one.first, one.last, one.total, one.has_next) for one in (first, second)] == [
        (1, 50, 51, True),
        (51, 51, 51, False),
    ]
    assert beyond.page == 2
    assert not set(ids(first)) & set(ids(second))


@pytest.mark.parametrize("many", [0, 5_000], ids=["walked in order", "sorted"])
def test_s_1_pages_from_either_end_are_one_list(
    world: World, form: UUID, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_MANY", many)
    for place in range(7):
        world.clock.forward(minutes=place % 2)  # some at one instant
        filing.filed(world, form, ("li", "zhang")[place % 2], title=f"点检 {place % 3}")

    def listed(wanted: RecordFilter, *, size: int | None) -> RecordRegister:
        with world.house.uow.read() as session:
            actor, zone = world.by("zhao").actor, world.house.zone
            return record_register(
                session, actor, wanted, today=world.house.today(), zone=zone, page_size=size
            )

    for sort in records.SORTS:
        for descending in (False, True):
            for narrowed in ({}, {"medium": "electronic"}):
                wanted = RecordFilter(sort=sort, descending=descending, **narrowed)
                whole = ids(listed(wanted, size=None))
                pages = [ids(listed(replace(wanted, page=number), size=3)) for number in (1, 2, 3)]
                assert [len(one) for one in pages] == [3, 3, 1]
                assert [one for page in pages for one in page] == whole, wanted


def test_x_3_a_hidden_record_is_in_no_row_and_in_no_count(world: World, form: UUID) -> None:
    ours, theirs = filing.filed(world, form, "wang"), filing.filed(world, form, "zhang")
    assert ids(register(world, "wang")) == [ours]
    assert register(world, "wang").total == 1
    assert register(world, "wang", text="0002").total == 0
    assert register(world, "zhao").total == 2  # the leader sees both
    with pytest.raises(NotFound):
        page(world, theirs, "wang")


def test_s_1_every_filter_narrows(world: World, form: UUID) -> None:
    other = filing.a_form(world, number="QR-1105", title="点检记录")
    old = datetime(2025, 5, 1, tzinfo=UTC)
    a = filing.filed(world, form, title="外壳划伤", occurred_at=old)
    b = filing.filed(world, other, "li", title="注塑机", medium="paper", place="1 柜")
    everything = {a, b}
    with world.house.uow.read() as session:
        class_id = filing.row(world, a).class_id
        assert session is not None
    for wanted, expected in (
        ({"form_id": other}, {b}),
        ({"unit_id": world.units["SC"]}, everything),
        ({"unit_id": world.units["KF"]}, set()),
        ({"class_id": class_id}, everything),
        ({"filer_id": world.people["li"]}, {b}),
        ({"medium": "paper"}, {b}),
        ({"medium": "electronic"}, {a}),
        ({"medium": "nonsense"}, everything),
        ({"year": 2025}, {a}),
        ({"year": 2026}, {b}),
        ({"late": True}, {a}),
        ({"text": "划伤"}, {a}),
        ({"text": "没有"}, set()),
        ({"text": "%"}, set()),
    ):
        found = register(world, **wanted)
        assert (set(ids(found)), found.total) == (expected, len(expected)), wanted


def test_s_1_the_year_is_the_companys(world: World, form: UUID) -> None:
    # 16:00 UTC is midnight in Shanghai.
    before = filing.filed(world, form, occurred_at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    after = filing.filed(world, form, occurred_at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC))
    assert ids(register(world, year=2025)) == [before]
    assert ids(register(world, year=2026)) == [after]


@pytest.mark.parametrize("text", ["QR-1102-2026-0001", "qr－1102－2026－0001", "QR 1102", "0001"])
def test_n_10_a_number_is_found_however_it_is_written(world: World, form: UUID, text: str) -> None:
    record_id = filing.filed(world, form)
    expected = [] if text == "QR 1102" else [record_id]  # blanks fold, dashes are not left out
    assert ids(register(world, text=text)) == expected


def test_n_9_s_7_an_outside_number_and_a_key_find_the_record(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, outside_number="HY〔3〕", keys=(("batch", "B-01"),))
    for text in ("HY(3)", "b-01"):
        assert ids(register(world, text=text)) == [record_id]


def test_f_17_states_are_told_apart_and_due_follows_from_the_date(world: World, form: UUID) -> None:
    completed = filing.filed(world, form)
    kept = filing.accepted(world, filing.filed(world, form))
    voided = filing.voided(world, filing.filed(world, form))
    held = filing.filed(world, form)
    filing.held(world, held)
    assert ids(register(world, state="accepted")) == [kept]
    assert ids(register(world, state="voided")) == [voided]
    assert ids(register(world, state="held")) == [held]
    assert set(ids(register(world, state="completed"))) == {completed, held}
    until = filing.row(world, kept).keep_until
    assert until is not None
    last_day = datetime(until.year, until.month, until.day, 12, tzinfo=UTC)
    world.clock.now = last_day
    assert register(world, state="due").total == 0
    world.clock.now = last_day + timedelta(days=1)
    assert ids(register(world, state="due")) == [kept]
    assert register(world, state="accepted").total == 0
    assert page(world, kept).state == "due"


def test_r_5_a_lifted_hold_no_longer_shows(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form)
    hold = filing.held(world, record_id)
    assert register(world).rows[0].is_held
    filing.lifted(world, hold)
    assert not register(world).rows[0].is_held
    assert [one.lifted_at is not None for one in page(world, record_id, "zhou").beside.holds] == [True]


def test_c_2_the_record_can_be_shown_as_it_stood_at_any_time(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, title="一")
    filed_at = world.clock()
    world.clock.forward(hours=1)
    filing.corrected(world, record_id, new="二")
    corrected_at = world.clock()
    world.clock.forward(hours=1)
    filing.sheet(world, record_id)
    filing.accepted(world, record_id)

    tick = timedelta(microseconds=1)
    before = page(world, record_id, at=corrected_at - tick)
    assert (before.title, len(before.corrections), len(before.files)) == ("一", 0, 1)
    assert (before.status, before.offered, before.accepted_at) == ("completed", (), None)
    assert before.beside.signatures == ()
    at = page(world, record_id, at=corrected_at)
    assert (at.title, [one.status for one in at.corrections]) == ("二", ["effective"])
    now = page(world, record_id)
    assert (now.title, len(now.corrections), len(now.files), now.status) == ("二", 2, 2, "accepted")
    assert page(world, record_id, at=filed_at - timedelta(days=1)).title == "一"  # not before its filing


def test_c_2_a_correction_waits_as_of_before_its_decision(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, title="一")
    waiting = filing.corrected(world, record_id, new="二", reason="other", reason_text="来函")
    entered = world.clock()
    world.clock.forward(hours=1)
    filing.decided(world, waiting)
    then, now = page(world, record_id, at=entered), page(world, record_id)
    assert ([one.status for one in then.corrections], then.title) == (["pending"], "一")
    assert ([one.status for one in now.corrections], now.title) == (["effective"], "二")


def test_c_1_layers_stand_in_order_with_who_when_and_why(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, title="一")
    filing.corrected(world, record_id, new="二", reason_text="看错")
    filing.corrected(world, record_id, "li", new="三", reason="miscalculation")
    fact = page(world, record_id).fact("title")
    assert fact is not None
    assert [(one.value, one.struck, one.by, one.reason) for one in fact.layers] == [
        ("一", True, "王强", ""),
        ("二", True, "王强", "slip"),
        ("三", False, "李秀兰", "miscalculation"),
    ]


def test_c_3_notes_and_waiting_corrections_stand_beside_the_value(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, title="一")
    filing.held(world, record_id)
    filing.corrected(world, record_id, new="二")
    fact = page(world, record_id).fact("title")
    assert fact is not None
    assert (fact.value, [one.status for one in fact.beside]) == ("一", ["noted"])


def test_a_2_the_page_offers_what_the_use_case_allows_and_says_why_not(world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, "li")
    own = page(world, record_id, "li").offer("accept")
    assert own is not None
    assert own.refused is not None
    assert own.refused.key == "A-2.own_work"
    other = filing.filed(world, form, "wang")
    assert page(world, other, "li").offer("accept") == replace(own, refused=None, is_primary=True)
    assert page(world, other, "wang").offer("accept") is None
    assert page(world, other, "qian").offered == ()  # an auditor only looks


def test_f_17_nothing_is_offered_once_the_record_is_going(world: World, form: UUID) -> None:
    record_id = filing.accepted(world, filing.filed(world, form, "wang", keys=(("batch", "B"),)))
    filing.force(world, record_id, "on_list")
    offer = page(world, record_id).offer("correct")
    assert offer is not None
    assert offer.refused is not None
    assert offer.refused.key == "C-3.on_list"
    filing.force(world, record_id, "destroying", "destroyed")
    gone = page(world, record_id)
    assert (gone.offered, gone.facts, gone.files, gone.corrections) == ((), (), (), ())
    assert gone.is_destroyed


def test_r_10_the_page_knows_why_a_record_is_kept(world: World, form: UUID) -> None:
    found = page(world, filing.filed(world, form))
    assert [one.code for one in found.because] == ["counted_from", "only_class"]
    assert found.because[0].params["until"] == str(found.keep_until)


def test_f_1_only_forms_in_force_can_be_chosen(world: World, form: UUID) -> None:
    world.issued(
        world.draft("明日表格", kind="form", number="QR-1103"),
        on=world.house.today() + timedelta(days=1),
    )
    world.draft("草稿表格", kind="form", number="QR-1104")
    world.issued(world.draft())  # a procedure

    def numbers(who: str = "wang") -> list[str]:
        with world.house.uow.read() as session:
            return [one.number for one in forms_in_force(session, world.by(who).actor, at=world.clock())]

    assert numbers() == ["QR-1102"]
    revision_id = filing.row(world, filing.filed(world, form)).form_revision_id
    withdraw_revision(
        WithdrawRevision(revision_id, world.revision(revision_id).row_version, "停用"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(days=1)
    assert numbers() == ["QR-1103"]
    with world.house.uow.read() as session:
        former = forms_to_filter(session, world.by("wang").actor)
    assert {one.words.split()[0] for one in former} == {"QR-1102", "QR-1103"}


def test_x_1_one_files_for_ones_own_unit_a_keeper_for_theirs_too(world: World) -> None:
    with world.house.uow.read() as session:
        for who, expected in (("wang", ["生产部"]), ("zhang", ["客服部"]), ("ouyang", ["品质部"])):
            found = units_to_file_for(session, world.by(who).actor, today=world.house.today())
            assert [one.words for one in found] == expected


def test_statements_do_not_grow_with_rows(world: World, form: UUID) -> None:
    counted: list[str] = []
    event.listen(world.house.uow.engine, "before_cursor_execute", lambda *args: counted.append(str(args[2])))

    def statements() -> tuple[int, int]:
        actor = world.by("li").actor
        counted.clear()
        found = register(world)
        first = len(counted)
        counted.clear()
        page(world, found.rows[-1].record_id)
        assert actor is not None
        return first, len(counted)

    record_id = filing.filed(world, form)
    few = statements()
    for new in ("一", "二", "三"):
        filing.corrected(world, record_id, new=new)
        filing.filed(world, form)
    assert statements() == few
