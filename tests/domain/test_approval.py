"""Who may sign which step, and what a signature binds (A-1, A-2, A-3, A-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from docctl.domain.approval import (
    WEIGHTS,
    Meaning,
    Signed,
    ToSign,
    Weight,
    may_sign,
    same_content,
    seal,
)
from docctl.domain.verdicts import Refused, Verdict

AUTHOR, HELPER, REVIEWER, APPROVER, OTHER = (UUID(int=one) for one in range(1, 6))
PREPARE, REVIEW, APPROVE = (ToSign(one) for one in (Meaning.PREPARE, Meaning.REVIEW, Meaning.APPROVE))
PREPARED = Signed(Meaning.PREPARE, AUTHOR)
REVIEWED = Signed(Meaning.REVIEW, REVIEWER)


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else "allowed"


@pytest.mark.parametrize(
    ("step", "signer", "answer"),
    [
        (REVIEW, REVIEWER, "allowed"),
        (REVIEW, AUTHOR, "A-2.own_work"),
        (REVIEW, HELPER, "A-2.own_work"),
        (APPROVE, APPROVER, "allowed"),
        (APPROVE, AUTHOR, "A-2.own_work"),
        (APPROVE, HELPER, "A-2.own_work"),
        (APPROVE, REVIEWER, "A-2.same_person"),
        (PREPARE, AUTHOR, "allowed"),
    ],
    ids=lambda value: getattr(value, "meaning", None) or str(value)[:12],
)
def test_a_2_three_different_people_sign(step: ToSign, signer: UUID, answer: str) -> None:
    signed = [PREPARED, REVIEWED] if step is APPROVE else [PREPARED] if step is REVIEW else []
    assert code(may_sign(step, signer=signer, authors={AUTHOR, HELPER}, signed=signed)) == answer


@pytest.mark.parametrize("step", [REVIEW, APPROVE])
def test_a_2_acting_for_an_author_is_acting_as_the_author(step: ToSign) -> None:
    verdict = may_sign(step, signer=OTHER, principal=AUTHOR, authors={AUTHOR}, signed=[])
    assert code(verdict) == "A-2.own_work"
    assert may_sign(step, signer=OTHER, principal=REVIEWER, authors={AUTHOR}, signed=[])


def test_a_2_who_signed_through_another_does_not_sign_the_separate_step() -> None:
    for_another = Signed(Meaning.REVIEW, OTHER, principal=REVIEWER)
    for hand in (OTHER, REVIEWER):
        verdict = may_sign(APPROVE, signer=hand, authors=[], signed=[for_another])
        assert code(verdict) == "A-2.same_person"
    assert may_sign(APPROVE, signer=APPROVER, authors=[], signed=[for_another])


def test_a_2_an_earlier_signature_of_preparation_counts_as_own_work() -> None:
    assert code(may_sign(APPROVE, signer=AUTHOR, authors=[], signed=[PREPARED])) == "A-2.own_work"


def test_a_2_a_step_that_is_not_separate_may_be_signed_by_the_same_person() -> None:
    free = replace(APPROVE, separate=False)
    assert may_sign(free, signer=REVIEWER, authors={AUTHOR}, signed=[PREPARED, REVIEWED])


def test_a_3_only_what_was_seen_is_signed() -> None:
    assert same_content(signed_sha256="a", present_sha256="a")
    assert code(same_content(signed_sha256="a", present_sha256="b")) == "A-3.content_changed"


def test_a_3_every_meaning_has_a_weight_and_approvals_decide() -> None:
    assert set(WEIGHTS) == set(Meaning)
    deciding = {meaning for meaning, weight in WEIGHTS.items() if weight is Weight.DECIDES}
    assert deciding == {Meaning.APPROVE, Meaning.APPROVE_DISPOSAL, Meaning.CORRECT}
    assert WEIGHTS[Meaning.WITNESS] is Weight.WITNESSES


SEALED = {
    "subject": "revision:1:1",
    "content_sha256": "c" * 64,
    "meaning": Meaning.APPROVE,
    "signer": OTHER,
    "printed_name": "赵敏",
    "signed_at": datetime(2026, 3, 2, 1, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "revision:1:2"),
        ("content_sha256", "d" * 64),
        ("meaning", Meaning.REVIEW),
        ("signer", AUTHOR),
        ("printed_name", "赵明"),
        ("signed_at", datetime(2026, 3, 2, 1, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_3_a_signature_cannot_be_moved_or_changed(name: str, value: object) -> None:
    assert seal(**{**SEALED, name: value}) != seal(**SEALED)  # type: ignore[arg-type]


def test_a_3_a_seal_is_the_same_wherever_it_is_computed() -> None:
    shanghai = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8)))
    assert seal(**{**SEALED, "signed_at": shanghai}) == seal(**SEALED)  # type: ignore[arg-type]
