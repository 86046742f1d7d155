"""Decides how an amount is written: an exact number with its unit, yuan where none is named (A-7).

    50000    5万元    1.25 亿元    ¥12,000.50    300 件    8 h

An amount is compared with others of its unit alone; nothing is converted but 千, 万 and 亿.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from docctl.domain.verdicts import Refused, RuleRefused

#: The unit of money, where none is named.
YUAN: Final = "元"
LONGEST_UNIT: Final = 10
#: Digits before and after the point that an amount may have.
MOST_DIGITS: Final = 15
MOST_PLACES: Final = 4

_MONEY: Final = frozenset({"", "元", "圆", "人民币", "人民币元", "rmb", "cny", "yuan"})
_TIMES: Final = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_WRITTEN: Final = re.compile(
    r"(?P<before>¥|rmb|cny)?\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<places>\d+))?\s*(?P<unit>\D*)",
    re.ASCII | re.IGNORECASE,
)
_TIMED: Final = re.compile(r"(?P<times>百万|千万|千|万|亿)?\s*(?P<unit>.*)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of something, exact."""

    value: Decimal
    unit: str = YUAN


def read_amount(text: str) -> Amount:
    """Return an amount as it is meant; raise RuleRefused for what is none (A-7)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _WRITTEN.fullmatch(plain)
    if found is None:
        raise _unread(text)
    timed = _TIMED.fullmatch(found["unit"].strip())
    assert timed is not None
    times, unit = timed["times"], timed["unit"].strip()
    if times == "千" and unit.casefold() not in _MONEY:  # 千克 is a unit of its own
        times, unit = None, found["unit"].strip()
    unit = YUAN if unit.casefold() in _MONEY else unit
    if found["before"] and unit != YUAN:
        raise _unread(text)
    value = Decimal(f"{found['whole'].replace(',', '')}.{found['places'] or 0}") * _TIMES.get(times or "", 1)
    if not _fits(value) or not _is_unit(unit):
        raise _unread(text)
    return Amount(value.normalize() if value else Decimal(0), unit)


def in_yuan(amount: Amount | None) -> Decimal | None:
    """Return how much money it is, as conditions of routes mean it; None for another unit (A-6)."""
    return amount.value if amount and amount.unit == YUAN else None


def write_amount(amount: Amount) -> str:
    """Return an amount as it is stored and typed; reading it again gives the same one."""
    return f"{amount.value:f} {amount.unit}"


def show_amount(amount: Amount) -> str:
    """Return an amount as people read it, its thousands apart."""
    return f"{amount.value:,f} {amount.unit}"


def _fits(value: Decimal) -> bool:
    whole, _, places = f"{value.normalize():f}".partition(".")
    return len(whole) <= MOST_DIGITS and len(places) <= MOST_PLACES


def _is_unit(unit: str) -> bool:
    return 1 <= len(unit) <= LONGEST_UNIT and all(one.isalpha() or one in "%°/" for one in unit)


def _unread(text: str) -> RuleRefused:
    return RuleRefused(Refused("A-7", "amount_unread", {"amount": text[:40]}))
