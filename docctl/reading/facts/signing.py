"""Who signed on paper, and on which day, where a label of signing is read (I-10)."""

from __future__ import annotations

from collections.abc import Iterator

from docctl.reading.facts import dates, values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import Found, Signer
from docctl.reading.facts.labels import SIGNING, kinds_of
from search.folding import fold


def signers_of(sheet: Sheet, cell: Cell, role: str, found: Found, rest: str) -> Iterator[Signer]:
    """Yield each who signed, with the day that stands behind the name, in the row or below (I-10)."""
    signed_on = ""
    day = dates.first_date(rest[:30], at_start=True)
    if day is not None:
        signed_on = day.day.isoformat()
    elif cell.is_in_table:
        signed_on = (
            _day_in_row(sheet, cell)
            or _day_beside(sheet, cell, found)
            or _day_under_head(sheet, cell)
            or _day_below(sheet, cell, found)
        )
    for name in found.value.split("、"):
        yield Signer(role, name, signed_on, found)


def _day_in_row(sheet: Sheet, cell: Cell) -> str:
    for one in sheet.row(cell.row):
        if one.column <= cell.column:
            continue
        kinds = kinds_of(fold(one.text).strip(" :"))
        if set(kinds) & SIGNING:
            return ""
        right = sheet.right_of(one)
        if "date" in kinds and right is not None and (value := values.read("date", right.text)):
            return value.value
    return ""


def _day_beside(sheet: Sheet, cell: Cell, found: Found) -> str:
    """Return the day in the cell behind the name, or below the name where 日期 stands below the label."""
    named = next((one for one in sheet.row(cell.row) if found.start in range(one.start, _end(one))), None)
    if named is None or named.column <= cell.column:
        return ""
    right, under, below = sheet.right_of(named), sheet.below(cell), sheet.below(named)
    value = values.read("date", right.text) if right is not None else None
    if value is None and under is not None and below is not None:
        is_headed = "date" in kinds_of(under.folded.text.strip(" :"))
        value = values.read("date", below.text) if is_headed else None
    return value.value if value is not None else ""


def _end(cell: Cell) -> int:
    return cell.start + len(cell.text)


def _day_under_head(sheet: Sheet, cell: Cell) -> str:
    """Return the day of a row in the column that is headed 日期, if the table has such a heading."""
    for above in range(cell.row - 1, max(-1, cell.row - 6), -1):
        heads = sheet.row(above)
        if len(heads) != cell.columns:
            return ""
        for head in heads:
            if head.column > cell.column and "date" in kinds_of(head.folded.text.strip(" :")):
                value = values.read("date", sheet.row(cell.row)[head.column].text)
                return value.value if value is not None else ""
    return ""


def _day_below(sheet: Sheet, cell: Cell, found: Found) -> str:
    for row in range(cell.row + 1, cell.row + 5):
        for one in sheet.row(row):
            if one.column == cell.column and not one.start <= found.start <= one.start + len(one.text):
                value = values.read("date", one.text)
                if value is not None:
                    return value.value
    return ""
