"""Dates as people write them in headers, read leniently and kept as read and as understood (I-7)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

_DIGITS: Final = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "Ｏ": "0",
    "O": "0",
    "壹": "1",
    "贰": "2",
    "叁": "3",
    "肆": "4",
    "伍": "5",
    "陆": "6",
    "柒": "7",
    "捌": "8",
    "玖": "9",
}
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_NAME: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_S: Final = r"\s{0,3}"
_WIDE: Final = {ord("．"): ".", ord("／"): "/", ord("－"): "-", ord("—"): "-", ord("–"): "-", ord("~"): "-"}

_NUMBERS: Final = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d\d){_S}[-./年]{_S}(?P<m>1[0-2]|0?[1-9]){_S}[-./月]{_S}(?P<d>3[01]|[12]\d|0?[1-9])(?!\d){_S}[日号號]?"
)
_COMPACT: Final = re.compile(
    r"(?<![\dA-Za-z])(?P<y>(?:19|20)\d\d)(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])(?![\dA-Za-z])"
)
_MINGUO: Final = re.compile(
    rf"(?:中[华華])?民[国國]{_S}(?P<y>\d{{2,3}}){_S}[-./年]{_S}(?P<m>1[0-2]|0?[1-9]){_S}[-./月]{_S}(?P<d>3[01]|[12]\d|0?[1-9])(?!\d){_S}日?"
)
_CHINESE: Final = re.compile(
    rf"(?P<y>[〇零○ＯO一二三四五六七八九壹贰叁肆伍陆柒捌玖]{{4}}){_S}年{_S}(?P<m>[十一二三四五六七八九元正拾]{{1,3}}){_S}月{_S}(?P<d>[廿卅十一二三四五六七八九拾]{{1,3}}){_S}[日号號]"
)
_ENGLISH: Final = re.compile(
    rf"(?P<n>{_NAME})\.?{_S}(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?{_S},?{_S}(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_BRITISH: Final = re.compile(
    rf"(?<!\d)(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[\s-]{{1,3}}(?P<n>{_NAME})\.?,?[\s-]{{1,3}}(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_DAY_FIRST: Final = re.compile(
    r"(?<!\d)(?P<d>1[3-9]|2\d|3[01])[-./](?P<m>1[0-2]|0?[1-9])[-./](?P<y>(?:19|20)\d\d)(?!\d)"
)
_SHORT: Final = re.compile(
    rf"(?<![\d.])(?P<y>\d\d){_S}[-./年]{_S}(?P<m>1[0-2]|0?[1-9]){_S}[-./月]{_S}(?P<d>3[01]|[12]\d|0?[1-9])(?![\d.]){_S}[日号號]?"
)
#: 2022-Sep-05.
_YEAR_FIRST: Final = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d\d)[\s./-]{{1,3}}(?P<n>{_NAME})\.?[\s./-]{{1,3}}(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)",
    re.IGNORECASE,
)
#: 09/15/2021, where the second can be no month.
_MONTH_FIRST: Final = re.compile(
    r"(?<!\d)(?P<m>1[0-2]|0?[1-9])[-./](?P<d>1[3-9]|2\d|3[01])[-./](?P<y>(?:19|20)\d\d)(?!\d)"
)
#: 110年3月15日, which only a label makes a year of the republic.
_MINGUO_BARE: Final = re.compile(
    rf"(?<![\d.])(?P<y>1[0-2]\d){_S}[-./年]{_S}(?P<m>1[0-2]|0?[1-9]){_S}[-./月]{_S}(?P<d>3[01]|[12]\d|0?[1-9])(?![\d.]){_S}日?"
)
#: From the surest to the loosest.
_ALL: Final = (
    _NUMBERS,
    _MINGUO,
    _CHINESE,
    _ENGLISH,
    _BRITISH,
    _YEAR_FIRST,
    _DAY_FIRST,
    _MONTH_FIRST,
    _COMPACT,
)
_MAY_BE: Final = re.compile(r"\d|年")
#: A date without its day, which is no date yet: it is shown and asked for.
_MONTH_ONLY: Final = re.compile(rf"(?:19|20)\d\d{_S}[-./年]{_S}(?:1[0-2]|0?[1-9]){_S}月?(?![\d./-])")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A day as understood, and where it stood in what was looked at."""

    day: date
    start: int
    end: int


def first_date(text: str, *, at_start: bool = False, short: bool = False) -> ReadDate | None:
    """Return the first date of a text; `at_start` takes only one that nothing but signs stand before.

    `short` also takes years of two digits, and of the republic of three, which only a label makes a date.
    """
    if not _MAY_BE.search(text):
        return None
    wide = text.translate(_WIDE)
    plain = (
        unicodedata.normalize("NFKC", wide) if len(unicodedata.normalize("NFKC", wide)) == len(wide) else wide
    )
    best: ReadDate | None = None
    for pattern in (*_ALL, *((_SHORT, _MINGUO_BARE) if short else ())):
        for match in pattern.finditer(plain):
            if best is not None and match.start() >= best.start:
                break
            day = _day(match)
            if day is not None and (not at_start or not re.search(r"\w", plain[: match.start()])):
                best = ReadDate(day, match.start(), match.end())
                break
    return best


def all_dates(text: str) -> list[ReadDate]:
    """Return the dates of a text in their order."""
    found, offset = [], 0
    while (one := first_date(text[offset:])) is not None:
        found.append(ReadDate(one.day, offset + one.start, offset + one.end))
        offset += one.end
    return found


def is_month_only(text: str) -> bool:
    """Say whether a text names a month without a day."""
    return _MONTH_ONLY.match(text.translate(_WIDE).strip()) is not None


def _day(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    try:
        return date(_year(match), _month(groups), _of_month(groups["d"]))
    except ValueError:
        return None


def _year(match: re.Match[str]) -> int:
    text = match["y"]
    if match.re in {_MINGUO, _MINGUO_BARE}:
        return int(text) + 1911
    if match.re is _SHORT:
        return 2000 + int(text) if int(text) < 70 else 1900 + int(text)
    return int("".join(_DIGITS.get(sign, sign) for sign in text))


def _month(groups: dict[str, str]) -> int:
    if groups.get("n"):
        return _MONTHS[groups["n"].lower()]
    return 1 if groups["m"] in {"元", "正"} else _of_month(groups["m"])


def _of_month(text: str) -> int:
    """Read 5, 05, 五, 十五, 二十五, 廿五."""
    if text.isdigit():
        return int(text)
    text = text.replace("拾", "十").replace("廿", "二十").replace("卅", "三十").replace("十十", "十")
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(_DIGITS.get(sign, "x") for sign in text))
    return int(_DIGITS.get(tens, "1" if not tens else "x")) * 10 + int(
        _DIGITS.get(ones, "0" if not ones else "x")
    )
