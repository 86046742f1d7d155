"""Decides which numbers stand in a series, by whatever scheme they were given (N-3, N-5, N-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from docctl.domain.normal_form import normal
from docctl.domain.number_schemes import SEQUENCE, Literal, Scheme, name_of
from docctl.domain.numbering import counter_scope, parse_number, written


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands in a series: its values without the sequence, the counter, the sequence."""

    scheme: Scheme
    values: Mapping[str, str]
    scope: str
    sequence: int


def place_of(scheme: Scheme, shown: str, entity: str) -> Place | None:
    """Return where a number stands in the series of a scheme; None for one that it does not count (N-5)."""
    read = parse_number(scheme, shown)
    if read is None or SEQUENCE not in read:
        return None
    values = {name: value for name, value in read.items() if name != SEQUENCE}
    return Place(scheme, values, counter_scope(scheme, values, entity), int(read[SEQUENCE]))


def place_among(schemes: Iterable[Scheme], shown: str, entity: str) -> Place | None:
    """Return where a number stands by whichever scheme reads it; those in force never meet (N-1)."""
    return next((found for one in schemes if (found := place_of(one, shown, entity))), None)


def common_prefix(scheme: Scheme, values: Mapping[str, str]) -> str:
    """Return the normal form with which all numbers of one series begin; "" for nothing."""
    fixed = set(scheme.sequence.scope) if scheme.sequence else set()
    found = []
    for part in scheme.parts:
        if not isinstance(part, Literal) and name_of(part) not in fixed:
            break
        found.append(written(part, values, None))
    return normal("".join(found))
