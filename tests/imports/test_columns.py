"""A person says which column of a table is which (I-2, X-3)."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.imports import RunState
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.documents import Document
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.services.records.columns import ChooseColumns, choose_columns
from docctl.services.records.import_table import (
    CancelRecordImport,
    OrderRecordImport,
    cancel_record_import,
    order_record_import,
)
from tests.cli.terminal import Terminal
from tests.imports.test_record_runs import lines, packed, started, the_import, worked
from tests.world import World

#: Headings that nobody knows: what is what can only be seen from the values.
STRANGE = (
    "流水,何事,何时,纸在哪,存档人\nJL-1,首件检验,2019-03-05,a.txt,林晓\nJL-2,末件检验,2019-03-06,b.txt,何平\n"
)
CHOSEN = {0: "number", 1: "title", 2: "day", 3: "file"}
FILES = {"a.txt": "a", "b.txt": "b"}


def choose(world: World, import_id: UUID, meanings: dict[int, str], who: str = "li", **more: object) -> UUID:
    cmd = ChooseColumns(import_id, meanings, **more)  # type: ignore[arg-type]
    return choose_columns(cmd, by=world.by(who), house=world.house)


def test_i_2_a_table_with_strange_headings_waits_until_its_columns_are_chosen(
    world: World, form: UUID
) -> None:
    import_id = started(world, form, packed({"表.csv": STRANGE, **FILES}))
    found = worked(world, import_id)
    assert (found.state, found.total, lines(world, import_id)) == (RunState.CHECKING, 0, [])
    assert found.columns[1] == ["何事", "", 1, ["首件检验", "末件检验"]]
    with pytest.raises(RuleRefused, match="nothing_ready"):
        order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    choose(world, import_id, CHOSEN, row_version=found.row_version)
    found = worked(world, import_id)
    assert [one[1] for one in found.columns] == ["number", "title", "day", "file", ""]
    assert lines(world, import_id) == [(2, "ready", ""), (3, "ready", "")]
    choose(world, import_id, {**CHOSEN, 4: "person"})  # looked at anew, also a second time
    assert lines(world, import_id) == []
    worked(world, import_id)
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    done = worked(world, import_id)
    assert done.state is RunState.DONE
    assert done.columns[4] == ["存档人", "person"]  # no value of a row is left
    with world.house.uow.read() as session:
        filed = set(session.scalars(select(Record.number)))
        events = [one.facts for one in session.scalars(select(EventRow)) if "columns_chosen" in one.action]
    assert filed == {"JL-1", "JL-2"}
    assert len(events) == 2
    assert '"file":4' in events[0]


@pytest.mark.parametrize(
    ("meanings", "more", "code"),
    [
        pytest.param({1: "title", 2: "day", 3: "file"}, {}, "number_column_needed", id="no number"),
        pytest.param({**CHOSEN, 4: "title"}, {}, "column_twice", id="one used twice"),
        pytest.param({**CHOSEN, 9: "unit"}, {}, "no_such_column", id="no such place"),
        pytest.param({**CHOSEN, 4: "colour"}, {}, "no_such_column", id="no such meaning"),
    ],
)
def test_i_2_a_choice_that_will_not_do_changes_nothing(
    world: World, form: UUID, meanings: dict[int, str], more: dict[str, object], code: str
) -> None:
    import_id = started(world, form, packed({"表.csv": STRANGE, **FILES}))
    before = worked(world, import_id)
    with pytest.raises(RuleRefused) as refused:
        choose(world, import_id, meanings, **more)
    assert refused.value.refused.key == f"I-2.{code}"
    assert the_import(world, import_id).row_version == before.row_version


def test_i_2_a_table_said_to_have_no_numbers_gets_the_next_ones(world: World, form: UUID) -> None:
    import_id = started(world, form, packed({"表.csv": STRANGE, **FILES}))
    worked(world, import_id)
    choose(world, import_id, {1: "title", 2: "day", 3: "file"}, without_numbers=True)
    worked(world, import_id)
    assert [one[1:] for one in lines(world, import_id)] == [("ready", ""), ("ready", "")]


def test_i_2_columns_are_chosen_by_their_own_person_while_the_table_waits(world: World, form: UUID) -> None:
    import_id = started(world, form, packed({"表.csv": STRANGE, **FILES}))
    with pytest.raises(RuleRefused, match="no_such_step"):
        choose(world, import_id, CHOSEN)  # not read yet
    found = worked(world, import_id)
    with pytest.raises(NotFound):
        choose(world, import_id, CHOSEN, who="chen")
    with pytest.raises(Conflict):
        choose(world, import_id, CHOSEN, row_version=found.row_version - 1)
    cancel_record_import(CancelRecordImport(import_id), by=world.by("li"), house=world.house)
    assert the_import(world, import_id).columns[1] == ["何事", ""]
    with pytest.raises(RuleRefused, match="no_such_step"):
        choose(world, import_id, CHOSEN)


def test_i_2_the_command_takes_columns_by_heading_or_letter(world: World, form: UUID, tmp_path: Path) -> None:
    terminal = Terminal(world.house)
    table = tmp_path / "表.csv"
    table.write_text(STRANGE, encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    with world.house.uow.read() as session:
        number = session.get_one(Document, form).number
    call = ("records", "import", table, "--form", number, "--dry-run")
    assert terminal.refused(*call, user="li") == (3, "I-2.no_heading")
    half = ("--column", "title=何事", "--column", "day=C", "--column", "file=纸在哪")
    assert terminal.refused(*call, *half, user="li") == (3, "I-2.number_column_needed")
    assert terminal.refused(*call, *half, "--column", "number=B", user="li") == (3, "I-2.column_twice")
    assert terminal.refused(*call, *half, "--column", "number=页码", user="li") == (3, "I-2.no_such_column")
    whole = terminal.ok(*call, *half, "--column", "number=流水", user="li")
    assert [(one["status"], one["number"]) for one in whole["rows"]] == [("ready", "JL-1"), ("ready", "JL-2")]
    without = terminal.ok(*call, *half, "--without-numbers", user="li")
    assert [one["status"] for one in without["rows"]] == ["ready", "ready"]


def test_i_2_below_a_table_nobody_understands_the_files_of_its_rows_are_no_tables(
    world: World, form: UUID
) -> None:
    below = "记录编号,名称,日期\nJL-9,别的,2019-03-07\n"
    import_id = started(world, form, packed({"表.csv": STRANGE, "附件/报告.csv": below, **FILES}))
    found = worked(world, import_id)
    assert (found.state, found.table_path) == (RunState.CHECKING, "表.csv")
    assert lines(world, import_id) == []


def test_i_2_a_table_that_is_gone_when_its_columns_are_chosen_ends_with_why(world: World, form: UUID) -> None:
    import_id = started(world, form, packed({"表.csv": STRANGE, **FILES}))
    worked(world, import_id)
    choose(world, import_id, CHOSEN)
    shutil.rmtree(world.house.data / "record-imports" / str(import_id))  # as a restored database finds it
    found = worked(world, import_id)
    assert found.ended_at is not None
    assert (found.rule, found.code) == ("I-2", "table_unreadable")
    assert found.columns[0] == ["流水", "number"]  # no value of a row is left


@pytest.mark.parametrize("name", ["a/../b.txt", "./b.txt"])
def test_i_2_a_file_of_a_row_is_found_by_whatever_way_leads_to_it(
    world: World, form: UUID, name: str
) -> None:
    rows = f"记录编号,名称,日期,文件\nJL-1,首件检验,2019-03-05,{name}\n"
    import_id = started(world, form, packed({"表.csv": rows, "a/x.txt": "x", "b.txt": "b"}))
    worked(world, import_id)
    assert lines(world, import_id) == [(2, "ready", "")]
    order_record_import(OrderRecordImport(import_id), by=world.by("li"), house=world.house)
    worked(world, import_id)
    assert [one[1] for one in lines(world, import_id)] == ["filed"]
