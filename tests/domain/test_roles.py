"""Roles by two people, and the tokens by which access sets know a person (A-15, X-1)."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from docctl.domain.roles import (
    SCOPED,
    SIGNING,
    GrantFacts,
    Role,
    may_confirm,
    may_propose,
    may_revoke,
    reader_tokens,
)
from docctl.domain.verdicts import Refused, Verdict

HOLDER, PROPOSER, SECOND, UNIT, OTHER_UNIT = (uuid4() for _ in range(5))
OPEN = GrantFacts(HOLDER, Role.APPROVER, PROPOSER, confirmed=False, revoked=False)


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else "allowed"


def test_a_15_all_roles_sign_but_those_that_administer_and_watch() -> None:
    assert set(Role) - SIGNING == {Role.ADMINISTRATOR, Role.AUDITOR}


@pytest.mark.parametrize("role", Role)
def test_a_15_nobody_proposes_a_role_for_themselves(role: Role) -> None:
    unit = UNIT if role in SCOPED else None
    assert code(may_propose(role, unit, holder=HOLDER, by=HOLDER)) == "own_role"
    assert code(may_propose(role, unit, holder=HOLDER, by=PROPOSER)) == "allowed"
    wrong = None if role in SCOPED else UNIT
    expected = "unit_needed" if role in SCOPED else "no_unit"
    assert code(may_propose(role, wrong, holder=HOLDER, by=PROPOSER)) == expected


@pytest.mark.parametrize(
    ("grant", "by", "answer"),
    [
        (OPEN, SECOND, "allowed"),
        (OPEN, PROPOSER, "second_person_needed"),
        (OPEN, HOLDER, "own_role"),
        (replace(OPEN, confirmed=True), SECOND, "not_open"),
        (replace(OPEN, revoked=True), SECOND, "not_open"),
    ],
    ids=["second", "proposer", "holder", "confirmed", "revoked"],
)
def test_a_15_a_second_person_confirms(grant: GrantFacts, by: object, answer: str) -> None:
    assert code(may_confirm(grant, by=by)) == answer  # type: ignore[arg-type]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("others", [0, 1])
def test_a_15_somebody_who_administers_stays(role: Role, others: int) -> None:
    last = role is Role.ADMINISTRATOR and others == 0
    assert code(may_revoke(role, revoked=False, others=others)) == (
        "last_administrator" if last else "allowed"
    )
    assert code(may_revoke(role, revoked=True, others=others)) == "already_revoked"


def test_x_1_tokens_tell_a_role_for_one_unit_from_one_for_the_company() -> None:
    held = [(Role.KEEPER, UNIT), (Role.AUDITOR, None)]
    assert reader_tokens(HOLDER, OTHER_UNIT, held) == {
        "staff",
        f"person:{HOLDER}",
        f"unit:{OTHER_UNIT}",
        f"role:keeper@{UNIT}",
        "role:auditor",
    }
    assert reader_tokens(HOLDER, None, []) == {"staff", f"person:{HOLDER}"}
