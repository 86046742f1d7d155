"""Rules that are data on the command line: from file to force, and when something is due (V-2, W-1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docctl.domain.calendar_content import shipped_calendar
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed
from tests.rules import changed
from tests.services.test_classes import followed
from tests.world import World


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calendar.json"
    path.write_text(changed("2026-03-05"), "utf-8")
    return path


def test_v_2_a_calendar_goes_from_a_file_into_force_by_two_people(
    terminal: Terminal, world: World, file: Path
) -> None:
    assert terminal.ok("settings", "list", user="wang")["settings"] == [
        {"kind": "calendar", "in_force": 1, "waiting": None, "open": None},
        {"kind": "routes", "in_force": 1, "waiting": None, "open": None},
        {"kind": "authority", "in_force": 1, "waiting": None, "open": None},
        {"kind": "synonyms", "in_force": 1, "waiting": None, "open": None},
        {"kind": "numbers", "in_force": 1, "waiting": None, "open": None},
        {"kind": "labels", "in_force": 1, "waiting": None, "open": None},
        {"kind": "checks", "in_force": 1, "waiting": None, "open": None},
        {"kind": "headers", "in_force": 1, "waiting": None, "open": None},
        {"kind": "classes", "in_force": 1, "waiting": None, "open": None},
        {"kind": "requests", "in_force": 1, "waiting": None, "open": None},
        {"kind": "watchers", "in_force": 1, "waiting": None, "open": None},
    ]
    saved = terminal.ok("settings", "edit", "calendar", file, "--reason", "盘点", user="chen")
    assert (saved["revision"], saved["state"], saved["reason"]) == (2, "draft", "盘点")
    assert terminal.refused("settings", "approve", "calendar", user="zhao") == (3, "V-6.no_such_move")
    assert terminal.ok("settings", "submit", "calendar", user="chen")["state"] == "in_review"
    world.clock.forward(minutes=1)
    assert terminal.refused("settings", "approve", "calendar", user="chen") == (4, "X-1.not_permitted")
    done = terminal.ok("settings", "approve", "calendar", user="zhao")
    assert (done["state"], done["prepared_by"], done["approved_by"]) == ("in_force", "陈静", "赵敏")
    shown = terminal.ok("settings", "show", "calendar", user="wang")
    assert shown["content"] == json.loads(file.read_text("utf-8")) | {"own_days_off": {"2026-03-05": "盘点"}}
    assert shown["changes"] == [{"field": "own_days_off", "old": "", "new": "2026-03-05 盘点"}]
    assert (
        terminal.ok("settings", "show", "calendar", "--as-of", "2026-03-02 09:00", user="wang")["revision"]
        == 1
    )
    found = terminal.ok("settings", "history", "calendar", user="wang")["revisions"]
    assert [(one["revision"], one["state"]) for one in found] == [(2, "in_force"), (1, "superseded")]
    for words in (("show", "calendar"), ("history", "calendar"), ("list",)):
        assert terminal.run("settings", *words, "--as", "wang").exit_code == 0


def test_v_2_what_show_writes_edit_takes(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    shown = terminal.run("settings", "show", "calendar", "--json", "--as", "chen").stdout
    path.write_text(shown.replace('"13:00"', '"13:30"'), "utf-8")
    terminal.ok("settings", "edit", "calendar", path, "--reason", "夏令", user="chen")
    changes = terminal.ok("settings", "show", "calendar", "--revision", "2", user="chen")["changes"]
    assert {(one["field"], one["new"]) for one in changes} == {("hours", ""), ("hours", "13:30-17:30")}
    said = terminal.run("settings", "show", "calendar", "--revision", "2", "--as", "chen").stdout.splitlines()
    assert said[-2:] == ["- 13:00-17:30", "+ 13:30-17:30"]


def test_v_3_a_revision_that_waits_is_withdrawn(terminal: Terminal, world: World, file: Path) -> None:
    later = ("--reason", "盘点", "--from", "2026-04-01 00:00")
    terminal.ok("settings", "edit", "calendar", file, *later, user="zhou")
    terminal.ok("settings", "submit", "calendar", user="zhou")
    waiting = terminal.ok("settings", "approve", "calendar", user="zhao")
    assert (waiting["state"], waiting["from"]) == ("waiting", "2026-04-01T00:00:00+08:00")
    assert terminal.ok("settings", "list", user="wang")["settings"][0]["waiting"] == 2
    words = ("settings", "withdraw", "calendar", "--reason", "不盘了", "--revision")
    assert terminal.refused(*words, "1", user="zhao") == (3, "V-3.setting_has_begun")
    assert terminal.ok(*words, "2", user="zhao")["state"] == "withdrawn"


def test_a_9_v_6_what_was_submitted_comes_back_and_is_given_up(terminal: Terminal, file: Path) -> None:
    assert terminal.refused("settings", "submit", "calendar", user="chen")[0] == 4
    terminal.ok("settings", "edit", "calendar", file, "--reason", "盘点", user="chen")
    terminal.ok("settings", "submit", "calendar", user="chen")
    assert terminal.refused("settings", "edit", "calendar", file, user="chen") == (3, "V-2.setting_in_review")
    assert terminal.ok("settings", "return", "calendar", "--reason", "再查", user="zhao")["state"] == "draft"
    assert terminal.ok("settings", "edit", "calendar", file, user="chen")["reason"] == "盘点"  # it stays
    assert terminal.ok("settings", "discard", "calendar", "--reason", "不用了", user="chen")["revision"] == 2


def test_w_2_a_file_that_is_no_calendar_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for data, key in (
        (b"", "V-2.file_no_json"),
        (b"[]", "W-2.content_unfit"),
        (b'{"week": []}', "W-2.content_unfit"),
        (b"\xff", "V-2.file_no_text"),
        (b'{"week": [1], "week": [2]}', "V-2.file_name_twice"),
        (json.dumps(shipped_calendar() | {"week": ["\ud800"]}).encode(), "V-2.file_half_a_sign"),
        (json.dumps(shipped_calendar() | {"hours": [["08+01", "12:00"]]}).encode(), "W-2.hours_unfit"),
    ):
        path.write_bytes(data)
        assert terminal.refused("settings", "edit", "calendar", path, user="chen") == (3, key)
    assert terminal.refused("settings", "show", "poetry", user="chen")[0] == 4
    assert terminal.refused("settings", "show", "calendar", "--revision", "9", user="chen")[0] == 4


def due(terminal: Terminal, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = terminal.ok("settings", "due", *words, user="wang")
    return found


def test_w_1_when_is_this_due(terminal: Terminal, file: Path) -> None:
    found = due(terminal, "3", "working_days", "--start", "2026-09-30 16:00")
    assert (found["last_day"], found["until"]) == ("2026-10-10", "2026-10-11T00:00:00+08:00")
    assert found["counted"] == ["2026-10-08", "2026-10-09", "2026-10-10"]
    assert (len(found["skipped"]), found["provisional"]) == (7, False)
    assert due(terminal, "2", "working_hours")["until"] == "2026-03-02T11:00:00+08:00"
    assert due(terminal, "10", "days", "--before", "--start", "2026-03-20 09:00")["last_day"] == "2026-03-10"
    assert due(terminal, "3", "days", "--rolls", "--start", "2026-09-30 16:00")["last_day"] == "2026-10-08"
    assert due(terminal, "1", "working_days", "--start", "2026-12-31 09:00")["provisional"] is True
    terminal.ok("settings", "edit", "calendar", file, "--reason", "盘点", user="chen")
    assert due(terminal, "3", "working_days")["last_day"] == "2026-03-05"
    assert due(terminal, "3", "working_days", "--revision", "2")["last_day"] == "2026-03-06"
    said = terminal.run(
        "settings", "due", "3", "working_days", "--start", "2026-09-30 16:00", "--as", "wang"
    ).stdout
    assert "2026-10-10 24:00" in said
    assert "国庆节" in said
    assert terminal.refused("settings", "due", "0", "weeks", user="wang") == (3, "W-1.amount_unfit")
    assert terminal.refused("settings", "due", "1", "moons", user="wang")[0] == 2


def test_a_6_a_condition_is_tried_out(terminal: Terminal) -> None:
    facts = ("--fact", "金额: 数字", "--fact", "级别: 选项 一般 重大")
    words = ("settings", "condition", "金额 ≥ 5 且 级别 = “重大”", *facts)
    found = terminal.ok(*words, "--value", "金额 = 5", "--value", "级别 = 重大", user="wang")
    assert found == {
        "holds": True,
        "condition": '金额 >= 5 and 级别 = "重大"',
        "used": {"金额": "5", "级别": "重大"},
    }
    assert terminal.ok(*words, "--value", "金额 = 5", user="wang")["holds"] is False
    assert terminal.refused("settings", "condition", "数量 > 1", *facts, user="wang") == (
        3,
        "A-6.unknown_fact",
    )
    assert terminal.refused(*words, "--value", "金额 = x", user="wang") == (3, "A-6.value_unfit")


def test_v_3_before_the_first_revision_none_is_shown_as_if_it_was_in_force(
    terminal: Terminal, file: Path
) -> None:
    terminal.ok("settings", "edit", "calendar", file, "--reason", "盘点", user="chen")
    words = ("settings", "show", "calendar", "--as-of")
    assert terminal.ok(*words, "2026-03-02 09:00", user="wang")["revision"] == 1
    for moment in ("2026-03-01 00:00", "1990-01-01 00:00"):
        assert terminal.refused(*words, moment, user="wang") == (3, "V-3.setting_none_yet")
    assert terminal.ok(*words, "8999-12-31 23:59", user="wang")["revision"] == 1


@pytest.mark.parametrize("moment", ["0001-01-01 00:00", "9999-12-31 23:59", "9999-12-31T23:59-12:00"])
def test_v_7_w_1_a_moment_at_the_end_of_time_is_no_fault(terminal: Terminal, file: Path, moment: str) -> None:
    assert terminal.refused("settings", "due", "1", "days", "--start", moment, user="wang")[0] == 2
    words = ("settings", "edit", "calendar", file, "--reason", "盘点", "--from", moment)
    assert terminal.refused(*words, user="chen")[0] == 2
    assert terminal.refused("settings", "show", "calendar", "--as-of", moment, user="wang")[0] == 2


def test_w_1_a_start_beyond_the_years_of_limits_is_refused(terminal: Terminal) -> None:
    for moment in ("1989-12-31 23:59", "2191-01-01 00:00", "1000-01-01 00:00"):
        words = ("settings", "due", "1", "days", "--start", moment)
        assert terminal.refused(*words, user="wang") == (3, "W-1.start_unfit")


def test_n_2_v_1_numbers_and_labels_are_tried_out(terminal: Terminal, world: World) -> None:
    world.draft(number="QP-04")
    found = terminal.ok("settings", "read-number", "CDJJ-QP-03", user="wang")
    assert found["schemes"] == [
        {"scheme": "company_procedure", "values": {"company": "CDJJ", "sequence": "03"}}
    ]
    assert terminal.ok("settings", "next-number", "procedure", user="wang")["number"] == "QP-05"
    found = terminal.ok("settings", "next-number", "form", "--parent", "QP-11", user="wang")
    assert (found["number"], found["scheme"]) == ("QR-1101", "chapter_form")
    assert terminal.refused("settings", "next-number", "form", user="wang") == (3, "N-2.value_missing")
    found = terminal.ok("settings", "next-label", "procedure", "A/5", user="wang")
    assert found == {
        "issue": "A",
        "amendment": "5",
        "amended": "A/6",
        "reissued": "B/0",
        "reissue_suggested": True,
    }
    unread = terminal.refused("settings", "next-label", "procedure", "?", user="wang")
    assert unread == (3, "V-1.label_unreadable")


def test_a_7_an_authority_table_goes_through_sheets_and_says_who_decides(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    first = tmp_path / "table.csv"
    first.write_text(
        "class,area,over,up to,unit,kind,of\n"
        "采购,*,,5万,元,head,ZH\n采购,*,5万,,元,person,zhao\n报废,*,,,件,person,zhao\n",
        "utf-8",
    )
    saved = terminal.ok("settings", "edit", "authority", first, "--reason", "第一版", user="chen")
    assert saved["state"] == "draft"
    written = tmp_path / "again.xlsx"
    done = terminal.ok("settings", "table", "authority", written, "--revision", "2", user="wang")
    assert done["rows"] == 3
    before = terminal.ok("settings", "show", "authority", "--revision", "2", user="wang")["content"]
    terminal.ok("settings", "edit", "authority", written, user="chen")
    assert terminal.ok("settings", "show", "authority", "--revision", "2", user="wang")["content"] == before
    asked = ("settings", "decide", "采购", "5万", "--revision", "2")
    found = terminal.ok(*asked, "--unit", "PZ", "--decider", "zhao", user="wang")
    assert [one["decides"] for one in found["levels"]] == [True, False]
    assert (found["may"], found["why"]) == (True, None)
    found = terminal.ok(*asked, "--decider", "li", user="wang")
    assert (found["may"], found["why"]) == (False, "A-7.no_authority")
    assert terminal.refused("settings", "decide", "借款", "5", user="wang") == (3, "A-7.class_unknown")
    assert terminal.refused("settings", "table", "calendar", written, user="wang") == (3, "V-2.no_sheet")
    assert terminal.refused("settings", "edit", "calendar", first, user="chen") == (3, "V-2.no_sheet")
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b\n1,2\n", "utf-8")
    assert terminal.refused("settings", "edit", "authority", broken, user="chen") == (
        3,
        "V-2.sheet_no_heading",
    )
    said = terminal.run(*asked, "--decider", "zhao", "--as", "wang")
    assert "由此级决定" in said.stdout


def test_r_1_r_3_classes_go_through_sheets_and_say_how_long_something_is_kept(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    form = a_form(world)
    filed(world, form)
    written = tmp_path / "classes.csv"
    done = terminal.ok("settings", "table", "classes", written, user="wang")
    text = written.read_text("utf-8-sig")
    assert done["rows"] == len(text.splitlines()) - 1
    written.write_text(text.replace("4 years", "6 years"), "utf-8")
    saved = terminal.ok("settings", "edit", "classes", written, "--reason", "延长", user="zhou")
    assert saved["state"] == "draft"
    (change,) = terminal.ok("settings", "show", "classes", "--revision", "2", user="zhou")["changes"]
    assert ("6 years" in str(change), "other" in str(change)) == (True, True)
    keep = ("settings", "keep", "other", "--on", "2026-03-01")
    assert terminal.ok(*keep, user="wang")["keep_until"] == "2030-03-01"
    found = terminal.ok(*keep, "--revision", "2", user="wang")
    assert (found["keep_until"], found["from"], found["permanent"]) == ("2032-03-01", "2026-03-01", False)
    assert "6 年" in found["because"][0]
    found = terminal.ok("settings", "keep", "--form", "QR-1102", "--on", "2026-03-01", user="wang")
    assert (found["class"], "都没有类别" in found["because"][0]) == ("other", True)
    assert terminal.refused("settings", "keep", "poetry", user="wang") == (3, "R-1.class_unknown")
    assert terminal.refused("settings", "keep", "--form", "QR-9", user="wang")[0] == 4
    counted = terminal.ok("settings", "keep", "--revision", "2", user="zhou")
    assert (counted["longer"], counted["kept"], counted["classes"][0]["class"]) == (1, 0, "other")
    said = terminal.run("settings", "keep", "--revision", "2", "--as", "zhou").stdout
    assert "1 份记录将保存得更久" in said
    assert terminal.refused("settings", "keep", user="wang") == (4, "X-1.not_permitted")
    terminal.ok("settings", "submit", "classes", user="zhou")
    world.clock.forward(minutes=1)
    assert terminal.ok("settings", "approve", "classes", user="zhao")["state"] == "in_force"
    assert terminal.ok(*keep, user="wang")["keep_until"] == "2032-03-01"
    followed(world)
    assert terminal.ok("settings", "keep", user="zhao")["classes"] == []
