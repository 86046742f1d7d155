"""What a page of HTML says, and what of it may be shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from lxml import etree
from lxml import html as lxml_html

from docctl.reading import encodings, markup
from docctl.reading.errors import ReadingFailed

_TEXT: Final = 20_000_000
_SILENT: Final = frozenset(
    {
        *("script", "style", "head", "template", "noscript", "iframe", "object", "svg", "math"),
        *("textarea", "select"),
    }
)
_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl"),
        *("dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "thead", "tfoot", "tr", "ul"),
    }
)
_CELLS: Final = frozenset({"td", "th"})
_STATED: Final = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,30})""", re.IGNORECASE)
#: What pages state, and what they are saved in.
_MEANT: Final = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "iso-8859-1": "cp1252"}
_WHITE: Final = re.compile(r"[ \t\r\n\f\xa0]+")


def read(path: str) -> dict[str, Any]:
    """Read a page of HTML; scripts, forms and what it would fetch are left out."""
    decoded = decode(Path(path).read_bytes())
    if decoded is None:
        raise ReadingFailed("unreadable", "no encoding fits")
    return {"text": text_of(decoded), "html": shown(decoded), "pages": [0], "parts": []}


def decode(data: bytes, stated: str | None = None) -> str | None:
    """Return the text of a page; its own word about its encoding counts where it fits."""
    if not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        found = _STATED.search(data[:4096])
        name = (stated or (found[1].decode("ascii", "ignore") if found else "")).lower()
        if name:
            try:
                return data.decode(_MEANT.get(name, name))
            except (UnicodeDecodeError, LookupError, ValueError):
                pass
    return encodings.decode(data)


def shown(page: str) -> str:
    """Return what may be shown of a page."""
    return markup.clean(page)


def text_of(page: str) -> str:
    """Return the text: a line for each block and table row, a tab between cells."""
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", page).replace("\0", "") or "<p/>", parser)
    except etree.ParserError:
        return ""
    except etree.XMLSyntaxError:
        raise ReadingFailed("unreadable", "html") from None
    if root is None:
        return ""
    lines = _Lines()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            lines.start(name)
            if not name or name in _SILENT:
                walk.skip_subtree()
            else:
                lines.say(element.text)
        else:
            lines.end(name)
            lines.say(element.tail)
    return lines.text()


class _Lines:
    """Collects words; blocks end lines, but within a row only the row does."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._open: list[str] = []
        self._cells = 0
        self._length = 0

    def start(self, name: str) -> None:
        if name in _CELLS:
            self._cells += 1
        elif name in _BLOCKS and not self._cells:
            self._break()
        elif name in _BLOCKS:
            self._open.append(" ")

    def end(self, name: str) -> None:
        if name in _CELLS:
            self._cells -= 1
            self._open.append("\t")
        elif name in _BLOCKS and not self._cells:
            self._break()
        elif name in _BLOCKS:
            self._open.append(" ")

    def say(self, words: str | None) -> None:
        if words:
            self._length += len(words)
            if self._length > _TEXT:
                raise ReadingFailed("too_long", "text")
            self._open.append(_WHITE.sub(" ", words))

    def text(self) -> str:
        self._break()
        return "\n".join(self._done)

    def _break(self) -> None:
        cells = (_WHITE.sub(" ", cell).strip() for cell in "".join(self._open).split("\t"))
        line = "\t".join(cells).strip()
        self._open.clear()
        if line:
            self._done.append(line)
