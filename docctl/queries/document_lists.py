"""The lists of documents as auditors expect them: which columns, and what stands in a line (D-7, D-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from docctl.i18n import Translator
from docctl.printing.columns import Column, Row, Struck
from docctl.queries.documents import RegisterFilter, RegisterRow

#: The columns of each list, in the order in which they are read.
_LISTS: Final = {
    "documents": ("serial", "number", "title", "label", "state", "unit", "effective", "type", "remarks"),
    "forms": ("serial", "number", "title", "label", "kept_for", "unit", "state", "effective", "remarks"),
    "external": (
        "serial",
        "number",
        "title",
        "issuer",
        "issuer_number",
        "label",
        "state",
        "unit",
        "effective",
        "remarks",
    ),
}
_SHAPES: Final[Mapping[str, tuple[Any, ...]]] = {
    "serial": (6, "int"),
    "number": (16,),
    "title": (40,),
    "label": (10,),
    "state": (14,),
    "unit": (16,),
    "effective": (12, "date"),
    "type": (14,),
    "kept_for": (12,),
    "issuer": (24,),
    "issuer_number": (20,),
    "remarks": (20,),
}


def listed(wanted: RegisterFilter) -> str:
    """Return which list this is: of record forms, of external documents, or of all documents (D-7, D-9)."""
    if wanted.forms:
        return "forms"
    return "external" if wanted.origin == "external" else "documents"


def list_columns(which: str, words: Translator) -> list[Column]:
    """Return the columns of a list."""
    return [Column(_label(name, words), *_SHAPES[name]) for name in _LISTS[which]]


def list_lines(which: str, rows: Iterable[RegisterRow], words: Translator, *, english: bool) -> Iterator[Row]:
    """Yield the lines of a list, counted; what is cancelled is struck, with the day in the remarks (D-7)."""
    for place, one in enumerate(rows, 1):
        values = _values(place, one, words, english=english)
        line = tuple(values[name] for name in _LISTS[which])
        yield Struck(line) if one.is_obsolete else line


def _label(name: str, words: Translator) -> str:
    if name.startswith("issuer"):
        return words.t(f"fields.{name}")
    return words.t(f"documents.column.{name}")


def _values(
    place: int, one: RegisterRow, words: Translator, *, english: bool
) -> dict[str, str | int | date | None]:
    cancelled = words.t("documents.cancelled_on", day=one.cancelled_on) if one.cancelled_on else ""
    return {
        "serial": place,
        "number": one.number,
        "title": one.title,
        "label": one.label,
        "state": words.t(f"shell.state.{one.state}"),
        "unit": one.unit_name,
        "effective": one.effective_on,
        "type": one.type_name_en if english else one.type_name,
        "kept_for": words.t(f"documents.unit.{one.kept_for[1]}", n=one.kept_for[0]) if one.kept_for else "",
        "issuer": one.issuer,
        "issuer_number": one.issuer_number,
        "remarks": cancelled,
    }
