"""What tantivy's files say of themselves: whole, unchanged, left behind by a killed writer (S-4)."""

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FOOTER_MAGIC: Final = 1337
_FOOTER_TAIL: Final = 8
_SEGMENT_FILES: Final = ("store", "idx", "pos", "term", "fieldnorm", "fast")


def is_whole(generation: Path, *, thoroughly: bool = False) -> bool:
    """Say whether every file of a generation is there and complete; thoroughly: and unchanged
    (S-4).
    """
    try:
        return all(_is_sound(file, thoroughly=thoroughly) for file in _segment_files(generation))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _segment_files(generation: Path) -> Iterator[Path]:
    meta = json.loads((generation / "meta.json").read_text(encoding="utf-8"))
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        for extension in _SEGMENT_FILES:
            yield generation / f"{name}.{extension}"
        if segment.get("deletes"):
            yield generation / f"{name}.{segment['deletes']['opstamp']}.del"


def _is_sound(path: Path, *, thoroughly: bool) -> bool:
    """Check the footer that tantivy writes last: JSON with a CRC of what stands before it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size - _FOOTER_TAIL)
        tail = file.read(_FOOTER_TAIL)
        length, magic = int.from_bytes(tail[:4], "little"), int.from_bytes(tail[4:], "little")
        if magic != _FOOTER_MAGIC or length + _FOOTER_TAIL > size:
            return False
        body = size - _FOOTER_TAIL - length
        file.seek(body)
        promised = json.loads(file.read(length))["crc"]
        if not thoroughly:
            return True
        file.seek(0)
        crc = 0
        while body > 0 and (block := file.read(min(body, 1 << 20))):
            crc = zlib.crc32(block, crc)
            body -= len(block)
        return bool(crc == promised)


def forget_unfinished(generation: Path) -> None:
    """Remove lists of deletions that a killed writer left behind its last commit (S-4).

    The next commit would write a file of the same name, and tantivy refuses to. Nobody reads them: they are
    newer than what `meta.json` names. Call it with the lock of the writers.
    """
    meta = json.loads((generation / "meta.json").read_text(encoding="utf-8"))
    for path in generation.glob("*.del"):
        opstamp = path.name.split(".")[1]
        if opstamp.isdigit() and int(opstamp) > int(meta["opstamp"]):
            path.unlink(missing_ok=True)
