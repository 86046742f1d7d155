"""Existing files on their way in: a folder or a zip walked file by file, each with its line (I-1).

Nothing is dropped silently: what is not taken is told with the reason. Links are not followed, so circles
and other people's folders are no danger; names in old encodings are read as the region wrote them.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from docctl.reading.encodings import guess
from docctl.reading.errors import ReadingFailed
from docctl.reading.names import extension

_CHUNK: Final = 1 << 20
#: An archive of a file server: larger than what one upload may hold in its parts.
_MOST_ENTRIES: Final = 200_000
_MOST_BYTES: Final = 64 << 30
_RATIO: Final = 200
_RATIO_FROM: Final = 64 << 20
#: What systems and programs leave lying about.
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_LONGEST_PATH: Final = 1000
#: Everything that reading a file which somebody else made, or an entry of a broken archive, raises.
_BROKEN: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was found: its path as people would write it, or why it is not taken.

    `problem` is a code under the rule I-1; then `open` is not to be called. `size` in bytes as announced.
    """

    path: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Copied:
    """A file that lies in the run's folder: SHA-256 and bytes written."""

    sha256: str
    size: int


class SourceChanged(Exception):
    """The file changed while it was copied, twice."""


def folder_files(root: Path) -> Iterator[Source]:
    """Yield the files below a folder, or the one file, in the order of their paths."""
    if root.is_file():
        yield _file(root, shown_name(root))
        return
    # Folders lie in each other deeper than calls may: each open one is an iterator here.
    open_ones = [_within(root, "")]
    while open_ones:
        for one in open_ones[-1]:
            if not isinstance(one, Source):
                open_ones.append(_within(*one))
                break
            yield one
        else:
            open_ones.pop()


def shown_name(path: Path) -> str:
    """Return the last part of a path as people would write it, whatever encoding the disk has it in."""
    return _decoded(os.fsencode(path.name))


def _within(folder: Path, shown: str) -> Iterator[Source | tuple[Path, str]]:
    """Yield what lies in a folder: files, and folders with what is written before their names."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield Source(shown[-_LONGEST_PATH:] or ".", 0, None, "folder_unreadable")
        return
    for entry in entries:
        name = f"{shown}{_decoded(os.fsencode(entry.name))}"
        if entry.is_symlink():
            yield Source(name[-_LONGEST_PATH:], 0, None, "link")
        elif entry.is_dir(follow_symlinks=False):
            yield Path(entry.path), f"{name}/"
        else:
            yield _file(Path(entry.path), name)


def _file(path: Path, name: str) -> Source:
    shown = name[-_LONGEST_PATH:]
    try:
        about = path.lstat()
    except OSError:
        return Source(shown, 0, None, "file_unreadable")
    if not stat.S_ISREG(about.st_mode):
        return Source(shown, 0, None, "no_file")
    if problem := _by_name(name, about.st_size):
        return Source(shown, about.st_size, None, problem)
    return Source(shown, about.st_size, lambda: path.open("rb"))


def _by_name(name: str, size: int) -> str:
    last = name.rsplit("/", 1)[-1]
    if last.lower() in _LITTER or last.startswith(("~$", "._")) or extension(last) in {"tmp", "lnk", "bak~"}:
        return "litter"
    return "empty" if size == 0 else ""


def archive_files(path: Path | BinaryIO) -> Iterator[Source]:
    """Yield the files of a zip in their order. Raises ReadingFailed for one that may not be opened."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN:
        raise ReadingFailed("unreadable", "no zip") from None
    # It closes when the last of its files is let go of: they are opened after they were found.
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES or sum(one.file_size for one in entries) > _MOST_BYTES:
        raise ReadingFailed("bomb", "entries or bytes")
    for entry in entries:
        if not entry.is_dir():
            yield _entry(archive, entry)


