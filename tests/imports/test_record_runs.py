"""A table of past records from its upload to its report, through the worker's steps (I-2)."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import BATCH, RunState
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.jobs.imports import record_runs
from docctl.jobs.imports.at_work import at_work
from docctl.jobs.imports.folders import clear_ended
from docctl.jobs.imports.record_runs import step_records, work_record_imports
from docctl.jobs.imports.records import RecordLine
from docctl.models.organisation import Person
from docctl.models.record_imports import RecordImport, RecordImportRow
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.services.house import House
from docctl.services.imports import room
from docctl.services.imports.folder import RECORDS, RunFolder
from docctl.services.imports.presence import is_at_work
from docctl.services.records.import_table import (
    CancelRecordImport,
    OrderRecordImport,
    StartRecordImport,
    cancel_record_import,
    order_record_import,
    start_record_import,
)
from docctl.services.uploads import stage_upload
from storage.errors import MasterKeyWrong
from tests.world import World

HEAD = "记录编号,名称,日期,部门,填写人,文件,颜色\n"


def packed(files: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def table(*rows: str) -> str:
    return HEAD + "\n".join(rows)


def started(world: World, form: UUID, content: bytes, *, who: str = "li", name: str = "old.zip") -> UUID:
    upload = stage_upload(
        io.BytesIO(content), name=name, by=world.by(who), house=world.house, for_document=False
    )
    cmd = StartRecordImport("旧台账", form, (upload,))
    return start_record_import(cmd, by=world.by(who), house=world.house)


def the_import(world: World, import_id: UUID) -> RecordImport:
    with world.house.uow.read() as session:
        return session.get_one(RecordImport, import_id)


def worked(world: World, import_id: UUID) -> RecordImport:
    active = {RunState.RECEIVING, RunState.READING, RunState.IMPORTING}
    while the_import(world, import_id).state in active:
        step_records(world.house, import_id)
    return the_import(world, import_id)


def lines(world: World, import_id: UUID) -> list[tuple[int, str, str]]:
    with world.house.uow.read() as session:
        rows = session.scalars(
            select(RecordImportRow)
            .where(RecordImportRow.import_id == import_id)
            .order_by(RecordImportRow.number)
        )
        return [(row.number, row.status.value, f"{row.rule}.{row.code}".strip(".")) for row in rows]


def count(world: World) -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.count()).select_from(Record)) or 0


ROWS = table(
    "JL-1,首件检验,2019-03-05,生产部,林晓,扫描/a.txt,红",
    "JL-2,没有文件,2019-03-05,生产部,,,",
    "JL-3,别的部门,2019-03-05,客服部,,b.txt,",
    "JL-4,还没到,2099-01-01,生产部,,b.txt,",
    "JL-1,重号,2019-03-05,生产部,,b.txt,",
    ",没有编号,2019-03-06,生产部,,b.txt,",
)


def test_i_2_a_table_is_looked_at_ordered_filed_and_told(world: World, form: UUID) -> None:
    import_id = started(world, form, packed({"台账/表.csv": ROWS, "台账/扫描/a.txt": "a", "台账/b.txt": "b"}))
    found = worked(world, import_id)
    assert (found.state, found.total, found.done) == (RunState.CHECKING, 6, 6)
    assert ["颜色", "", 6, ["红"]] in found.columns
    assert ["记录编号", "number", 0, ["JL-1", "JL-2", "JL-3"]] in found.columns
    seen = [
        (2, "ready", ""),
        (3, "failed", "I-2.file_needed"),
        (4, "failed", "X-1.not_permitted"),
        (5, "failed", "F-5.later_than_entry"),
        (6, "failed", "I-2.number_twice"),
        (7, "ready", ""),
    ]
    assert lines(world, import_id) == seen
    assert count(world) == 0
    order_record_import(OrderRecordImport(import_id, found.row_version), by=world.by("li"), house=world.house)
    assert worked(world, import_id).state is RunState.DONE
    assert lines(world, import_id) == [
        (number, "filed" if status == "ready" else status, why) for number, status, why in seen
    ]
    with world.house.uow.read() as session:
        record = session.scalars(select(Record).where(Record.number == "JL-1")).one()
        assert record.occurred_at == datetime(2019, 3, 4, 16, tzinfo=UTC)
        events = {
            one.action: (one.actor_id, one.channel)
            for one in session.scalars(select(EventRow).where(EventRow.subject_kind != "session"))
        }
        kept = session.scalars(
            select(RecordImportRow.values).where(RecordImportRow.record_id.is_not(None))
        ).all()
    assert events["record.filed"] == (world.people["li"], "import")
    assert {"record_import.started", "record_import.ordered", "record_import.finished"} <= events.keys()
    assert kept == [{}, {}]
    assert not RunFolder.of(world.house.data, import_id, RECORDS).path.exists()


def test_i_2_a_second_table_files_nothing_twice(world: World, form: UUID) -> None:
    content = packed({"表.csv": table("JL-1,首件检验,2019-03-05,生产部,,a.txt,"), "a.txt": "a"})
    first = started(world, form, content)
    worked(world, first)
    order_record_import(OrderRecordImport(first), by=world.by("li"), house=world.house)
    worked(world, first)
    again = started(world, form, content)
    worked(world, again)
    assert lines(world, again) == [(2, "duplicate", "")]
    with pytest.raises(RuleRefused) as error:
        order_record_import(OrderRecordImport(again), by=world.by("li"), house=world.house)
    assert error.value.refused.key == "I-2.nothing_ready"
    other = started(
        world, form, packed({"表.csv": table("JL-1,别的,2019-03-05,生产部,,a.txt,"), "a.txt": "x"})
    )
    worked(world, other)
    assert lines(world, other) == [(2, "failed", "N-6.taken")]


@pytest.mark.parametrize("number", ["", "JL-1"])
def test_i_2_a_row_filed_before_a_stop_is_not_filed_again(
    world: World, form: UUID, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    content = packed({"表.csv": table(f"{number},首件检验,2019-03-05,生产部,,a.txt,"), "a.txt": "a"})
    import_id = started(world, form, content)
    worked(world, import_id)
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)

    def stop(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(record_runs, "note_rows", stop)
        with pytest.raises(KeyboardInterrupt):
            step_records(world.house, import_id)
    assert count(world) == 1
    assert worked(world, import_id).state is RunState.DONE
    assert count(world) == 1
    assert lines(world, import_id) == [(2, "filed", "")]


@pytest.mark.parametrize("is_ordered", [False, True], ids=["looked at", "filed"])
@pytest.mark.parametrize("what", ["disk", "keys"])
def test_i_2_a_full_disk_is_no_fault_of_a_row(
    world: World, form: UUID, monkeypatch: pytest.MonkeyPatch, what: str, is_ordered: bool
) -> None:
    content = packed({"表.csv": table("JL-1,好的,2019-03-05,生产部,,a.txt,"), "a.txt": "a"})
    import_id = started(world, form, content)
    if is_ordered:
        worked(world, import_id)
        order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    else:
        step_records(world.house, import_id)

    def full(_house: object, row: object, *_: object, **__: object) -> RecordLine:
        if what == "keys":
            raise MasterKeyWrong("data.master.key")
        return RecordLine(2, "failed", "", "", "", "request", "disk_full", {})

    with monkeypatch.context() as patched:
        patched.setattr(record_runs, "file_row", full)
        assert not work_record_imports(world.house, seconds=1)
    assert lines(world, import_id) == [(2, "ready" if is_ordered else "waiting", "")]
    assert work_record_imports(world.house, seconds=60) in {True, False}
    if not is_ordered:
        assert lines(world, import_id) == [(2, "ready", "")]
        return
    assert worked(world, import_id).state is RunState.DONE
    assert count(world) == 1


@pytest.mark.parametrize(
    ("files", "code"),
    [
        pytest.param({"a.txt": "a"}, "no_table", id="no table"),
        pytest.param({"x.csv": "a\n1\n"}, "no_heading", id="no heading"),
        pytest.param({"x.csv": b"\x00\x01\x02" * 40}, "table_unreadable", id="no text"),
        pytest.param({"x.xlsx": b"PK\x03\x04 nothing"}, "no_heading", id="no workbook"),
    ],
)
def test_i_2_what_is_no_table_ends_with_its_reason(
    world: World, form: UUID, files: dict[str, str | bytes], code: str
) -> None:
    import_id = started(world, form, packed(files))
    found = worked(world, import_id)
    assert (found.state, found.rule, found.code) == (RunState.CANCELLED, "I-2", code)
    clear_ended(world.house)
    assert not RunFolder.of(world.house.data, import_id, RECORDS).path.exists()


def test_i_2_the_highest_table_counts_and_nothing_leaves_the_folder(world: World, form: UUID) -> None:
    files = {
        "里面/附表.csv": table("JL-8,里面,2019-03-05,生产部,,a.txt,"),
        "表.csv": table(
            "JL-1,外面,2019-03-05,生产部,,../../a.txt,", "JL-2,好,2019-03-05,生产部,,里面/附表.csv,"
        ),
    }
    import_id = started(world, form, packed(files))
    found = worked(world, import_id)
    assert (found.table_path, found.total) == ("表.csv", 2)
    assert lines(world, import_id) == [(2, "failed", "I-2.file_missing"), (3, "ready", "")]
    below = RunFolder.of(world.house.data, import_id, RECORDS).path
    assert {one.name for one in (below / "files").rglob("*") if one.is_file()} == {"表.csv", "附表.csv"}


def test_i_2_a_table_alone_and_more_rows_than_a_batch(world: World, form: UUID) -> None:
    rows = [f"JL-{place},记录,2019-03-05,生产部,,a.txt," for place in range(BATCH + 1)]
    import_id = started(world, form, table(*rows).encode(), name="表.csv")
    found = worked(world, import_id)
    assert (found.state, found.done) == (RunState.CHECKING, BATCH + 1)
    assert {why for _, _, why in lines(world, import_id)} == {"I-2.file_missing"}


def test_x_3_a_table_is_for_who_started_it(world: World, form: UUID) -> None:
    content = packed({"表.csv": table("JL-1,好的,2019-03-05,生产部,,a.txt,"), "a.txt": "a"})
    import_id = started(world, form, content)
    version = worked(world, import_id).row_version
    for act in (
        lambda who: order_record_import(OrderRecordImport(import_id), by=world.by(who), house=world.house),
        lambda who: cancel_record_import(CancelRecordImport(import_id), by=world.by(who), house=world.house),
    ):
        with pytest.raises(NotFound):
            act("wang")
    with pytest.raises(Conflict):
        order_record_import(OrderRecordImport(import_id, version - 1), by=world.by("li"), house=world.house)
    cancel_record_import(CancelRecordImport(import_id), by=world.by("li"), house=world.house)
    with pytest.raises(RuleRefused) as error:
        order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    assert error.value.refused.key == "I-1.no_such_step"
    assert count(world) == 0


def test_i_2_who_was_disabled_files_nothing(world: World, form: UUID) -> None:
    content = packed({"表.csv": table("JL-1,好的,2019-03-05,生产部,,a.txt,"), "a.txt": "a"})
    import_id = started(world, form, content)
    worked(world, import_id)
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)

    def disable(session: Session) -> None:
        session.get_one(Person, world.people["li"]).disabled_at = world.clock()

    world.house.uow.write(disable)
    assert worked(world, import_id).state is RunState.DONE
    assert lines(world, import_id) == [(2, "failed", "X-1.not_permitted")]
    assert count(world) == 0


def test_i_2_only_a_record_form_takes_a_table(world: World, tmp_path: Path) -> None:
    document = world.document_of(world.issued(world.draft()))
    with pytest.raises(NotFound):
        started(world, document.id, b"x", name="a.csv")
    with pytest.raises(RuleRefused) as error:
        start_record_import(StartRecordImport("x", document.id), by=world.by("li"), house=world.house)
    assert error.value.refused.key == "upload.needed"


def test_r_7_a_row_whose_record_is_there_keeps_none_of_its_values(world: World, form: UUID) -> None:
    content = packed({"表.csv": table("JL-1,首件检验,2019-03-05,生产部,林晓,a.txt,红"), "a.txt": "a"})
    first = started(world, form, content)
    worked(world, first)
    order_record_import(OrderRecordImport(first), by=world.by("li"), house=world.house)
    worked(world, first)
    again = started(world, form, content)
    assert worked(world, again).state is RunState.CHECKING
    assert [one[1] for one in lines(world, again)] == ["duplicate"]
    with world.house.uow.read() as session:
        kept = {row.import_id: row.values for row in session.scalars(select(RecordImportRow))}
    assert kept == {first: {}, again: {"number": "JL-1", "file": "a.txt"}}


def test_r_7_a_row_that_was_not_filed_keeps_its_line_alone_when_its_table_has_ended(
    world: World, form: UUID
) -> None:
    rows = table("JL-1,好的,2019-03-05,生产部,,a.txt,", "JL-2,病假单,2019-03-05,生产部,林晓,没有.txt,")
    import_id = started(world, form, packed({"表.csv": rows, "a.txt": "a"}))
    worked(world, import_id)
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    assert worked(world, import_id).state is RunState.DONE
    assert lines(world, import_id) == [(2, "filed", ""), (3, "failed", "I-2.file_missing")]
    with world.house.uow.read() as session:
        assert session.scalars(select(RecordImportRow.values)).all() == [{}, {}]


def test_i_1_a_zip_of_records_waits_for_room_on_the_disk(
    world: World, form: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed({"表.csv": table("JL-1,好的,2019-03-05,生产部,,a.txt,"), "a.txt": "a" * 100_000})
    import_id = started(world, form, content)
    full = shutil.disk_usage(world.house.data)._replace(free=50_000)
    with monkeypatch.context() as patched:
        patched.setattr(room.shutil, "disk_usage", lambda _path: full)
        with pytest.raises(RuleRefused) as error:
            started(world, form, content)
        assert error.value.refused.key == "I-1.no_room"
        assert not work_record_imports(world.house, seconds=1)
    assert the_import(world, import_id).state is RunState.RECEIVING
    assert not list(RunFolder.of(world.house.data, import_id, RECORDS).path.glob("files/*"))
    worked(world, import_id)
    assert lines(world, import_id) == [(2, "ready", "")]


def test_i_1_a_table_whose_host_is_lost_while_it_is_filed_is_given_up(world: World, form: UUID) -> None:
    content = packed({"表.csv": table("JL-1,好的,2019-03-05,生产部,,a.txt,"), "a.txt": "a"})
    import_id = started(world, form, content)
    worked(world, import_id)
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)

    def give_up() -> None:
        cancel_record_import(CancelRecordImport(import_id), by=world.by("li"), house=world.house)

    with at_work(world.house):
        pass
    with pytest.raises(RuleRefused) as error:
        give_up()
    assert error.value.refused.key == "I-1.host_at_work"
    world.clock.forward(minutes=1)
    give_up()
    assert the_import(world, import_id).state is RunState.DONE
    assert lines(world, import_id) == [(2, "failed", "I-1.given_up")]
    with world.house.uow.read() as session:
        assert session.scalars(select(RecordImportRow.values)).all() == [{}]
    clear_ended(world.house)
    assert not RunFolder.of(world.house.data, import_id, RECORDS).path.exists()


def test_i_1_the_worker_tells_that_it_works_on_tables(
    world: World, form: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def step(house: House, _import_id: UUID) -> bool:
        with house.uow.read() as session:
            seen.append(is_at_work(session, house.here.host, house.clock()))
        return False

    started(world, form, packed({"a.txt": "a"}))
    monkeypatch.setattr(record_runs, "step_records", step)
    work_record_imports(world.house, seconds=1)
    assert seen == [True]
