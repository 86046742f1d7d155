"""Decides which forms a revision may name in its annexes (N-12)."""

from __future__ import annotations

from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: So many forms are listed, and carried over with each revision.
MOST: Final = 50


def may_be_annex(*, is_form: bool, under_form: bool, number: str, same_entity: bool = True) -> Verdict:
    """Say whether a document may stand in an annex of one above: a form, under what is none itself (N-12).

    Its number is one of the legal entity of that document: it belongs to the same (O-4).
    """
    if not is_form:
        return Refused("N-12", "not_a_form")
    if under_form:
        return Refused("N-12", "under_a_form", {"number": number})
    if not same_entity:
        return Refused("N-12", "other_entity", {"number": number})
    return Allowed()


def may_name(count: int) -> Verdict:
    """Say whether a revision may name so many forms in its annexes (N-12)."""
    return Refused("N-12", "too_many", {"most": MOST}) if count > MOST else Allowed()