def packed_files(archive: Path | BinaryIO, name: str) -> Iterator[Source]:
    """Yield the files of a zip; one that may not be opened is told of under its own name."""
    try:
        yield from archive_files(archive)
    except ReadingFailed as failed:
        problem = "archive_bomb" if failed.code == "bomb" else "archive_unreadable"
        size = archive.stat().st_size if isinstance(archive, Path) else archive.seek(0, os.SEEK_END)
        yield Source(name, size, None, problem)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Source:
    name = _entry_name(entry)
    shown = name[-_LONGEST_PATH:]
    problem = _by_name(name, entry.file_size)
    if entry.external_attr >> 28 == 0o12:
        problem = "link"
    elif entry.flag_bits & 0x1:
        problem = "encrypted_entry"
    elif entry.file_size > _RATIO_FROM and entry.file_size > _RATIO * max(entry.compress_size, 1):
        problem = "bomb_entry"
    if problem:
        return Source(shown, entry.file_size, None, problem)
    return Source(shown, entry.file_size, lambda: archive.open(entry))  # type: ignore[arg-type,return-value]


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return a name as it was meant: zips made on Chinese Windows say GBK without saying so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = _decoded(entry.orig_filename.encode("cp437"))
        except UnicodeEncodeError:
            name = entry.filename
    parts = [part for part in _seen(name).replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return "/".join(parts) or "file"


def _seen(name: str) -> str:
    """Return a name with a mark for each character that no table or page can hold."""
    return "".join("\ufffd" if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in name)


def _decoded(raw: bytes) -> str:
    """Read a name in UTF-8, else as the encoding that fits, else with marks for what does not."""
    try:
        return _seen(raw.decode())
    except UnicodeDecodeError:
        encoding = guess(raw, whole=True) or "gb18030"
        return _seen(raw.decode(encoding, "replace"))


class Writer(Protocol):
    """What the bytes of a copy are written to."""

    def write(self, data: bytes, /) -> int: ...


Writing = Callable[[Path], AbstractContextManager[Writer]]


def _as_it_is(path: Path) -> AbstractContextManager[Writer]:
    return path.open("wb")


def copy(source: Source, target: Path, *, limit: int, writing: Writing = _as_it_is) -> Copied:
    """Copy a file and say its hash. Raises ReadingFailed (`too_large`, `file_unreadable`), SourceChanged.

    A file that grows or shrinks on the way is copied once more; `limit` in bytes. Raises OSError where the
    copy cannot be written: that says nothing about the file. `writing` opens the copy, perhaps to encrypt it.
    """
    try:
        for _ in range(2):
            if (copied := _copy(source, target, limit, writing)) is not None:
                return copied
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    target.unlink(missing_ok=True)
    raise SourceChanged(source.path)


def _copy(source: Source, target: Path, limit: int, writing: Writing) -> Copied | None:
    digest, size = hashlib.sha256(), 0
    with writing(target) as writer, _opened(source) as reader:
        before = _state(reader)
        while chunk := _next(reader):
            size += len(chunk)
            if size > limit:
                raise ReadingFailed("too_large", str(limit >> 20))
            digest.update(chunk)
            writer.write(chunk)
        if before != _state(reader):
            return None
    return Copied(digest.hexdigest(), size)


def _opened(source: Source) -> AbstractContextManager[BinaryIO]:
    assert source.open is not None
    try:
        return source.open()
    except _BROKEN as error:
        raise ReadingFailed("file_unreadable", type(error).__name__) from None


def _next(reader: BinaryIO) -> bytes:
    try:
        return reader.read(_CHUNK)
    except _BROKEN as error:
        raise ReadingFailed("file_unreadable", type(error).__name__) from None


def _state(reader: BinaryIO) -> tuple[int, int] | None:
    try:
        about = os.fstat(reader.fileno())
    except (AttributeError, OSError, ValueError):
        return None  # an entry of an archive does not change
    return about.st_size, about.st_mtime_ns
