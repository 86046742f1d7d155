"""How tables are written on our own docx papers: a head on every page, rows that stay whole, pairs, boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from docctl.printing.columns import Column, Row, Stretches, Struck, shown
from docctl.printing.wordml import paragraph, run

_RULED: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_CUT: Final = "".join(
    f'<w:{side} w:val="dashed" w:sz="6" w:space="0" w:color="404040"/>'
    for side in ("top", "left", "bottom", "right")
)
_TEXT: Final = 8.5
_GREY: Final = "555555"
_CLOSE: Final = '<w:spacing w:before="20" w:after="20"/>'
_END: Final = "</w:tbl>"

Item = TypeVar("Item")
Other = TypeVar("Other")


def register_table(columns: Sequence[Column], rows: Iterable[Row], width: int) -> Iterator[str]:
    """Write a table piece by piece; its head comes again on every page."""
    widths = _shares([column.width for column in columns], width)
    yield _start(widths, _RULED)
    labels = (run(column.label, points=_TEXT, bold=True) for column in columns)
    yield _row(
        (_cell(paragraph(text, _CLOSE), wide, shade="E7E7E7") for text, wide in _pairs(labels, widths)),
        head=True,
    )
    aligned = [_CLOSE + '<w:jc w:val="right"/>' if c.kind == "int" else _CLOSE for c in columns]
    for row in rows:
        struck = isinstance(row, Struck)
        texts = (
            paragraph(run(shown(value), points=_TEXT, struck=struck), align)
            for value, align in _pairs(row, aligned)
        )
        yield _row(_cell(text, wide) for text, wide in _pairs(texts, widths))
    yield _END


def fact_table(
    facts: Sequence[tuple[str, str | Stretches]], width: int, *, abreast: int = 2
) -> Iterator[str]:
    """Write labels with their values, so many pairs to a line, without rules."""
    if not facts:
        return  # Word takes a table without rows for damage
    widths = _shares([2, 5] * abreast, width)
    yield _start(widths, "")
    for line in _groups(facts, abreast):
        texts = [text for pair in line for text in pair] + [""] * 2 * (abreast - len(line))
        yield _row(
            _cell(paragraph(_fact(text, ink=None if place % 2 else _GREY), _CLOSE), wide)
            for place, (text, wide) in enumerate(_pairs(texts, widths))
        )
    yield _END


def _fact(text: str | Stretches, ink: str | None) -> str:
    stretches = text if isinstance(text, Stretches) else [(text, False)]
    return "".join(run(one, points=9.5, ink=ink, struck=struck) for one, struck in stretches)


def header_table(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Write the rows of a header block, each with cells of its own, ruled (D-14)."""
    for row in rows:  # rows differ in their cells: each is a table of its own, and they stand close
        widths = _shares([1] * len(row), width)
        yield _start(widths, _RULED)
        yield _row(
            _cell(paragraph(run(text, points=9.5), _CLOSE), wide) for text, wide in _pairs(row, widths)
        )
        yield _END


def box_table(boxes: Sequence[Sequence[str]], width: int, *, abreast: int) -> Iterator[str]:
    """Write boxes of paragraphs side by side; a row of them stays on one page."""
    if not boxes:
        return
    widths = _shares([1] * abreast, width)
    yield _start(widths, _RULED)
    for line in _groups(boxes, abreast):
        filled = [*("".join(box) for box in line), *[paragraph("")] * (abreast - len(line))]
        yield _row(_cell(inside, wide) for inside, wide in _pairs(filled, widths))
    yield _END


def cut_out(inside: str, width: int) -> str:
    """Write a box with a dashed edge, to be cut out and fixed to something."""
    return _start([width], _CUT) + _row([_cell(inside, width)]) + _END


def _start(widths: Sequence[int], borders: str) -> str:
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    ruled = f"<w:tblBorders>{borders}</w:tblBorders>" if borders else ""
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>{ruled}'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/>'
        '<w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


def _row(cells: Iterable[str], *, head: bool = False) -> str:
    again = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(inside: str, width: int, *, shade: str | None = None) -> str:
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr>{inside}</w:tc>'


def _shares(weights: Sequence[float], width: int) -> list[int]:
    whole = sum(weights)
    return [int(width * weight / whole) for weight in weights]


def _pairs(left: Iterable[Item], right: Iterable[Other]) -> Iterable[tuple[Item, Other]]:
    return zip(left, right, strict=True)


def _groups(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
