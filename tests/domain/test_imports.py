"""States of a run, what may stand in force, what is a history, what is alike (I-1, I-4, V-3, V-7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from docctl.domain.import_plan import PlanFile, There, compare, series_by_file
from docctl.domain.imports import (
    RUN_MOVES,
    Choice,
    InSeries,
    RunAction,
    RunState,
    Wanted,
    in_order,
    may_follow,
    may_move_run,
    may_stand_in_force,
    series_of,
)
from docctl.domain.verdicts import Refused

TODAY = date(2026, 3, 2)
WHOLE = Wanted("QP-01", "记录控制程序", "A/0", date(2020, 1, 1), date(2019, 12, 1), is_controlled=True)


def changed(**values: object) -> Wanted:
    fields = {name: getattr(WHOLE, name) for name in WHOLE.__slots__}
    return Wanted(**{**fields, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("state", RunState)
@pytest.mark.parametrize("action", RunAction)
def test_i_1_a_run_moves_only_by_the_table(state: RunState, action: RunAction) -> None:
    assert bool(may_move_run(state, action)) is ((state, action) in RUN_MOVES)


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        (WHOLE, None),
        (changed(is_controlled=None), None),
        (changed(is_controlled=False), "D-1.not_controlled"),
        (changed(choice=Choice.DRAFT), "I-1.draft_wanted"),
        (changed(is_doubtful=True), "I-6.needs_checking"),
        (changed(number=""), "I-5.missing"),
        (changed(title=""), "I-5.missing"),
        (changed(label=""), "I-5.missing"),
        (changed(effective=None), "I-5.missing"),
        (changed(label="甲版"), "V-1.label_unreadable"),
        (changed(effective=TODAY), None),
        (changed(effective=TODAY + timedelta(days=1)), "V-7.effective_to_come"),
        (changed(issued=None), None),
        (changed(issued=date(2020, 1, 1)), None),
        (changed(issued=date(2020, 1, 2)), "V-7.issued_after_effective"),
    ],
)
def test_v_6_v_7_what_stands_in_force_and_what_becomes_a_draft(wanted: Wanted, key: str | None) -> None:
    verdict = may_stand_in_force(wanted, today=TODAY)
    assert (verdict.key if isinstance(verdict, Refused) else None) == key


def test_v_2_revisions_follow_by_day_else_by_label() -> None:
    a, b, c = (
        InSeries("a", "B/0", date(2021, 1, 1)),
        InSeries("b", "A/1", date(2020, 6, 1)),
        InSeries("c", "A/0", date(2020, 1, 1)),
    )
    assert [one.key for one in in_order([a, b, c])] == ["c", "b", "a"]
    undated = InSeries("d", "A/2", None)
    assert [one.key for one in in_order([a, undated, c, b])] == ["c", "b", "d", "a"]
    ten, nine = InSeries("x", "10", None), InSeries("y", "9", None)
    assert [one.key for one in in_order([ten, nine])] == ["y", "x"]


@pytest.mark.parametrize(
    ("earlier", "later", "key"),
    [
        (("A/0", date(2020, 1, 1)), ("A/1", date(2020, 1, 2)), None),
        (("A/0", date(2020, 1, 1)), ("A/1", None), None),
        (("A/0", date(2020, 1, 1)), ("A/1", date(2020, 1, 1)), "V-3.same_day"),
        (("A/0", None), ("A/1", date(2020, 1, 1)), "V-7.day_of_earlier_needed"),
        (("A/0", date(2020, 1, 1)), ("A／0", date(2021, 1, 1)), "V-1.label_twice"),
    ],
)
def test_v_3_v_7_one_revision_follows_another_on_a_later_day(
    earlier: tuple[str, date | None], later: tuple[str, date | None], key: str | None
) -> None:
    verdict = may_follow(InSeries("1", *earlier), InSeries("2", *later))
    assert (verdict.key if isinstance(verdict, Refused) else None) == key


def test_i_1_a_title_alone_makes_no_series() -> None:
    assert series_of("QP-01", "甲", "") == series_of("ＱＰ－01", "乙", "A")
    assert series_of("", "甲", "") == ""
    assert series_of("", "甲", "A") == series_of("", "甲", "B") != ""


def plan(key: str, **values: object) -> PlanFile:
    number, label = str(values.get("number", "")), str(values.get("label", ""))
    return PlanFile(
        key,
        f"{key}.txt",
        str(values.get("sha256", key)),
        number,
        str(values.get("title", "")),
        label,
        InSeries(key, label, values.get("day")),  # type: ignore[arg-type]
        str(values.get("entity", "")),
    )


def notes(*files: PlanFile, there: There | None = None) -> list[tuple[str, str]]:
    return [(one.key, f"{one.rule}.{one.code}") for one in compare(files, there or There())]


def test_i_1_copies_here_and_there_are_left_out() -> None:
    files = (plan("a", sha256="1"), plan("b", sha256="1"), plan("c", sha256="2"))
    known = There(files={("", "2"): "QP-09", ("nb", "1"): "QP-09"})
    assert notes(*files, there=known) == [("b", "I-1.same_file"), ("c", "I-1.already_there")]
    assert all(one.leaves_out for one in compare(files, known))


def test_n_6_a_number_that_is_taken_is_told_before_the_import() -> None:
    known = There(
        numbers={("", "qp-01"): "QP-01", ("nb", "qp-03"): "QP-03"},
        titles={("", "记录控制程序"): "QP-02"},
    )
    assert notes(plan("a", number="ＱＰ－０１"), there=known) == [("a", "N-6.taken")]
    assert notes(plan("a", number="QP-03"), there=known) == []
    assert notes(plan("a", number="QP-03", entity="nb"), there=known) == [("a", "N-6.taken")]
    assert notes(plan("a", title="记录控制程序", entity="nb"), there=known) == []
    assert notes(plan("a", title="记录控制程序"), there=known) == [("a", "I-4.title_there")]


def test_i_1_files_of_one_number_are_a_history_and_a_copy_is_no_revision() -> None:
    first = plan("a", number="QP-01", label="A/0", day=date(2020, 1, 1), sha256="1")
    second = plan("b", number="QP-01", label="A/1", day=date(2021, 1, 1), sha256="2")
    copy = plan("c", number="QP-01", label="A/1", day=date(2021, 1, 1), sha256="2")
    told = notes(first, second, copy)
    assert [one for one in told if one[1] == "I-1.history"] == [("a", "I-1.history"), ("b", "I-1.history")]
    assert set(series_by_file([first, second, copy])) == {"a", "b", "c"}
    assert series_by_file([first]) == {}
