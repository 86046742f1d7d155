from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain import retention_schedule
from docctl.domain.calendar_dates import add_days, add_months, last_of_month, year_end
from docctl.domain.class_content import EVENTS
from docctl.domain.retention import (
    BECAUSE,
    BUILT_IN,
    CATCH_ALL,
    LOCK_CEILING,
    PERMANENT,
    DestroyFacts,
    Kept,
    MaximumConflict,
    Period,
    RetentionClass,
    RetentionFacts,
    Trigger,
    TriggerKind,
    Unit,
    check_class,
    governing,
    is_due,
    keep_until,
    lock_until,
    may_destroy,
    may_replace,
    resolve_class,
)
from docctl.domain.verdicts import Allowed, Refused, RuleRefused

COMPLETION = Trigger(TriggerKind.COMPLETION)
CALENDAR = Trigger(TriggerKind.END_OF_CALENDAR_YEAR)
SUPERSESSION = Trigger(TriggerKind.SUPERSESSION)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def years(amount: int) -> Period:
    return Period(amount, Unit.YEARS)


def fiscal(month: int) -> Trigger:
    return Trigger(TriggerKind.END_OF_FISCAL_YEAR, month=month)


def event(name: str) -> Trigger:
    return Trigger(TriggerKind.EVENT, event=name)


def a_class(period: Period, trigger: Trigger = COMPLETION, **more: object) -> RetentionClass:
    base = RetentionClass("quality", "质量记录", "记录控制程序 4.3", period, trigger)
    return replace(base, **more)  # type: ignore[arg-type]


def done(year: int, month: int, day: int) -> RetentionFacts:
    return RetentionFacts(completed_on=date(year, month, day))


# How days are counted


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2023, 1, 30), 1, date(2023, 2, 28)),
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2024, 1, 28), 1, date(2024, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 2, 29), 1, date(2024, 3, 29)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(9999, 6, 1), 12, date.max),
    ],
)
def test_r_4_months_are_clipped_to_the_end_of_the_month(start: date, months: int, expected: date) -> None:
    assert add_months(start, months) == expected


@given(st.dates(max_value=date(2900, 1, 1)), st.integers(1, 1200))
def test_r_4_a_later_start_never_ends_earlier(start: date, months: int) -> None:
    assert add_months(start, months) > start
    assert add_months(start + timedelta(days=1), months) >= add_months(start, months)


def test_r_4_days_stop_at_the_last_day_there_is() -> None:
    assert add_days(date(2024, 2, 28), 2) == date(2024, 3, 1)
    assert add_days(date.max, 1) == date.max


def test_r_2_a_year_ends_with_its_month() -> None:
    assert year_end(date(2024, 12, 31)) == date(2024, 12, 31)
    assert year_end(date(2025, 1, 1)) == date(2025, 12, 31)
    assert year_end(date(2024, 3, 31), month=3) == date(2024, 3, 31)
    assert year_end(date(2024, 4, 1), month=3) == date(2025, 3, 31)
    assert last_of_month(2024, 2) == date(2024, 2, 29)


# From what a period is counted


@pytest.mark.parametrize(
    ("trigger", "facts", "until"),
    [
        (COMPLETION, done(2020, 3, 15), date(2025, 3, 15)),
        (COMPLETION, done(2020, 2, 29), date(2025, 2, 28)),
        (CALENDAR, done(2020, 1, 1), date(2025, 12, 31)),
        (CALENDAR, done(2020, 12, 31), date(2025, 12, 31)),
        (CALENDAR, done(2021, 1, 1), date(2026, 12, 31)),
        (fiscal(12), done(2020, 6, 1), date(2025, 12, 31)),
        (fiscal(3), done(2020, 3, 31), date(2025, 3, 31)),
        (fiscal(3), done(2020, 4, 1), date(2026, 3, 31)),
        (fiscal(2), done(2023, 2, 28), date(2028, 2, 29)),
        (fiscal(2), done(2024, 2, 29), date(2029, 2, 28)),
        (SUPERSESSION, RetentionFacts(superseded_on=date(2021, 5, 1)), date(2026, 5, 1)),
        (
            event("contract_end"),
            RetentionFacts(events={"contract_end": date(2022, 7, 8)}),
            date(2027, 7, 8),
        ),
    ],
)
def test_r_2_five_years_count_from_the_trigger(trigger: Trigger, facts: RetentionFacts, until: date) -> None:
    assert keep_until(a_class(years(5), trigger), facts).until == until


