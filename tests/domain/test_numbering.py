from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.number_schemes import Part
from docctl.domain.numbering import (
    PATTERNS,
    Edition,
    Literal,
    Month,
    Pattern,
    Scheme,
    Sequence,
    Value,
    Year,
    check_scheme,
    check_values,
    counter_after,
    counter_scope,
    format_number,
    may_take,
    parse_number,
    scheme_from_json,
    scheme_to_json,
)
from docctl.domain.verdicts import Allowed, Refused, RuleRefused

Values = dict[str, str]
QP = PATTERNS["procedure"]
RECORD = PATTERNS["record"]

#: Every pattern of the catalogue with what stands in it.
SHOWN: list[tuple[str, str, Values]] = [
    ("procedure", "QP-04", {"sequence": "04"}),
    ("company_procedure", "CDJJ-QP-03", {"company": "CDJJ", "sequence": "03"}),
    (
        "type_company",
        "T/NDF/TSP01",
        {"level": "T", "company": "NDF", "type": "TSP", "sequence": "01"},
    ),
    ("manual", "QM/XX-B-2009", {"company": "XX", "edition": "B", "year": "2009"}),
    (
        "clause_procedure",
        "QP/XX-4.2.4B-2009",
        {"company": "XX", "clause": "4.2.4", "edition": "B", "year": "2009"},
    ),
    ("department_year", "SD/AD2016-2012", {"department": "AD", "sequence": "2016", "year": "2012"}),
    ("systems_procedure", "LX-QEO-MP06", {"company": "LX", "systems": "QEO", "sequence": "06"}),
    (
        "company_department_type",
        "YTO-FS-PD407",
        {"company": "YTO", "department": "FS", "type": "PD", "sequence": "407"},
    ),
    ("record_group", "QC/RE-KA7939", {"group": "KA", "sequence": "7939"}),
    (
        "class_chapter_record",
        "LX-FS-A87039",
        {"company": "LX", "class": "A", "chapter": "87", "sequence": "039"},
    ),
    (
        "form_under_procedure",
        "IQM07-01B",
        {"procedure": "07", "sequence": "01", "edition": "B"},
    ),
    ("chapter_form", "QR-7501", {"chapter": "75", "sequence": "01"}),
    (
        "department_chapter_form",
        "FS-QG-76068",
        {"department": "QG", "chapter": "76", "sequence": "068"},
    ),
    ("department_form", "AQ-SN-0338", {"department": "SN", "sequence": "0338"}),
    (
        "company_chapter_procedure_record",
        "CDJJ-07-02-003",
        {"company": "CDJJ", "chapter": "07", "procedure": "02", "sequence": "003"},
    ),
    ("record", "QR-1102-2024-0147", {"form": "QR-1102", "year": "2024", "sequence": "0147"}),
    (
        "record_month",
        "QR-1102-202403-0147",
        {"form": "QR-1102", "year": "2024", "month": "03", "sequence": "0147"},
    ),
]


@pytest.mark.parametrize(("code", "number", "values"), SHOWN, ids=[row[1] for row in SHOWN])
def test_n_2_each_pattern_is_fit_is_written_and_is_read(code: str, number: str, values: Values) -> None:
    scheme = PATTERNS[code]
    sequence = int(values["sequence"]) if "sequence" in values else None
    assert check_scheme(scheme) == Allowed()
    assert format_number(scheme, values, sequence) == number
    assert parse_number(scheme, number) == values


def test_n_2_each_pattern_has_an_example() -> None:
    assert {code for code, _, _ in SHOWN} == set(PATTERNS)


@pytest.mark.parametrize("scheme", PATTERNS.values(), ids=lambda scheme: scheme.code)
def test_n_2_a_scheme_is_data(scheme: Scheme) -> None:
    assert scheme_from_json(json.loads(json.dumps(scheme_to_json(scheme)))) == scheme


def test_n_10_a_number_is_read_in_other_width_case_and_dash() -> None:
    assert parse_number(RECORD, "ｑｒ－1102 — 2024–0147") == {
        "form": "qr-1102",
        "year": "2024",
        "sequence": "0147",
    }


