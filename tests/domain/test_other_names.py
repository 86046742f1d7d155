"""Which other names a document may have, and which end (N-9)."""

from __future__ import annotations

import pytest

from docctl.domain.other_names import LONGEST_NAME, NameHolders, may_end, may_name

NOBODY = NameHolders()


@pytest.mark.parametrize(
    ("text", "kind", "held", "code"),
    [
        ("采购程序", "short", NOBODY, ""),
        ("采购程序", "outside", NOBODY, "kind_unknown"),
        ("采购程序", "x", NOBODY, "kind_unknown"),
        ("　", "short", NOBODY, "name_needed"),
        ("采购\x07程序", "short", NOBODY, "name_needed"),
        ("长" * LONGEST_NAME, "short", NOBODY, ""),
        ("长" * (LONGEST_NAME + 1), "short", NOBODY, "name_too_long"),
        ("采购程序", "short", NameHolders(own=True), "own_name"),
        ("采购程序", "short", NameHolders(number="QP-09"), "held_as_number"),
        ("采购程序", "short", NameHolders(title="QP-09"), "held_as_title"),
        ("采购程序", "short", NameHolders(other_name="QP-09"), "held_as_other_name"),
    ],
)
def test_n_9_another_name_leads_to_one_document_alone(
    text: str, kind: str, held: NameHolders, code: str
) -> None:
    verdict = may_name(text, kind, held)
    assert (verdict.code if not verdict else "") == code


@pytest.mark.parametrize(
    ("kind", "was_its_number", "code"),
    [
        ("former", False, ""),
        ("former", True, "number_stays"),
        ("short", False, ""),
        ("outside", False, "outside_stays"),
    ],
)
def test_n_9_a_name_ends_unless_it_was_a_number(kind: str, was_its_number: bool, code: str) -> None:
    verdict = may_end("QP-01", kind, was_its_number=was_its_number)
    assert (verdict.code if not verdict else "") == code
