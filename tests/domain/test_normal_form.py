from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.normal_form import normal, resolve, tails, tidy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("QP-04", "QP - 04"),
        ("QP-04", "QP\u300004\u3000".replace("04", "-04")),
        ("QP-04", "QP\u200b-04"),
        ("QP-04", "ＱＰ－０４"),
        ("QP-04", "qp-04"),
        ("QP-04", "QP—04"),
        ("QP-04", "QP–04"),
        ("QP-04", "QP−04"),
        ("QP-04", "QPー04"),
        ("T/NDF/TSP01", "Ｔ／NDF／tsp01"),
        ("厂发〔2009〕12号", "厂发[2009]12号"),
        ("厂发〔2009〕12号", "厂发（2009）12 号"),
        ("厂发〔2009〕12号", "厂发【2009】12号"),
    ],
)
def test_n_10_blanks_width_case_dash_and_bracket_do_not_count(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("QP-04", "QP-4"), ("QP-04", "QP04"), ("QP-04", "QP/04"), ("QP-04", "QP-05"), ("O1", "01")],
)
def test_n_10_everything_else_counts(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_n_10_a_tidy_text_keeps_its_case() -> None:
    assert tidy("ＱＰ － ０４b") == "QP-04b"


@given(st.text())
def test_n_10_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet="QPqp04-/ —－０", max_size=12))
def test_n_10_the_normal_form_has_no_blank_no_capital_and_one_dash(text: str) -> None:
    assert not set(normal(text)) & set(" QP—－０")


def test_n_10_tails_are_the_ends_after_a_joint() -> None:
    assert tails(normal("T/NDF/TSP01")) == ("ndf/tsp01", "tsp01")
    assert tails(normal("QP/XX-4.2.4B-2009")) == ("xx-4.2.4b-2009", "4.2.4b-2009", "2009")


def test_n_10_a_tail_needs_two_signs_and_a_digit() -> None:
    assert tails("qr-12") == ("12",)
    assert tails("qr-1") == ()
    assert tails("qr-ab") == ()


def test_n_10_a_tail_is_shorter_than_its_number() -> None:
    assert tails("qp04") == ()
    assert tails("(2009)12") == ("12",)


NUMBERS = ("T/NDF/TSP01", "T/NDF/TSP02", "T/ABC/TSP02", "TSP03", "T/NDF/TSP03")


def test_n_10_a_unique_tail_resolves() -> None:
    assert resolve("tsp 01", NUMBERS) == ("T/NDF/TSP01",)


def test_n_10_an_ambiguous_tail_lists_the_candidates() -> None:
    assert resolve("TSP02", NUMBERS) == ("T/NDF/TSP02", "T/ABC/TSP02")


def test_n_10_a_whole_number_goes_before_a_tail() -> None:
    assert resolve("TSP03", NUMBERS) == ("TSP03",)


def test_n_10_an_unknown_number_resolves_to_nothing() -> None:
    assert resolve("SP01", NUMBERS) == ()