@pytest.mark.parametrize(
    ("period", "until"),
    [
        (Period(1, Unit.DAYS), date(2024, 2, 1)),
        (Period(1, Unit.MONTHS), date(2024, 2, 29)),
        (Period(1, Unit.YEARS), date(2025, 1, 31)),
    ],
)
def test_r_1_a_period_is_days_months_or_years(period: Period, until: date) -> None:
    assert keep_until(a_class(period), done(2024, 1, 31)).until == until


@pytest.mark.parametrize("trigger", [COMPLETION, CALENDAR, fiscal(3), SUPERSESSION, event("x")])
def test_r_2_what_has_not_happened_keeps_the_record(trigger: Trigger) -> None:
    kept = keep_until(a_class(years(5), trigger), RetentionFacts())
    assert (kept.until, kept.permanent, kept.trigger_on) == (None, False, None)
    assert kept.because[0].code == "event_open"


def test_r_2_entering_another_event_dates_nothing() -> None:
    facts = RetentionFacts(date(2020, 1, 1), date(2020, 1, 1), {"staff_left": date(2020, 1, 1)})
    assert keep_until(a_class(years(5), event("contract_end")), facts).until is None


def test_r_1_permanent_has_no_end() -> None:
    kept = keep_until(a_class(PERMANENT), done(1990, 1, 1))
    assert (kept.until, kept.permanent) == (None, True)


@pytest.mark.parametrize("trigger", [COMPLETION, CALENDAR, SUPERSESSION, fiscal(3), event("a_b")])
def test_r_2_a_trigger_is_written_and_read(trigger: Trigger) -> None:
    assert Trigger.read(str(trigger)) == trigger


@pytest.mark.parametrize(
    "text",
    ["", "later", "event", "event:", "event:A", "end_of_fiscal_year", "end_of_fiscal_year:13",
     "end_of_fiscal_year:03", "end_of_fiscal_year:x", "completion:1"],
)  # fmt: skip
def test_r_2_what_is_no_trigger_is_not_read(text: str) -> None:
    assert Trigger.read(text) is None


# Several classes at once

SHORT = a_class(years(3), code="short", name="短")
LONG = a_class(years(5), code="long", name="长")
LAW = a_class(years(5), code="law", name="法", is_law=True)


def codes(cls_kept: object) -> set[str]:
    return {why.code for why in cls_kept.kept.because}  # type: ignore[attr-defined]


def test_r_1_the_longest_class_governs() -> None:
    answer = governing([SHORT, LONG], done(2020, 1, 1))
    assert (answer.cls, answer.kept.until) == (LONG, date(2025, 1, 1))
    assert codes(answer) == {"counted_from", "longest"}


def test_r_1_the_longest_is_by_date_not_by_period() -> None:
    late = a_class(years(3), event("x"), code="late")
    facts = RetentionFacts(date(2020, 1, 1), events={"x": date(2022, 1, 2)})
    assert governing([LONG, late], facts).cls == late


@pytest.mark.parametrize("order", [[LONG, LAW], [LAW, LONG]])
def test_r_1_at_equal_length_the_law_prevails(order: list[RetentionClass]) -> None:
    answer = governing(order, done(2020, 1, 1))
    assert answer.cls == LAW
    assert codes(answer) == {"counted_from", "law_prevails"}


def test_r_1_a_longer_company_rule_still_fulfils_the_law() -> None:
    longer = a_class(years(6), code="longer")
    assert governing([longer, LAW], done(2020, 1, 1)).cls == longer


def test_r_1_undated_is_longer_than_any_date_and_permanent_longer_than_undated() -> None:
    undated = a_class(years(1), event("x"), code="undated")
    permanent = a_class(PERMANENT, code="permanent")
    facts = done(2020, 1, 1)
    assert governing([a_class(years(100)), undated], facts).cls == undated
    assert governing([undated, permanent], facts).cls == permanent


def test_r_1_the_only_class_governs_and_says_so() -> None:
    assert codes(governing([LAW], done(2020, 1, 1))) == {"counted_from", "only_class"}


