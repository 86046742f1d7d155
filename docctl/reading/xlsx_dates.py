"""Which numbers of a workbook are dates: it stores the days since 1900, and shows them by a format."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

#: Formats that every program knows by number, those of Chinese, Japanese and Korean ones among them.
_KNOWN: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
#: What in a format stands for itself: quoted, escaped, a colour or condition.
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|_.|\*.')
_OF_DATES: Final = re.compile(r"[yd]|m{1,5}.*[hs:/年月日-]|[hs:/年月日-].*m|h", re.IGNORECASE)
_FIRST: Final = {"1900": datetime(1899, 12, 30), "1904": datetime(1904, 1, 1)}  # noqa: DTZ001 - as written there
_LAST: Final = 2_958_466  # the day after 9999-12-31
_NUMBER: Final = re.compile(r"\d{1,7}(\.\d{1,20})?(E-\d{1,2})?")


class Dates:
    """Tells by the style of a cell whether its number is a date, and writes it as one."""

    def __init__(self, book: etree._Element, styles: etree._Element | None) -> None:
        old = book.find("{*}workbookPr")
        is_1904 = old is not None and old.get("date1904", "0") in {"1", "true", "on"}
        self._first = _FIRST["1904" if is_1904 else "1900"]
        self._styles = set[str]()
        if styles is None:
            return
        own = {
            form.get("numFmtId", ""): is_format_of_dates(form.get("formatCode", ""))
            for form in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        for at, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
            number = style.get("numFmtId", "")
            known = number.isdecimal() and len(number) < 6 and int(number) in _KNOWN
            if own.get(number, known):
                self._styles.add(str(at))

    def shown(self, value: str, style: str) -> str:
        """Return a date as 2026-03-02, a time as 08:30; any other number as it is stored."""
        if style not in self._styles or not _NUMBER.fullmatch(value):
            return value
        days = float(value)
        if not 0 < days < _LAST:
            return value
        try:
            moment = self._first + timedelta(seconds=round(days * 86_400))
        except OverflowError:
            return value
        if days < 1:
            return f"{moment:%H:%M}"
        date = moment.date().isoformat()
        return date if moment.time() == datetime.min.time() else f"{date} {moment:%H:%M}"


def is_format_of_dates(code: str) -> bool:
    """Say whether a number format shows dates or times."""
    return _OF_DATES.search(_LITERAL.sub("", code.split(";", maxsplit=1)[0])[:200]) is not None
