"""Decides how a number is written, read and counted, by which schemes (N-1, N-2, N-3, N-6)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from docctl.domain.normal_form import normal, tidy
from docctl.domain.number_ambiguity import CLAUSE_LEVELS, ambiguity
from docctl.domain.number_patterns import PATTERNS
from docctl.domain.number_schemes import (
    EDITION,
    MONTH,
    RESERVED,
    SEQUENCE,
    YEAR,
    Edition,
    Literal,
    Month,
    Part,
    Pattern,
    Scheme,
    Sequence,
    Value,
    Year,
    name_of,
    scheme_from_json,
    scheme_to_json,
)
from docctl.domain.verdicts import Allowed, Refused, Verdict, require

__all__ = [
    "EDITION",
    "MONTH",
    "PATTERNS",
    "SEQUENCE",
    "YEAR",
    "Edition",
    "Literal",
    "Month",
    "Part",
    "Pattern",
    "Scheme",
    "Sequence",
    "Value",
    "Year",
    "check_scheme",
    "check_values",
    "counter_after",
    "counter_scope",
    "fits",
    "format_number",
    "may_take",
    "parse_number",
    "scheme_from_json",
    "scheme_to_json",
    "written",
]

#: A number is printed in headers, on labels and slips; beyond this nobody can cite it.
LONGEST: Final = 80
_MOST_PARTS: Final = 20

_CODE: Final = "A-Z0-9\u3400-\u4dbf\u4e00-\u9fff"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CLAUSE: Final = rf"[0-9]{{1,2}}(?:\.[0-9]{{1,2}}){{0,{CLAUSE_LEVELS - 1}}}"
_SETS: Final = {
    Pattern.LETTERS: "[A-Z]",
    Pattern.DIGITS: "[0-9]",
    Pattern.CODE: f"[{_CODE}]",
    Pattern.NUMBER: rf"[{_CODE}\-/.()_]",
}

#: Two digits name one year of this span, so that a year read is the year that was written.
_SHORT_YEARS: Final = range(1980, 2080)


def check_scheme(scheme: Scheme) -> Verdict:
    """Say whether a scheme is fit for use: bounded, countable, and read in one way only (N-2)."""
    for at, part in enumerate(scheme.parts, start=1):
        if not _is_sound(part):
            return Refused("N-2", "part_unfit", {"part": at, "scheme": scheme.code})
    for verdict in (_check_names(scheme), _check_length(scheme)):
        if not verdict:
            return verdict
    if number := ambiguity(scheme):
        return Refused("N-2", "ambiguous", {"scheme": scheme.code, "number": number})
    return Allowed()


def check_values(scheme: Scheme, values: Mapping[str, str], sequence: int | None) -> Verdict:
    """Say whether the values fit the scheme, and the sequence its width (N-2)."""
    for part in scheme.parts:
        name = name_of(part)
        if isinstance(part, Sequence):
            if sequence is None or sequence < 1:
                return Refused("N-2", "sequence_missing", {"scheme": scheme.code})
            if len(str(sequence)) > part.longest:
                return Refused("N-2", "sequence_full", {"width": part.longest})
        elif name:
            if not (value := tidy(values.get(name, ""))):
                return Refused("N-2", "value_missing", {"name": name})
            if not fits(part, value):
                return Refused("N-2", "value_unfit", {"name": name, "value": values[name]})
    if scheme.sequence is None and sequence is not None:
        return Refused("N-2", "sequence_unused", {"scheme": scheme.code})
    return Allowed()


def format_number(scheme: Scheme, values: Mapping[str, str], sequence: int | None) -> str:
    """Write the number; `RuleRefused` where `check_values` refuses (N-2)."""
    require(check_values(scheme, values, sequence))
    return "".join(written(part, values, sequence) for part in scheme.parts)


def parse_number(scheme: Scheme, text: str) -> Mapping[str, str] | None:
    """Read a number of the scheme in any width, case and dash, or return None (N-2, N-10).

    The sequence stands under "sequence" as it is written, a short year in four digits.
    """
    tidied = tidy(text)
    if len(tidied) > LONGEST:
        return None
    match = re.fullmatch("".join(map(_expression, scheme.parts)), tidied, re.IGNORECASE)
    if match is None:
        return None
    names = [name for part in scheme.parts if (name := name_of(part))]
    read = dict(zip(names, match.groups(), strict=True))
    if YEAR in read:
        read[YEAR] = _full_year(read[YEAR])
    sequence = int(read[SEQUENCE]) if SEQUENCE in read else None
    # Month 13, sequence 0 or one zero too many: it looks like a number of the scheme, but is none.
    if not check_values(scheme, read, sequence):
        return None
    return read if normal(format_number(scheme, read, sequence)) == normal(text) else None


def counter_scope(scheme: Scheme, values: Mapping[str, str], entity: str) -> str:
    """Name the counter from which the next sequence is taken (N-2, N-3).

    Values that are one in normal form share a counter: their numbers would clash (N-10).
    """
    scope = scheme.sequence.scope if scheme.sequence else ()
    steps = (f"{name}={normal(values[name])}" for name in scope)
    return "|".join((f"{entity}:{scheme.code}", *steps))


def scheme_code_of(scope: str) -> str:
    """Return the code of the scheme that a counter belongs to, as `counter_scope` names it."""
    return scope.partition(":")[2].partition("|")[0]


def counter_after(scheme: Scheme, numbers: Iterable[str], last: int = 0) -> int:
    """Return where a counter at `last` stands once the numbers of its scope are imported (N-6).

    Numbers of other shapes do not move it.
    """
    read = (parse_number(scheme, number) for number in numbers)
    taken = (int(values[SEQUENCE]) for values in read if values and SEQUENCE in values)
    return max(last, *taken, 0)


def may_take(number: str, *, wanted_by: str, held_by: str | None) -> Verdict:
    """Say whether a number is free; a clash names both holders (N-1, N-6)."""
    if held_by is None:
        return Allowed()
    return Refused("N-6", "number_taken", {"number": number, "held_by": held_by, "wanted_by": wanted_by})


def _check_names(scheme: Scheme) -> Verdict:
    named = Counter(name for part in scheme.parts if (name := name_of(part)))
    for name, times in named.items():
        if times > 1:
            return Refused("N-2", "name_twice", {"name": name, "scheme": scheme.code})
    if scheme.sequence is None:
        if any(isinstance(part, Value) for part in scheme.parts):
            return Allowed()
        return Refused("N-2", "nothing_counts", {"scheme": scheme.code})
    for name in scheme.sequence.scope:
        # A counter that starts again for something not shown would write the same number twice.
        if name not in set(named) - {SEQUENCE, EDITION}:
            return Refused("N-2", "scope_not_shown", {"name": name, "scheme": scheme.code})
        # What changes with the revision would carry a number over into another count.
        if name in scheme.following:
            return Refused("N-7", "scope_follows", {"name": name, "scheme": scheme.code})
    if MONTH in scheme.sequence.scope and YEAR not in scheme.sequence.scope:
        return Refused("N-2", "month_without_year", {"scheme": scheme.code})
    return Allowed()


def _check_length(scheme: Scheme) -> Verdict:
    longest = sum(map(_longest, scheme.parts))
    if len(scheme.parts) > _MOST_PARTS or longest > LONGEST:
        return Refused("N-2", "too_long", {"most": LONGEST, "scheme": scheme.code})
    return Allowed()


def _is_sound(part: Part) -> bool:
    match part:
        case Literal():
            return bool(part.text) and all(map(_may_print, part.text))
        case Value():
            named = bool(_NAME.fullmatch(part.name)) and part.name not in RESERVED
            return named and 1 <= part.least <= part.most <= LONGEST
        case Year():
            return part.digits in {2, 4} and part.follows >= part.amends
        case Sequence():
            wide = 1 <= part.width <= 9 and part.longest <= 9
            return wide and len(set(part.scope)) == len(part.scope)
        case _:
            return True


def _may_print(sign: str) -> bool:
    # Marks would join the sign before them; of the blanks, only the plain one is seen.
    return sign == " " or unicodedata.category(sign)[0] in "LNPS"


def _longest(part: Part) -> int:
    match part:
        case Literal():
            return len(tidy(part.text))
        case Value(pattern=Pattern.CLAUSE):
            return CLAUSE_LEVELS * 3 - 1
        case Value():
            return part.most
        case Year():
            return part.digits
        case Sequence():
            return part.longest
        case _:
            return 2


def _expression(part: Part) -> str:
    match part:
        case Literal():
            return re.escape(tidy(part.text))
        case Value(pattern=Pattern.CLAUSE):
            return f"({_CLAUSE})"
        case Value():
            return f"({_SETS[part.pattern]}{{{part.least},{part.most}}})"
        case Year():
            return f"([0-9]{{{part.digits}}})"
        case Edition():
            return "([A-Z]{1,2})"
        case Month() | Sequence():
            least, most = (part.width, part.longest) if isinstance(part, Sequence) else (2, 2)
            return f"([0-9]{{{least},{most}}})"


def fits(part: Part, value: str) -> bool:
    """Say whether a value fits a part of a scheme, as it is written (N-2)."""
    if isinstance(part, Year):
        if not re.fullmatch("[0-9]{4}", value):
            return False
        return part.digits == 4 or int(value) in _SHORT_YEARS
    if isinstance(part, Month) and value not in {f"{month:02}" for month in range(1, 13)}:
        return False
    return re.fullmatch(_expression(part), value, re.IGNORECASE) is not None


def written(part: Part, values: Mapping[str, str], sequence: int | None) -> str:
    """Return how a part of a number is written (N-2)."""
    match part:
        case Literal():
            return part.text
        case Sequence():
            return f"{sequence:0{part.width}}"
        case Year():
            return tidy(values[YEAR])[-part.digits :]
        case _:
            return tidy(values[name_of(part)])


def _full_year(year: str) -> str:
    if len(year) == 4:
        return year
    return next(str(full) for full in _SHORT_YEARS if full % 100 == int(year))
