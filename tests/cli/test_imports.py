"""`docctl import`: what would happen, what happens, in JSON and in lines (I-1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import RunState
from docctl.models.documents import Document
from docctl.models.imports import ImportRun
from docctl.models.trail import AuditHead
from docctl.services.imports.change import ChangeImport, change_import
from docctl.services.imports.presence import LENGTH
from tests.cli.terminal import Terminal
from tests.entities import second_entity
from tests.imports.making import Run, text_of, write, zipped
from tests.world import World

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01", "issued": "2021-04-20"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a whole procedure, one without number, a copy and a broken file."""
    made = tmp_path / "旧文件"
    write(made, "a.txt", text_of("记录控制程序", **WHOLE, unit="品质部", status="受控"))
    write(made, "b.txt", text_of("来访接待办法"))
    write(made, "旧/a.txt", text_of("记录控制程序", **WHOLE, unit="品质部", status="受控"))
    (made / "c.docx").write_bytes(b"PK\x03\x04 nothing")
    return made


def counts(world: World) -> tuple[int, int, int]:
    with world.house.uow.read() as session:
        return (
            session.scalar(select(func.count()).select_from(Document)) or 0,
            session.scalar(select(func.count()).select_from(ImportRun)) or 0,
            session.scalars(select(AuditHead.seq)).one(),
        )


def test_i_1_a_dry_run_says_what_would_happen_and_leaves_nothing(
    terminal: Terminal, world: World, folder: Path
) -> None:
    before = counts(world)
    answer = terminal.ok("import", folder, "--dry-run")
    lines = {one["path"]: one for one in answer["files"]}
    assert {path: one["status"] for path, one in lines.items()} == {
        "a.txt": "in_force",
        "b.txt": "new",
        "c.docx": "failed",
        "旧/a.txt": "duplicate",
    }
    first = lines["a.txt"]
    told = {name: first[name] for name in ("number", "title", "revision", "effective", "issued")}
    assert told == {
        "number": "JL-QP-07",
        "title": "记录控制程序",
        "revision": "B/1",
        "effective": "2021-05-01",
        "issued": "2021-04-20",
    }
    assert (first["department"], first["controlled"]) == ("品质部", True)
    assert first["signers"] == ["林晓", "何平", "沈立新"]
    assert (first["cites"], first["forms"]) == (["文件控制程序"], ["发放登记表"])
    assert lines["b.txt"]["rule"] == "I-5"
    assert lines["c.docx"]["message"]
    assert answer["totals"]["in_force"] == answer["totals"]["duplicate"] == 1
    assert counts(world) == before
    assert not list((world.house.data / "imports").glob("*"))


def test_i_1_the_import_gives_the_lines_that_the_dry_run_promised(
    terminal: Terminal, world: World, folder: Path
) -> None:
    promised = terminal.ok("import", folder, "--dry-run")["files"]
    done = terminal.ok("import", folder, user="chen")["files"]
    assert [(one["path"], one["status"], one["code"]) for one in done] == [
        (one["path"], one["status"], one["code"]) for one in promised
    ]
    assert counts(world)[0] == 2
    again = terminal.ok("import", folder, user="chen")
    assert {one["status"] for one in again["files"]} == {"duplicate", "failed"}
    assert counts(world)[0] == 2
    found = terminal.ok("search", "发放登记表", user="wang")
    assert [one["number"] for one in found["hits"]] == ["JL-QP-07"]


def test_i_1_a_zip_with_names_in_gbk_is_taken_apart(terminal: Terminal, folder: Path, tmp_path: Path) -> None:
    answer = terminal.ok("import", zipped(folder, tmp_path / "a.zip"), "--dry-run")
    assert len(answer["files"]) == 4
    assert answer["totals"]["in_force"] == 1


def test_i_1_an_import_needs_a_person_and_something_to_import(
    terminal: Terminal, folder: Path, tmp_path: Path
) -> None:
    assert terminal.refused("import", folder) == (3, "I-1.person_needed")
    assert terminal.refused("import", folder, user="wang")[1] == "X-1.not_permitted"
    (tmp_path / "leer").mkdir()
    assert terminal.refused("import", tmp_path / "leer", "--dry-run") == (3, "I-1.nothing_found")


def test_i_1_the_lines_for_people_say_why(terminal: Terminal, folder: Path) -> None:
    said = terminal.run("import", str(folder), "--dry-run").stdout
    assert "缺少：编号。先作为草稿。" in said
    assert "现行 1, 草稿 1, 重复 1, 导入失败 1" in said


