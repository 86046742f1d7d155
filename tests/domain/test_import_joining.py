"""Which revision of a document that is there a file becomes (I-4, V-1, V-2, V-3, V-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from docctl.domain.import_joining import Joins, Standing, comes_after, joins
from docctl.domain.imports import InSeries
from docctl.domain.verdicts import Refused

FIRST = Standing("A/0", date(2020, 1, 1), until=date(2022, 1, 1))
NOW = Standing("B/0", date(2022, 1, 1))
GONE = replace(NOW, until=date(2024, 1, 1), is_withdrawn=True)
DRAFT = Standing("B/1", None, is_under_way=True)


def goes(label: str, day: date | None, *there: Standing, in_force: bool = True) -> Joins | tuple[str, str]:
    found = joins(InSeries("x", label, day), there, in_force=in_force)
    return (found.rule, found.code) if isinstance(found, Refused) else found


@pytest.mark.parametrize(
    ("label", "day", "expected"),
    [
        pytest.param("B/1", date(2022, 1, 2), Joins.NEXT, id="the day after the newest began"),
        pytest.param("B/1", date(2022, 1, 1), ("V-3", "same_day"), id="the day itself"),
        pytest.param("B/1", date(2021, 12, 31), ("V-3", "day_within"), id="the day before"),
        pytest.param("A/1", date(2020, 1, 2), ("V-3", "day_within"), id="after the first"),
        pytest.param("A/1", date(2020, 1, 1), ("V-3", "same_day"), id="the day of the first"),
        pytest.param("0.9", date(2019, 12, 31), Joins.EARLIER, id="the day before the first"),
    ],
)
def test_v_3_the_day_says_which_revision_a_file_becomes(
    label: str, day: date, expected: Joins | tuple[str, str]
) -> None:
    assert goes(label, day, FIRST, NOW) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("B/1", Joins.NEXT),
        ("C", Joins.NEXT),
        ("b/0", ("V-1", "label_twice")),
        ("a0", ("V-1", "label_not_after")),
        ("1.0", Joins.NEXT),  # another kind of label: nobody can say
    ],
)
def test_v_1_the_next_label_comes_after_the_newest(label: str, expected: Joins | tuple[str, str]) -> None:
    assert goes(label, date(2023, 1, 1), NOW) == expected


@pytest.mark.parametrize(
    ("label", "expected"), [("A/9", Joins.EARLIER), ("B/1", ("V-1", "label_not_before"))]
)
def test_v_1_an_earlier_label_comes_before_the_first(label: str, expected: Joins | tuple[str, str]) -> None:
    assert goes(label, date(2021, 1, 1), NOW) == expected


def test_v_6_a_paper_brings_no_withdrawn_document_back_but_may_be_a_draft_or_earlier() -> None:
    assert goes("B/1", date(2025, 1, 1), GONE) == ("V-6", "withdrawn_before")
    assert goes("B/1", date(2025, 1, 1), GONE, in_force=False) is Joins.NEXT
    assert goes("A/0", date(2021, 1, 1), GONE) is Joins.EARLIER
    never = replace(NOW, until=NOW.effective, is_withdrawn=True)  # before its day: the one before holds
    assert goes("B/1", date(2025, 1, 1), replace(FIRST, until=None), never) is Joins.NEXT


def test_v_2_nothing_goes_after_a_revision_under_way_and_much_before() -> None:
    assert goes("B/2", date(2025, 1, 1), NOW, DRAFT) == ("V-2", "revision_under_way")
    assert goes("B/2", None, NOW, DRAFT, in_force=False) == ("V-2", "revision_under_way")
    assert goes("A/0", date(2021, 1, 1), NOW, DRAFT) is Joins.EARLIER
    assert goes("", None, NOW, in_force=False) is Joins.NEXT
    assert goes("A/0", date(2021, 1, 1)) is Joins.NEXT


@pytest.mark.parametrize(
    ("later", "earlier", "expected"),
    [
        ("B/0", "A/9", True),
        ("A/10", "A/9", True),
        ("A/9", "A/10", False),
        ("10.0", "9.0", True),
        ("AA/0", "Z/0", True),
        ("A/0", "A/0", False),
        ("A", "A/0", False),
        ("", "A/0", False),
        ("B", "1", False),
    ],
)
def test_v_1_labels_follow_each_other_by_issue_then_amendment(
    later: str, earlier: str, expected: bool
) -> None:
    assert comes_after(later, earlier) is expected