# Values that fit any of the patterns; the scheme decides which it takes.
LETTERS = st.text("ABCXYZabc", min_size=1, max_size=4)
BY_PATTERN = {
    Pattern.LETTERS: "ABXYZabz",
    Pattern.DIGITS: "0123456789",
    Pattern.CODE: "AZb09质检",
    Pattern.NUMBER: "AZb09-/.()_质",
}


def value_of(part: Part) -> st.SearchStrategy[str]:
    match part:
        case Value(pattern=Pattern.CLAUSE):
            return st.lists(st.integers(0, 99).map(str), min_size=1, max_size=6).map(".".join)
        case Value():
            return st.text(BY_PATTERN[part.pattern], min_size=part.least, max_size=part.most)
        case Year():
            return st.integers(1980, 2079).map(str)
        case Month():
            return st.integers(1, 12).map("{:02}".format)
        case _:
            return st.text("ABZ", min_size=1, max_size=2)


PARTS: st.SearchStrategy[Part] = st.one_of(
    st.text("QPx1-/ 质.", min_size=1, max_size=3).map(Literal),
    st.builds(
        Value,
        st.sampled_from(["one", "two", "three"]),
        st.sampled_from(Pattern),
        st.integers(1, 3),
        st.integers(3, 6),
    ),
    st.builds(Year, st.sampled_from([2, 4])),
    st.just(Month()),
    st.just(Edition()),
    st.builds(Sequence, st.integers(1, 4), st.just(()), st.integers(0, 5)),
)
SCHEMES = st.lists(PARTS, min_size=1, max_size=6).map(lambda parts: Scheme("any", tuple(parts)))


@given(st.data())
def test_n_2_what_a_fit_scheme_writes_it_reads_again(data: st.DataObject) -> None:
    scheme = data.draw(st.one_of(SCHEMES, st.sampled_from(sorted(PATTERNS)).map(PATTERNS.get)))
    assert scheme is not None
    if not check_scheme(scheme):
        return
    values: Values = {}
    for name, part in zip(
        scheme.needs,
        (p for p in scheme.parts if not isinstance(p, Literal | Sequence)),
        strict=True,
    ):
        values[name] = data.draw(value_of(part))
    sequence = None
    if scheme.sequence:
        sequence = data.draw(st.integers(1, 10**scheme.sequence.longest - 1))
    read = parse_number(scheme, format_number(scheme, values, sequence))
    assert read is not None
    assert {name: text for name, text in read.items() if name != "sequence"} == values
    assert sequence is None or int(read["sequence"]) == sequence


@given(SCHEMES)
def test_n_2_a_scheme_round_trips_through_json(scheme: Scheme) -> None:
    assert scheme_from_json(scheme_to_json(scheme)) == scheme


def scheme(*parts: Part) -> Scheme:
    return Scheme("x", parts)


