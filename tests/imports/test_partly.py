"""Only what is checked goes in; the rest of the run stays open for later imports (I-1, V-2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from docctl.domain.imports import RunAction, RunState, may_import_checked, may_move_run
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Allowed, Refused, RuleRefused
from docctl.jobs.imports import commit as commit_job
from docctl.jobs.imports.work import step, work_imports
from docctl.models.documents import Document, Revision
from docctl.models.trail import EventRow
from docctl.queries.import_review import ReviewPage, review_page
from docctl.queries.imports import report
from docctl.services.imports.bring_in import BringIn, bring_in
from docctl.services.imports.change import ChangeImport, UndoImportChange, change_import, undo_import_change
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.copies import Copies
from tests.imports.making import Run, text_of, write
from tests.imports.test_untouched import later
from tests.world import World


@pytest.mark.parametrize(
    ("checked", "verdict"),
    [
        pytest.param(0, Refused("I-1", "nothing_checked", {"unchecked": 4}), id="none is checked"),
        pytest.param(1, Allowed(), id="one is checked"),
    ],
)
def test_i_1_the_checked_files_go_in_alone_where_there_is_one(checked: int, verdict: object) -> None:
    assert may_import_checked(checked, 4) == verdict


def test_i_1_a_run_is_closed_or_goes_back_to_checking_from_where_it_can() -> None:
    for action, state in ((RunAction.REST, RunState.IMPORTING), (RunAction.CLOSE, RunState.CHECKING)):
        assert [one for one in RunState if may_move_run(one, action)] == [state]


@pytest.fixture
def run(world: World, folder: Path) -> Run:
    """Return a run of four documents, the second in two revisions, a copy, and a file that cannot be read."""
    for place in range(1, 5):
        facts = {"number": f"JL-QP-{place:02}", "label": "B/0", "effective": "2021-05-01"}
        write(folder, f"{place}.txt", text_of(f"程序{place}", **facts))
    facts = {"number": "JL-QP-02", "label": "C/0", "effective": "2022-05-01"}
    write(folder, "2c.txt", text_of("程序2", **facts))
    write(folder, "copy.txt", (folder / "1.txt").read_text(encoding="utf-8"))
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 nothing behind it")
    return Run.of(world, folder).read()


def check(run: Run, *paths: str, choice: str = "") -> None:
    files = run.files()
    cmd = ChangeImport(run.id, [files[one].id for one in paths], choice=choice, is_checked=True)
    change_import(cmd, by=run.world.by("chen"), house=run.world.house)


def order(run: Run, *, only_checked: bool = True) -> None:
    cmd = CommitImport(run.id, only_checked=only_checked)
    commit_import(cmd, by=run.world.by("chen"), house=run.world.house)


def worked(run: Run) -> dict[str, str]:
    while run.row.state is RunState.IMPORTING:
        step(run.world.house, run.id, RunState.IMPORTING)
    return {path: one.outcome for path, one in run.files().items()}


def page(run: Run) -> ReviewPage:
    world = run.world
    with world.house.uow.read() as session:
        return review_page(
            session,
            world.by("chen").actor,
            run.id,
            view="all",
            text="",
            page=1,
            at=world.clock(),
            zone=world.house.zone,
        )


def told(run: Run) -> dict[str, str]:
    with run.world.house.uow.read() as session:
        lines = report(session, run.world.by("chen").actor, run.id, at=run.world.clock())
        return {one.path: one.status for one in lines}


def documents(world: World) -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.count()).select_from(Document)) or 0


def actions(world: World, run: Run) -> list[str]:
    with world.house.uow.read() as session:
        query = select(EventRow.action).where(EventRow.subject_id == run.id).order_by(EventRow.seq)
        return list(session.scalars(query))


OPEN = {"2.txt": "", "2c.txt": "", "4.txt": "", "broken.docx": "", "copy.txt": ""}


def test_i_1_what_is_checked_goes_in_and_the_rest_stays_open(world: World, run: Run) -> None:
    check(run, "1.txt")
    check(run, "3.txt", choice="leave_out")
    assert (page(run).goes_in, page(run).goes_in_checked, page(run).counts["unchecked"]) == (4, 1, 3)
    order(run)
    assert (run.row.only_checked, run.row.ordered) == (True, 2)
    assert worked(run) == {**OPEN, "1.txt": "in_force", "3.txt": "skipped"}
    assert (run.row.state, run.row.ended_at, run.row.only_checked) == (RunState.CHECKING, None, False)
    assert told(run) == {**dict.fromkeys(OPEN, "open"), "1.txt": "in_force", "3.txt": "skipped"}
    assert page(run).counts["imported"] == 1
    assert Copies.of(world.house, run.id).folder.file(run.files()["4.txt"].id).is_file()
    check(run, "2.txt", "2c.txt", "4.txt")
    order(run)
    assert run.row.only_checked is False  # nothing that would go in is left unchecked
    done = worked(run)
    assert {done[one] for one in ("2.txt", "2c.txt", "4.txt")} == {"in_force"}
    assert (done["copy.txt"], done["broken.docx"]) == ("duplicate", "failed")
    assert run.row.state is RunState.DONE
    assert documents(world) == 3
    assert not Copies.of(world.house, run.id).folder.path.exists()
    assert actions(world, run) == [
        "import.started",
        "import.read",
        "import.ordered",
        "import.partly_finished",
        "import.ordered",
        "import.finished",
    ]


def test_i_1_all_go_in_after_some_did_and_none_twice(world: World, run: Run) -> None:
    check(run, "1.txt", "4.txt")
    order(run)
    worked(run)
    assert documents(world) == 2
    order(run, only_checked=False)
    done = worked(run)
    assert run.row.state is RunState.DONE
    assert documents(world) == 4
    assert sorted(done.values()) == sorted(["in_force"] * 5 + ["duplicate", "failed"])
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 5


def test_i_1_nothing_is_ordered_where_nothing_is_checked(world: World, run: Run) -> None:
    check(run, "3.txt", choice="leave_out")
    for _ in range(2):
        with pytest.raises(RuleRefused) as error:
            order(run)
        assert error.value.refused == Refused("I-1", "nothing_checked", {"unchecked": 4})
        assert run.row.state is RunState.CHECKING


@pytest.mark.parametrize(
    ("first", "second", "outcome"), [("2.txt", "2c.txt", "in_force"), ("2c.txt", "2.txt", "superseded")]
)
def test_v_2_a_revision_that_waits_becomes_one_of_the_document_that_went_in(
    world: World, run: Run, first: str, second: str, outcome: str
) -> None:
    check(run, first)
    order(run)
    worked(run)
    document = run.files()[first].document_id
    waiting = run.files()[second]
    assert (waiting.series, waiting.place) == ("", 0)
    assert run.content(second).chosen["document_id"] == str(document)
    assert [one["code"] for one in run.content(second).notes if one["code"] == "history"] == []
    (line,) = (one for one in page(run).rows if one.path == second)
    assert (line.outcome, line.joins) == (outcome, "JL-QP-02")
    check(run, second)
    order(run)
    assert worked(run)[second] == outcome
    assert run.files()[second].document_id == document


def test_v_2_what_is_checked_of_a_history_goes_in_in_its_order(world: World, folder: Path) -> None:
    for place, label in enumerate("ABCD"):
        facts = {"number": "JL-QP-09", "label": f"{label}/0", "effective": f"20{18 + place}-01-01"}
        write(folder, f"{9 - place}.txt", text_of("采购控制程序", **facts))
    run = Run.of(world, folder).read()
    check(run, "9.txt", "8.txt", "6.txt")
    order(run)
    assert worked(run) == {"9.txt": "in_force", "8.txt": "in_force", "6.txt": "in_force", "7.txt": ""}
    (line,) = (one for one in page(run).rows if one.path == "7.txt")
    assert line.refused is not None
    assert line.refused.key == "V-3.day_within"  # between what is in: a person decides


def test_i_1_a_stop_in_the_middle_is_gone_on_with(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(run, "1.txt", "2.txt", "4.txt")
    order(run)
    brought = 0

    def killed(cmd: BringIn, **more: object) -> str:
        nonlocal brought
        brought += 1
        if brought == 2:
            raise KeyboardInterrupt
        return bring_in(cmd, **more)  # type: ignore[arg-type, no-any-return]

    monkeypatch.setattr(commit_job, "bring_in", killed)
    with pytest.raises(KeyboardInterrupt):
        step(world.house, run.id, RunState.IMPORTING)
    monkeypatch.undo()
    assert run.row.state is RunState.IMPORTING
    while work_imports(world.house):
        pass
    assert run.row.state is RunState.CHECKING
    assert documents(world) == 3
    left = {path for path, one in run.files().items() if not one.outcome}
    assert left == {"2c.txt", "3.txt", "broken.docx", "copy.txt"}


def test_i_1_what_was_changed_before_an_order_is_not_undone_after_it(world: World, run: Run) -> None:
    check(run, "1.txt")
    order(run)
    worked(run)
    assert page(run).can_undo is False
    with pytest.raises(RuleRefused) as error:
        undo_import_change(UndoImportChange(run.id), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-1.nothing_to_undo"
    check(run, "4.txt")
    assert page(run).can_undo
    undo_import_change(UndoImportChange(run.id), by=world.by("chen"), house=world.house)
    assert run.files()["4.txt"].checked_at is None


def test_i_1_the_rest_can_be_left_out_and_each_file_has_its_line(world: World, run: Run) -> None:
    check(run, "1.txt")
    order(run)
    worked(run)
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert run.row.state is RunState.DONE
    lines = {path: (one.outcome, one.code) for path, one in run.files().items()}
    assert lines["1.txt"] == ("in_force", "")
    assert lines["broken.docx"][0] == "failed"
    assert {lines[one] for one in ("2.txt", "3.txt", "4.txt", "copy.txt")} == {("skipped", "rest_discarded")}
    assert actions(world, run)[-1] == "import.closed"
    revision = run.files()["1.txt"].revision_id
    assert revision is not None
    assert world.revision(revision).status is RevisionStatus.ISSUED


def test_i_1_what_nobody_checks_after_some_went_in_ends_by_itself_and_what_is_in_stays(
    world: World, run: Run
) -> None:
    check(run, "1.txt")
    order(run)
    worked(run)
    later(world, 76)
    later(world, 14)
    assert run.row.state is RunState.DONE
    assert told(run)["1.txt"] == "in_force"
    assert told(run)["4.txt"] == "given_up"
