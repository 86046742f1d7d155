"""What an Outlook message says, and its attachments as files to be read in their turn."""

from __future__ import annotations

import contextlib
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import olefile

from docctl.reading import encodings, html_text, lzfu, rtf, said, text
from docctl.reading.enclosed import Enclosed
from docctl.reading.errors import ReadingFailed

_STREAM: Final = 64 << 20
_DEPTH: Final = 4
_ATTACHMENT: Final = "__attach_version1.0_"
_PROPERTIES: Final = "__properties_version1.0"
#: Properties by their numbers in [MS-OXPROPS].
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_FROM, _ADDRESS, _TO, _CC = "0C1A", "0C1F", "0E04", "0E03"
_DATA, _LONG_NAME, _NAME = "3701", "3707", "3704"
_SENT, _RECEIVED, _CODE_PAGE = 0x0039_0040, 0x0E06_0040, 0x3FDE_0003
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_PAGES: Final = {936: "gb18030", 54936: "gb18030", 950: "cp950", 65001: "utf-8"}


def unpack(path: str, folder: str, most_files: int, most_bytes: int) -> dict[str, Any]:
    """Read an Outlook message and write its attachments into `folder`."""
    try:
        opened = olefile.OleFileIO(path)
    except OSError:
        raise ReadingFailed("unreadable", "ole") from None
    enclosed = Enclosed(Path(folder), most_files, most_bytes)
    told = said.Said()
    with contextlib.closing(opened):
        _Message(opened, []).tell(told, enclosed, depth=0)
    answer = told.answer(None)
    return answer | {"html": text.paragraphs(answer["text"]), "files": enclosed.files}


class _Message:
    """One message in the file: the outer one, or one that is attached to it."""

    def __init__(self, opened: olefile.OleFileIO, place: list[str]) -> None:
        self._opened = opened
        self._place = place
        # the outer message has more of a header before its properties than one within
        self._fixed = self._fixed_properties(24 if place else 32)
        page = self._fixed.get(_CODE_PAGE, 0) & 0xFFFFFFFF
        self._encoding = _PAGES.get(page, f"cp{page}" if page else "")

    def tell(self, told: said.Said, enclosed: Enclosed, *, depth: int) -> None:
        """Add head, body and attachments; a message within is told here, a file is written out."""
        sender = " ".join(filter(None, (self._words(_FROM), self._words(_ADDRESS))))
        heads = (
            ("From", sender),
            ("To", self._words(_TO)),
            ("Cc", self._words(_CC)),
            ("Date", self._moment()),
            ("Subject", self._words(_SUBJECT)),
        )
        for name, value in heads:
            if value:
                told.add(f"{name}: {value}", said.HEADER)
        told.add(self._body().strip("\n"))
        for storage in self._attachments():
            inside = [*self._place, storage]
            name = self._words(_LONG_NAME, inside) or self._words(_NAME, inside) or storage
            if self._opened.exists([*inside, f"__substg1.0_{_DATA}000D"]):
                told.add(self._words("3001", inside) or name, said.ATTACHMENT)
                if depth < _DEPTH:
                    within = _Message(self._opened, [*inside, f"__substg1.0_{_DATA}000D"])
                    within.tell(told, enclosed, depth=depth + 1)
            else:
                enclosed.add(name, self._stream([*inside, f"__substg1.0_{_DATA}0102"]))

    def _body(self) -> str:
        if words := self._words(_BODY):
            return words
        page = self._stream([*self._place, f"__substg1.0_{_HTML}0102"])
        if page:
            stated = self._encoding or None
            return html_text.text_of(html_text.decode(page, stated) or "")
        packed = self._stream([*self._place, f"__substg1.0_{_RTF}0102"])
        if packed and (unpacked := lzfu.unpack(packed)).startswith(b"{\\rtf"):
            return str(rtf.said_in(unpacked).answer(None)["text"])
        return ""

    def _words(self, number: str, place: list[str] | None = None) -> str:
        """Return a property of text: UTF-16, or bytes in the code page of the message."""
        at = self._place if place is None else place
        wide = self._stream([*at, f"__substg1.0_{number}001F"])
        if wide is not None:
            found = wide.decode("utf-16-le", "replace")
        else:
            found = self._narrow(self._stream([*at, f"__substg1.0_{number}001E"]) or b"")
        return found.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")

    def _narrow(self, data: bytes) -> str:
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            if self._encoding:
                return data.decode(self._encoding)
        return encodings.decode(data) or data.decode("utf-8", "replace")

    def _stream(self, place: list[str]) -> bytes | None:
        if not self._opened.exists(place) or self._opened.get_type(place) != olefile.STGTY_STREAM:
            return None
        if self._opened.get_size(place) > _STREAM:
            return None
        try:
            with self._opened.openstream(place) as stream:
                data: bytes = stream.read(_STREAM)
        except OSError:
            return None
        return data

    def _fixed_properties(self, before: int) -> dict[int, int]:
        data = self._stream([*self._place, _PROPERTIES]) or b""
        found: dict[int, int] = {}
        for at in range(before, len(data) - 15, 16):
            tag, _, value = struct.unpack_from("<IIQ", data, at)
            found[tag] = value
        return found

    def _moment(self) -> str:
        ticks = self._fixed.get(_SENT) or self._fixed.get(_RECEIVED)
        if not ticks:
            return ""
        try:
            return (_EPOCH + timedelta(microseconds=ticks // 10)).isoformat(" ", "seconds")
        except OverflowError:
            return ""

    def _attachments(self) -> list[str]:
        depth = len(self._place)
        found = {
            place[depth]
            for place in self._opened.listdir(streams=True, storages=False)
            if len(place) > depth + 1
            and place[:depth] == self._place
            and place[depth].startswith(_ATTACHMENT)
        }
        return sorted(found)
