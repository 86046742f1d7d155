"""The files in a zip, to be read each in its turn."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

from docctl.reading import zips
from docctl.reading.enclosed import Enclosed
from docctl.reading.errors import ReadingFailed

_UTF8: Final = 0x800
#: What systems add to an archive by themselves.
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def unpack(path: str, folder: str, most_files: int, most_bytes: int) -> dict[str, Any]:
    """Write the files of a zip into `folder`; its folders become part of their names."""
    source = Path(path)
    try:
        entries = zips.directory(source)
    except zips.Untrusted as untrusted:
        raise ReadingFailed(untrusted.trouble, "zip") from None
    enclosed = Enclosed(Path(folder), most_files, most_bytes)
    with zipfile.ZipFile(source) as archive:
        for entry in entries:
            name = _name(entry)
            if not entry.is_dir() and not name.startswith(_LITTER[0]) and not name.endswith(_LITTER[1:]):
                enclosed.add(name, _content(archive, entry, enclosed.room))
    return {"text": "", "html": None, "pages": [0], "parts": [], "files": enclosed.files}


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes | None:
    """Return one file, trusting no size that the directory states; nothing where it is damaged or large."""
    if entry.file_size > room:
        return None
    try:
        with archive.open(entry) as part:
            data = part.read(room + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        return None
    return data if len(data) <= room else None


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a name as it was meant: Chinese systems write GBK without saying so."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030", "cp950"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename
