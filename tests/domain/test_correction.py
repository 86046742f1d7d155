"""Which corrections may be entered, when they take effect, how they show (A-2, C-2 to C-7, F-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from docctl.domain.correction import (
    FIELDS,
    FILE,
    LONGEST,
    REQUIRED,
    CorrectionFacts,
    Reason,
    initials,
    may_change,
    may_correct,
    may_decide,
    stated_not_late,
    status_of_new,
)
from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.domain.verdicts import Refused, Verdict

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FACTS = CorrectionFacts(
    status=RecordStatus.COMPLETED,
    held=False,
    field="title",
    old="三月检查",
    new="四月检查",
    reason=Reason.SLIP,
    reason_text="",
    by_filer=True,
    by_keeper=False,
    pending=False,
)
CLOSED = {
    RecordStatus.VOIDED: "C-3.voided",
    RecordStatus.ON_LIST: "C-3.on_list",
    RecordStatus.DESTROYING: "C-3.after_disposal",
    RecordStatus.STOPPED: "C-3.after_disposal",
    RecordStatus.DESTROYED: "C-3.after_disposal",
}


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else "allowed"


@pytest.mark.parametrize("status", RecordStatus)
def test_c_3_the_state_of_the_record_decides_whether_it_may_change(status: RecordStatus) -> None:
    expected = CLOSED.get(status, "allowed")
    assert code(may_change(status)) == expected
    assert code(may_correct(replace(FACTS, status=status))) == expected


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "allowed"),
        ({"field": "number"}, "C-6.no_such_field"),
        ({"reason": "because"}, "C-6.reason_needed"),
        ({"reason": ""}, "C-6.reason_needed"),
        ({"reason": Reason.OTHER}, "C-6.reason_text_needed"),
        ({"reason": Reason.OTHER, "reason_text": " "}, "C-6.reason_text_needed"),
        ({"reason": Reason.OTHER, "reason_text": "看错行"}, "allowed"),
        ({"reason_text": "x" * LONGEST["reason_text"]}, "allowed"),
        ({"reason_text": "x" * (LONGEST["reason_text"] + 1)}, "C-6.too_long"),
        ({"new": " 三月检查 "}, "C-6.nothing_changed"),
        ({"new": " "}, "C-6.value_needed"),
        ({"field": "remarks", "new": ""}, "allowed"),
        ({"new": "x" * LONGEST["title"]}, "allowed"),
        ({"new": "x" * (LONGEST["title"] + 1)}, "C-6.too_long"),
        ({"field": "outside_number", "new": "x" * 200}, "allowed"),
        ({"field": "outside_number", "new": "x" * 201}, "C-6.too_long"),
        ({"field": FILE, "new": ""}, "allowed"),
        ({"pending": True}, "C-3.another_pending"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_c_6_a_correction_needs_a_field_a_reason_and_a_new_value(
    change: dict[str, object], answer: str
) -> None:
    assert code(may_correct(replace(FACTS, **change))) == answer  # type: ignore[arg-type]


def test_c_6_facts_that_must_not_be_empty_are_facts_that_can_be_corrected() -> None:
    assert set(FIELDS) >= REQUIRED


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({}, CorrectionStatus.EFFECTIVE, id="the filer"),
        pytest.param({"reason": Reason.OTHER}, CorrectionStatus.PENDING, id="the filer, other reason"),
        pytest.param({"by_filer": False}, CorrectionStatus.PENDING, id="another"),
        pytest.param(
            {"by_filer": False, "by_keeper": True, "reason": Reason.OTHER},
            CorrectionStatus.EFFECTIVE,
            id="the keeper",
        ),
        pytest.param({"held": True, "by_keeper": True}, CorrectionStatus.NOTED, id="under a hold"),
    ],
)
def test_c_7_who_corrects_and_why_decides_whether_it_takes_effect(
    change: dict[str, object], status: CorrectionStatus
) -> None:
    assert status_of_new(replace(FACTS, **change)) is status  # type: ignore[arg-type]


@pytest.mark.parametrize("status", CorrectionStatus)
def test_c_3_only_a_pending_correction_is_decided(status: CorrectionStatus) -> None:
    expected = "allowed" if status is CorrectionStatus.PENDING else "C-3.not_pending"
    assert code(may_decide(status, by_corrector=False, held=False)) == expected


def test_a_2_nobody_approves_their_own_correction_and_none_during_a_hold() -> None:
    pending = CorrectionStatus.PENDING
    assert code(may_decide(pending, by_corrector=True, held=False)) == "A-2.own_work"
    assert code(may_decide(pending, by_corrector=False, held=True)) == "C-3.held"


@pytest.mark.parametrize(
    ("name", "mark"),
    [("王强", "王强"), ("欧阳雪", "欧阳雪"), ("John Smith", "JS"), ("anna  maria lee", "AML"), ("", "")],
)
def test_c_5_a_correction_bears_initials(name: str, mark: str) -> None:
    assert initials(name) == mark


@pytest.mark.parametrize(
    ("stated", "answer"),
    [
        pytest.param(NOW, "allowed", id="the instant of entry"),
        pytest.param(NOW + TICK, "F-5.later_than_entry", id="after it"),
        pytest.param(datetime(1900, 1, 1, tzinfo=UTC), "allowed", id="the earliest"),
        pytest.param(datetime(1899, 12, 31, 23, 59, tzinfo=UTC), "F-5.too_early", id="before it"),
    ],
)
def test_f_5_nobody_reports_what_has_yet_to_happen(stated: datetime, answer: str) -> None:
    assert code(stated_not_late(stated=stated, entered=NOW, field="occurred_at")) == answer
