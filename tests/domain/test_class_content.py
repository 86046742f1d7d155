"""The retention classes as controlled content: one form, lines, rows, and what is refused (R-1, R-2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from docctl.domain.class_content import (
    EVENTS,
    FUNCTIONS,
    MOST_CLASSES,
    Scheduled,
    Use,
    check_classes,
    classes_content,
    schedule_of,
    shipped_classes,
)
from docctl.domain.class_text import CHINESE, of_rows, read_classes, rows_of, say_classes, write_classes
from docctl.domain.retention_classes import RetentionClass, TriggerKind
from docctl.domain.retention_dates import RetentionFacts, keep_until
from docctl.domain.retention_prolonging import Outcome, Running, outcome
from docctl.domain.retention_schedule import BUILT_IN, CATCH_ALL
from docctl.domain.verdicts import RuleRefused

LINE = "quality | 质量记录 | 程序 QP-04 | 5 years | completion | destroy"
REST = "other | 其他 | 程序 QP-04 | 4 years | completion | destroy | catch_all"


def refused(call: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(RuleRefused) as error:
        call()
    assert error.value.refused.params["field"] == "classes"
    params = error.value.refused.params
    return error.value.refused.key, params.get("value", params.get("class", params.get("line")))


def typed(*lines: str) -> dict[str, Any]:
    return read_classes({"classes": "\n".join((REST, *lines))})


def everything() -> dict[str, Any]:
    return classes_content(
        Scheduled(one, Use.CATCH_ALL if one.code == CATCH_ALL else Use.CLOSED) for one in BUILT_IN
    )


@pytest.mark.parametrize("content", [shipped_classes(), everything()])
def test_r_1_a_schedule_is_typed_and_said_in_each_language_and_read_again(content: dict[str, Any]) -> None:
    assert check_classes(content) == content
    assert of_rows(rows_of(content)) == content
    text = write_classes(content)["classes"]
    for language in ("en", "zh_Hans", "zh_Hant"):
        assert read_classes({"classes": say_classes(text, language)}) == content
    assert len(text) < 20_000  # as much as its editor takes


def test_r_2_every_event_and_function_has_a_word() -> None:
    assert {*EVENTS, *FUNCTIONS, *map(str, TriggerKind)} <= {str(one) for one in CHINESE}


def test_r_3_the_shipped_classes_are_the_built_in_ones_that_count_from_a_day() -> None:
    found = {one.cls for one in schedule_of(shipped_classes())}
    assert found == {one for one in BUILT_IN if one.trigger.kind is not TriggerKind.EVENT}


def test_r_1_a_line_says_everything_of_a_class() -> None:
    line = "contract | 合同 | 法律 合同法 | 10年 | 事件：合同终止 | 移交"
    line += " | 最长 12 年 | 职能 法务、质量管理 | 停用"
    (_, found) = schedule_of(typed(line))
    cls = found.cls
    assert (cls.basis, cls.is_law, cls.period.amount, str(cls.trigger)) == (
        "合同法",
        True,
        10,
        "event:contract_end",
    )
    assert (cls.maximum and cls.maximum.amount, cls.functions, found.use) == (
        12,
        ("legal", "quality"),
        Use.CLOSED,
    )
    (_, found) = schedule_of(typed(LINE.replace("completion", "end_of_fiscal_year:3")))
    assert found.cls.trigger.month == 3


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("quality | 质量记录 | 程序", "R-1.line_unfit", "quality | 质量记录 | 程序"),
        (LINE + " | x", "R-1.line_unfit", LINE + " | x"),
        (LINE + " | closed | open", "R-1.line_unfit", LINE + " | closed | open"),
        (LINE.replace("5 years", "5 weeks"), "R-1.line_unfit", LINE.replace("5 years", "5 weeks")),
        (LINE.replace("5 years", "0 years"), "R-1.period_unfit", "quality"),
        (LINE.replace("5 years", "101 years"), "R-1.period_unfit", "quality"),
        (LINE.replace("completion", "moon"), "R-2.trigger_unknown", "moon"),
        (LINE.replace("completion", "event:poetry"), "R-2.trigger_unknown", "poetry"),
        (LINE.replace("completion", "end_of_fiscal_year:13"), "R-2.trigger_unfit", "quality"),
        (LINE.replace("completion", "completion:3"), "R-2.trigger_unknown", "completion:3"),
        (LINE.replace("destroy", "burn"), "R-1.action_unknown", "burn"),
        (LINE + " | functions poetry", "R-6.function_unknown", "poetry"),
        (LINE + " | max 59 months", "R-1.maximum_below_period", "quality"),
        (LINE.replace("quality", "Quality!"), "R-1.class_code_unfit", "Quality!"),
        (LINE.replace("质量记录", ""), "R-1.name_unfit", "quality"),
        (LINE.replace("质量记录", "=1+1"), "R-1.name_unfit", "quality"),
        (LINE.replace("质量记录", "长" * 61), "R-1.name_unfit", "quality"),
        (LINE.replace("程序 QP-04", " "), "R-1.basis_unfit", "quality"),
        (LINE.replace("程序 QP-04", "law law x"), "R-1.basis_unfit", "quality"),
        (REST, "R-1.class_twice", "other"),
        (LINE + " | catch_all", "R-10.two_catch_alls", "quality"),
    ],
)
def test_r_1_a_line_that_is_none_is_refused_with_its_value(line: str, key: str, value: str) -> None:
    found = refused(lambda: typed(line))
    assert found == (key, value[:60])


def test_r_1_what_lies_at_the_bounds_is_taken() -> None:
    typed(LINE + " | max 60 months")
    typed(LINE.replace("5 years", "100 years"), LINE.replace("quality", "z" * 40))
    typed(LINE.replace("质量记录", "长" * 60))
    typed(LINE.replace("5 years", "permanent"))


def test_r_10_one_class_is_for_the_rest() -> None:
    assert refused(lambda: read_classes({"classes": LINE}))[0] == "R-10.no_catch_all"
    assert refused(lambda: read_classes({"classes": ""}))[0] == "R-10.no_catch_all"


def test_r_1_there_are_not_more_classes_than_can_be_looked_through() -> None:
    lines = [LINE.replace("quality", f"q{place}") for place in range(5_000)]
    assert refused(lambda: typed(*lines))[0] == "R-1.too_many_classes"
    assert len(typed(*lines[: MOST_CLASSES - 1])["classes"]) == MOST_CLASSES
    assert refused(lambda: typed(*lines[:MOST_CLASSES]))[0] == "R-1.too_many_classes"


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {"classes": {}},
        {"classes": [1]},
        {"classes": [{}]},
        {"classes": [], "more": 1},
    ],
)
def test_v_2_what_is_no_schedule_is_refused(broken: object) -> None:
    assert refused(lambda: check_classes(broken))[0] == "R-1.schedule_unfit"


@pytest.mark.parametrize(
    "change",
    [
        {"period": None},
        {"period": {"amount": "5", "unit": "years"}},
        {"period": {"amount": True, "unit": "years"}},
        {"period": {"amount": 5, "unit": "moons"}},
        {"trigger": "completion"},
        {"is_law": 1},
        {"action": "burn"},
        {"use": "never"},
        {"functions": "quality"},
        {"functions": ["quality"] * 11},
        {"maximum": 5},
    ],
)
def test_v_2_a_class_of_other_types_is_refused(change: dict[str, Any]) -> None:
    content = shipped_classes()
    content["classes"][1] = {**content["classes"][1], **change}
    assert refused(lambda: check_classes(content)) == ("R-1.class_unfit", "document_superseded")


def cls(line: str) -> RetentionClass:
    return schedule_of(typed(line))[1].cls


DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (LINE, LINE, Outcome.SAME),
        (LINE, LINE.replace("质量", "品质"), Outcome.SAME),
        (LINE, LINE.replace("5 years", "61 months"), Outcome.LONGER),
        (LINE, LINE.replace("5 years", "59 months"), Outcome.KEPT),
        (LINE, LINE.replace("程序", "law 程序"), Outcome.LONGER),
        (LINE.replace("程序", "law 程序"), LINE, Outcome.SAME),
        (LINE, LINE.replace("5 years", "permanent"), Outcome.LONGER),
        (LINE.replace("5 years", "permanent"), LINE, Outcome.KEPT),
        (LINE, LINE.replace("completion", "event:contract_end"), Outcome.LONGER),
        (LINE.replace("completion", "event:contract_end"), LINE, Outcome.KEPT),
        (
            LINE.replace("completion", "event:contract_end"),
            LINE.replace("completion", "event:contract_end").replace("5 years", "2 years"),
            Outcome.BOTH,
        ),
        (
            LINE.replace("completion", "event:contract_end").replace("5 years", "permanent"),
            LINE.replace("completion", "event:contract_end"),
            Outcome.KEPT,
        ),
    ],
)
def test_r_3_a_new_revision_never_keeps_shorter(old: str, new: str, expected: Outcome) -> None:
    before, facts = cls(old), RetentionFacts(completed_on=DAY)
    kept = keep_until(before, facts)
    assert outcome(Running(before, kept.until, kept.permanent), cls(new), facts) is expected


def test_r_3_what_was_prolonged_on_its_own_is_asked_by_its_day() -> None:
    facts, new = RetentionFacts(completed_on=DAY), cls(LINE.replace("5 years", "6 years"))
    for until, expected in (
        (date(2032, 2, 29), Outcome.LONGER),
        (date(2032, 3, 1), Outcome.SAME),
        (date(2032, 3, 2), Outcome.KEPT),
    ):
        assert outcome(Running(cls(LINE), until, False), new, facts) is expected
