"""`docctl documents files|attach|arrange`, and further files of a new draft (V-13, D-3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.world import World, docx_bytes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    found = {}
    for name in ("正文", "流程图", "名词表", "原稿", "新正文"):
        found[name] = tmp_path / f"{name}.docx"
        found[name].write_bytes(docx_bytes(name))
    found["图"] = tmp_path / "图.png"
    found["图"].write_bytes(PNG)
    return found


def names(terminal: Terminal, user: str = "chen") -> list[str]:
    files = terminal.ok("documents", "files", "QP-01", user=user)["files"]
    return [one["title"] or one["name"] for one in files]


def test_v_13_a_draft_gets_its_files_by_commands(
    terminal: Terminal, world: World, paths: dict[str, Path], tmp_path: Path
) -> None:
    terminal.ok(
        "documents",
        "new",
        paths["正文"],
        "--type",
        "procedure",
        "--title",
        "检验程序",
        "--annex",
        paths["流程图"],
        "--source",
        paths["原稿"],
        user="chen",
    )
    assert names(terminal) == ["正文.docx", "流程图.docx", "原稿.docx"]
    terminal.ok("documents", "attach", "QP-01", paths["名词表"], "--title", "名词", user="chen")
    terminal.ok("documents", "arrange", "QP-01", "2", "--title", "1=主流程", "--drop-source", user="chen")
    assert names(terminal) == ["正文.docx", "名词", "主流程"]
    terminal.ok("documents", "attach", "QP-01", paths["图"], "--instead", "2", user="chen")
    assert names(terminal) == ["正文.docx", "名词", "主流程"]
    terminal.ok("documents", "file", "QP-01", tmp_path / "a.png", "--annex", "2", user="chen")
    assert (tmp_path / "a.png").read_bytes() == PNG
    terminal.ok("documents", "arrange", "QP-01", "--drop", "1", user="chen")
    assert names(terminal) == ["正文.docx", "主流程"]
    assert terminal.refused("documents", "arrange", "QP-01", "7", user="chen") == (3, "V-13.no_annex")
    answer = terminal.refused("documents", "attach", "QP-01", paths["正文"], user="chen")
    assert answer == (3, "V-13.file_twice")


@pytest.mark.parametrize("beside", [["--source"], ["--reference"], ["--source", "--reference"]])
def test_d_3_one_file_is_taken_and_no_wish_beside_it_ignored(
    terminal: Terminal, world: World, tmp_path: Path, beside: list[str]
) -> None:
    world.issued(world.draft())
    annex = [] if len(beside) > 1 else ["--annex", "1"]
    words = ["documents", "file", "QP-01", str(tmp_path / "a"), *annex, *beside, "--as", "chen"]
    answer = terminal.run(*words)
    assert answer.exit_code == 2
    assert "--annex" in answer.stderr


def test_v_13_a_revision_begins_with_the_annexes_or_without(
    terminal: Terminal, world: World, paths: dict[str, Path], tmp_path: Path
) -> None:
    draft = world.draft()
    terminal.ok("documents", "attach", "QP-01", paths["流程图"], "--source", paths["原稿"], user="chen")
    world.issued(draft)
    made = terminal.ok("documents", "file", "QP-01", tmp_path / "b.docx", "--annex", "1", user="wang")
    assert made["stamp"] == "受控"
    assert terminal.refused("documents", "file", "QP-01", tmp_path / "c", "--source", user="wang")[0] == 4
    terminal.ok("documents", "file", "QP-01", tmp_path / "c.docx", "--source", user="chen")
    assert (tmp_path / "c.docx").read_bytes() == docx_bytes("原稿")
    said = ("--what", "改", "--reason", "改")
    terminal.ok("documents", "revise", "QP-01", paths["新正文"], *said, user="chen")
    assert names(terminal) == ["新正文.docx", "流程图.docx"]
    terminal.ok("documents", "discard", "QP-01", "--reason", "重来", user="chen")
    terminal.ok("documents", "revise", "QP-01", paths["新正文"], *said, "--without-annexes", user="chen")
    assert names(terminal) == ["新正文.docx"]
