"""What an RTF says: body, tables, headers, footers, notes, comments, text boxes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from docctl.reading import said, text
from docctl.reading.errors import ReadingFailed

_TEXT: Final = 20_000_000
_DEPTH: Final = 1_000
_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
#: Where words of a group go, by the word that opens it.
_PLACES: Final = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), said.HEADER),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), said.FOOTER),
    **dict.fromkeys(("footnote", "ftnsep"), said.NOTE),
    "annotation": said.COMMENT,
    **dict.fromkeys(("shptxt", "dptxbxtext"), said.BOX),
}
_SILENT: Final = frozenset(
    {
        *(
            "fonttbl",
            "colortbl",
            "stylesheet",
            "info",
            "pict",
            "objdata",
            "fldinst",
            "themedata",
            "datastore",
        ),
        *("listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "latentstyles", "pgptbl", "xe"),
        *("colorschememapping", "xmlnstbl", "atnid", "atnauthor", "nonshppict", "shprslt", "sp", "objclass"),
        *(
            "bkmkstart",
            "bkmkend",
            "filetbl",
            "mmathPr",
            "datastore",
            "tc",
            "rxe",
            "private",
            "template",
            "userprops",
        ),
    }
)
#: Groups that old programs skip and that hold words all the same.
_LOOKED_INTO: Final = frozenset({"shpinst", "do", "annotation", "shppict"})
_ORDER: Final = (said.HEADER, said.FOOTER, said.BOX, said.NOTE, said.COMMENT)
_WORDS: Final = {
    **dict.fromkeys(("par", "line", "sect", "page", "softline"), "\n"),
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
_SIGNS: Final = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_CHARSETS: Final = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_PAGES: Final = {936: "gb18030", 54936: "gb18030", 950: "cp950", 65001: "utf-8", 10000: "mac_roman"}


@dataclass(slots=True)
class _Place:
    """Where words are collected: the body, or one header, note or box."""

    kind: str | None
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Group:
    place: _Place
    silent: bool = False
    deleted: bool = False
    skipped: int = 1
    encoding: str = "cp1252"
    in_fonts: bool = False


def read(path: str) -> dict[str, Any]:
    """Read an RTF by its own rules; pictures, objects and fields' instructions say nothing."""
    answer = _Reader(Path(path).read_bytes()).read().answer(None)
    return answer | {"html": text.paragraphs(answer["text"])}