DIGITS_2 = Value("chapter", Pattern.DIGITS, 2, 2)
DIGITS_1_TO_3 = Value("chapter", Pattern.DIGITS, 1, 3)


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else "allowed"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # Two parts of digits side by side: at most one may vary, and a separator frees both.
        ((DIGITS_2, Sequence(3)), "allowed"),
        ((DIGITS_2, Sequence(3, most=5)), "allowed"),
        ((DIGITS_1_TO_3, Sequence(3)), "allowed"),
        ((DIGITS_1_TO_3, Sequence(3, most=5)), "ambiguous"),
        ((DIGITS_1_TO_3, Literal("-"), Sequence(3, most=5)), "allowed"),
        # A blank separates nothing: the normal form has none.
        ((DIGITS_1_TO_3, Literal(" "), Sequence(3, most=5)), "ambiguous"),
        # A separator that the value may hold too, unless what follows has one width.
        ((Value("form", Pattern.NUMBER), Literal("-"), Sequence(3)), "allowed"),
        ((Value("a", Pattern.NUMBER), Literal("-"), Value("b", Pattern.NUMBER)), "ambiguous"),
        # Letters beside letters, and a literal that looks like part of a value.
        ((Value("a", Pattern.LETTERS, 1, 3), Edition(), Sequence(2)), "ambiguous"),
        ((Value("a", Pattern.LETTERS, 2, 2), Literal("QP"), Sequence(2)), "allowed"),
        ((Value("a", Pattern.LETTERS, 1, 3), Literal("qq"), Edition(), Sequence(2)), "ambiguous"),
        ((Value("a", Pattern.CODE, 1, 3), Literal("质"), Edition(), Sequence(2)), "allowed"),
        # A clause runs on into digits of no fixed width, not into letters.
        ((Value("c", Pattern.CLAUSE), Sequence(2)), "allowed"),
        ((Value("c", Pattern.CLAUSE), Sequence(2, most=3)), "ambiguous"),
        ((Value("c", Pattern.CLAUSE), Edition(), Sequence(2)), "allowed"),
    ],
)
def test_n_2_an_ambiguous_scheme_is_refused(parts: tuple[Part, ...], expected: str) -> None:
    assert code(check_scheme(scheme(*parts))) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((Literal("QP"),), "nothing_counts"),
        ((Literal("QP"), Year()), "nothing_counts"),
        ((), "nothing_counts"),
        ((Literal("QP"), DIGITS_2), "allowed"),
        ((Literal("QP"), Sequence(2)), "allowed"),
        # What the sequence counts by must be seen in the number.
        ((Sequence(2, ("year",)),), "scope_not_shown"),
        ((Year(), Literal("-"), Sequence(2, ("year",))), "allowed"),
        ((DIGITS_2, Literal("-"), Sequence(2, ("chaptre",))), "scope_not_shown"),
        ((Edition(), Sequence(2, ("edition",))), "scope_not_shown"),
        ((Year(), Month(), Literal("-"), Sequence(2, ("month",))), "month_without_year"),
        ((Year(), Month(), Literal("-"), Sequence(2, ("year", "month"))), "allowed"),
        # Names once each.
        ((DIGITS_2, Literal("-"), DIGITS_2, Sequence(2)), "name_twice"),
        ((Sequence(2), Literal("-"), Sequence(2)), "name_twice"),
        # Bounds.
        ((Literal(""), Sequence(2)), "part_unfit"),
        ((Literal("a\n"), Sequence(2)), "part_unfit"),
        ((Sequence(0),), "part_unfit"),
        ((Sequence(9),), "allowed"),
        ((Sequence(10),), "part_unfit"),
        ((Year(3), Sequence(2)), "part_unfit"),
        ((Value("Year", Pattern.DIGITS), Literal("-"), Sequence(2)), "part_unfit"),
        ((Value("year", Pattern.DIGITS), Literal("-"), Sequence(2)), "part_unfit"),
        ((Value("a", Pattern.DIGITS, 3, 2),), "part_unfit"),
        ((Value("a", Pattern.NUMBER, 1, 78), Sequence(2)), "allowed"),
        ((Value("a", Pattern.NUMBER, 1, 78), Sequence(3)), "too_long"),
        ((*[Literal("-")] * 19, Sequence(2)), "allowed"),
        ((*[Literal("-")] * 20, Sequence(2)), "too_long"),
    ],
)
def test_n_2_an_endless_or_unfit_scheme_is_refused(parts: tuple[Part, ...], expected: str) -> None:
    assert code(check_scheme(scheme(*parts))) == expected


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"code": "x"},
        {"code": 1, "parts": []},
        {"code": "x", "parts": [], "more": 1},
        {"code": "x", "parts": ["QP"]},
        {"code": "x", "parts": [{"part": "hour"}]},
        {"code": "x", "parts": [{"part": "literal"}]},
        {"code": "x", "parts": [{"part": "sequence", "width": "2"}]},
        {"code": "x", "parts": [{"part": "sequence", "width": True}]},
        {"code": "x", "parts": [{"part": "sequence", "width": 2, "scope": "year"}]},
        {"code": "x", "parts": [{"part": "sequence", "width": 2, "scop": []}]},
        {"code": "x", "parts": [{"part": "value", "name": "a", "pattern": ".*"}]},
    ],
)
def test_n_2_data_that_is_no_scheme_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused) as raised:
        scheme_from_json(data)
    assert raised.value.refused.key == "N-2.scheme_unreadable"


def test_n_2_a_full_sequence_is_refused_and_never_wraps() -> None:
    assert format_number(QP, {}, 99) == "QP-99"
    assert code(check_values(QP, {}, 100)) == "sequence_full"
    grows = scheme(Literal("QP-"), Sequence(2, most=3))
    assert format_number(grows, {}, 100) == "QP-100"
    assert code(check_values(grows, {}, 1000)) == "sequence_full"


