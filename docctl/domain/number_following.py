"""Decides what a document's number becomes when a revision is issued (N-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docctl.domain.normal_form import normal
from docctl.domain.number_schemes import EDITION, SEQUENCE, YEAR, Edition, Scheme, Year
from docctl.domain.numbering import format_number, parse_number
from docctl.domain.verdicts import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class Issued:
    """What of an issue a number can follow; the day is one of the company's zone."""

    edition: str
    on: date
    is_reissue: bool


def number_after(scheme: Scheme, number: str, issued: Issued) -> str:
    """Return the number once a revision is issued: what follows the revision changes, the rest stays (N-7).

    An amendment changes only what says so. A number that the scheme does not read stays as it is. Raises
    RuleRefused where the edition does not fit the scheme.
    """
    read = parse_number(scheme, number)
    changed = _changed(scheme, issued) if read is not None else {}
    if read is None or not changed:
        return number
    sequence = int(read[SEQUENCE]) if SEQUENCE in read else None
    shown = format_number(scheme, {**read, **changed}, sequence)
    return number if normal(shown) == normal(number) else shown


def _changed(scheme: Scheme, issued: Issued) -> dict[str, str]:
    found = {}
    for part in scheme.parts:
        match part:
            case Edition(follows=True) if issued.is_reissue:
                found[EDITION] = issued.edition
            case Year(follows=True) if issued.is_reissue or part.amends:
                found[YEAR] = f"{issued.on.year:04d}"
            case _:
                pass
    return found


def may_follow(before: str, after: str, *, held_by: str | None) -> Verdict:
    """Say whether a number may become another one; a clash names both holders (N-6, N-7)."""
    if held_by is None:
        return Allowed()
    return Refused("N-7", "number_taken", {"before": before, "number": after, "holder": held_by})
