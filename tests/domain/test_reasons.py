"""A reason is written down, and no longer than can be read where it is shown (A-16, D-2, D-5, V-6)."""

from __future__ import annotations

import pytest

from docctl.domain.reasons import LONGEST, reason_given
from docctl.domain.suspension import LONGEST_REASON
from docctl.domain.verdicts import Allowed, Refused


@pytest.mark.parametrize("rule", ["A-16", "D-2", "D-5", "I-1", "V-6"])
@pytest.mark.parametrize("longest", [LONGEST, LONGEST_REASON])
def test_d_2_v_6_a_reason_stands_and_has_an_end(rule: str, longest: int) -> None:
    def given(text: str) -> Allowed | Refused:
        return reason_given(text, rule=rule, longest=longest)

    assert given("") == given(" \n　") == Refused(rule, "reason_needed")
    assert given("因") == given(f"  {'长' * longest} ") == Allowed()
    params = {"longest": longest, "length": longest + 1}
    assert given("长" * (longest + 1)) == Refused(rule, "reason_too_long", params)


def test_d_2_what_nothing_else_says_ends_with_a_list_s_column() -> None:
    assert reason_given("x" * LONGEST, rule="D-2")
    assert not reason_given("x" * (LONGEST + 1), rule="D-2")