def test_n_2_a_sequence_starts_at_one() -> None:
    assert code(check_values(QP, {}, 0)) == "sequence_missing"
    assert code(check_values(QP, {}, None)) == "sequence_missing"
    assert check_values(QP, {}, 1) == Allowed()


def test_n_2_a_sequence_without_a_place_is_refused() -> None:
    values = {"company": "XX", "edition": "B", "year": "2009"}
    assert code(check_values(PATTERNS["manual"], values, 1)) == "sequence_unused"


def test_n_2_a_missing_or_unfit_value_is_named() -> None:
    answer = check_values(RECORD, {"form": "QR-1102"}, 1)
    assert answer == Refused("N-2", "value_missing", {"name": "year"})
    answer = check_values(RECORD, {"form": "QR-1102", "year": "24"}, 1)
    assert answer == Refused("N-2", "value_unfit", {"name": "year", "value": "24"})
    with pytest.raises(RuleRefused):
        format_number(RECORD, {"form": "QR-1102"}, 1)


def test_n_2_a_short_year_names_one_year_only() -> None:
    short = scheme(Year(2), Literal("-"), Sequence(2, ("year",)))
    assert parse_number(short, "80-01") == {"year": "1980", "sequence": "01"}
    assert parse_number(short, "79-01") == {"year": "2079", "sequence": "01"}
    assert code(check_values(short, {"year": "1979"}, 1)) == "value_unfit"
    assert check_values(short, {"year": "1980"}, 1) == Allowed()
    assert check_values(short, {"year": "2079"}, 1) == Allowed()
    assert code(check_values(short, {"year": "2080"}, 1)) == "value_unfit"


@pytest.mark.parametrize("text", ["", "QP-4", "QP-004", "QP-00", "QR-04", "QP-04x", "x" * 200])
def test_n_2_what_the_scheme_would_not_write_is_not_read(text: str) -> None:
    assert parse_number(QP, text) is None


def test_n_2_a_month_is_read_from_one_to_twelve() -> None:
    monthly = PATTERNS["record_month"]
    assert parse_number(monthly, "QR-1102-202400-0147") is None
    assert parse_number(monthly, "QR-1102-202401-0147") is not None
    assert parse_number(monthly, "QR-1102-202412-0147") is not None
    assert parse_number(monthly, "QR-1102-202413-0147") is None


def test_n_3_each_scope_has_its_own_counter() -> None:
    a = counter_scope(RECORD, {"form": "QR-1102", "year": "2024"}, "main")
    assert a != counter_scope(RECORD, {"form": "QR-1102", "year": "2025"}, "main")
    assert a != counter_scope(RECORD, {"form": "QR-1103", "year": "2024"}, "main")
    assert a != counter_scope(RECORD, {"form": "QR-1102", "year": "2024"}, "branch")
    assert a != counter_scope(replace(RECORD, code="y"), {"form": "QR-1102", "year": "2024"}, "main")


def test_n_3_values_that_are_one_in_normal_form_share_a_counter() -> None:
    assert counter_scope(RECORD, {"form": "QR-1102", "year": "2024"}, "main") == counter_scope(
        RECORD, {"form": "qr—1102", "year": "2024"}, "main"
    )


def test_n_6_the_counter_moves_past_imported_numbers_and_never_back() -> None:
    assert counter_after(QP, []) == 0
    assert counter_after(QP, ["QP-04", "qp－17", "QM-99", "旧文件"], last=3) == 17
    assert counter_after(QP, ["QP-04"], last=3) == 4
    assert counter_after(QP, ["QP-04"], last=4) == 4
    assert counter_after(QP, iter(["QP-04"]), last=5) == 5


def test_n_6_a_clash_names_both_holders() -> None:
    assert may_take("QP-04", wanted_by="采购控制程序", held_by=None) == Allowed()
    assert may_take("QP-04", wanted_by="采购控制程序", held_by="文件控制程序") == Refused(
        "N-6",
        "number_taken",
        {"number": "QP-04", "held_by": "文件控制程序", "wanted_by": "采购控制程序"},
    )
