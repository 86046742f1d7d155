"""A run from a folder to the register: what becomes of each file, and what it leaves (I-1 to I-10)."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document as Docx
from sqlalchemy import func, select

from docctl.domain.imports import Choice, FileState, RunState
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import RuleRefused
from docctl.models.citations import Citation
from docctl.models.content import Signature
from docctl.models.documents import Document, Revision
from docctl.models.imports import ImportFile
from docctl.models.numbers import Alias
from docctl.models.organisation import Unit
from docctl.models.trail import EventRow
from docctl.queries.document_page import document_page
from docctl.queries.documents import RegisterFilter, document_register
from docctl.services.imports.change import (
    ChangeImport,
    UndoImportChange,
    change_import,
    undo_import_change,
)
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.contents import Content
from docctl.services.imports.folder import RunFolder
from docctl.services.imports.provisional import GiveNumber, give_number
from docctl.services.imports.split import SplitFile, split_file
from docctl.services.revisions.issue import IssueRevision, issue_revision
from tests.imports.making import Run, text_of, write
from tests.world import World

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01", "issued": "2021-04-20"}


def revision_of(world: World, row: ImportFile) -> Revision:
    assert row.revision_id is not None
    return world.revision(row.revision_id)


def refused(row: ImportFile) -> tuple[str, str, str]:
    return row.outcome, row.rule, row.code


def test_v_6_a_whole_file_is_in_force_from_the_day_on_its_paper(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE, unit="生产部", status="受控"))
    row = Run.of(world, folder).read().imported()["a.txt"]
    assert refused(row) == ("in_force", "", "")
    revision = revision_of(world, row)
    assert (revision.label, revision.title, revision.status) == ("B/1", "记录控制程序", RevisionStatus.ISSUED)
    assert revision.effective_from == datetime(2021, 4, 30, 16, tzinfo=UTC)  # midnight in Shanghai
    assert revision.issued_at == datetime(2021, 4, 19, 16, tzinfo=UTC)
    assert revision.manifest_sha256
    document = world.document_of(revision.id)
    with world.house.uow.read() as session:
        assert session.get_one(Unit, document.unit_id).code == "SC"
        past = RegisterFilter(as_of=date(2022, 1, 1))
        found = document_register(
            session, world.by("wang").actor, past, at=world.clock(), zone=world.house.zone, page_size=None
        )
        assert [(one.number, one.label) for one in found.rows] == [("JL-QP-07", "B/1")]
        day_before = replace(past, as_of=date(2021, 4, 30))
        found = document_register(
            session,
            world.by("wang").actor,
            day_before,
            at=world.clock(),
            zone=world.house.zone,
            page_size=None,
        )
        assert [one.state for one in found.rows] == ["waiting"]


def test_i_10_who_signed_on_paper_is_text_and_no_signature(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    revision = revision_of(world, Run.of(world, folder).read().imported()["a.txt"])
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Signature)) == 0
        page = document_page(
            session,
            world.by("chen").actor,
            at=world.clock(),
            zone=world.house.zone,
            revision_id=revision.id,
        )
    assert page.paper is not None
    assert [(one.role, one.name) for one in page.paper.signers] == [
        ("prepared", "林晓"),
        ("reviewed", "何平"),
        ("approved", "沈立新"),
    ]
    assert page.signatures == ()
    assert page.paper.path == "a.txt"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"effective": ""}, ("new", "I-5", "missing")),
        ({"label": ""}, ("new", "I-5", "missing")),
        ({"number": ""}, ("new", "I-5", "missing")),
        ({"effective": "2026-03-02"}, ("in_force", "", "")),
        ({"effective": "2026-03-03"}, ("new", "V-7", "effective_to_come")),
        ({"issued": "2021-05-01"}, ("in_force", "", "")),
        ({"issued": "2021-05-02"}, ("new", "V-7", "issued_after_effective")),
        ({"status": "非受控"}, ("new", "D-1", "not_controlled")),
    ],
)
def test_i_5_i_1_what_is_missing_or_cannot_be_makes_a_draft(
    world: World, folder: Path, facts: dict[str, str], why: tuple[str, str, str]
) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **{**WHOLE, **facts}))
    row = Run.of(world, folder).read().imported()["a.txt"]
    assert refused(row) == why
    expected = RevisionStatus.ISSUED if why[0] == "in_force" else RevisionStatus.DRAFT
    assert revision_of(world, row).status is expected


def test_i_6_a_text_that_breaks_off_is_a_draft_to_be_checked(world: World, folder: Path) -> None:
    cut = "1 目的\n规范记录的要求，使各部门按同一办法工作。\n2 范围\n"
    cut += "适用于公司各部门在生产、检验、服务中形成的各种记录，包括写在纸面上的记录和"
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE, body=cut))
    row = Run.of(world, folder).read().imported()["a.txt"]
    assert refused(row) == ("new", "I-6", "needs_checking")


def test_n_11_without_a_number_it_gets_a_provisional_one_and_is_not_issued_with_it(
    world: World, folder: Path
) -> None:
    write(folder, "a.txt", text_of("来访接待办法", label="A/0"))
    row = Run.of(world, folder).read().imported()["a.txt"]
    revision = revision_of(world, row)
    document = world.document_of(revision.id)
    assert document.number == "待编号-0001"
    world.approved(revision.id)
    today = world.house.today()
    cmd = IssueRevision(revision.id, world.revision(revision.id).row_version, today)
    with pytest.raises(RuleRefused) as error:
        issue_revision(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "N-11.number_needed"
    shown = give_number(GiveNumber(document.id, "JL-QP-30"), by=world.by("chen"), house=world.house)
    assert shown == "JL-QP-30"
    issue_revision(
        replace(cmd, row_version=world.revision(revision.id).row_version),
        by=world.by("chen"),
        house=world.house,
    )
    with world.house.uow.read() as session:
        assert session.scalars(select(Alias.text)).all() == ["待编号-0001"]
    with pytest.raises(RuleRefused) as error:
        give_number(GiveNumber(document.id, "JL-QP-31"), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "N-11.has_its_number"


def test_i_1_revisions_of_one_number_are_one_history(world: World, folder: Path) -> None:
    for name, label, day in (("new.txt", "B/0", "2023-06-01"), ("old.txt", "A/0", "2019-01-01")):
        facts = {"number": "JL-QP-09", "label": label, "effective": day}
        write(folder, name, text_of("采购控制程序", **facts))
    run = Run.of(world, folder).read()
    assert {path: row.place for path, row in run.files().items()} == {"old.txt": 1, "new.txt": 2}
    done = run.imported()
    old, new = revision_of(world, done["old.txt"]), revision_of(world, done["new.txt"])
    assert old.document_id == new.document_id
    assert old.effective_until == new.effective_from
    assert new.effective_until is None
    assert (old.ordinal, new.ordinal) == (1, 2)


def test_v_7_an_earlier_revision_without_its_day_does_not_go_before_a_later_one(
    world: World, folder: Path
) -> None:
    write(folder, "old.txt", text_of("采购控制程序", number="JL-QP-09", label="A/0"))
    write(folder, "new.txt", text_of("采购控制程序", number="JL-QP-09", label="B/0", effective="2023-06-01"))
    run = Run.of(world, folder).read()
    codes = {path: [note["code"] for note in run.content(path).notes] for path in run.files()}
    assert "day_of_earlier_needed" in codes["old.txt"]


def test_i_1_a_copy_is_imported_once_and_a_second_run_imports_nothing(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    write(folder, "备份/a.txt", text_of("记录控制程序", **WHOLE))
    done = Run.of(world, folder).read().imported()
    assert refused(done["a.txt"])[0] == "in_force"
    assert refused(done["备份/a.txt"]) == ("duplicate", "I-1", "same_file")
    again = Run.of(world, folder).read().imported()
    assert {refused(row) for row in again.values()} == {("duplicate", "I-1", "already_there")}
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 1


def test_n_6_a_number_that_is_taken_is_refused_and_harms_no_other(world: World, folder: Path) -> None:
    taken = world.document_of(world.issued(world.draft())).number
    write(folder, "a.txt", text_of("别的程序", **{**WHOLE, "number": taken}))
    write(folder, "b.txt", text_of("记录控制程序", **WHOLE))
    done = Run.of(world, folder).read().imported()
    assert refused(done["a.txt"]) == ("failed", "N-6", "taken")
    assert done["a.txt"].params == {"number": taken, "holder": taken}
    assert refused(done["b.txt"])[0] == "in_force"


def test_i_4_the_user_makes_a_file_a_revision_of_a_document_that_is_there(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    first = Run.of(world, folder).read().imported()["a.txt"]
    later = text_of("记录控制程序", **{**WHOLE, "label": "C/0", "effective": "2024-02-01", "issued": ""})
    write(folder, "a.txt", later)
    run = Run.of(world, folder).read()
    row = run.files()["a.txt"]
    assert [note["code"] for note in run.content("a.txt").notes] == ["taken"]
    change = ChangeImport(run.id, [row.id], {"document_id": str(first.document_id)})
    change_import(change, by=world.by("chen"), house=world.house)
    done = run.imported()["a.txt"]
    assert (done.outcome, done.document_id) == ("in_force", first.document_id)
    assert revision_of(world, first).effective_until == revision_of(world, done).effective_from


def test_i_1_every_file_has_its_line_and_nothing_stops_the_others(world: World, folder: Path) -> None:
    write(folder, "good.txt", text_of("记录控制程序", **WHOLE))
    (folder / "empty.docx").write_bytes(b"")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 and nothing behind it")
    (folder / "Thumbs.db").write_bytes(b"x")
    (folder / "tool.exe").write_bytes(b"MZ\x00\x01" * 50)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    (folder / os.fsdecode("程序.txt".encode("gb18030"))).write_text("1 目的 文字")
    done = Run.of(world, folder).read().imported()
    lines = {path: refused(row) for path, row in done.items()}
    assert lines["empty.docx"] == ("skipped", "I-1", "empty")
    assert lines["Thumbs.db"] == ("skipped", "I-1", "litter")
    assert lines["loop"] == ("skipped", "I-1", "link")
    assert lines["pipe"] == ("skipped", "I-1", "no_file")
    assert lines["broken.docx"][:2] == ("failed", "upload")
    assert lines["tool.exe"] == ("failed", "upload", "kind_not_allowed")
    assert lines["程序.txt"][0] == "new"
    assert lines["good.txt"][0] == "in_force"
    assert len(lines) == 8


def test_i_1_values_choices_and_what_was_checked_can_be_undone_one_after_the_other(
    world: World, folder: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        write(folder, name, text_of(f"程序{name[0]}", number=f"JL-{name[0]}-01"))
    run = Run.of(world, folder).read()
    ids = [row.id for row in run.files().values()]
    by, house = world.by("chen"), world.house
    assert change_import(ChangeImport(run.id, ids, {"label": "A/0"}), by=by, house=house) == 2
    leave = ChangeImport(run.id, ids[:1], {"title": "新名称"}, "leave_out", is_checked=True)
    assert change_import(leave, by=by, house=house) == 1
    first = run.files()["a.txt"]
    assert (run.content("a.txt").chosen["title"], first.choice) == ("新名称", Choice.LEAVE_OUT)
    assert first.checked_at is not None
    assert undo_import_change(UndoImportChange(run.id), by=by, house=house) == str(ids[0])
    first = run.files()["a.txt"]
    title = run.content("a.txt").chosen["title"]
    assert (title, first.choice, first.checked_at) == ("程序a", Choice.IMPORT, None)
    undo_import_change(UndoImportChange(run.id), by=by, house=house)
    assert all("label" not in run.content(path).chosen for path in run.files())
    with pytest.raises(RuleRefused) as error:
        undo_import_change(UndoImportChange(run.id), by=by, house=house)
    assert error.value.refused.key == "I-1.nothing_to_undo"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"effective": "明年"}, "I-1.day_unreadable"),
        ({"nothing": "x"}, "I-1.field_unknown"),
        ({"controlled": "perhaps"}, "I-1.field_unknown"),
    ],
)
def test_i_1_a_value_that_cannot_be_read_changes_nothing(
    world: World, folder: Path, values: dict[str, str], key: str
) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    before = run.content("a.txt").chosen
    cmd = ChangeImport(run.id, [run.files()["a.txt"].id], {"title": "别的", **values})
    with pytest.raises(RuleRefused) as error:
        change_import(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == key
    assert run.content("a.txt").chosen == before


def test_i_1_a_cancelled_run_leaves_nothing_and_cannot_be_imported(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    assert run.content("a.txt").text
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert run.row.state is RunState.CANCELLED
    assert run.content("a.txt") == Content()
    with pytest.raises(RuleRefused) as error:
        commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-1.no_such_step"
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_i_1_the_copies_go_when_the_run_has_ended(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    copies = RunFolder.of(world.house.data, run.id).path
    assert copies.is_dir()
    run.imported()
    assert not copies.exists()
    assert run.content("a.txt") == Content()


def test_i_1_a_run_goes_on_where_it_was_stopped(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序甲", number="JL-A-01", label="A/0", effective="2020-01-01"))
    write(folder, "b.txt", text_of("程序乙", number="JL-B-01", label="A/0", effective="2020-01-01"))
    run = Run.of(world, folder).read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    from docctl.services.imports.bring_in import BringIn, bring_in

    bring_in(BringIn(run.files()["a.txt"].id), by=world.by("chen"), house=world.house)  # and then it stopped
    assert run.row.state is RunState.IMPORTING
    from docctl.jobs.imports.work import work_imports

    while run.row.state is RunState.IMPORTING:
        work_imports(world.house)
    assert {row.outcome for row in run.files().values()} == {"in_force"}
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 2


def test_i_3_a_file_of_two_procedures_is_split_and_each_piece_keeps_its_origin(
    world: World, folder: Path
) -> None:
    first = text_of("采购控制程序", number="JL-QP-09", label="A/0", effective="2020-01-01")
    second = text_of("仓储控制程序", number="JL-QP-10", label="A/0", effective="2020-01-01")
    write(folder, "two.txt", f"{first}\n\n{second}")
    run = Run.of(world, folder).read()
    whole = run.files()["two.txt"]
    place, end = len(first) + 2, len(run.content("two.txt").text)
    pieces = [("采购控制程序", 0, place), ("仓储控制程序", place, end)]
    cmd = SplitFile(run.id, whole.id, pieces)
    assert split_file(cmd, by=world.by("chen"), house=world.house) == 2
    with pytest.raises(RuleRefused) as error:
        split_file(SplitFile(run.id, whole.id, pieces), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-3.already_split"
    done = run.imported()
    assert done["two.txt"].outcome == "skipped"
    numbers = {world.document_of(revision_of(world, done[f"two.txt #{place}"]).id).number for place in (1, 2)}
    assert numbers == {"JL-QP-09", "JL-QP-10"}
    paper = revision_of(world, done["two.txt #2"]).paper
    assert paper is not None
    assert paper["piece"] == [place, end]


def test_i_3_a_piece_that_is_no_piece_is_refused(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    row = run.files()["a.txt"]
    for pieces in ([("x", 0, 39)], [("x", -1, 60)], [("x", 0, len(run.content("a.txt").text) + 1)]):
        with pytest.raises(RuleRefused) as error:
            split_file(SplitFile(run.id, row.id, pieces), by=world.by("chen"), house=world.house)
        assert error.value.refused.key == "I-3.no_piece"
    assert split_file(SplitFile(run.id, row.id, [("x", 0, 40)]), by=world.by("chen"), house=world.house) == 1


def test_i_4_near_duplicates_are_told_of_and_never_merged(world: World, folder: Path) -> None:
    body = "1 目的\n" + "".join(f"第{n}项工作由责任部门按月检查，结果报主管领导。\n" for n in range(60))
    write(folder, "简.txt", text_of("检查程序", body=body))
    write(folder, "另.txt", text_of("巡查程序", body=body.replace("第7项", "第七项")))
    write(folder, "他.txt", text_of("采购程序"))
    run = Run.of(world, folder).read()
    files = run.files()
    alike = {
        path: [one["params"]["path"] for one in run.content(path).notes if one["code"] == "alike"]
        for path in files
    }
    assert alike == {"简.txt": ["另.txt"], "另.txt": ["简.txt"], "他.txt": []}
    assert all(row.choice is Choice.IMPORT for row in files.values())


def test_i_1_only_who_may_import_does_and_the_trail_says_who(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    with pytest.raises(RuleRefused) as error:
        Run.of(world, folder, who="wang")
    assert error.value.refused.key == "X-1.not_permitted"
    run = Run.of(world, folder).read()
    run.imported()
    with world.house.uow.read() as session:
        told = session.execute(
            select(EventRow.action, EventRow.actor_name, EventRow.channel)
            .where(EventRow.action.like("%import%"))
            .order_by(EventRow.seq)
        ).all()
    assert [tuple(one) for one in told] == [
        ("import.started", "陈静", "web"),
        ("import.read", "docctl", "system"),
        ("import.ordered", "陈静", "web"),
        ("document.imported", "陈静", "import"),
        ("import.finished", "docctl", "system"),
    ]


def test_d_6_what_an_imported_text_cites_is_kept_with_it(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    row = Run.of(world, folder).read().imported()["a.txt"]
    with world.house.uow.read() as session:
        found = session.execute(
            select(Citation.kind, Citation.name).where(Citation.revision_id == row.revision_id)
        ).all()
    assert [tuple(one) for one in found] == [("document", "文件控制程序"), ("form", "发放登记表")]


def test_i_1_facts_of_a_header_table_in_docx_are_read_and_used(world: World, folder: Path) -> None:
    made = Docx()
    table = made.add_table(2, 4)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("文件编号", "JL/QP-11", "版本/修订", "C/2", "归口部门", "客服部", "生效日期", "2020年3月5日"),
        strict=True,
    ):
        cell.text = text
    for line in ("顾客投诉处理程序", *text_of("顾客投诉处理程序").split("\n")[3:]):
        made.add_paragraph(line)
    made.save(str(folder / "a.docx"))
    row = Run.of(world, folder).read().imported()["a.docx"]
    assert row.outcome == "in_force", (row.rule, row.code)
    revision = revision_of(world, row)
    assert (world.document_of(revision.id).number, revision.label) == ("JL/QP-11", "C/2")


def test_i_1_more_files_than_one_batch_are_all_taken(world: World, folder: Path) -> None:
    for number in range(1, 56):
        write(folder, f"{number:03}.txt", f"第{number}号程序\n很短的一页。")
    files = Run.of(world, folder).read().files()
    assert len(files) == 55
    assert {row.state for row in files.values()} == {FileState.READ}


def test_i_1_a_person_who_lost_the_role_no_longer_imports(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    from docctl.models.organisation import RoleGrant

    def take(session: object) -> None:
        for grant in session.scalars(select(RoleGrant)):  # type: ignore[attr-defined]
            grant.revoked_at = world.clock()

    world.house.uow.write(take)
    from docctl.jobs.imports.work import step

    while run.row.state is RunState.IMPORTING:
        step(world.house, run.id, RunState.IMPORTING)
    assert refused(run.files()["a.txt"]) == ("failed", "X-1", "not_permitted")


def test_i_1_what_a_run_needs_is_there(world: World) -> None:
    from docctl.services.imports.start import StartImport, start_import

    with pytest.raises(RuleRefused) as error:
        start_import(StartImport(" ", "folder", *_places(world)), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-1.name_needed"


def _places(world: World) -> tuple[UUID, UUID]:
    from tests.imports.making import _type, _unit

    return _unit(world, "PZ"), _type(world)


STANDARD = """中华人民共和国国家标准
GB/T 19001—2016
质量管理体系 要求
2016-12-30 发布
2017-07-01 实施
国家质量监督检验检疫总局 发布
1 范围
本标准规定了质量管理体系的要求，适用于各种类型和规模的组织。
"""


def test_d_9_a_standard_becomes_an_external_document_with_its_own_number(world: World, folder: Path) -> None:
    write(folder, "a.txt", STANDARD)
    write(folder, "b.txt", text_of("记录控制程序", **WHOLE))
    run = Run.of(world, folder).read()
    assert run.content("a.txt").chosen["origin"] == "external"
    assert "origin" not in run.content("b.txt").chosen
    done = run.imported()
    assert refused(done["a.txt"]) == ("in_force", "", "")
    document = world.document_of(revision_of(world, done["a.txt"]).id)
    assert (document.is_external, document.number) == (True, "GB/T 19001—2016")
    assert (document.issuer, document.issuer_number) == ("国家质量监督检验检疫总局", "GB/T 19001—2016")
    assert revision_of(world, done["a.txt"]).effective_from == datetime(2017, 6, 30, 16, tzinfo=UTC)
    assert '"outside"' in (revision_of(world, done["a.txt"]).manifest or "")
    assert '"outside"' not in (revision_of(world, done["b.txt"]).manifest or "")
    with world.house.uow.read() as session:
        found = {
            origin: [
                one.number
                for one in document_register(
                    session,
                    world.by("wang").actor,
                    RegisterFilter(origin=origin),
                    at=world.clock(),
                    zone=world.house.zone,
                ).rows
            ]
            for origin in ("", "own", "external")
        }
    assert found == {
        "": ["GB/T 19001—2016", "JL-QP-07"],
        "own": ["JL-QP-07"],
        "external": ["GB/T 19001—2016"],
    }


def test_d_9_the_person_says_what_is_own_and_an_own_one_needs_its_label(world: World, folder: Path) -> None:
    write(folder, "a.txt", STANDARD)
    run = Run.of(world, folder).read()
    row = run.files()["a.txt"]
    with pytest.raises(RuleRefused) as error:
        change_import(
            ChangeImport(run.id, [row.id], {"origin": "foreign"}), by=world.by("chen"), house=world.house
        )
    assert error.value.refused.key == "I-1.field_unknown"
    change_import(ChangeImport(run.id, [row.id], {"origin": "own"}), by=world.by("chen"), house=world.house)
    done = run.imported()["a.txt"]
    assert refused(done) == ("new", "I-5", "missing")
    assert not world.document_of(revision_of(world, done).id).is_external
