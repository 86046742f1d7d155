"""What a docx says: body, tables, text boxes, headers, footers, notes, comments, diagrams."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from docctl.reading import said
from docctl.reading.package import Package

_WORD: Final = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://purl.oclc.org/ooxml/drawingml/main",
    }
)
#: Parts beside the body, in the order in which their text follows it, and what they are.
_BESIDE: Final = (
    ("header", said.HEADER),
    ("footer", said.FOOTER),
    ("footnotes", said.NOTE),
    ("endnotes", said.NOTE),
    ("comments", said.COMMENT),
    ("diagramData", said.DIAGRAM),
)
#: What tracked changes struck, readings above characters, and settings: not said by the document.
_SILENT: Final = frozenset({"moveFrom", "rt", "pPr", "rPr", "sectPr", "instrText", "delText", "del"})
#: So much in a cell is a label or a value over several lines, not clauses.
_SHORT_CELL: Final = 60
_BREAKS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def text_of(package: Package, body: etree._Element) -> said.Said:
    """Return the text of the main part and, after it, of the parts beside it, each text once."""
    main = package.main_part()
    pointers = [r for r in package.relationships(main) if not r.external and r.part in package]
    text = said.Said()
    text.add_lines(lines_in(body))
    known = set[str]()
    for kind, name in _BESIDE:
        for part in sorted({r.part for r in pointers if r.kind == kind}):
            lines = lines_in(package.xml(part))
            whole = "".join(line for line, _ in lines).strip("\n")
            if whole.strip() and whole not in known:
                text.add_lines(lines, name)
            known.add(whole)
    return text


def lines_in(root: etree._Element) -> list[said.Piece]:
    """Return the lines of one part: one for each paragraph and table row, a tab between cells."""
    return _Lines().read(root)


class _Lines:
    """Collects paragraphs along the tree; a text box follows the paragraph that holds it."""

    def __init__(self) -> None:
        self._done: list[said.Piece] = []
        self._open: list[list[str]] = []
        self._boxed: list[said.Piece] = []
        self._cells: list[int] = []

    def read(self, root: etree._Element) -> list[said.Piece]:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            space, name = _split(element)
            if event == "start":
                if _is_second_version(element, name) or (space in _WORD and name in _SILENT):
                    walk.skip_subtree()
                elif space in _WORD:
                    self._start(element, name)
            elif space in _WORD:
                self._end(name)
        return self._done

    def _start(self, element: etree._Element, name: str) -> None:
        if name == "p":
            self._open.append([])
        elif name == "tc":
            self._cells.append(len(self._lines))
        elif self._open and name == "t":
            self._open[-1].append(element.text or "")
        elif self._open and name in _BREAKS:
            self._open[-1].append(_BREAKS[name])

    def _end(self, name: str) -> None:
        if name == "p" and self._open:
            line = "".join(self._open.pop()) + "\n"
            if self._open:
                self._boxed.append((line, said.BOX))
            else:
                self._done += [(line, None), *self._boxed]
                self._boxed.clear()
        elif name == "tc":
            self._close_cell(self._cells.pop())
            self._replace_end("\t")
        elif name == "tr":
            self._replace_end("\n")

    @property
    def _lines(self) -> list[said.Piece]:
        return self._boxed if self._open else self._done

    def _close_cell(self, first: int) -> None:
        """Make one line of a short cell, two blanks where its lines ended, so that its row stays one."""
        lines = self._lines[first:]
        pieces = [piece.strip() for text, _ in lines for piece in text.split("\n") if piece.strip()]
        said_there = "  ".join(pieces)
        if (
            len(said_there) <= _SHORT_CELL
            and "\t" not in said_there
            and len({kind for _, kind in lines}) == 1
        ):
            self._lines[first:] = [(f"{said_there}\n", lines[0][1])]

    def _replace_end(self, end: str) -> None:
        """Let the last paragraph of a cell end in a tab, the last cell of a row in a new line."""
        lines = self._lines
        if lines:
            text, kind = lines[-1]
            lines[-1] = re.sub(r"[\n\t]$", "", text) + end, kind


def _is_second_version(element: etree._Element, name: str) -> bool:
    """Whether this repeats for old programs, or in another way, what stood before it."""
    if name not in {"Fallback", "Choice"}:
        return False
    return any(_says_something(earlier) for earlier in element.itersiblings(preceding=True))


def _says_something(element: etree._Element) -> bool:
    return any(text.text for text in element.iter("{*}t"))


def _split(element: etree._Element) -> tuple[str, str]:
    if not isinstance(element.tag, str):
        return "", ""
    space, _, name = element.tag.rpartition("}")
    return space.lstrip("{"), name
