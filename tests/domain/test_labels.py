from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.labels import (
    LABEL_SCHEMES,
    Label,
    LabelScheme,
    first,
    next_amendment,
    next_issue,
    next_labels,
    read,
    show,
    suggest_reissue,
)

SLASH = LABEL_SCHEMES["letter_slash"]


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("letter_slash", ["A/0", "A/1", "B/0"]),
        ("letter_number", ["A0", "A1", "B0"]),
        ("letter", ["A", "B", "C"]),
        ("number", ["1.0", "1.1", "2.0"]),
        ("v_number", ["V1.0", "V1.1", "V2.0"]),
        ("letter_edition", ["A版", "B版", "C版"]),
    ],
)
def test_v_1_first_issue_amendment_reissue(code: str, labels: list[str]) -> None:
    scheme = LABEL_SCHEMES[code]
    start = first(scheme)
    amended = next_amendment(start, scheme)
    reissued = next_issue(amended, scheme)
    assert [show(label, scheme) for label in (start, amended, reissued)] == labels


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A/0", Label("A", 0)),
        ("a／12", Label("A", 12)),
        ("A0", Label("A", 0)),
        ("B-1", Label("B", 1)),
        ("C", Label("C")),
        ("1.0", Label("1", 0)),
        ("V1.0", Label("1", 0)),
        ("v 2.13", Label("2", 13)),
        ("V", Label("V")),
        ("V/1", Label("V", 1)),
        ("Rev. B", Label("B")),
        ("A版", Label("A")),
        ("第2版", Label("2")),
        ("第A版第0次修改", Label("A", 0)),
        ("B/1版", Label("B", 1)),
        ("A版1次修订", Label("A", 1)),
        ("A版/第2次修订", Label("A", 2)),
        ("3版2次", Label("3", 2)),
        ("3版/修订0", Label("3", 0)),
        ("A（1）", Label("A", 1)),
        ("A1版本", Label("A", 1)),
        ("Revision C", Label("C")),
        ("Issue 4", Label("4")),
        ("Ed. 3", Label("3")),
        ("01", Label("1")),
    ],
)
def test_v_1_labels_are_read_as_companies_write_them(text: str, label: Label) -> None:
    assert read(text) == label


@pytest.mark.parametrize(
    "text",
    ["", "X", "xx", "X/0", "版本", "A/", "/0", "ABC/0", "A/0/1", "2024.1234", "编制", "A(1", "A1)", "Issue"],
)
def test_v_1_what_is_no_label_is_not_read(text: str) -> None:
    assert read(text) is None


@given(st.sampled_from(sorted(LABEL_SCHEMES)), st.integers(0, 60), st.integers(0, 30))
def test_v_1_what_is_shown_is_read_again(code: str, issues: int, amendments: int) -> None:
    scheme = LABEL_SCHEMES[code]
    label = first(scheme)
    for _ in range(issues):
        label = next_issue(label, scheme)
    if scheme.joiner is not None:
        for _ in range(amendments):
            label = next_amendment(label, scheme)
    if label.issue not in {"X", "XX"}:
        assert read(show(label, scheme), scheme) == label


def test_v_1_amendments_count_past_nine() -> None:
    assert next_amendment(Label("A", 9), SLASH) == Label("A", 10)


def test_v_1_letters_go_on_after_z() -> None:
    assert next_issue(Label("Y", 1), SLASH) == Label("Z", 0)
    assert next_issue(Label("Z", 1), SLASH) == Label("AA", 0)
    assert next_issue(Label("AZ", 1), SLASH) == Label("BA", 0)


def test_v_1_a_scheme_may_skip_letters() -> None:
    scheme = LabelScheme("no_i", skip="IO")
    assert next_issue(Label("G", 0), scheme).issue == "H"
    assert next_issue(Label("H", 0), scheme).issue == "J"
    assert next_issue(Label("I", 0), scheme).issue == "J"


def test_v_1_an_imported_label_without_amendment_goes_on() -> None:
    assert next_amendment(Label("A"), SLASH) == Label("A", 1)


def test_v_1_issue_and_amendment_print_in_two_columns() -> None:
    label = next_amendment(first(SLASH), SLASH)
    assert (label.issue, label.amendment) == ("A", 1)


def test_v_1_reissue_is_suggested_from_the_set_number_of_amendments() -> None:
    assert not suggest_reissue(Label("A", 4), 5)
    assert suggest_reissue(Label("A", 5), 5)
    assert suggest_reissue(Label("A", 6), 5)


def test_v_1_reissue_counts_amendments_from_the_first() -> None:
    assert not suggest_reissue(Label("A", 5), 5, first_amendment=1)
    assert suggest_reissue(Label("A", 6), 5, first_amendment=1)


def test_v_1_reissue_is_never_suggested_without_a_number_or_an_amendment() -> None:
    assert not suggest_reissue(Label("A", 99), 0)
    assert not suggest_reissue(Label("A"), 1)


def test_v_1_the_scheme_tells_issue_v_from_version() -> None:
    assert read("V0") == Label("0")
    assert read("V0", LABEL_SCHEMES["letter_number"]) == Label("V", 0)
    assert read("V1.0", LABEL_SCHEMES["letter_number"]) == Label("1", 0)


@pytest.mark.parametrize(("amendment", "suggested"), [(4, False), (5, True)], ids=["one before", "reached"])
def test_v_1_both_ways_on_from_a_label_are_offered(amendment: int, suggested: bool) -> None:
    found = next_labels(Label("A", amendment), LABEL_SCHEMES["letter_slash"], 5)
    assert (found.amended, found.reissued) == (Label("A", amendment + 1), Label("B", 0))
    assert (found.amendments, found.is_reissue_suggested) == (amendment, suggested)


def test_v_1_a_scheme_without_amendments_leaves_nothing_to_choose() -> None:
    found = next_labels(Label("A"), LABEL_SCHEMES["letter"], 1)
    assert (found.amended, found.reissued, found.is_reissue_suggested) == (Label("B"), None, False)
