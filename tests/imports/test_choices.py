"""A table of past records says what its form asks under the names of the fields (F-2, I-2)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from docctl.domain.imports import RunState
from docctl.models.records import RecordFact, RecordKey
from docctl.services.records.import_table import OrderRecordImport, order_record_import
from tests.asking import asking, wanted
from tests.cli.terminal import Terminal
from tests.imports.test_record_runs import lines, packed, started, worked
from tests.world import World

TABLE = (
    "记录编号,名称,日期,文件,检验结论,不良类别\n"
    "JL-1,首件检验,2019-03-05,a.txt,合格,外观、尺寸\n"
    "JL-2,末件检验,2019-03-06,b.txt,报废,\n"
    "JL-3,巡检,2019-03-07,c.txt,,\n"
)
FILES = {"a.txt": "a", "b.txt": "b", "c.txt": "c"}


def said(world: World) -> dict[str, str]:
    with world.house.uow.read() as session:
        rows = session.execute(select(RecordFact.field, RecordFact.value).where(RecordFact.value != ""))
        return {field: value for field, value in rows if field.startswith("choice:")}


def test_i_2_columns_named_as_fields_fill_them_in(world: World) -> None:
    form = asking(world)
    import_id = started(world, form, packed({"表.csv": TABLE, **FILES}))
    found = worked(world, import_id)
    assert [one[1] for one in found.columns][4:] == ["choice:f1", "choice:f2"]
    # What no choice is, is refused; what paper left empty is not (F-4).
    refused = (3, "failed", "C-6.no_such_option")
    assert lines(world, import_id) == [(2, "ready", ""), refused, (4, "ready", "")]
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    assert worked(world, import_id).state is RunState.DONE
    assert said(world) == {"choice:f1": "合格", "choice:f2": "外观\n尺寸"}


def test_i_2_a_column_of_another_name_is_said_to_be_a_field(world: World, tmp_path: Path) -> None:
    asking(world)
    terminal = Terminal(world.house)
    for name, text in {"表.csv": TABLE.replace("检验结论", "判定"), **FILES}.items():
        (tmp_path / name).write_text(text, "utf-8")
    call = ("records", "import", tmp_path / "表.csv", "--form", "QR-01")
    report = terminal.ok(*call, "--column", "检验结论=判定", user="li")
    assert report["totals"] == {"filed": 2, "ready": 0, "duplicate": 0, "failed": 1}
    assert said(world) == {"choice:f1": "合格", "choice:f2": "外观\n尺寸"}


def test_i_2_a_heading_of_the_forms_own_is_its_field_and_not_ours(world: World, tmp_path: Path) -> None:
    asking(world, wanted("客户", "甲公司", "乙公司"), wanted("备 注", "急", "缓"))
    terminal = Terminal(world.house)
    table = "编号,名称,日期,文件,客户,备注,部门\nJL-1,首检,2019-03-05,a.txt,乙公司,急,生产部\n"
    for name, text in {"表.csv": table, **FILES}.items():
        (tmp_path / name).write_text(text, "utf-8")
    report = terminal.ok("records", "import", tmp_path / "表.csv", "--form", "QR-01", user="li")
    assert report["totals"]["filed"] == 1
    assert said(world) == {"choice:f1": "乙公司", "choice:f2": "急"}
    with world.house.uow.read() as session:
        assert session.scalars(select(RecordKey)).all() == []  # no key of ours
        remarks = select(RecordFact.value).where(RecordFact.field == "remarks")
        assert session.scalars(remarks).all() == [""]


def test_i_2_number_name_and_day_are_ours_whatever_the_form_asks(world: World) -> None:
    fields = [wanted(name, "甲", "乙") for name in ("记录编号", "名称", "日期", "部门")]
    form = asking(world, *fields)
    table = "记录编号,名称,日期,部门,文件\nJL-1,首检,2019-03-05,乙,a.txt\n"
    import_id = started(world, form, packed({"表.csv": table, **FILES}))
    found = worked(world, import_id)
    assert [one[1] for one in found.columns] == ["number", "title", "day", "choice:f4", "file"]
    assert lines(world, import_id) == [(2, "ready", "")]


def test_i_2_a_heading_of_ours_stays_ours_where_the_form_has_no_such_field(world: World) -> None:
    import_id = started(world, asking(world), packed({"表.csv": TABLE.replace("不良类别", "客户"), **FILES}))
    assert [one[1] for one in worked(world, import_id).columns][4:] == ["choice:f1", "customer"]