def said_in(data: bytes) -> said.Said:
    """Return what RTF in memory says."""
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(b"{\\rtf"):
            raise ReadingFailed("unreadable", "no rtf")
        self._data = data
        self._places = [_Place(None)]
        self._groups: list[_Group] = [_Group(self._places[0])]
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._bytes = bytearray()
        self._left_out = 0
        self._half = 0
        self._star = False
        self._length = 0
        self._act: dict[str, Callable[[int | None], None]] = {
            "ansicpg": self._code_page,
            "f": self._use_font,
            "fcharset": self._charset,
            "u": self._unicode,
            "uc": lambda n: self._set(skipped=max(0, min(n if n is not None else 1, 20))),
            "deleted": lambda n: self._set(deleted=n != 0),
            "plain": lambda _: self._set(deleted=False),
            "cell": lambda _: self._end_cell("\t"),
            "nestcell": lambda _: self._end_cell("\t"),
            "row": lambda _: self._end_cell("\n"),
            "nestrow": lambda _: self._end_cell("\n"),
        }

    def read(self) -> said.Said:
        at = 0
        while (token := _TOKEN.match(self._data, at)) is not None:
            at = token.end()
            word, number, code, sign, brace, plain = token.groups()
            if code is not None:
                self._byte(int(code, 16))
            elif plain is not None:
                self._plain(plain)
            elif word is not None:
                amount = int(number) if number else None
                if word == b"bin":
                    at += max(0, amount or 0)
                else:
                    self._word(word.decode("ascii"), amount)
            elif brace is not None:
                self._flush()
                self._open() if brace == b"{" else self._close()
            elif sign is not None:
                self._sign(sign)
        self._flush()
        return self._told()

    def _told(self) -> said.Said:
        found = said.Said()
        found.add_lines(_lines(self._places[0]))
        known = set[tuple[str, str]]()
        for kind in _ORDER:
            for place in self._places[1:]:
                whole = "".join(place.words).strip()
                if place.kind == kind and whole and (kind, whole) not in known:
                    known.add((kind, whole))
                    found.add_lines(_lines(place), kind)
        return found

    def _open(self) -> None:
        if len(self._groups) >= _DEPTH:
            raise ReadingFailed("unreadable", "depth")
        self._groups.append(self._groups[-1])
        self._star = False

    def _close(self) -> None:
        if len(self._groups) > 1:
            self._groups.pop()
        self._left_out = 0

    def _set(self, **changes: Any) -> None:
        self._groups[-1] = replace(self._groups[-1], **changes)

    def _word(self, word: str, number: int | None) -> None:
        self._flush()
        star, self._star = self._star, False
        if word in _PLACES and (word != "footnote" or not self._groups[-1].silent):
            self._places.append(place := _Place(_PLACES[word]))
            self._set(place=place, silent=False)
        elif word in _SILENT or (star and word not in _LOOKED_INTO):
            self._set(silent=True, in_fonts=word == "fonttbl")
        elif word in _LOOKED_INTO:
            self._set(silent=True)  # but for the words of a box within
        elif (act := self._act.get(word)) is not None:
            act(number)
        elif word in _WORDS:
            self._say(_WORDS[word])

    def _sign(self, sign: bytes) -> None:
        self._flush()
        if sign == b"*":
            self._star = True
        elif sign in _SIGNS:
            self._say(_SIGNS[sign])

    def _byte(self, value: int) -> None:
        if self._left_out:
            self._left_out -= 1
        else:
            self._bytes.append(value)

    def _plain(self, data: bytes) -> None:
        if self._left_out:
            data, self._left_out = data[self._left_out :], max(0, self._left_out - len(data))
        self._bytes += data

    def _unicode(self, number: int | None) -> None:
        value = (number or 0) & 0xFFFF
        if 0xD800 <= value < 0xDC00:
            self._half = value
        elif 0xDC00 <= value < 0xE000:
            if self._half:
                self._say(chr(0x10000 + ((self._half & 0x3FF) << 10) + (value & 0x3FF)))
            self._half = 0
        elif value:
            self._say(chr(value))
        self._left_out = self._groups[-1].skipped

    def _code_page(self, number: int | None) -> None:
        self._default = _known(_PAGES.get(number or 0, f"cp{number}"))
        self._set(encoding=self._default)

    def _use_font(self, number: int | None) -> None:
        self._font = number or 0
        self._set(encoding=self._fonts.get(self._font, self._default))

    def _charset(self, number: int | None) -> None:
        if self._groups[-1].in_fonts and number in _CHARSETS and len(self._fonts) < 10_000:
            self._fonts[self._font] = _CHARSETS[number]

    def _end_cell(self, end: str) -> None:
        """End a cell by a tab, a row by a new line; neither keeps what already ended its last paragraph."""
        words = self._groups[-1].place.words
        while words and not self._groups[-1].silent and words[-1] in {"\n", "\t"}:
            words.pop()
            if words[-1:] != ["\n"]:
                break
        self._say(end)

    def _flush(self) -> None:
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            if not self._groups[-1].silent:
                self._say(data.decode(self._groups[-1].encoding, "replace"))

    def _say(self, words: str) -> None:
        group = self._groups[-1]
        if group.silent or group.deleted:
            return
        self._length += len(words)
        if self._length > _TEXT:
            raise ReadingFailed("too_long", "text")
        group.place.words.append(words)


def _lines(place: _Place) -> list[said.Piece]:
    whole = "".join(place.words).replace("\0", "")
    return [(line + "\n", None) for line in whole.split("\n")]


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        return "cp1252"
    return encoding
