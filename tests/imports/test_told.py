"""What became of a run is told to its people, and what was never read has its line (I-1, A-4)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import RunState
from docctl.domain.roles import Role
from docctl.jobs.imports.uploaded import uploaded as uploads_of
from docctl.jobs.imports.watch import take_watched
from docctl.jobs.imports.work import receive, work_imports
from docctl.models.base import new_id
from docctl.models.organisation import RoleGrant
from docctl.models.trail import EventRow
from docctl.queries.inbox import inbox
from docctl.reading.sources import folder_files
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.copies import Copies
from docctl.services.imports.give_up import GiveUpImport, give_up_import
from docctl.services.imports.notices import SeeResult, see_result
from docctl.services.imports.presence import LENGTH
from docctl.services.imports.start import StartImport, start_import
from docctl.services.uploads import stage_upload
from tests.imports.making import Run, _type, _unit, text_of, write
from tests.imports.test_partly import check, order, worked
from tests.imports.test_stops import started
from tests.imports.test_untouched import later
from tests.imports.test_watch import rest, the_runs, watched
from tests.world import World, as_owner

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01"}


def told(world: World, who: str) -> list[tuple[str, UUID]]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return [(one.verb, one.id) for one in found.tasks if one.kind == "import"]


def lines(run: Run) -> dict[str, tuple[str, str]]:
    return {path: (one.outcome, one.code) for path, one in run.files().items()}


def facts(world: World, run: Run, action: str) -> str:
    with world.house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == action, EventRow.subject_id == run.id)
        return session.scalars(query).one()


def uploaded(world: World, *names: str) -> Run:
    uploads = []
    for name in names:
        made = io.BytesIO(text_of("程序", **WHOLE).encode())
        if name.endswith(".zip"):
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                archive.writestr("a.txt", text_of("程序", **WHOLE))
                archive.writestr("b.txt", "")
            made.seek(0)
        uploads.append(
            stage_upload(made, name=name, by=world.by("chen"), house=world.house, for_document=False)
        )
    cmd = StartImport("旧文件", "archive", _unit(world, "PZ"), _type(world), uploads=tuple(uploads))
    return Run(world, start_import(cmd, by=world.by("chen"), house=world.house))


def controls(world: World, who: str, unit: str | None) -> None:
    """Let somebody control the documents of a unit, of all for None."""
    zhao, now = world.people["zhao"], world.clock()

    def grant(session: Session) -> None:
        session.add(
            RoleGrant(
                id=new_id(),
                person_id=world.people[who],
                role=Role.DOCUMENT_CONTROLLER,
                unit_id=world.units[unit] if unit else None,
                proposed_by=zhao,
                proposed_at=now,
                confirmed_by=world.people["admin"],
                confirmed_at=now,
            )
        )

    as_owner(world.house).write(grant)


@pytest.fixture
def run(world: World, folder: Path) -> Run:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    write(folder, "b.txt", text_of("采购控制程序", **WHOLE | {"number": "JL-QP-08"}))
    return Run.of(world, folder).read()


def test_a_4_who_started_and_who_ordered_an_import_hear_that_it_is_done(world: World, run: Run) -> None:
    controls(world, "li", "PZ")
    commit_import(CommitImport(run.id), by=world.by("li"), house=world.house)
    assert told(world, "chen") == told(world, "li") == []
    worked(run)
    assert told(world, "chen") == told(world, "li") == [("see_import", run.id)]
    assert told(world, "wang") == []
    assert see_result(SeeResult(run.id), by=world.by("li"), house=world.house)
    assert not see_result(SeeResult(run.id), by=world.by("li"), house=world.house)
    assert (told(world, "chen"), told(world, "li")) == ([("see_import", run.id)], [])
    assert '"failed":false' in facts(world, run, "import.seen")


def test_a_4_what_an_import_did_not_take_is_told_as_such(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 nothing behind it")
    run = Run.of(world, folder).read()
    run.imported()
    assert told(world, "chen") == [("see_failed_import", run.id)]


def test_a_4_who_orders_what_is_checked_hears_of_it_and_again_of_the_end(world: World, run: Run) -> None:
    check(run, "a.txt")
    order(run)
    worked(run)
    assert told(world, "chen") == [("check_import", run.id), ("see_import", run.id)]
    see_result(SeeResult(run.id), by=world.by("chen"), house=world.house)
    order(run, only_checked=False)
    worked(run)
    assert told(world, "chen") == [("see_import", run.id)]


def test_a_4_who_discards_a_run_is_not_told_and_who_started_it_is(world: World, run: Run) -> None:
    controls(world, "li", "PZ")
    cancel_import(CancelImport(run.id), by=world.by("li"), house=world.house)
    assert (told(world, "chen"), told(world, "li")) == ([("see_import", run.id)], [])


def test_a_4_a_watched_folder_tells_who_controls_its_unit_and_nobody_else(world: World, folder: Path) -> None:
    controls(world, "li", "PZ")
    controls(world, "wang", "KF")
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    rest(folder)
    assert take_watched(world.house, watched(folder))
    while work_imports(world.house):
        pass
    (row,) = the_runs(world)
    run = Run(world, row.id)
    waiting = [("check_import", run.id)]
    assert (told(world, "chen"), told(world, "li"), told(world, "wang")) == (waiting, waiting, [])
    commit_import(CommitImport(run.id), by=world.by("li"), house=world.house)
    later(world, 76)  # its host is lost
    ends = [("end_import", run.id)]
    assert (told(world, "chen"), told(world, "li"), told(world, "wang")) == (ends, ends, [])
    worked(run)
    done = [("see_import", run.id)]
    assert (told(world, "chen"), told(world, "li"), told(world, "wang")) == (done, done, [])


def test_i_1_an_upload_that_was_never_unpacked_ends_with_its_line(world: World) -> None:
    run = uploaded(world, "旧文件.zip", "单个.txt")
    later(world, 76)
    assert told(world, "chen") == [("end_import", run.id)]
    later(world, 14)
    assert run.row.state is RunState.CANCELLED
    unread = ("given_up", "never_read")
    assert lines(run) == {"旧文件.zip": unread, "单个.txt": unread}
    assert {one.size > 0 for one in run.files().values()} == {True}
    assert (run.row.total, run.row.read) == (2, 2)
    assert '"given_up":2' in facts(world, run, "import.ended")
    assert told(world, "chen") == [("see_failed_import", run.id)]


def test_i_1_of_an_upload_that_was_partly_unpacked_the_rest_has_a_line(world: World) -> None:
    run = uploaded(world, "旧文件.zip", "单个.txt")
    found = list(uploads_of(Copies.of(world.house, run.id)))
    assert [one.path for one in found] == ["a.txt", "b.txt", "单个.txt"]
    receive(world.house, run.id, [found[2]], is_last=False)  # and then it stopped
    world.clock.now += LENGTH
    give_up_import(GiveUpImport(run.id, "主机已坏"), by=world.by("chen"), house=world.house)
    assert lines(run) == {"单个.txt": ("given_up", "given_up"), "旧文件.zip": ("given_up", "never_read")}


def test_i_1_a_discarded_upload_has_its_line_too(world: World) -> None:
    run = uploaded(world, "旧文件.zip")
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert lines(run) == {"旧文件.zip": ("skipped", "never_read")}
    assert told(world, "chen") == []


def test_i_1_a_folder_that_nobody_brings_any_more_says_that_it_was_not_read_whole(
    world: World, folder: Path
) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = started(world)
    receive(world.house, run.id, folder_files(folder), is_last=False)  # and then it died
    world.clock.forward(minutes=11)
    work_imports(world.house)
    assert lines(run) == {"a.txt": ("skipped", "run_cancelled"), "旧文件": ("given_up", "never_read")}
    assert told(world, "chen") == [("see_failed_import", run.id)]


def test_i_1_what_was_read_whole_has_no_line_of_its_upload(world: World) -> None:
    run = uploaded(world, "旧文件.zip")
    while work_imports(world.house):
        pass
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert set(lines(run)) == {"a.txt", "b.txt"}
