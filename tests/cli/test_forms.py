"""`docctl forms`, and the choices of forms in `docctl records` and `docctl search` (F-2, F-4, C-1, S-3)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docx import Document as Docx

from docctl.jobs.wait import settle
from docctl.reading.xlsx import grid
from tests.asking import asking
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed, row
from tests.world import World

FIELDS = {
    "fields": [
        {"name": "检验结论", "options": ["合格", "不合格"], "required": True},
        {"name": "不良类别", "type": "choices", "options": ["外观", "尺寸"]},
    ]
}


def test_f_2_a_draft_gets_its_fields_out_of_a_file(terminal: Terminal, world: World, tmp_path: Path) -> None:
    world.draft("检验单", kind="form", number="QR-01")
    file = tmp_path / "fields.json"
    file.write_text(json.dumps(FIELDS, ensure_ascii=False), "utf-8")
    made = terminal.ok("forms", "define", "QR-01", file, user="chen")
    assert [one["key"] for one in made["fields"]] == ["f1", "f2"]
    assert terminal.ok("forms", "fields", "QR-01", user="chen") == made
    shown = terminal.run("forms", "fields", "QR-01", "--as", "chen").stdout
    assert "f1  检验结论＊：○ 合格　○ 不合格" in shown
    # What was shown is taken again, with another name under the same key.
    made["fields"][0]["name"] = "结论"
    file.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    again = terminal.ok("forms", "define", "QR-01", file, user="chen")
    assert [(one["key"], one["name"]) for one in again["fields"]] == [("f1", "结论"), ("f2", "不良类别")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param(
            '{"fields": [{"name": "结论", "options": ["合格"]}]}', "F-2.too_few_options", id="one choice"
        ),
        pytest.param('{"fields": 1}', "F-2.definition_unreadable", id="no fields"),
        pytest.param("fields:", "V-2.file_no_json", id="no JSON"),
    ],
)
def test_f_2_a_file_that_will_not_do_is_refused(
    terminal: Terminal, world: World, tmp_path: Path, text: str, answer: str
) -> None:
    world.draft("检验单", kind="form", number="QR-01")
    file = tmp_path / "fields.json"
    file.write_text(text, "utf-8")
    assert terminal.refused("forms", "define", "QR-01", file, user="chen") == (3, answer)
    assert "没有填写字段" in terminal.run("forms", "fields", "QR-01", "--as", "chen").stdout


def test_f_4_a_record_is_filed_corrected_and_found_by_its_choices(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    asking(world)
    file = tmp_path / "记录.txt"
    file.write_text("正文", "utf-8")
    call = ("records", "file", file, "--form", "QR-01", "--title", "三月", "--occurred", "2026-03-02 08:00")
    assert terminal.refused(*call, user="wang") == (3, "F-4.choice_needed")
    assert terminal.refused(*call, "--choice", "颜色=红", user="wang") == (3, "F-2.no_such_field")
    assert terminal.refused(*call, "--choice", "检验结论=报废", user="wang") == (3, "C-6.no_such_option")
    assert terminal.refused(*call, "--choice", "检验结论", user="wang")[0] == 2
    made = terminal.ok(*call, "--choice", "检验结论=合格", "--choice", "不良类别=尺寸、外观", user="wang")
    said = {one["name"]: one["values"][-1]["value"] for one in made["facts"] if "name" in one}
    assert said == {"检验结论": "合格", "不良类别": "外观\n尺寸"}
    number = made["number"]
    fix = ("records", "correct", number, "--reason", "slip", "--field")
    terminal.ok(*fix, "检验结论", "--new", "不合格", user="wang")
    assert terminal.refused(*fix, "choice:f1", "--new", "报废", user="wang") == (3, "C-6.no_such_option")
    shown = terminal.run("records", "show", number, "--as", "wang").stdout
    assert "~~合格~~" in shown
    assert "外观、尺寸" in shown
    settle(world.house)
    found = terminal.ok("search", "检验结论:不合格", "--counts", user="wang")
    assert [one["number"] for one in found["hits"]] == [number]
    assert {"field": "不良类别", "form": "QR-01", "counts": {"外观": 1, "尺寸": 1}} in found["choices"]
    assert terminal.ok("search", "检验结论:合格", user="wang")["total"] == 0


@pytest.fixture
def answered(world: World) -> list[str]:
    """Return the numbers of three records of a form that asks, and of one of another."""
    form = asking(world)
    said = (("合格", ()), ("不合格", ("外观", "尺寸")), ("让步接收", ("尺寸",)))
    records = [filed(world, form, choices=(("f1", (one,)), ("f2", kinds))) for one, kinds in said]
    records.append(filed(world, a_form(world)))
    return [row(world, one).number for one in records]


def listed(terminal: Terminal, *options: str, user: str = "wang") -> list[str]:
    return [one["number"] for one in terminal.ok("records", "list", *options, user=user)["records"]]


def test_s_1_records_are_listed_by_what_they_answer(terminal: Terminal, answered: list[str]) -> None:
    of_form = ("--form", "QR-01")
    assert listed(terminal, *of_form) == answered[:3]
    assert listed(terminal, *of_form, "--choice", "检验结论=不合格") == [answered[1]]
    assert listed(terminal, *of_form, "--choice", "f2=尺寸") == answered[1:3]
    both = ("--choice", "检验结论=合格", "--choice", "检验结论=不合格")
    assert listed(terminal, *of_form, *both) == answered[:2]
    assert listed(terminal, *of_form, *both, "--choice", "不良类别=外观、性能") == [answered[1]]
    assert listed(terminal, *of_form, "--choice", "检验结论=合格", user="zhang") == []


def test_s_1_an_answer_that_no_revision_has_is_refused(terminal: Terminal, answered: list[str]) -> None:
    call = ("records", "list", "--form", "QR-01", "--choice")
    assert terminal.refused(*call, "颜色=红", user="wang") == (3, "F-2.no_such_field")
    assert terminal.refused(*call, "检验结论=报废", user="wang") == (3, "C-6.no_such_option")
    assert terminal.refused(*call, "检验结论", user="wang")[0] == 2
    assert terminal.refused("records", "list", "--choice", "检验结论=合格", user="wang")[0] == 2


def test_s_3_answers_stand_in_the_json_and_in_files_of_the_list(
    terminal: Terminal, answered: list[str], tmp_path: Path
) -> None:
    told = terminal.ok("records", "list", user="wang")["records"]
    assert {one["number"]: one["answers"] for one in told} == {
        answered[0]: {"检验结论": ["合格"]},
        answered[1]: {"检验结论": ["不合格"], "不良类别": ["外观", "尺寸"]},
        answered[2]: {"检验结论": ["让步接收"], "不良类别": ["尺寸"]},
        answered[3]: {},
    }
    for options, head, cells in (
        ((), ["填写内容"], ["检验结论：不合格；不良类别：外观、尺寸"]),
        (("--form", "QR-01"), ["检验结论", "不良类别"], ["不合格", "外观、尺寸"]),
    ):
        target = tmp_path / f"{len(head)}.xlsx"
        terminal.ok("records", "list", *options, "--xlsx", target, user="wang")
        lines = grid(str(target))
        (title,) = [line for line in lines if "编号" in line]
        assert title[-len(head) :] == head
        (found,) = [line for line in lines if answered[1] in line]
        assert found[-len(head) :] == cells
    target = tmp_path / "list.docx"
    terminal.ok("records", "list", "--form", "QR-01", "--docx", target, user="wang")
    (shown,) = [one for one in Docx(target).tables if "检验结论" in [cell.text for cell in one.rows[0].cells]]
    assert shown.rows[2].cells[-1].text == "外观、尺寸"
    said = terminal.run("records", "list", "--form", "QR-01", "--as", "wang").stdout
    assert "不良类别" not in said  # a terminal is narrow