def test_r_10_no_class_is_refused() -> None:
    with pytest.raises(RuleRefused) as raised:
        governing([], done(2020, 1, 1))
    assert raised.value.refused.key == "R-10.no_class"


def capped(amount: int, **more: object) -> RetentionClass:
    return a_class(years(1), code="personal", name="个人信息", maximum=years(amount), **more)


def test_r_1_a_maximum_that_is_reached_but_not_passed_is_no_conflict() -> None:
    answer = governing([capped(5), LONG], done(2020, 1, 1))
    assert answer.conflicts == ()
    assert codes(answer) == {"counted_from", "longest"}


def test_r_1_a_company_rule_beyond_a_maximum_is_a_conflict_and_the_longer_runs() -> None:
    answer = governing([capped(4), LONG], done(2020, 1, 1))
    assert answer.conflicts == (MaximumConflict("personal", date(2024, 1, 1), "long"),)
    assert answer.kept.until == date(2025, 1, 1)
    assert "maximum_undecided" in codes(answer)


def test_r_1_a_lawful_minimum_beats_a_maximum() -> None:
    answer = governing([capped(4), LAW, LONG], done(2020, 1, 1))
    assert answer.conflicts == ()
    assert answer.cls == LAW
    assert "lawful_minimum_beats_maximum" in codes(answer)


def test_r_1_a_company_rule_beyond_both_maximum_and_law_is_a_conflict() -> None:
    longer = a_class(years(6), code="longer")
    assert governing([capped(4), LAW, longer], done(2020, 1, 1)).conflicts[0].kept_by == "longer"


def test_r_1_a_permanent_company_rule_conflicts_with_a_maximum() -> None:
    permanent = a_class(PERMANENT, code="permanent")
    assert governing([capped(4), permanent], done(2020, 1, 1)).conflicts[0].kept_by == "permanent"


def test_r_1_a_maximum_without_a_start_is_no_conflict_yet() -> None:
    undated = capped(4, trigger=event("x"))
    assert governing([undated, LONG], done(2020, 1, 1)).conflicts == ()


def test_r_10_the_own_class_goes_before_the_procedures_and_the_catch_all() -> None:
    found = [
        resolve_class(own, procedure, SHORT) for own, procedure in ((LAW, LONG), (None, LONG), (None, None))
    ]
    assert [(cls, why.code) for cls, why in found] == [
        (LAW, "own_class"),
        (LONG, "class_of_procedure"),
        (SHORT, "catch_all"),
    ]


# What already runs


def kept(until: date | None, *, permanent: bool = False) -> Kept:
    return Kept(until, permanent, COMPLETION, None, ())


LAST_DAY = date(2025, 3, 15)
DAY_BEFORE = date(2025, 3, 14)
DAY_AFTER = date(2025, 3, 16)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (kept(LAST_DAY), kept(LAST_DAY), None),
        (kept(LAST_DAY), kept(DAY_AFTER), None),
        (kept(LAST_DAY), kept(DAY_BEFORE), "R-3.shortened"),
        (kept(LAST_DAY), kept(None), None),
        (kept(None), kept(LAST_DAY), "R-3.shortened_from_open"),
        (kept(None), kept(None, permanent=True), None),
        (kept(None, permanent=True), kept(None), "R-3.shortened_from_open"),
    ],
)
def test_r_3_what_runs_is_shortened_only_by_a_decision(old: Kept, new: Kept, key: str | None) -> None:
    verdict = may_replace(old, new, decided=False)
    assert (verdict.key if isinstance(verdict, Refused) else None) == key
    assert may_replace(old, new, decided=True) == Allowed()


# Locks and destruction


def test_r_4_a_lock_ends_at_the_next_midnight_of_the_company() -> None:
    assert lock_until(LAST_DAY, SHANGHAI) == datetime(2025, 3, 15, 16, tzinfo=UTC)
    assert lock_until(LAST_DAY, UTC) == datetime(2025, 3, 16, tzinfo=UTC)
    assert lock_until(LAST_DAY, SHANGHAI).tzinfo is UTC


