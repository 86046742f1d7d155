"""Who watches which types of documents: typed, written, refused, found (A-13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from docctl.domain.lateness import LONGEST_REASON, may_remind
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.watch_content import (
    MOST_LINES,
    check_watchers,
    lines_of_watchers,
    may_watch,
    read_watchers,
    shipped_watchers,
    watchers_of,
    write_watchers,
)
from tests.domain.test_routes import COMPANY, OU, QIAN, ZHAO

DUE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def read(text: str) -> dict[str, object]:
    return read_watchers({"lines": text})


def test_a_13_watchers_are_read_in_both_languages_and_written_in_one() -> None:
    content = read("procedure ｜ 岗位 QA/检验员\n\n* | 人员 zhao")
    assert write_watchers(content)["lines"] == "procedure | post QA/检验员\n* | person zhao"
    assert read(write_watchers(content)["lines"]) == content == check_watchers(content)
    assert list(lines_of_watchers(content)["lines"]) == ["procedure | post QA/检验员", "* | person zhao"]
    assert read("") == shipped_watchers()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("procedure", "A-13.watcher_unfit"),
        ("procedure | role reviewer", "A-13.watcher_unfit"),
        ("procedure | person", "A-13.watcher_unfit"),
        ("pro cedure | person zhao", "A-13.watcher_unfit"),
        ("procedure | post QA", "A-13.watcher_unfit"),
        ("* | person zhao\n* | person zhao", "A-13.watcher_twice"),
        ("\n".join(f"t{n} | person zhao" for n in range(MOST_LINES + 1)), "A-13.too_many_watchers"),
    ],
)
def test_a_13_what_names_no_watcher_is_refused_with_its_line(text: str, key: str) -> None:
    with pytest.raises(RuleRefused) as error:
        read(text)
    assert error.value.refused.key == key
    assert error.value.refused.params["field"] == "lines"


def test_a_13_so_many_lines_at_most() -> None:
    assert read("\n".join(f"t{n} | person zhao" for n in range(MOST_LINES)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("procedure | post QA/检验员\n* | person zhao", ""),
        ("procedure | post PD/空缺", ""),
        ("memo | person zhao", "A-13.watcher_unknown"),
        ("procedure | post QA/班长", "A-13.watcher_unknown"),
        ("* | person nobody", "A-13.watcher_unknown"),
    ],
)
def test_a_13_types_posts_and_people_must_be_there(text: str, key: str) -> None:
    verdict = may_watch(read(text), COMPANY)
    assert (verdict.key if isinstance(verdict, Refused) else "") == key


def test_a_13_the_rest_is_what_no_line_names() -> None:
    content = read("procedure | post QA/检验员\n* | person zhao")
    assert watchers_of(content, COMPANY, "procedure") == {OU, QIAN}
    assert watchers_of(content, COMPANY, "form") == {ZHAO}
    assert watchers_of(read("procedure | person zhao"), COMPANY, "form") == frozenset()


@pytest.mark.parametrize(
    ("is_open", "at", "note", "key"),
    [
        (True, DUE, "", ""),
        (True, DUE, "长" * LONGEST_REASON, ""),
        (True, DUE - TICK, "", "A-13.not_overdue"),
        (False, DUE, "", "A-13.step_closed"),
        (True, DUE, "长" * (LONGEST_REASON + 1), "A-13.note_too_long"),
    ],
)
def test_a_13_an_open_overdue_step_is_reminded_of(is_open: bool, at: datetime, note: str, key: str) -> None:
    verdict = may_remind(is_open=is_open, due_at=DUE, at=at, note=note)
    assert (verdict.key if isinstance(verdict, Refused) else "") == key
