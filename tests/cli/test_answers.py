"""What commands answer: the JSON that scripts read, tables for people, lists as office files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from docctl.cli.answers import Table, one_line, width
from tests import filing, rules
from tests.cli.terminal import Terminal
from tests.entities import second_entity
from tests.partners import a_partner
from tests.world import World


@pytest.fixture(autouse=True)
def no_wait(terminal: Terminal) -> None:
    terminal.no_wait = True


@pytest.fixture
def record(terminal: Terminal, world: World, tmp_path: Path) -> str:
    """File a record with a text, under a form in force; return its number."""
    from sqlalchemy import select

    from docctl.models.documents import Document

    world.issued(world.draft())
    with world.house.uow.read() as session:
        parent = session.scalars(select(Document.id).where(Document.number == "QP-01")).one()
    form = world.issued(world.draft("检查表", kind="form", parent=parent, text="表"))
    path = tmp_path / "检查.txt"
    path.write_text("三月检查：电子记录完整。", "utf-8")
    return str(
        terminal.ok(
            *("records", "file", path, "--form", world.document_of(form).number),
            *("--title", "三月检查", "--occurred", "2026-03-02 08:00", "--key", "batch=B-7"),
            user="wang",
        )["number"]
    )


def test_s_1_search_answers_in_its_fixed_shape(terminal: Terminal, record: str) -> None:
    terminal.ok("worker", "--once")
    found = terminal.ok("search", "电子记录完整", user="wang")
    assert set(found) == {"total", "hits"}
    assert found["total"] == 1
    (hit,) = found["hits"]
    assert set(hit) == {"kind", "number", "title", "revision", "state", "snippet"}
    assert (hit["kind"], hit["number"], hit["state"]) == ("record", record, "completed")
    assert "电子记录完整" in hit["snippet"]


def test_s_1_a_limit_cuts_the_hits_and_not_the_total(terminal: Terminal, world: World) -> None:
    for place in range(3):
        world.issued(world.draft(f"文件控制程序{place}"))
    terminal.ok("worker", "--once")
    found = terminal.ok("search", "文件控制程序", "--limit", 2, user="wang")
    assert (found["total"], len(found["hits"])) == (3, 2)


def test_r_4_due_answers_in_its_fixed_shape(terminal: Terminal, world: World, record: str) -> None:
    terminal.ok("records", "accept", record, user="li")
    explained = terminal.ok("retention", "explain", record, user="zhou")
    assert set(explained) == {"number", "keep_until", "class", "basis", "trigger", "because"}
    last = explained["keep_until"]
    assert terminal.ok("retention", "due", "--on", last)["total"] == 0
    found = terminal.ok("retention", "due", "--on", "2040-01-01", user="zhou")
    assert set(found) == {"on", "total", "records"}
    assert set(found["records"][0]) == {"number", "title", "class", "basis", "due"}
    assert found["records"][0]["due"] > last


def test_t_2_audit_verify_answers_in_its_fixed_shape(terminal: Terminal, record: str) -> None:
    found = terminal.ok("audit", "verify")
    assert list(found) == ["ok", "events", "heads", "first_bad", "reason"]


def test_t_1_events_tell_who_did_what(terminal: Terminal, record: str) -> None:
    events = terminal.ok("events", record, user="wang")["events"]
    assert [(one["action"], one["who"]) for one in events] == [("record.filed", "王强")]
    assert terminal.refused("events", record, user="zhang")[0] == 4


def test_c_1_a_value_that_is_not_there_is_not_struck(terminal: Terminal, record: str) -> None:
    call = ("records", "correct", record, "--field", "remarks", "--new", "合格", "--reason", "slip")
    assert terminal.refused(*call, "--old", "不合格", user="wang") == (3, "A-3.content_changed")
    assert terminal.ok(*call, "--old", "", user="wang")["corrections"][0]["new"] == "合格"


def test_c_4_a_sheet_is_added_and_the_first_file_stays(terminal: Terminal, record: str, docx: Path) -> None:
    found = terminal.ok(
        *("records", "correct", record, "--sheet", docx, "--reason", "other"),
        *("--because", "页码有误"),
        user="wang",
    )
    assert [one["role"] for one in found["files"]] == ["main", "correction_sheet"]
    both = terminal.refused(
        "records", "correct", record, "--sheet", docx, "--field", "remarks", "--reason", "slip", user="wang"
    )
    assert both == (2, "command.wrong_call")


def test_f_17_a_wrong_filing_is_voided_before_it_is_accepted(terminal: Terminal, record: str) -> None:
    found = terminal.ok("records", "void", record, "--reason", "归错", user="wang")
    assert (found["state"], found["void_reason"]) == ("voided", "归错")
    voided = terminal.ok("numbers", "list", "--state", "voided", user="li")["numbers"]
    assert [one["number"] for one in voided] == [record]


def test_f_3_an_empty_file_is_refused_and_nothing_is_filed(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "空.docx"
    path.touch()
    refused = terminal.refused("documents", "new", path, "--type", "procedure", "--title", "空", user="chen")
    assert refused == (3, "upload.empty")
    assert terminal.ok("numbers", "list", user="chen")["total"] == 0
    assert terminal.house.staging.strays() == []


def test_a_file_that_is_not_there_is_a_wrong_call(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "no.docx"
    call = ("documents", "new", path, "--type", "procedure", "--title", "甲")
    assert terminal.refused(*call, user="chen") == (2, "command.wrong_call")


def test_v_7_an_impossible_day_is_a_wrong_call(terminal: Terminal) -> None:
    assert terminal.refused("documents", "issue", "QP-01", "--on", "2026-02-30", user="chen")[0] == 2


def test_d_7_the_register_goes_into_office_files(terminal: Terminal, world: World, tmp_path: Path) -> None:
    world.issued(world.draft())
    world.draft("只有内部可见的草稿")
    sheet, paper = tmp_path / "r.xlsx", tmp_path / "r.docx"
    terminal.ok("documents", "list", "--xlsx", sheet, "--docx", paper, user="wang")
    with ZipFile(sheet) as archive:
        texts = archive.read(
            "xl/sharedStrings.xml"
            if "xl/sharedStrings.xml" in archive.namelist()
            else "xl/worksheets/sheet1.xml"
        ).decode()
    assert "QP-01" in texts
    assert "草稿" not in texts
    with ZipFile(paper) as archive:
        assert "QP-01" in archive.read("word/document.xml").decode()


def test_v_4_a_copy_of_an_obsolete_revision_says_so(terminal: Terminal, world: World, tmp_path: Path) -> None:
    world.issued(world.draft())
    terminal.ok("documents", "withdraw", "QP-01", "--reason", "停用", user="chen")
    world.clock.forward(minutes=1)
    copy = terminal.ok("documents", "file", "QP-01", tmp_path / "copy", user="chen")
    assert copy["stamp"] == "作废"
    assert Path(copy["file"]).name == "copy.docx"


def test_v_6_a_revision_is_returned_with_a_reason(terminal: Terminal, world: World) -> None:
    number = world.document_of(world.submitted(world.draft())).number
    found = terminal.ok("documents", "return", number, "--reason", "缺少职责", user="ouyang")
    assert found["state"] == "draft"
    refused = terminal.refused("documents", "review", number, user="ouyang")
    assert refused == (3, "V-6.no_such_move")


def test_n_3_a_reserved_number_is_used_or_voided(terminal: Terminal, docx: Path) -> None:
    first, second = (
        terminal.ok("numbers", "reserve", "--type", "procedure", "--reason", "预留", user="chen")["number"]
        for _ in range(2)
    )
    made = terminal.ok(
        *("documents", "new", docx, "--type", "procedure", "--title", "甲", "--number", first),
        user="chen",
    )
    assert made["number"] == first
    terminal.ok("numbers", "void", second, "--reason", "不用", user="chen")
    again = terminal.refused(
        *("documents", "new", docx, "--type", "procedure", "--title", "乙", "--number", second),
        user="chen",
    )
    assert again == (3, "N-6.taken")


def test_r_5_holds_are_listed_until_lifted(terminal: Terminal, record: str) -> None:
    hold = terminal.ok("hold", "place", record, "--name", "投诉", "--reason", "调查", user="zhou")["hold"]
    assert [one["hold"] for one in terminal.ok("hold", "list", user="zhou")["holds"]] == [hold]
    terminal.ok("hold", "lift", hold.lower(), "--reason", "结案", user="zhou")
    assert terminal.ok("hold", "list", user="zhou")["total"] == 0
    assert terminal.ok("hold", "list", "--lifted", user="zhou")["total"] == 1


def test_r_5_s_7_a_key_is_held_shown_and_explained(terminal: Terminal, world: World) -> None:
    number = filing.row(
        world, filing.filed(world, filing.a_form(world, number="QR-1190"), keys=(("order", "HT 2024-17"),))
    ).number
    words = ("--name", "合同纠纷", "--reason", "来函")
    assert terminal.refused("hold", "place", *words, user="zhou")[0] == 2
    assert terminal.refused("hold", "place", "--key", "order=HT 2024-18", *words, user="zhou") == (
        3,
        "R-5.no_record_bears",
    )
    assert terminal.refused("hold", "place", "--key", "colour=red", *words, user="zhou") == (
        3,
        "F-3.no_such_key",
    )
    placed = terminal.ok("hold", "place", "--key", "order=ht ２０２４-17", *words, user="zhou")
    assert (placed["covered"], placed["too_late"], placed["records"]) == (1, 0, [])
    assert placed["keys"] == [{"kind": "order", "value": "ht ２０２４-17"}]
    shown = terminal.ok("hold", "show", placed["hold"], user="zhou")
    assert [one["number"] for one in shown["records"]] == [number]
    assert terminal.refused("hold", "show", placed["hold"], user="wang")[0] == 4
    assert "订单号 ht ２０２４-17" in terminal.run("hold", "show", placed["hold"], "--as", "zhou").output
    because = terminal.ok("retention", "explain", number, user="zhou")["because"]
    assert "因订单号 ht ２０２４-17" in because[-1]
    assert "HT" not in terminal.ok("retention", "explain", number, user="wang")["because"][-1].upper()
    later = terminal.ok("hold", "place", "--key", "batch=B9", "--none-yet", *words, user="zhou")
    assert later["covered"] == 0


def test_a_4_the_inbox_shows_what_a_person_must_do(terminal: Terminal, world: World) -> None:
    number = world.document_of(world.submitted(world.draft())).number
    tasks = terminal.ok("inbox", user="ouyang")["tasks"]
    assert [(one["verb"], one["number"]) for one in tasks] == [("review", number)]
    assert "审核" in terminal.run("inbox", "--as", "ouyang").output


#: Commands that read, each once.
READING = (
    ("documents", "list"),
    ("documents", "show", "QP-01"),
    ("documents", "history", "QP-01"),
    ("records", "list"),
    ("records", "show", "{record}"),
    ("numbers", "list"),
    ("events", "{record}"),
    ("search", "检查"),
    ("retention", "due"),
    ("retention", "explain", "{record}"),
    ("user", "list"),
)


def test_people_read_lines_without_keys_of_sentences(
    terminal: Terminal, record: str, caplog: pytest.LogCaptureFixture
) -> None:
    for words in READING:
        user = "admin" if words[0] == "user" else "zhou"
        result = terminal.run(*(one.format(record=record) for one in words), "--as", user)
        assert result.exit_code == 0, result.stderr
        assert result.output.strip()
        assert not re.search(r"\b(cli|record|revision)\.[a-z]", result.output), result.output
    assert [one.getMessage() for one in caplog.records if one.name == "docctl.i18n"] == []


def test_a_table_counts_a_chinese_character_as_two() -> None:
    lines = Table(["编号", "n"], [("QP-01", 1), ("质量手册", 22)]).lines()
    assert len({width(line.rstrip("12n ")) <= 10 for line in lines}) == 1
    assert [width(line.split("  ")[0]) for line in lines] == [4, 5, 8]
    assert width("质量ab") == 6


def test_a_title_cannot_move_the_cursor_of_a_terminal() -> None:
    assert one_line("a\x1b[2Jb\nc") == "a [2Jb c"


def test_json_is_whole_for_every_kind_of_value(terminal: Terminal, record: str) -> None:
    result = terminal.run("records", "show", record, "--as", "wang", "--json")
    assert json.loads(result.stdout)["filed_at"].endswith("+08:00")


def test_v_6_a_revision_is_suspended_and_resumed_with_reasons(terminal: Terminal, world: World) -> None:
    world.issued(world.draft())
    assert terminal.refused("documents", "suspend", "QP-01", "--reason", " ", user="chen") == (
        3,
        "V-6.reason_needed",
    )
    found = terminal.ok("documents", "suspend", "QP-01", "--reason", "条款有误", user="chen")
    assert (found["state"], found["until"]) == ("suspended", None)
    assert terminal.ok("documents", "show", "QP-01", user="wang")["suspended"]["reason"] == "条款有误"
    listed = terminal.ok("documents", "list", "--state", "suspended", user="wang")
    assert [one["state"] for one in listed["documents"]] == ["suspended"]
    again = terminal.refused("documents", "suspend", "QP-01", "--reason", "再次", user="chen")
    assert again == (3, "V-6.already_suspended")
    assert terminal.ok("documents", "resume", "QP-01", "--reason", "查明", user="chen")["state"] == "in_force"
    (line,) = terminal.ok("documents", "history", "QP-01", user="chen")["revisions"]
    assert line["suspended"] == [["2026-03-02", "2026-03-02"]]


def test_v_1_a_reissue_is_suggested_after_the_set_number(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    from sqlalchemy import select

    from docctl.domain.lifecycle import RevisionStatus
    from docctl.models.documents import Revision

    path = tmp_path / "b.txt"
    path.write_text("新版", "utf-8")
    revise = ("documents", "revise", "QP-01", path, "--what", "甲", "--reason", "乙")
    world.issued(world.draft())
    found = terminal.ok(*revise, user="chen")
    assert (found["revision"], found["reissue_suggested"]) == ("A/1", None)
    with world.house.uow.read() as session:
        draft = session.scalars(select(Revision.id).where(Revision.status == RevisionStatus.DRAFT)).one()
    world.clock.forward(minutes=1)
    world.issued(draft)
    rules.suggested_after(world, 1)
    found = terminal.ok(*revise, user="chen")
    assert (found["revision"], found["reissue_suggested"]) == ("A/2", "B/0")


def test_n_10_a_number_of_two_entities_is_written_with_the_one_that_is_meant(
    terminal: Terminal, world: World
) -> None:
    world.issued(world.draft("甲程序", number="JL-QP-07"))
    world.units["YF"] = second_entity(world)["YF"]
    world.issued(world.draft("乙程序", number="JL-QP-07", unit="YF"))
    result = terminal.run("documents", "show", "JL-QP-07", "--as", "chen", "--json")
    assert "NB:JL-QP-07, SLJM:JL-QP-07" in result.stderr
    assert terminal.refused("documents", "show", "JL-QP-07", user="chen") == (2, "N-10.ambiguous")
    for code, title in (("NB", "乙程序"), ("SLJM", "甲程序")):
        assert terminal.ok("documents", "show", f"{code}:JL-QP-07", user="chen")["title"] == title


@pytest.mark.parametrize(
    "call", [("unit", "list"), ("unit", "names", "SC"), ("entity", "list"), ("outside", "list")]
)
def test_a_table_of_things_is_headed_with_the_name_of_things(
    terminal: Terminal, world: World, call: tuple[str, ...]
) -> None:
    a_partner(world)
    head = terminal.run(*call, "--as", "admin").stdout.splitlines()[0].split()
    assert "名称" in head
    assert "姓名" not in head