def test_r_4_no_lock_is_later_than_the_ceiling() -> None:
    assert lock_until(date(2099, 12, 30), UTC) == datetime(2099, 12, 31, tzinfo=UTC)
    assert lock_until(date(2099, 12, 31), UTC) == LOCK_CEILING
    assert lock_until(date(2099, 12, 31), SHANGHAI) == datetime(2099, 12, 31, 16, tzinfo=UTC)
    # West of Greenwich the next midnight lies beyond it.
    assert lock_until(date(2099, 12, 31), ZoneInfo("America/New_York")) == LOCK_CEILING
    assert lock_until(date(2100, 1, 1), UTC) == LOCK_CEILING
    assert lock_until(date.max, SHANGHAI) == LOCK_CEILING


def test_r_4_a_record_is_due_from_the_day_after_its_last_day() -> None:
    assert not is_due(LAST_DAY, DAY_BEFORE)
    assert not is_due(LAST_DAY, LAST_DAY)
    assert is_due(LAST_DAY, DAY_AFTER)
    assert not is_due(None, date.max)


READY = DestroyFacts(
    keep_until=LAST_DAY,
    permanent=False,
    holds=0,
    open_case=False,
    on_list=True,
    list_hash_matches=True,
)


def key(facts: DestroyFacts, today: date = DAY_AFTER) -> str:
    verdict = may_destroy(facts, today)
    return verdict.key if isinstance(verdict, Refused) else "allowed"


def test_r_4_a_record_is_kept_to_the_end_of_its_last_day() -> None:
    assert may_destroy(READY, DAY_BEFORE) == Refused("R-4", "kept_until", {"until": LAST_DAY})
    assert key(READY, LAST_DAY) == "R-4.kept_until"
    assert may_destroy(READY, DAY_AFTER) == Allowed()


def test_r_4_a_permanent_record_is_never_destroyed() -> None:
    assert key(replace(READY, keep_until=None, permanent=True), date.max) == "R-4.permanent"
    assert key(replace(READY, permanent=True), date.max) == "R-4.permanent"


def test_r_2_a_record_that_waits_for_its_event_is_not_destroyed() -> None:
    facts = replace(READY, keep_until=None, trigger="event:contract_end")
    expected = Refused("R-2", "event_open", {"trigger": "event:contract_end"})
    assert may_destroy(facts, date.max) == expected


def test_r_5_a_single_hold_keeps_a_record() -> None:
    assert key(replace(READY, holds=1)) == "R-5.held"
    assert key(replace(READY, holds=0)) == "allowed"


def test_r_6_an_open_case_keeps_a_record() -> None:
    assert key(replace(READY, open_case=True)) == "R-6.case_open"


def test_r_6_nothing_is_destroyed_without_the_approved_list() -> None:
    assert key(replace(READY, on_list=False)) == "R-6.not_on_list"
    assert key(replace(READY, list_hash_matches=False)) == "R-6.list_changed"


def test_r_7_what_is_destroyed_is_not_destroyed_again() -> None:
    assert key(replace(READY, is_destroyed=True)) == "R-7.already_destroyed"


def test_r_4_time_is_named_before_holds_and_lists() -> None:
    worst = replace(READY, holds=2, open_case=True, on_list=False, list_hash_matches=False)
    assert key(worst, LAST_DAY) == "R-4.kept_until"
    assert key(worst, DAY_AFTER) == "R-5.held"


# The schedule


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"code": " "}, "R-1.class_incomplete"),
        ({"name": ""}, "R-1.class_incomplete"),
        ({"basis": ""}, "R-1.class_incomplete"),
        ({"period": years(0)}, "R-1.period_unfit"),
        ({"period": years(1)}, None),
        ({"period": years(100)}, None),
        ({"period": years(101)}, "R-1.period_unfit"),
        ({"period": Period(-1, Unit.DAYS)}, "R-1.period_unfit"),
        ({"period": Period(5, Unit.PERMANENT)}, "R-1.period_unfit"),
        ({"period": years(0), "trigger": event("product_life_end")}, None),
        ({"trigger": fiscal(0)}, "R-2.trigger_unfit"),
        ({"trigger": fiscal(1)}, None),
        ({"trigger": fiscal(12)}, None),
        ({"trigger": fiscal(13)}, "R-2.trigger_unfit"),
        ({"trigger": event("")}, "R-2.trigger_unfit"),
        ({"trigger": replace(COMPLETION, event="x")}, "R-2.trigger_unfit"),
        ({"maximum": years(5)}, None),
        ({"maximum": years(4)}, "R-1.maximum_below_period"),
        ({"maximum": Period(60, Unit.MONTHS)}, None),
        ({"maximum": Period(59, Unit.MONTHS)}, "R-1.maximum_below_period"),
        ({"maximum": Period(1825, Unit.DAYS)}, None),
        ({"maximum": Period(1824, Unit.DAYS)}, "R-1.maximum_below_period"),
        ({"maximum": PERMANENT}, None),
        ({"maximum": years(9), "period": PERMANENT}, "R-1.maximum_below_period"),
    ],
)
def test_r_1_a_class_is_complete_and_sound(change: dict[str, object], expected: str | None) -> None:
    verdict = check_class(replace(a_class(years(5)), **change))  # type: ignore[arg-type]
    assert (verdict.key if isinstance(verdict, Refused) else None) == expected


