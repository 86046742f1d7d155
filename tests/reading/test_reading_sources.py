"""Folders and archives walked file by file: nothing dropped silently, nothing followed (I-1)."""

from __future__ import annotations

import hashlib
import inspect
import io
import os
import struct
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from docctl.reading.errors import ReadingFailed
from docctl.reading.sources import Source, SourceChanged, archive_files, copy, folder_files

LIMIT = 1000


def problems(sources: Iterator[Source]) -> dict[str, str]:
    return {one.path: one.problem for one in sources}


def test_i_1_a_folder_is_walked_in_order_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "2.txt").write_text("x")
    (tmp_path / "1.txt").write_text("x")
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    (tmp_path / "leer.txt").write_bytes(b"")
    (tmp_path / "~$1.docx").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    assert problems(folder_files(tmp_path)) == {
        "1.txt": "",
        "b/c/2.txt": "",
        "b/round": "link",
        "leer.txt": "empty",
        "passwd": "link",
        "pipe": "no_file",
        "~$1.docx": "litter",
    }
    assert problems(folder_files(tmp_path / "1.txt")) == {"1.txt": ""}


def test_i_1_names_in_another_encoding_are_read_as_meant(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode("质量手册.txt".encode("gb18030"))).write_text("x")
    (tmp_path / os.fsdecode(b"\xff\xfe\x01.txt")).write_text("x")
    found = list(folder_files(tmp_path))
    assert "质量手册.txt" in {one.path for one in found}
    assert len(found) == 2
    for one in found:
        assert copy(one, tmp_path / "copy", limit=LIMIT).size == 1


def packed(target: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target


def test_i_1_an_archive_gives_its_files_and_says_why_not(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    path = packed(
        tmp_path / "a.zip",
        ("好/a.txt", b"x"),
        ("../../etc/passwd", b"x"),
        ("C:\\old\\b.txt", b"x"),
        (link, b"/etc/passwd"),
        ("bomb.bin", bytes(80 << 20)),
        ("leer", b""),
        ("folder/", b""),
    )
    assert problems(archive_files(path)) == {
        "好/a.txt": "",
        "etc/passwd": "",
        "C:/old/b.txt": "",
        "link": "link",
        "bomb.bin": "bomb_entry",
        "leer": "empty",
    }


def test_i_1_names_in_gbk_and_locked_entries_of_an_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("name.txt", b"x"), ("lock.txt", b"x"))
    raw = bytearray(path.read_bytes())
    gbk = "记录".encode("gbk")
    for at in [n for n in range(len(raw)) if raw[n : n + 4] == b"name"]:
        raw[at : at + 4] = gbk
    for at in [n for n in range(len(raw)) if raw[n : n + 4] == b"PK\x01\x02"][1:]:
        (flags,) = struct.unpack_from("<H", raw, at + 8)
        struct.pack_into("<H", raw, at + 8, flags | 1)
    path.write_bytes(raw)
    assert problems(archive_files(path)) == {"记录.txt": "", "lock.txt": "encrypted_entry"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"Rar!\x1a\x07\x00"])
def test_i_1_what_is_no_archive_is_said_at_once(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ReadingFailed):
        list(archive_files(tmp_path / "a.zip"))


def test_i_1_the_files_of_an_archive_can_be_opened_after_it_was_walked(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.txt", b"first"), ("b.txt", b"second"))
    found = list(archive_files(path))
    sizes = [copy(one, tmp_path / "copy", limit=LIMIT).size for one in found]
    assert sizes == [5, 6]


def test_i_1_a_file_is_copied_up_to_the_limit(tmp_path: Path) -> None:
    content = os.urandom(LIMIT)
    (tmp_path / "a").write_bytes(content)
    (source,) = folder_files(tmp_path / "a")
    copied = copy(source, tmp_path / "copy", limit=LIMIT)
    assert (copied.sha256, copied.size) == (hashlib.sha256(content).hexdigest(), LIMIT)
    with pytest.raises(ReadingFailed) as error:
        copy(source, tmp_path / "other", limit=LIMIT - 1)
    assert error.value.code == "too_large"


@pytest.mark.parametrize(("times", "is_taken"), [(1, True), (2, False)])
def test_i_1_a_file_that_changes_while_it_is_copied_is_copied_once_more(
    tmp_path: Path, times: int, is_taken: bool
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"first")
    changes = iter(range(times))

    class Changing(io.FileIO):
        changes = False

        def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
            content = super().read(size) or b""
            if content and self.changes:
                self.changes = False
                with path.open("ab") as more:
                    more.write(b"+")
            return content

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with Changing(path) as reader:
            reader.changes = next(changes, None) is not None
            yield reader  # type: ignore[misc]

    source = Source("a", 5, opened)
    if is_taken:
        assert copy(source, tmp_path / "copy", limit=LIMIT).size == 6
    else:
        with pytest.raises(SourceChanged):
            copy(source, tmp_path / "copy", limit=LIMIT)
        assert not (tmp_path / "copy").exists()


def test_i_1_a_file_that_went_or_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (source,) = folder_files(tmp_path / "a")
    (tmp_path / "a").unlink()
    with pytest.raises(ReadingFailed) as error:
        copy(source, tmp_path / "copy", limit=LIMIT)
    assert error.value.code == "file_unreadable"
    assert problems(folder_files(tmp_path / "nowhere")) == {".": "folder_unreadable"}


def test_i_1_folders_may_lie_in_each_other_deeper_than_calls(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 200)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("x")
    (tmp_path / "z.txt").write_text("x")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        found = [one.path[-7:] for one in folder_files(tmp_path)]
    finally:
        sys.setrecursionlimit(before)
    assert found == ["d/a.txt", "z.txt"]
