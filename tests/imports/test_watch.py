"""The watched folder and the worker that goes on with runs (I-1)."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.config import Settings, WrongSetting
from docctl.domain.imports import RunState
from docctl.jobs.imports import watch
from docctl.jobs.imports.watch import TAKEN, Watcher, take_watched
from docctl.jobs.imports.work import work_imports
from docctl.models.imports import ImportFile, ImportRun, RunSource
from docctl.services.house import House
from tests.imports.making import text_of, write, zipped
from tests.world import World


def rest(folder: Path, seconds: float = watch.AT_REST) -> None:
    """Let all files of a folder look as if they had not changed for so long."""
    at = time.time() - seconds - 1
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (at, at), follow_symlinks=False)


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
    assert not take_watched(world.house, folder)
    rest(folder)
    assert take_watched(world.house, folder)
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
    assert not take_watched(world.house, folder)


def test_i_1_the_worker_looks_from_time_to_time_and_only_where_it_shall(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    assert not Watcher(world.house)()
    object.__setattr__(world.house, "import_folder", folder)
    watcher = Watcher(world.house)
    assert watcher()
    write(folder, "b.txt", text_of("采购控制程序"))
    rest(folder)
    assert not watcher()
    assert len(the_runs(world)) == 1
    object.__setattr__(world.house, "import_folder", folder / "gone")
    assert not Watcher(world.house)()


@pytest.mark.parametrize("place", ["nowhere", "data", "data/below", "."])
def test_i_1_the_watched_folder_is_there_and_apart_from_the_data(tmp_path: Path, place: str) -> None:
    (tmp_path / "data" / "below").mkdir(parents=True)
    with pytest.raises(WrongSetting):
        Settings.from_env(
            {"DOCCTL_DATA": str(tmp_path / "data"), "DOCCTL_IMPORT_FOLDER": str(tmp_path / place)},
            folder=tmp_path,
        )
    (tmp_path / "inbox").mkdir()
    settings = Settings.from_env(
        {"DOCCTL_DATA": str(tmp_path / "data"), "DOCCTL_IMPORT_FOLDER": str(tmp_path / "inbox")},
        folder=tmp_path,
    )
    assert settings.import_folder == tmp_path / "inbox"


def test_i_1_a_run_of_another_host_is_left_to_it(world: World, house: House, folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序"))
    rest(folder)
    take_watched(house, folder)

    def elsewhere(session: object) -> None:
        for run in session.scalars(select(ImportRun)):  # type: ignore[attr-defined]
            run.host = "another"

    house.uow.write(elsewhere)
    assert not work_imports(house)
    assert the_runs(world)[0].state is RunState.READING
