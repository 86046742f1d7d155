"""The watched folder and the worker that goes on with runs (I-1)."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.config import Settings, WrongSetting
from docctl.domain.imports import RunState, Watched
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports import watch
from docctl.jobs.imports.watch import TAKEN, Watcher, take_watched
from docctl.jobs.imports.work import work_imports
from docctl.models.imports import ImportFile, ImportRun, RunSource
from docctl.models.organisation import Unit
from docctl.services.house import House
from docctl.services.imports.watched import not_taken_from
from tests.imports.making import text_of, write, zipped
from tests.world import World


def rest(folder: Path, seconds: float = watch.AT_REST) -> None:
    """Let all files of a folder look as if they had not changed for so long."""
    at = time.time() - seconds - 1
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (at, at), follow_symlinks=False)


def watched(folder: Path) -> Watched:
    return Watched(folder, "PZ", "procedure")


def the_runs(world: World) -> list[ImportRun]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(ImportRun)))


def test_i_1_files_at_rest_become_a_run_and_are_moved_aside(
    world: World, folder: Path, tmp_path: Path
) -> None:
    inside = tmp_path / "packed"
    write(inside, "b.txt", text_of("采购控制程序"))
    zipped(inside, folder / "z.zip")
    write(folder, "部门/a.txt", text_of("记录控制程序"))
    assert not take_watched(world.house, watched(folder))
    rest(folder)
    assert take_watched(world.house, watched(folder))
    (run,) = the_runs(world)
    assert (run.source, run.started_by, run.state) == (RunSource.WATCHED, None, RunState.READING)
    while work_imports(world.house):
        pass
    (run,) = the_runs(world)
    assert run.state is RunState.CHECKING
    with world.house.uow.read() as session:
        assert set(session.scalars(select(ImportFile.path))) == {"部门/a.txt", "b.txt"}
    assert [one.name for one in folder.iterdir()] == [TAKEN]
    kept = {one.name for one in (folder / TAKEN).rglob("*") if one.is_file()}
    assert kept == {"a.txt", "z.zip"}
    assert not take_watched(world.house, watched(folder))


def test_i_1_the_worker_looks_from_time_to_time_and_only_where_it_shall(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    assert not Watcher(world.house)()
    object.__setattr__(world.house, "watched", (watched(folder),))
    watcher = Watcher(world.house)
    assert watcher()
    write(folder, "b.txt", text_of("采购控制程序"))
    rest(folder)
    assert not watcher()
    assert len(the_runs(world)) == 1
    object.__setattr__(world.house, "watched", (watched(folder / "gone"),))
    assert not Watcher(world.house)()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("{}/nowhere=PZ/procedure", id="not there"),
        pytest.param("{}/data=PZ/procedure", id="the data folder"),
        pytest.param("{}/data/below=PZ/procedure", id="below it"),
        pytest.param("{}=PZ/procedure", id="above it"),
        pytest.param("{}/inbox", id="neither department nor type"),
        pytest.param("{}/inbox=PZ", id="no type"),
        pytest.param("{}/inbox=/procedure", id="no department"),
        pytest.param("{}/inbox=PZ/procedure;{}/inbox=SC/form", id="twice"),
    ],
)
def test_i_1_a_watched_folder_is_there_apart_and_says_where_its_files_go(
    tmp_path: Path, written: str
) -> None:
    (tmp_path / "data" / "below").mkdir(parents=True)
    for name in ("inbox", "a=b"):
        (tmp_path / name).mkdir()

    def read(value: str) -> tuple[Watched, ...]:
        given = {"DOCCTL_DATA": str(tmp_path / "data"), "DOCCTL_IMPORT_FOLDER": value}
        return Settings.from_env(given, folder=tmp_path).import_folder

    with pytest.raises(WrongSetting):
        read(written.replace("{}", str(tmp_path)))
    assert read("") == ()
    assert read(f"{tmp_path}/inbox=PZ/procedure; {tmp_path}/a=b = 生产部 / 程序文件 ;") == (
        Watched(tmp_path / "inbox", "PZ", "procedure"),
        Watched(tmp_path / "a=b", "生产部", "程序文件"),
    )


def test_i_1_a_run_goes_to_the_unit_and_type_of_its_folder(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    assert take_watched(world.house, Watched(folder, "生产部", "form"))
    (run,) = the_runs(world)
    assert (run.unit_id, run.type_id) == (world.units["SC"], world.types["form"])


@pytest.mark.parametrize(
    ("unit", "kind", "code"), [("XX", "procedure", "watched_unit"), ("PZ", "none", "watched_type")]
)
def test_i_1_files_wait_where_unit_or_type_is_not_there(
    world: World, folder: Path, unit: str, kind: str, code: str
) -> None:
    path = write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    wrong = Watched(folder, unit, kind)
    object.__setattr__(world.house, "watched", (wrong, watched(folder / "gone")))
    assert not Watcher(world.house)()
    assert path.is_file()
    assert not the_runs(world)
    with world.house.uow.read() as session:
        told = not_taken_from(session, world.house)
    assert [one.code for one in told] == [code, "watched_gone"]


def test_i_1_a_unit_that_ended_takes_no_files(world: World, folder: Path) -> None:
    def end(session: Session) -> None:
        session.get_one(Unit, world.units["PZ"]).valid_until = world.clock()

    world.house.uow.write(end)
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    assert not take_watched(world.house, watched(folder))


def test_i_1_a_run_of_another_host_is_left_to_it(world: World, house: House, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    take_watched(house, watched(folder))

    def elsewhere(session: object) -> None:
        for run in session.scalars(select(ImportRun)):  # type: ignore[attr-defined]
            run.host = "another"

    house.uow.write(elsewhere)
    assert not work_imports(house)
    assert the_runs(world)[0].state is RunState.READING


def test_i_1_files_that_lie_aside_wait_for_their_unit_and_are_not_given_up(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(watch, "receive", stop)
        with pytest.raises(KeyboardInterrupt):
            take_watched(world.house, watched(folder))

    def until(at: datetime | None) -> None:
        def change(session: Session) -> None:
            session.get_one(Unit, world.units["PZ"]).valid_until = at

        world.house.uow.write(change)

    until(world.clock())
    world.clock.forward(minutes=11)
    assert not take_watched(world.house, watched(folder))
    work_imports(world.house)
    until(None)
    take_watched(world.house, watched(folder))
    (run,) = the_runs(world)
    assert (run.state, run.total) == (RunState.READING, 1)


def test_i_1_a_watched_folder_that_is_refused_stops_no_other(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def take(_house: House, one: Watched) -> bool:
        looked.append(one.unit)
        raise RuleRefused(Refused("request", "disk_full"))

    monkeypatch.setattr(watch, "take_watched", take)
    both = (Watched(folder, "PZ", "procedure"), Watched(folder, "SC", "procedure"))
    object.__setattr__(world.house, "watched", both)
    assert not Watcher(world.house)()
    assert looked == ["PZ", "SC"]


def test_i_1_names_in_an_old_encoding_at_the_top_of_a_watched_folder_are_read_as_they_were_meant(
    world: World, folder: Path, tmp_path: Path
) -> None:
    def old(name: str) -> str:
        return os.fsdecode(name.encode("gb18030"))

    write(folder, old("程序.txt"), text_of("记录控制程序"))
    write(folder, f"{old('部门')}/{old('办法')}.txt", text_of("来访接待办法"))
    write(tmp_path / "packed", "b.txt", text_of("采购控制程序"))
    zipped(tmp_path / "packed", folder / old("压缩.zip"))
    (folder / old("链接")).symlink_to(tmp_path)
    rest(folder)
    assert take_watched(world.house, watched(folder))
    with world.house.uow.read() as session:
        paths = set(session.scalars(select(ImportFile.path)))
    assert paths == {"程序.txt", "部门/办法.txt", "b.txt", "链接"}


def test_i_1_a_fault_with_one_watched_folder_harms_no_other(
    world: World, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "第二个"
    for one in (folder, other):
        write(one, "a.txt", text_of("记录控制程序"))
        rest(one)
    taken = watch.take_watched

    def faulty(house: House, one: Watched) -> bool:
        if one.path == folder:
            raise ValueError("a fault of ours")
        return taken(house, one)

    monkeypatch.setattr(watch, "take_watched", faulty)
    object.__setattr__(world.house, "watched", (watched(folder), watched(other)))
    assert Watcher(world.house)()
    assert len(the_runs(world)) == 1
