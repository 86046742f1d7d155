"""How the checks of a company are typed, and what holds an issue back (D-12)."""

from __future__ import annotations

import pytest

from docctl.domain.check_content import (
    check_checks,
    check_rules,
    lines_of_checks,
    may_check,
    read_checks,
    say_checks,
    shipped_checks,
    write_checks,
)
from docctl.domain.draft_checks import (
    MOST_AT_ONCE,
    Check,
    CheckRules,
    DraftFacts,
    Weight,
    is_checked,
    may_answer,
    may_go_on,
)
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.routes import Company
from docctl.domain.verdicts import Refused, RuleRefused

DRAFT = DraftFacts(RevisionStatus.DRAFT)


def test_d_12_as_shipped_everything_is_shown_and_nothing_holds_back() -> None:
    rules = check_rules(shipped_checks())
    assert {rules.weight(one) for one in Check} == {Weight.SHOWN}
    assert not rules.holds_back
    assert {"及时", "定期", "promptly"} <= set(rules.words)


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_d_12_what_is_written_reads_back(language: str) -> None:
    content = shipped_checks() | {"without": ["form"]}
    typed = {name: say_checks(one, language) for name, one in write_checks(content).items()}
    assert read_checks(typed) == content
    assert ("时间不明确：仅提示" in typed["checks"]) is (language == "zh_Hans")
    assert lines_of_checks(content)["without"] == {"form": "form"}


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"checks": "及时"}, "checks", "line_unfit"),
        ({"checks": "clause: answer"}, "checks", "check_unknown"),
        ({"checks": "vague_time: block"}, "checks", "weight_unknown"),
        ({"checks": "vague_time: answer\n时间不明确：仅提示"}, "checks", "check_twice"),
        ({"words_zh": "急"}, "words_zh", "word_unfit"),
        ({"words_en": "a.*b"}, "words_en", "word_unfit"),
        (
            {"words_zh": " ".join("词" + chr(0x4E00 + one) for one in range(201))},
            "words_zh",
            "too_many_words",
        ),
    ],
)
def test_d_12_what_cannot_be_read_is_refused_with_its_field(
    typed: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(RuleRefused) as refused:
        read_checks({"checks": "vague_time: answer"} | typed)
    assert refused.value.refused.key == f"D-12.{code}"
    assert refused.value.refused.params["field"] == field


@pytest.mark.parametrize("data", [None, {}, {"checks": []}, shipped_checks() | {"without": [1]}])
def test_d_12_other_content_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused):
        check_checks(data)


def test_d_12_types_left_out_are_types_of_the_company() -> None:
    content = shipped_checks() | {"without": ["form"]}
    assert may_check(content, Company(types=frozenset({"form"})))
    assert may_check(content, Company()) == Refused(
        "D-12", "type_unknown", {"field": "without", "type": "form"}
    )


ANSWERS = CheckRules({Check.VAGUE_TIME: Weight.ANSWER, Check.NOT_CITED: Weight.SHOWN})


def test_d_12_only_open_findings_that_must_be_settled_hold_back() -> None:
    assert may_go_on(ANSWERS, [], is_pending=False)
    assert may_go_on(ANSWERS, [Check.NOT_CITED], is_pending=False)
    assert may_go_on(ANSWERS, [Check.VAGUE_TIME, Check.VAGUE_TIME], is_pending=False) == Refused(
        "D-12", "checks_open", {"count": 2, "checks": "vague_time"}
    )


def test_d_12_what_was_not_looked_through_holds_back_where_anything_could() -> None:
    assert may_go_on(ANSWERS, [], is_pending=True) == Refused("D-12", "checks_pending")
    assert may_go_on(CheckRules({Check.VAGUE_TIME: Weight.SHOWN}), [], is_pending=True)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (DRAFT, True),
        (DraftFacts(RevisionStatus.APPROVED), True),
        (DraftFacts(RevisionStatus.ISSUED), False),
        (DraftFacts(RevisionStatus.DRAFT, is_external=True), False),
        (DraftFacts(RevisionStatus.DRAFT, is_imported=True), False),
        (DraftFacts(RevisionStatus.DRAFT, type_code="form"), False),
    ],
)
def test_d_12_what_is_under_way_here_is_checked(facts: DraftFacts, expected: bool) -> None:
    rules = CheckRules({Check.VAGUE_TIME: Weight.SHOWN}, without=frozenset({"form"}))
    assert is_checked(facts, rules) is expected


def test_d_12_with_every_check_off_nothing_is_checked() -> None:
    assert not is_checked(DRAFT, CheckRules(dict.fromkeys(Check, Weight.OFF)))


def test_d_12_an_answer_has_findings_and_a_reason() -> None:
    assert may_answer(DRAFT, "保留", MOST_AT_ONCE)
    for facts, reason, count, code in (
        (DRAFT, "保留", 0, "nothing_chosen"),
        (DRAFT, "保留", MOST_AT_ONCE + 1, "too_many"),
        (DRAFT, " \n", 1, "reason_needed"),
        (DRAFT, "长" * 1_001, 1, "reason_too_long"),
        (DraftFacts(RevisionStatus.ISSUED), "保留", 1, "not_under_way"),
    ):
        verdict = may_answer(facts, reason, count)
        assert isinstance(verdict, Refused)
        assert verdict.code == code