@pytest.mark.parametrize("cls", BUILT_IN, ids=lambda cls: cls.code)
def test_r_3_each_built_in_class_is_sound(cls: RetentionClass) -> None:
    assert check_class(cls) == Allowed()
    assert cls.is_law == cls.basis.endswith(retention_schedule.TO_VERIFY)


def test_r_3_built_in_codes_are_unique() -> None:
    assert len({cls.code for cls in BUILT_IN}) == len(BUILT_IN)


@pytest.mark.parametrize(
    ("code", "until"),
    [
        (CATCH_ALL, date(2024, 5, 6)),
        ("quality", date(2025, 5, 6)),
        ("product_civil", date(2025, 5, 6)),
        ("complaint", date(2025, 5, 6)),
        ("management_review", date(2025, 12, 31)),
        ("accounting_bank", date(2030, 12, 31)),
        ("accounting_voucher", date(2050, 12, 31)),
        ("accounting_annual_report", None),
        ("accounting_asset_card", date(2027, 1, 1)),
        ("product_military", date(2040, 1, 1)),
        ("document_superseded", date(2028, 3, 1)),
    ],
)
def test_r_3_the_built_in_periods(code: str, until: date | None) -> None:
    facts = RetentionFacts(
        date(2020, 5, 6),
        date(2023, 3, 1),
        {"asset_scrapped": date(2022, 1, 1), "product_life_end": date(2040, 1, 1)},
    )
    (cls,) = [cls for cls in BUILT_IN if cls.code == code]
    assert keep_until(cls, facts).until == until


# Sentences

HERE = Path(__file__).parents[2]
RAISED = re.compile(r'Refused\(\s*"([A-Z]-\d+)",\s*"(\w+)"(?:,\s*\{([^}]*)\})?')
MODULES = (
    "index_copies",
    "numbering",
    "number_schemes",
    "retention",
    "retention_classes",
    "retention_governing",
)


def sentences(language: str) -> dict[str, dict[str, str]]:
    path = HERE / "docctl" / "translations" / language / "refusals_domain.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def fields(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_refusal_has_its_sentence_and_what_stands_in_it(language: str) -> None:
    found = sentences(language)
    raised: dict[tuple[str, str], set[str]] = {}
    for module in MODULES:
        source = (HERE / "docctl" / "domain" / f"{module}.py").read_text(encoding="utf-8")
        for rule, code, params in RAISED.findall(source):
            raised[rule, code] = set(re.findall(r'"(\w+)":', params))
    assert len(raised) > 25
    for (rule, code), params in raised.items():
        assert fields(found[rule][code]) <= params, (rule, code)
    rules = {(rule, code) for rule in found if "-" in rule for code in found[rule]}
    assert rules == set(raised)


def test_every_language_says_the_same() -> None:
    chinese, english = sentences("zh_Hans"), sentences("en")
    assert {t: set(chinese[t]) for t in chinese} == {t: set(english[t]) for t in english}
    for table, lines in chinese.items():
        for code, line in lines.items():
            assert fields(line) == fields(english[table][code]), (table, code)


def test_every_explanation_trigger_and_unit_has_its_words() -> None:
    words = sentences("en")
    assert set(words["because"]) == BECAUSE
    assert set(words["unit"]) == set(Unit)
    assert {cls.trigger.event for cls in BUILT_IN} - {""} <= set(EVENTS)
    assert set(words["trigger"]) == set(EVENTS) | set(TriggerKind) - {TriggerKind.EVENT}
