"""Where the value of a label may stand: behind it, in the next cell, below (I-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from docctl.reading.facts import values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.labels import SIGNING, Label, kinds_of, labels_in
from docctl.reading.facts.words import is_one_of

#: Of a value that its cell does not end with.
_END: Final = re.compile(r"[\n\f]|\s{2,}(?=\S{1,12}[:：])")


def places(
    sheet: Sheet, cell: Cell, label: Label, following: Label | None
) -> Iterator[tuple[int, str, bool]]:
    """Yield where a label's value may stand: behind it, in the next cell, below; offset, text, how sure."""
    _, behind = cell.source(label.start, label.end)
    until = (
        cell.start + len(cell.text) if following is None else cell.source(following.start, following.end)[0]
    )
    rest = sheet.text[behind:until]
    end = _END.search(rest.lstrip())
    if end is not None and rest.strip():
        rest = rest[: len(rest) - len(rest.lstrip()) + end.start()]
    if rest.strip(" \u3000\t:：)）]"):
        yield behind, rest, True
        return
    if following is not None:
        return
    if set(label.kinds) & SIGNING and not label.has_colon:
        first, _ = cell.source(label.start, label.end)
        if 2 <= len(before := sheet.text[cell.start : first].strip()) <= 4:  # 张三 编制
            yield sheet.text.index(before, cell.start), before, True
            return
    if cell.is_in_table:
        if (beside := _in_table(sheet, cell, label)) is not None:
            yield beside.start, beside.text, True
        return
    after = sheet.row(cell.row + 1)
    if (
        len(after) == 1
        and after[0].zone == cell.zone
        and not _begins_with_label(after[0])
        and len(after[0].text) < 40
    ):
        yield after[0].start, after[0].text, False


def _in_table(sheet: Sheet, cell: Cell, label: Label) -> Cell | None:
    """Return the cell beside or below that holds the value of a label alone in its own."""
    is_signing = bool(set(label.kinds) & SIGNING)
    if (under := _under_signing(sheet, cell)) is not None:
        return under
    right = (_under_names(sheet, cell) if is_signing else None) or _next_filled(sheet, cell)
    if right is not None and not _begins_with_label(right):
        return right
    below = sheet.below(cell)
    if below is None or not below.text.strip() or _begins_with_label(below):
        return None
    return below if _heads(sheet, cell) and not _goes_on(sheet.below(below), label) else None


def _goes_on(cell: Cell | None, label: Label) -> bool:
    """Say whether a further row has such a value too: a list of documents is no header of one."""
    return cell is not None and any(
        values.can_read(kind) and values.read(kind, cell.text) is not None for kind in label.kinds
    )


def _next_filled(sheet: Sheet, cell: Cell) -> Cell | None:
    """Return the next cell of the row; over empty ones only where a single one says something."""
    following = sheet.right_of(cell)
    if following is None or following.text.strip():
        return following
    filled = [one for one in sheet.row(cell.row)[cell.column + 1 :] if one.text.strip()]
    return filled[0] if filled and (len(filled) == 1 or _begins_with_label(filled[1])) else None


def _under_names(sheet: Sheet, cell: Cell) -> Cell | None:
    """Return the cell of the row that stands under 姓名 or 签名, if the table has such a heading."""
    for above in range(cell.row - 1, max(-1, cell.row - 6), -1):
        heads = sheet.row(above)
        if len(heads) != cell.columns:
            return None
        for head in heads[1:]:
            if is_one_of("name_columns", head.folded.text) and head.column > cell.column:
                return sheet.row(cell.row)[head.column]
    return None


def _under_signing(sheet: Sheet, cell: Cell) -> Cell | None:
    """Return the cell below one of several heads of signing; joined cells before them shift the columns.

    承认 确认 作成 end their row, and as many names the next one.
    """
    row, below = sheet.row(cell.row), sheet.row(cell.row + 1)
    heads = [one for one in row if SIGNING & set(kinds_of(one.folded.text.strip(" .:")))]
    if (
        cell not in heads
        or len(heads) < 2
        or any(kinds_of(one.folded.text.strip(" .:")) for one in below[-1:])
    ):
        return None
    if any(one.text.strip() and one not in heads for one in row[heads[0].column : heads[-1].column]):
        return None  # names stand between them
    if (named := _named_row(sheet, cell)) is not None:
        return named
    at_end = row[-1] in heads and row[-len(heads) :] == heads
    behind = len(row) - cell.column
    column = len(below) - behind if at_end and len(below) >= len(heads) else cell.column
    if not at_end and len(below) != len(row):
        return None
    found = below[column] if 0 <= column < len(below) else None
    return found if found is not None and values.read("prepared", found.text) is not None else None


def _named_row(sheet: Sheet, cell: Cell) -> Cell | None:
    """Return the cell below in the row that begins with 姓名; one of 部门 may stand between."""
    for row in range(cell.row + 1, cell.row + 4):
        cells = sheet.row(row)
        if len(cells) != cell.columns:
            return None
        if cell.column and is_one_of("name_columns", cells[0].folded.text):
            return cells[cell.column] if values.read("prepared", cells[cell.column].text) else None
    return None


def _heads(sheet: Sheet, cell: Cell) -> bool:
    """Say whether a cell heads a column: what stands in its row are labels or blanks, one apart."""
    others = [one for one in sheet.row(cell.row) if one.text.strip() and not _begins_with_label(one)]
    return len(others) <= (1 if cell.columns > 3 else 0)


def _begins_with_label(cell: Cell) -> bool:
    first = next(labels_in(cell), None)
    return first is not None and not cell.folded.text[: first.start].strip()