def test_n_11_a_provisional_number_is_replaced_by_the_real_one(terminal: Terminal, folder: Path) -> None:
    terminal.ok("import", folder, user="chen")
    answer = terminal.ok("numbers", "give", "待编号-0001", "--number", "JL-WI-01", user="chen")
    assert answer == {"number": "JL-WI-01", "before": "待编号-0001"}
    shown = terminal.ok("documents", "show", "JL-WI-01", user="chen")
    assert shown["title"] == "来访接待办法"
    code, key = terminal.refused("numbers", "give", "JL-WI-01", user="chen")
    assert (code, key) == (3, "N-11.has_its_number")


def test_i_1_a_run_whose_host_is_lost_is_given_up_by_a_command(
    terminal: Terminal, world: World, folder: Path
) -> None:
    run = Run.of(world, folder)
    call = ("import", "give-up", run.id, "--reason", "主机已坏")
    assert terminal.refused(*call, user="chen") == (3, "I-1.host_at_work")
    world.clock.now += LENGTH
    assert terminal.refused(*call, user="wang")[1] == "X-1.not_permitted"
    answer = terminal.ok(*call, user="chen")
    assert {one["status"] for one in answer["files"]} == {"given_up"}
    assert (answer["run"], answer["totals"]["given_up"]) == (str(run.id), 4)
    assert terminal.refused(*call, user="chen") == (3, "I-1.no_such_step")


def test_i_1_files_are_taken_in_with_and_without_the_name_of_the_command(
    terminal: Terminal, folder: Path
) -> None:
    short, long = (terminal.ok("import", *name, "--dry-run", folder) for name in ((), ("files",)))
    assert [one["path"] for one in short["files"]] == [one["path"] for one in long["files"]] != []


def test_i_1_the_checked_files_of_a_run_are_imported_by_a_command_then_the_rest(
    terminal: Terminal, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    call = ("import", "commit", run.id)
    assert terminal.refused(*call, user="chen") == (3, "I-1.nothing_checked")
    assert terminal.refused(*call, user="wang")[1] == "X-1.not_permitted"
    check = ChangeImport(run.id, [run.files()["a.txt"].id], is_checked=True)
    change_import(check, by=world.by("chen"), house=world.house)
    answer = terminal.ok(*call, user="chen")
    lines = {one["path"]: one["status"] for one in answer["files"]}
    assert lines == {"a.txt": "in_force", "b.txt": "open", "c.docx": "open", "旧/a.txt": "open"}
    assert (answer["run"], answer["totals"]["open"]) == (str(run.id), 3)
    assert run.row.state is RunState.CHECKING
    answer = terminal.ok(*call, "--all", user="chen")
    lines = {one["path"]: one["status"] for one in answer["files"]}
    assert lines == {"a.txt": "in_force", "b.txt": "new", "c.docx": "failed", "旧/a.txt": "duplicate"}
    assert run.row.state is RunState.DONE
    assert terminal.refused(*call, user="chen") == (3, "I-1.no_such_step")


def test_i_1_a_run_of_another_host_is_ordered_and_left_to_it(
    terminal: Terminal, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()

    def elsewhere(session: Session) -> None:
        session.get_one(ImportRun, run.id).host = "scans-2"

    world.house.uow.write(elsewhere)
    said = terminal.run("import", "commit", run.id, "--all", "--no-wait", "--as", "chen").stdout
    assert "scans-2" in said
    assert run.row.state is RunState.IMPORTING


def test_n_6_the_command_compares_numbers_in_the_entity_of_the_department(
    terminal: Terminal, world: World, folder: Path, tmp_path: Path
) -> None:
    second_entity(world)
    terminal.ok("import", folder, user="chen")
    other = tmp_path / "其他"
    write(other, "d.txt", text_of("别的程序", **WHOLE))
    own = terminal.ok("import", other, "--dry-run", user="chen")["files"]
    assert [(one["status"], one["rule"], one["code"]) for one in own] == [("failed", "N-6", "taken")]
    assert "JL-QP-07" in own[0]["message"]
    for flags in (("--dry-run",), ()):
        there = terminal.ok("import", other, *flags, "--department", "YF", user="chen")["files"]
        assert [(one["status"], one["number"]) for one in there] == [("in_force", "JL-QP-07")]
    assert terminal.refused("import", other, "--dry-run") == (3, "O-4.unit_needed")
    assert terminal.refused("import", other, "--department", "PZ", user="chen") == (3, "O-1.several_units")
    qualified = terminal.ok("import", other, "--dry-run", "--department", "SLJM:PZ", user="chen")["files"]
    assert qualified[0]["status"] == "failed"
