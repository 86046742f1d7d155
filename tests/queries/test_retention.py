"""What is asked about retention: due lists, reasons, holds, disposal lists (R-4, R-5, R-6, R-10, X-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from docctl.config import Settings
from docctl.domain.verdicts import NotFound
from docctl.i18n import LANGUAGES, translator
from docctl.models.records import Correction, CorrectionStatus
from docctl.queries.disposal import disposal_page, disposal_progress
from docctl.queries.disposal_lists import list_register
from docctl.queries.hold_page import hold_page
from docctl.queries.holds import hold_list, records_numbered
from docctl.queries.retention import (
    DueFilter,
    due_list,
    explain_record_id,
)
from docctl.queries.retention_overview import overview
from docctl.services.records.file import FileRecord, file_record
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.world import World, docx_bytes


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


@contextmanager
def counted(keeping: Keeping) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []
    engine = keeping.world.house.uow.engine

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def ask(keeping: Keeping, query: Callable, *args, by: str = "zhou", **kwargs):
    actor = keeping.world.by(by).actor
    with keeping.world.house.uow.read() as session:
        return query(session, actor, *args, **kwargs)


def due(keeping: Keeping, on: date | None = None, *, by: str = "zhou", **wanted):
    return ask(keeping, due_list, DueFilter(on or keeping.world.house.today(), **wanted), by=by)


def test_r_4_due_is_what_was_kept_until_before_the_day(keeping: Keeping) -> None:
    keeping.records(until=date(2026, 3, 1))
    keeping.records(until=date(2026, 3, 2))
    keeping.records(permanent=True)
    keeping.records(until=None)
    assert [one.due for one in due(keeping).rows] == [date(2026, 3, 2)]
    assert due(keeping, date(2026, 3, 3)).total == 2
    assert due(keeping, date(2199, 1, 1)).total == 2


def test_r_5_held_records_are_due_and_shown_as_held(keeping: Keeping) -> None:
    held, free = keeping.records(2)
    hold_id = keeping.hold([held])
    found = due(keeping)
    assert (found.total, found.held) == (2, 1)
    assert {one.record_id: one.is_held for one in found.rows} == {held: True, free: False}
    keeping.lift(hold_id)
    assert due(keeping).held == 0


def test_r_6_what_stands_on_a_list_or_is_under_correction(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    keeping.propose([first])
    row = Correction(
        record_id=second,
        field="title",
        old_value="a",
        new_value="b",
        reason="typing_error",
        status=CorrectionStatus.PENDING,
        content_sha256="0" * 64,
        entered_by=keeping.world.people["wang"],
        entered_at=keeping.world.clock(),
    )
    keeping.world.house.uow.write(lambda session: session.add(row))
    (left,) = due(keeping).rows
    assert (left.record_id, left.is_under_correction) == (second, True)


def test_r_4_due_lists_are_grouped_filtered_and_paged_exactly(keeping: Keeping) -> None:
    keeping.records(60)
    keeping.records(3, code="quality", unit="KF")
    found = due(keeping)
    assert (found.total, len(found.rows), found.first, found.last) == (63, 50, 1, 50)
    assert {(one.key, one.count) for one in found.classes} == {("other", 60), ("quality", 3)}
    assert {(one.name, one.count) for one in found.units} == {("生产部", 60), ("客服部", 3)}
    second = due(keeping, page=2)
    assert (second.first, second.last) == (51, 63)
    assert due(keeping, page=99).page == 2
    assert due(keeping, class_code="quality").total == 3
    assert due(keeping, unit_id=keeping.world.units["KF"]).total == 3
    assert due(keeping, class_code="nothing").rows == ()


def test_the_json_of_what_is_due_has_the_promised_shape(keeping: Keeping) -> None:
    keeping.records()
    told = due(keeping).as_json()
    assert told == {
        "on": "2026-03-02",
        "total": 1,
        "records": [
            {
                "number": "JL/04-01-000001",
                "title": "顾客反馈登记 1",
                "class": "其他记录",
                "basis": "公司记录控制程序",
                "due": "2026-01-01",
            }
        ],
    }


def test_x_3_due_lists_and_reasons_leave_out_what_one_may_not_see(keeping: Keeping) -> None:
    keeping.records(2)
    (hidden,) = keeping.records(readers=frozenset({"role:leader"}))
    assert due(keeping).total == 2
    assert due(keeping, by="zhao").total == 3
    assert ask(keeping, overview, keeping.world.house.today()).due == 2
    with pytest.raises(NotFound):
        ask(keeping, explain_record_id, hidden)
    assert ask(keeping, explain_record_id, hidden, by="zhao").number


def test_r_10_the_reason_of_a_date_is_told_in_whole_sentences(keeping: Keeping) -> None:
    world = keeping.world
    record_id = file_record(
        FileRecord(
            form_id=keeping.form,
            title="反馈",
            occurred_at=datetime(2024, 2, 29, 2, tzinfo=UTC),
            uploads=(world.upload("wang", docx_bytes("一")),),
        ),
        by=world.by("wang"),
        house=world.house,
    )
    found = ask(keeping, explain_record_id, record_id)
    assert found.keep_until == date(2028, 2, 29)
    for language in LANGUAGES:
        told = found.as_json(translator(language, world.house.zone, strict=True))
        assert set(told) == {"number", "keep_until", "class", "basis", "trigger", "because"}
        assert (told["keep_until"], told["trigger"]) == ("2028-02-29", "completion")
        assert len(told["because"]) >= 2
        assert all("{" not in one and "2024-02-29:" not in one for one in told["because"])
        assert "2028-02-29" in told["because"][0]
        assert "completion" not in told["because"][0] or language == "en"


def test_r_10_a_prolonged_record_says_so(keeping: Keeping) -> None:
    from docctl.services.disposal.decide import TakeOut, take_out

    (one,) = keeping.records()
    list_id = keeping.propose([one])
    world = keeping.world
    take_out(TakeOut(list_id, one, "来函", date(2030, 5, 1)), by=world.by("zhou"), house=world.house)
    for language in LANGUAGES:
        last = ask(keeping, explain_record_id, one).sentences(translator(language, world.house.zone))[-1]
        assert "2030-05-01" in last
        assert "XH-2026-001" in last


def test_r_5_holds_are_listed_with_what_they_cover(keeping: Keeping) -> None:
    (seen,) = keeping.records()
    (hidden,) = keeping.records(readers=frozenset({"role:leader"}))
    hold_id = keeping.hold([seen, hidden], by="zhao")
    with keeping.world.house.uow.read() as session:
        (row,) = hold_list(session).rows
    assert (row.number, row.records, row.owner_role) == ("DJ-2026-001", 2, "leader")
    page = ask(keeping, hold_page, hold_id)
    assert page.hidden == 1
    assert [one.title for one in page.rows if one.record_id is None] == [""]
    assert page.lift is not None
    assert page.lift.refused is not None
    assert ask(keeping, hold_page, hold_id, by="zhao").lift.refused is None
    assert ask(keeping, hold_page, hold_id, by="qian").lift is None
    numbers = [keeping.record(one).number for one in (seen, hidden)]
    named = ask(keeping, records_numbered, [*numbers, " ", "QQ-9"])
    assert named.ids == (seen,)
    assert set(named.unknown) == {numbers[1], "QQ-9"}


def test_r_6_the_page_of_a_list_says_who_may_do_what_and_why_not(keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records(code="quality"))

    def actions(username: str) -> dict[str, str]:
        page = ask(keeping, disposal_page, list_id, by=username)
        return {one.name: one.refused.key if one.refused is not None else "" for one in page.actions}

    assert actions("zhou") == {"reject": ""}
    assert actions("li") == {"check": ""}
    assert actions("zhao") == {"approve": "R-6.checks_open", "reject": ""}
    assert actions("chen") == {}
    with pytest.raises(NotFound):
        actions("wang")
    keeping.check(list_id)
    assert actions("li") == {}
    keeping.check(list_id, by="ouyang", unit="PZ")
    assert actions("zhao") == {"approve": "", "reject": ""}
    keeping.approve(list_id)
    assert actions("zhou") == {"execute": "R-6.four_people", "reject": ""}
    assert actions("li") == {"execute": ""}
    keeping.order(list_id)
    assert actions("li") == {"witness": "R-6.four_people"}
    assert actions("chen") == {"witness": ""}
    keeping.witness(list_id)
    assert actions("zhou") == {}
    with pytest.raises(NotFound):
        ask(keeping, disposal_page, keeping.form)


def test_r_6_the_line_of_steps_says_who_did_what_when(keeping: Keeping) -> None:
    list_id = keeping.approved(keeping.records())
    steps = ask(keeping, disposal_page, list_id).steps
    assert [(one.name, one.state, one.person) for one in steps] == [
        ("propose", "done", "周明"),
        ("check", "done", "李秀兰"),
        ("approve", "done", "赵敏"),
        ("execute", "current", ""),
        ("witness", "open", ""),
        ("finish", "open", ""),
    ]


def test_r_7_progress_counts_settled_of_standing(keeping: Keeping) -> None:
    records = keeping.records(3)
    list_id = keeping.executing(records)
    keeping.hold(records[:1])
    keeping.start(list_id)  # leaves the list
    found = ask(keeping, disposal_progress, list_id)
    assert (found.done, found.total, found.percent) == (0, 2, 0)


def test_x_3_items_one_may_not_see_are_numbers_only(keeping: Keeping) -> None:
    keeping.records()
    list_id = keeping.executing(keeping.records(2))
    page = ask(keeping, disposal_page, list_id, by="zhang")
    assert page.hidden == 2
    assert {(one.record_id, one.title, one.class_name, one.keep_until) for one in page.items} == {
        (None, "", "", None)
    }
    assert all(one.number for one in page.items)


def test_registers_of_lists_filter_and_count(keeping: Keeping) -> None:
    keeping.propose(keeping.records())
    keeping.executing(keeping.records())
    with keeping.world.house.uow.read() as session:
        found = list_register(session)
        assert (found.total, found.open) == (2, 2)
        assert [one.number for one in found.rows] == ["XH-2026-002", "XH-2026-001"]
        assert list_register(session, only="executing").total == 1
        assert list_register(session, only="rejected").total == 0
        assert list_register(session, only="all").total == 2


def test_statements_do_not_grow_with_the_rows(keeping: Keeping) -> None:
    keeping.records(2)
    small = keeping.propose(keeping.records(2))
    keeping.hold(keeping.records(2))

    def statements() -> list[int]:
        sent = []
        for query, args in (
            (due_list, (DueFilter(keeping.world.house.today()),)),
            (disposal_page, (list_id,)),
            (hold_page, (hold_id,)),
        ):
            with counted(keeping) as found:
                ask(keeping, query, *args)
            sent.append(len(found))
        with counted(keeping) as found, keeping.world.house.uow.read() as session:
            hold_list(session)
            list_register(session)
        return [*sent, len(found)]

    list_id, hold_id = small, keeping.hold(keeping.records(1))
    before = statements()
    list_id, hold_id = keeping.propose(keeping.records(90)), keeping.hold(keeping.records(80))
    for _ in range(5):
        keeping.hold(keeping.records(1))
    assert statements() == before
