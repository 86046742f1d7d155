"""A table of past records with files beside it (I-2)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.jobs.imports.records import RecordLine, import_records
from docctl.models.content import ItemFile
from docctl.models.records import Record
from docctl.printing.columns import Column
from docctl.printing.registers import register_xlsx
from docctl.reading.errors import ReadingFailed
from tests.world import World

HEAD = "记录编号,名称,日期,部门,填写人,文件,备注\n"


def table(folder: Path, *rows: str, name: str = "台账.csv", encoding: str = "gb18030") -> Path:
    path = folder / name
    path.write_text(HEAD + "\n".join(rows), encoding=encoding)
    return path


def filed(
    world: World, path: Path, form: UUID, *, dry_run: bool = False, who: str = "li"
) -> list[RecordLine]:
    return list(import_records(world.house, path, form, by=world.by(who), dry_run=dry_run))


def the_records(world: World) -> dict[str, Record]:
    with world.house.uow.read() as session:
        return {one.number: one for one in session.scalars(select(Record))}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_i_2_each_row_becomes_a_record_with_its_number_day_and_file(
    world: World, form: UUID, folder: Path, encoding: str
) -> None:
    (folder / "扫描").mkdir()
    (folder / "扫描" / "1.pdf").write_bytes(b"%PDF-1.4 first")
    path = table(folder, "JL-2019-001,首件检验,2019年3月5日,生产部,林晓,扫描\\1.pdf,补录", encoding=encoding)
    assert filed(world, path, form) == [RecordLine(2, "filed", "JL-2019-001", "首件检验", "扫描\\1.pdf")]
    row = the_records(world)["JL-2019-001"]
    assert (row.occurred_at, row.is_late) == (datetime(2019, 3, 4, 16, tzinfo=UTC), False)
    assert row.unit_id == world.units["SC"]
    with world.house.uow.read() as session:
        kept = session.scalars(select(ItemFile).where(ItemFile.owner_id == row.id)).one()
    assert (kept.name, kept.sha256) == ("1.pdf", hashlib.sha256(b"%PDF-1.4 first").hexdigest())


def test_i_2_each_row_that_cannot_be_filed_says_why_and_harms_no_other(
    world: World, form: UUID, folder: Path
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(name)
    (folder.parent / "outside.txt").write_text("x")
    path = table(
        folder,
        "JL-1,好的,2019-03-05,生产部,,a.txt,",
        "JL-2,没有文件,2019-03-05,生产部,,,",
        "JL-3,找不到,2019-03-05,生产部,,nowhere.txt,",
        "JL-4,在外面,2019-03-05,生产部,,../outside.txt,",
        "JL-5,没有日期,去年,生产部,,b.txt,",
        "JL-6,没有部门,2019-03-05,不存在的部门,,b.txt,",
        "JL-7,,2019-03-05,生产部,,b.txt,",
        "JL-8,还没到,2099-01-01,生产部,,b.txt,",
        "JL-1,重号,2019-03-05,生产部,,c.txt,",
        ",没有编号,2019-03-05,生产部,,c.txt,",
        f"JL-9,名字太长,2019-03-05,生产部,,{'x' * 300}.txt,",
    )
    lines = filed(world, path, form)
    assert [(one.status, f"{one.rule}.{one.code}".strip(".")) for one in lines] == [
        ("filed", ""),
        ("failed", "I-2.file_needed"),
        ("failed", "I-2.file_missing"),
        ("failed", "I-2.file_missing"),
        ("failed", "I-1.day_unreadable"),
        ("failed", "I-2.no_such_unit"),
        ("failed", "F-3.title_needed"),
        ("failed", "F-5.later_than_entry"),
        ("failed", "N-6.taken"),
        ("filed", ""),
        ("failed", "I-2.file_missing"),
    ]
    assert len(the_records(world)) == 2


def test_i_2_a_dry_run_files_nothing_and_a_second_run_nothing_twice(
    world: World, form: UUID, folder: Path
) -> None:
    (folder / "a.txt").write_text("a")
    path = table(folder, "JL-1,好的,2019-03-05,生产部,,a.txt,")
    assert [one.status for one in filed(world, path, form, dry_run=True)] == ["ready"]
    assert not the_records(world)
    assert [one.status for one in filed(world, path, form)] == ["filed"]
    assert [one.status for one in filed(world, path, form)] == ["duplicate"]
    assert len(the_records(world)) == 1


def test_i_2_a_workbook_is_read_in_the_same_way(world: World, form: UUID, folder: Path) -> None:
    (folder / "a.txt").write_text("a")
    columns = [Column("编号", 20), Column("名称", 20), Column("日期", 20), Column("文件", 20)]
    rows = [("JL-9", "巡检记录", "2020-02-03", "a.txt")]
    register_xlsx(folder / "台账.xlsx", "记录台账", [], columns, rows, footer="")
    lines = filed(world, folder / "台账.xlsx", form)
    assert [(one.status, one.number) for one in lines] == [("filed", "JL-9")]


@pytest.mark.parametrize(
    ("content", "code"), [(b"\x00\x01\x02" * 40, "unreadable"), (b"a,b\n1,2\n", "no_heading")]
)
def test_i_2_what_is_no_table_is_said_at_once(
    world: World, form: UUID, folder: Path, content: bytes, code: str
) -> None:
    (folder / "x.csv").write_bytes(content)
    with pytest.raises(ReadingFailed) as error:
        filed(world, folder / "x.csv", form)
    assert error.value.code == code


def test_i_2_only_who_may_file_there_does(world: World, form: UUID, folder: Path) -> None:
    (folder / "a.txt").write_text("a")
    path = table(folder, "JL-1,好的,2019-03-05,客服部,,a.txt,")
    assert [(one.status, one.rule) for one in filed(world, path, form)] == [("failed", "X-1")]
