"""What the disk does not give out any more has its line, and holds up no other file (I-1, I-2)."""

from __future__ import annotations

from pathlib import Path

from docctl.domain.imports import RunState
from docctl.jobs.imports.work import step, work_imports
from docctl.services.imports.folder import RunFolder
from tests.imports.making import Run, text_of, write, zipped
from tests.imports.test_sealed_copies import WHOLE, started
from tests.world import World


def two(folder: Path) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    write(folder, "b.txt", text_of("采购控制程序", **WHOLE | {"number": "JL-QP-08"}))


def unreadable(world: World, run: Run, name: str) -> None:
    """Let the copy of a file be something of which the disk gives no bytes."""
    copy = RunFolder.of(world.house.data, run.id).file(run.files()[name].id)
    copy.unlink()
    copy.mkdir()


def codes(run: Run) -> dict[str, tuple[str, str]]:
    return {path: (row.outcome, row.code) for path, row in run.files().items()}


def test_i_1_a_copy_that_cannot_be_read_holds_up_no_other_file(world: World, folder: Path) -> None:
    two(folder)
    run = Run.of(world, folder)
    unreadable(world, run, "a.txt")
    while work_imports(world.house):
        pass
    assert run.row.state is RunState.CHECKING
    assert {path: row.code for path, row in run.files().items()} == {"a.txt": "copy_gone", "b.txt": ""}
    run.imported()
    assert codes(run) == {"a.txt": ("failed", "copy_gone"), "b.txt": ("in_force", "")}


def test_i_1_a_copy_that_cannot_be_read_at_its_import_holds_up_no_other_file(
    world: World, folder: Path
) -> None:
    two(folder)
    run = Run.of(world, folder).read()
    unreadable(world, run, "a.txt")
    run.imported()
    assert codes(run) == {"a.txt": ("failed", "copy_gone"), "b.txt": ("in_force", "")}


def test_i_1_an_upload_that_is_gone_has_its_line(world: World, folder: Path, tmp_path: Path) -> None:
    two(folder)
    single = write(tmp_path, "c.txt", text_of("来访接待办法", **WHOLE | {"number": "JL-QP-09"}))
    run = started(world, zipped(folder, tmp_path / "old.zip"), single)
    RunFolder.of(world.house.data, run.id).upload(0).unlink()
    step(world.house, run.id, RunState.RECEIVING)
    run.read()
    assert codes(run) == {"old.zip": ("skipped", "file_unreadable"), "c.txt": ("", "")}
