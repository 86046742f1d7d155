"""What the pages do, commands do too: units, posts, drafts, decisions, places, lists (O-1, R-6)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.domain.canonical import canonical
from docctl.domain.roles import Role
from docctl.domain.verdicts import Refused
from docctl.models.records import Record
from docctl.models.retention import DisposalList, ListStatus
from docctl.services.disposal.load import stored
from tests.cli.terminal import Terminal
from tests.filing import a_form, corrected, corrections, filed, held, row
from tests.lists import checked_list, list_row, proposed_list
from tests.services.test_authority import waiting_above
from tests.services.test_routes import grant, submit
from tests.world import World


def test_o_1_a_unit_is_added_and_listed_under_its_parent(terminal: Terminal) -> None:
    added = terminal.ok("unit", "add", " cg ", "--name", "采购部", "--under", "综合办公室", user="admin")
    assert added == {"unit": "CG", "name": "采购部"}
    (found,) = [one for one in terminal.ok("unit", "list", user="admin")["units"] if one["unit"] == "CG"]
    assert (found["parent"], found["from"]) == ("综合办公室", "2026-03-02")
    assert terminal.refused("unit", "add", "CG", "--name", "别的", "--under", "ZH", user="admin") == (
        3,
        "O-1.code_taken",
    )
    assert terminal.refused("unit", "add", "C-1", "--name", "别的", "--under", "ZH", user="admin") == (
        3,
        "O-1.code_unfit",
    )
    assert terminal.refused("unit", "add", "XX", "--name", "别的", "--under", "YY", user="admin")[0] == 4
    assert "采购部" in terminal.run("unit", "list").output  # the holder of the machine may look too


def test_r_6_a_unit_has_a_head_and_functions(terminal: Terminal) -> None:
    found = terminal.ok("unit", "duties", "SC", "--head", "li", "--function", "safety", user="admin")
    assert found == {"unit": "SC", "head": "李秀兰", "functions": ["safety"]}
    found = terminal.ok("unit", "duties", "SC", "--function", "legal", user="admin")
    assert (found["head"], found["functions"]) == ("李秀兰", ["legal"])
    assert terminal.ok("unit", "duties", "SC", "--no-head", user="admin")["head"] == ""
    assert terminal.refused("unit", "duties", "SC", "--function", "poetry", user="admin")[0] == 2
    assert terminal.refused("unit", "duties", "SC", "--head", "li", "--no-head", user="admin")[0] == 2


def test_o_3_a_post_is_opened_held_and_left(terminal: Terminal) -> None:
    terminal.ok("post", "open", "SC", "班长", user="admin")
    assert terminal.refused("post", "open", "SC", "班长", user="admin") == (3, "O-3.post_there")
    terminal.ok("post", "holder", "SC", "班长", "wang", "--from", "2026-02-01", user="admin")
    assert terminal.refused("post", "holder", "SC", "班长", "wang", user="admin") == (
        3,
        "O-3.holds_already",
    )
    early = ("post", "leave", "SC", "班长", "wang", "--until", "2026-01-31")
    assert terminal.refused(*early, user="admin") == (3, "O-3.ends_before_it_begins")
    terminal.ok("user", "disable", "wang", user="admin")
    assert terminal.ok("post", "leave", "SC", "班长", "wang", user="admin")["until"] == "2026-03-02"
    (post,) = terminal.ok("post", "list", "SC", user="admin")["posts"]
    assert post["holders"] == [{"name": "王强", "from": "2026-02-01", "until": "2026-03-02"}]
    for words in (("holder", "SC", "厂长", "li"), ("leave", "SC", "班长", "li"), ("list", "YY")):
        assert terminal.refused("post", *words, user="admin")[0] == 4


def test_a_16_what_is_open_is_listed_handed_over_and_left(terminal: Terminal, world: World) -> None:
    world.submitted(world.draft())
    listed = terminal.ok("user", "open", "ouyang", user="admin")
    assert [one["what"] for one in listed["open"]] == ["review", "head"]
    assert {"role": "reviewer", "unit": ""} in listed["last_holder_of"]
    assert terminal.refused("user", "open", "ouyang", user="wang")[0] == 4
    words = ("user", "disable", "ouyang", "--to", "wang")
    assert terminal.refused(*words, user="admin") == (3, "A-16.reason_needed")
    gone = terminal.ok(*words, "--reason", "离职", user="admin")
    assert (gone["handed_over"], gone["left"]) == (1, 1)  # wang heads the unit, but reviews nothing
    assert "docctl user hand-over zhao" in terminal.run("user", "disable", "zhao", "--as", "admin").output
    assert terminal.refused("user", "hand-over", "ouyang", "--to", "li", user="admin") == (
        3,
        "A-16.nothing_named",
    )
    moved = terminal.ok("user", "move", "wang", "KF", "--to", "li", "--reason", "调岗", user="admin")
    assert moved == {"user": "wang", "unit": "KF", "handed_over": 1}
    assert terminal.refused("user", "move", "wang", "KF", user="admin") == (3, "A-16.there_already")


def test_a_7_nobody_is_handed_a_step_above_their_limit(terminal: Terminal, world: World) -> None:
    waiting_above(world)
    words = ("user", "hand-over", "zhou", "--reason", "调岗", "--to")
    assert terminal.refused(*words, "ouyang", user="admin") == (3, "A-7.above_limit")
    grant(world, "zhang", Role.APPROVER)
    assert terminal.refused(*words, "zhang", user="admin") == (3, "A-7.no_authority")
    revision = submit(world, world.draft(kind="instruction", author="li"), "ouyang", "zhou")
    number = world.document_of(revision).number  # its route asks no table
    answer = terminal.run(*words, "zhang", "--as", "admin")
    assert answer.exit_code == 0
    assert f"未移交：{number}" not in answer.output
    assert "A-7" not in answer.output
    assert "未移交：" in answer.output


def test_v_2_a_draft_is_changed_and_what_is_not_named_stays(
    terminal: Terminal, world: World, docx: Path
) -> None:
    revision = world.draft()
    number = world.document_of(revision).number
    edited = terminal.ok("documents", "edit", number, "--title", "记录管理程序", user="chen")
    assert (edited["title"], edited["state"]) == ("记录管理程序", "draft")
    before = world.seen(revision)
    terminal.ok("documents", "edit", number, docx, "--what", "全文", user="chen")
    assert world.seen(revision) != before
    assert (world.revision(revision).title, world.revision(revision).change_what) == ("记录管理程序", "全文")
    assert terminal.refused("documents", "edit", number, user="chen")[0] == 2
    world.submitted(revision)
    assert terminal.refused("documents", "edit", number, "--title", "x", user="chen") == (
        3,
        "V-2.not_a_draft",
    )


def test_v_6_a_draft_is_discarded_with_a_reason_and_its_number_voided(
    terminal: Terminal, world: World
) -> None:
    number = world.document_of(world.draft()).number
    assert terminal.refused("documents", "discard", number, "--reason", " ", user="chen") == (
        3,
        "V-6.reason_needed",
    )
    assert (
        terminal.ok("documents", "discard", number, "--reason", "重复", user="chen")["state"] == "discarded"
    )
    (entry,) = terminal.ok("numbers", "list", user="chen")["numbers"]
    assert (entry["number"], entry["state"]) == (number, "voided")


def record_numbered(world: World, number: str) -> UUID:
    with world.house.uow.read() as session:
        return session.scalars(select(Record.id).where(Record.number == number)).one()


@pytest.fixture
def waiting(world: World) -> str:
    """Return the number of a record that the keeper filed, with a correction of somebody else."""
    record = filed(world, a_form(world), who="li")
    corrected(world, record, who="wang", new="别的标题")
    assert [one.status.value for one in corrections(world, record)] == ["pending"]
    return row(world, record).number


def test_c_3_the_keeper_approves_a_waiting_correction_with_a_signature(
    terminal: Terminal, waiting: str
) -> None:
    wrong = ("records", "decide", waiting, "--decision", "approve")
    assert terminal.refused(*wrong, user="li", password="wrong") == (3, "A-3.wrong_password")
    found = terminal.ok(*wrong, user="li")
    assert found["title"] == "别的标题"
    assert [one["status"] for one in found["corrections"]] == ["effective"]
    assert terminal.refused(*wrong, user="li")[0] == 4  # none waits any more
    assert terminal.refused(*wrong, "--correction", "1", user="li") == (3, "C-3.not_pending")


def test_c_3_the_keeper_refuses_a_correction_with_the_reason(
    terminal: Terminal, world: World, waiting: str
) -> None:
    words = ("records", "decide", waiting, "--decision", "refuse")
    assert terminal.refused(*words, user="li") == (3, "C-6.refusal_reason_needed")
    found = terminal.ok(*words, "--comment", "原值无误", user="li")
    assert [one["status"] for one in found["corrections"]] == ["refused"]


def test_c_3_of_several_waiting_corrections_one_is_named(
    terminal: Terminal, world: World, waiting: str
) -> None:
    record = record_numbered(world, waiting)
    corrected(world, record, who="wang", field="remarks", new="补充")
    words = ("records", "decide", waiting, "--decision", "approve")
    assert terminal.refused(*words, user="li")[0] == 2
    found = terminal.ok(*words, "--correction", "2", user="li")
    assert [one["status"] for one in found["corrections"]] == ["pending", "effective"]


def test_r_13_the_place_of_a_paper_original_is_noted(terminal: Terminal, world: World) -> None:
    form_id = a_form(world)
    paper = row(world, filed(world, form_id, medium="paper", place="一柜")).number
    found = terminal.ok("records", "place", paper, "三柜 2 盒", user="li")
    assert (found["medium"], found["place"]) == ("paper", "三柜 2 盒")
    electronic = row(world, filed(world, form_id)).number
    assert terminal.refused("records", "place", electronic, "三柜", user="li")[0] == 3


def test_r_6_a_record_is_taken_off_a_list_or_kept_longer(terminal: Terminal, world: World) -> None:
    list_id, records = proposed_list(world, items=2)
    number = list_row(world, list_id).number
    first, second = (row(world, one).number for one in records)
    assert terminal.refused("disposal", "take-out", number, first, "--reason", " ", user="zhou") == (
        3,
        "R-6.reason_needed",
    )
    found = terminal.ok("disposal", "take-out", number, first, "--reason", "客诉未结", user="zhou")
    assert [one["state"] for one in found["items"]] == ["taken_out", "included"]
    later = ("--reason", "诉讼", "--keep-until", "2040-12-31")
    terminal.ok("disposal", "take-out", number, second, *later, user="li")
    assert terminal.ok("records", "show", second, user="zhou")["keep_until"] == "2040-12-31"
    assert terminal.refused("disposal", "take-out", number, second, "--reason", "x", user="zhou")[0] == 4


def test_r_6_a_list_is_refused_with_the_reason(terminal: Terminal, world: World) -> None:
    list_id, records = checked_list(world, items=1)
    number = list_row(world, list_id).number
    assert terminal.refused("disposal", "reject", number, "--reason", "", user="zhao") == (
        3,
        "R-6.reason_needed",
    )
    assert (
        terminal.ok("disposal", "reject", number, "--reason", "清单有误", user="zhao")["state"] == "rejected"
    )
    assert row(world, records[0]).status.value == "accepted"
    assert terminal.refused("disposal", "reject", number, "--reason", "再次", user="zhao")[0] == 3
    assert terminal.ok("disposal", "show", number, user="zhou")["reason"] == "清单有误"


def test_r_7_only_a_list_that_stopped_is_resumed(terminal: Terminal, world: World) -> None:
    list_id, _ = proposed_list(world, items=1)
    number = list_row(world, list_id).number
    assert terminal.refused("disposal", "resume", number, user="zhou")[0] == 3
    assert terminal.ok("disposal", "show", number, user="zhou")["reason"] == ""
    why = canonical(stored(Refused("R-4", "store_refused", {"reason": "retention_active"})))
    values = {"status": ListStatus.STOPPED, "stopped_reason": why}
    world.house.uow.write(lambda session: session.execute(update(DisposalList).values(values)))
    sentence = terminal.ok("disposal", "show", number, user="zhou")["reason"]
    assert sentence in terminal.run("disposal", "show", number, "--as", "zhou").stdout
    assert sentence
    assert terminal.ok("disposal", "resume", number, user="zhou")["state"] == "executing"
    assert terminal.ok("disposal", "show", number, user="zhou")["reason"] == ""


def test_a_15_a_role_is_taken_back_at_once(terminal: Terminal) -> None:
    terminal.ok("user", "revoke", "zhang", "keeper@KF", user="zhao")
    (zhang,) = [one for one in terminal.ok("user", "list")["people"] if one["user"] == "zhang"]
    assert zhang["roles"] == []
    assert terminal.refused("user", "revoke", "zhang", "keeper@KF", user="zhao")[0] == 4
    assert terminal.refused("user", "revoke", "admin", "administrator", user="zhao") == (
        3,
        "A-15.last_administrator",
    )
    assert terminal.refused("user", "revoke", "chen", "poet", user="zhao")[0] == 2


def test_a_15_a_reset_is_confirmed_by_a_second_person(terminal: Terminal) -> None:
    slip = terminal.ok("user", "reset", "chen", user="admin")["link"]
    used = terminal.run("user", "reset", "chen", "--use", secret=f"{slip}\nquite another 42")
    assert used.exit_code == 0, used.stderr
    assert terminal.refused("user", "confirm", "chen", user="admin") == (3, "A-15.second_person_needed")
    assert terminal.ok("user", "confirm", "chen", user="zhao")["confirmed"] == ["reset"]


def test_r_5_a_correction_under_a_hold_is_not_decided(terminal: Terminal, world: World, waiting: str) -> None:
    held(world, record_numbered(world, waiting))
    words = ("records", "decide", waiting, "--decision", "approve")
    assert terminal.refused(*words, user="li") == (3, "C-3.held")


def test_d_14_a_draft_says_who_drafted_it_for_which_systems_for_how_much(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("正文", "utf-8")
    words = ("documents", "new", file, "--type", "procedure", "--title", "采购控制程序")
    said = ("--drafting", "SC", "--system", "Q", "--system", "OHS", "--amount", "12万元")
    number = terminal.ok(*words, *said, user="chen")["number"]
    shown = terminal.ok("documents", "show", number, user="chen")
    assert (shown["drafting"], shown["systems"], shown["amount"]) == ("生产部", ["Q", "OHS"], "120,000 元")
    terminal.ok("documents", "edit", number, "--amount", "8 万元", user="chen")
    shown = terminal.ok("documents", "show", number, user="chen")
    assert (shown["drafting"], shown["systems"], shown["amount"]) == ("生产部", ["Q", "OHS"], "80,000 元")
    terminal.ok("documents", "edit", number, "--amount", "", "--drafting", "", user="chen")
    shown = terminal.ok("documents", "show", number, user="chen")
    assert (shown["drafting"], shown["amount"]) == ("品质部", None)
    assert terminal.ok("documents", "list", "--system", "ohs", user="chen")["total"] == 1
    assert terminal.ok("documents", "list", "--system", "E", user="chen")["total"] == 0
    assert terminal.ok("documents", "list", "--drafting", "PZ", user="chen")["total"] == 1
    assert terminal.refused("documents", "list", "--system", "X", user="chen") == (3, "D-14.system_unknown")
    assert terminal.refused("documents", "edit", number, "--amount", "x", user="chen") == (
        3,
        "A-7.amount_unread",
    )
