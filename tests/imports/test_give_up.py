"""Runs whose host is lost are given up, and not while it works (I-1)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, RunState
from docctl.domain.reasons import LONGEST
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports.at_work import at_work
from docctl.jobs.imports.work import step, work_imports
from docctl.models.documents import Document
from docctl.models.imports import ImportRun
from docctl.models.trail import EventRow
from docctl.models.work import Lease
from docctl.services.imports.bring_in import BringIn, bring_in
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.give_up import GiveUpImport, give_up_import, may_give_up
from docctl.services.imports.presence import LENGTH, renew
from tests.imports.making import Run, text_of, write
from tests.world import World

TICK = timedelta(microseconds=1)


def paper(folder: Path, name: str, number: str) -> None:
    write(folder, name, text_of(f"程序{number}", number=number, label="A/0", effective="2021-05-01"))


def refused(run: Run, reason: str = "主机已坏", who: str = "chen") -> str:
    with pytest.raises(RuleRefused) as error:
        give_up_import(GiveUpImport(run.id, reason), by=run.world.by(who), house=run.world.house)
    return error.value.refused.key


def given_up(run: Run, reason: str = "主机已坏") -> None:
    give_up_import(GiveUpImport(run.id, reason), by=run.world.by("chen"), house=run.world.house)


def lost(world: World) -> None:
    """Let so much time go by that the host has told nothing any more."""
    world.clock.now += LENGTH


@pytest.fixture
def importing(world: World, folder: Path) -> Run:
    """Return a run of which one file of three is imported, and one cannot be read."""
    paper(folder, "a.txt", "JL-A-01")
    paper(folder, "b.txt", "JL-B-01")
    (folder / "c.docx").write_bytes(b"PK\x03\x04 nothing")
    run = Run.of(world, folder).read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    bring_in(BringIn(run.files()["a.txt"].id), by=world.by("chen"), house=world.house)
    return run


def test_i_1_what_was_imported_stays_and_every_other_file_has_its_line(world: World, importing: Run) -> None:
    lost(world)
    given_up(importing, "  主机  已坏 ")
    lines = {path: (one.outcome, one.number, one.code) for path, one in importing.files().items()}
    assert lines["a.txt"] == ("in_force", "JL-A-01", "")
    assert lines["b.txt"] == ("given_up", "", "given_up")
    assert lines["c.docx"][0] == "failed"
    assert lines["c.docx"][2] not in {"", "given_up"}
    assert {one.state for one in importing.files().values()} == {FileState.DONE}
    assert (importing.row.state, importing.row.given_up_because) == (RunState.DONE, "主机 已坏")
    with world.house.uow.read() as session:
        assert session.scalars(select(Document.number)).all() == ["JL-A-01"]
        told = session.scalars(select(EventRow).where(EventRow.action == "import.given_up")).one()
    assert told.actor_name == "陈静"
    assert '"given_up":1' in told.facts.replace(" ", "")
    assert "主机" not in told.facts  # what people write stands in the detail, which can be erased


@pytest.mark.parametrize("state", [RunState.RECEIVING, RunState.READING, RunState.IMPORTING])
def test_i_1_a_run_is_given_up_wherever_it_waits_for_its_host(
    world: World, folder: Path, state: RunState
) -> None:
    paper(folder, "a.txt", "JL-A-01")
    run = Run.of(world, folder)
    if state is RunState.IMPORTING:
        run.read()
        commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    elif state is RunState.RECEIVING:
        world.house.uow.write(lambda session: setattr(session.get_one(ImportRun, run.id), "state", state))
    lost(world)
    given_up(run)
    assert run.files()["a.txt"].outcome == "given_up"
    assert run.row.state is RunState.DONE


def test_i_1_a_run_that_waits_for_people_or_has_ended_is_not_given_up(world: World, folder: Path) -> None:
    paper(folder, "a.txt", "JL-A-01")
    run = Run.of(world, folder).read()
    lost(world)
    assert refused(run) == "I-1.no_such_step"
    run.imported()
    lost(world)
    assert refused(run) == "I-1.no_such_step"
    assert run.files()["a.txt"].outcome == "in_force"


def test_i_1_not_while_its_host_works_to_the_last_moment_of_its_lease(world: World, importing: Run) -> None:
    with at_work(world.house):
        pass
    world.clock.now += LENGTH - TICK
    assert refused(importing) == "I-1.host_at_work"
    assert importing.files()["b.txt"].outcome == ""
    world.clock.now += TICK
    given_up(importing)
    assert importing.row.state is RunState.DONE


def test_i_1_another_host_at_work_says_nothing_and_a_clock_that_was_wrong_neither(
    world: World, importing: Run
) -> None:
    house = world.house
    lost(world)
    house.uow.write(lambda session: renew(session, "another", world.clock()))
    with house.uow.read() as session:
        assert may_give_up(session, RunState.IMPORTING, house.here.host, world.clock())
        assert isinstance(may_give_up(session, RunState.IMPORTING, "another", world.clock()), Refused)
    house.uow.write(lambda session: renew(session, house.here.host, world.clock() + timedelta(days=1)))
    given_up(importing)


def test_i_1_the_worker_tells_that_it_is_at_work_where_it_has_something_to_do(
    world: World, folder: Path, importing: Run
) -> None:
    def leases() -> int:
        with world.house.uow.read() as session:
            return len(session.scalars(select(Lease).where(Lease.name.startswith("imports:"))).all())

    def forget(session: Session) -> None:
        for one in session.scalars(select(Lease).where(Lease.name.startswith("imports:"))):
            session.delete(one)

    world.house.uow.write(forget)
    while work_imports(world.house):
        pass
    assert importing.row.state is RunState.DONE
    assert leases() == 1
    world.house.uow.write(forget)
    work_imports(world.house)
    assert leases() == 0  # nothing waits for it


def test_i_1_a_host_that_comes_back_finds_the_run_ended(world: World, importing: Run) -> None:
    lost(world)
    given_up(importing)
    with pytest.raises(RuleRefused) as error:
        bring_in(BringIn(importing.files()["b.txt"].id), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-1.no_such_step"
    assert not step(world.house, importing.id, RunState.IMPORTING)
    assert importing.files()["b.txt"].outcome == "given_up"


def test_i_1_a_reason_is_needed_and_of_bounded_length(world: World, importing: Run) -> None:
    lost(world)
    assert refused(importing, "  ") == "I-1.reason_needed"
    assert refused(importing, "x" * (LONGEST + 1)) == "I-1.reason_too_long"
    given_up(importing, "x" * LONGEST)


def test_x_1_only_who_may_import_there_gives_a_run_up(world: World, importing: Run) -> None:
    lost(world)
    assert refused(importing, who="wang") == "X-1.not_permitted"
    assert importing.row.state is RunState.IMPORTING
