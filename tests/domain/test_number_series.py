"""Which numbers stand in one series, and with what they all begin (N-3, N-5, N-6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.normal_form import normal
from docctl.domain.number_patterns import INSTRUCTION, PATTERNS
from docctl.domain.number_schemes import Scheme, Sequence, name_of
from docctl.domain.number_series import common_prefix, place_among, place_of
from docctl.domain.number_text import read_pattern
from docctl.domain.numbering import check_scheme, counter_scope, format_number
from tests.domain.test_numbering import SCHEMES, value_of


@pytest.mark.parametrize(
    ("code", "values", "prefix"),
    [
        ("procedure", {}, "qp-"),
        ("company_procedure", {"company": "CDJJ"}, "cdjj-qp-"),
        ("chapter_form", {"chapter": "75"}, "qr-75"),
        ("record", {"form": "QR-1102", "year": "2026"}, "qr-1102-2026-"),
        ("department_year", {"department": "AD", "year": "2012"}, "sd/ad"),
    ],
)
def test_n_5_the_numbers_of_a_series_begin_alike(code: str, values: dict[str, str], prefix: str) -> None:
    assert common_prefix(PATTERNS[code], values) == prefix


def test_n_5_what_a_series_does_not_count_begins_with_nothing() -> None:
    free = Scheme("free", read_pattern("{company:2-4}-QP-{seq:2}"))
    assert common_prefix(free, {"company": "LX"}) == ""


@given(SCHEMES, st.data())
def test_n_5_every_number_of_a_series_begins_with_its_prefix_and_is_placed_in_it(
    scheme: Scheme, data: st.DataObject
) -> None:
    if not check_scheme(scheme) or scheme.sequence is None:
        return
    named = (one for one in scheme.parts if name_of(one) and not isinstance(one, Sequence))
    values = {name_of(one): data.draw(value_of(one)) for one in named}
    number = format_number(scheme, values, 1)
    assert normal(number).startswith(common_prefix(scheme, values))
    place = place_of(scheme, normal(number), "e")
    assert place is not None
    assert (place.scope, place.sequence) == (counter_scope(scheme, values, "e"), 1)


def test_n_5_a_number_is_placed_by_the_scheme_that_reads_it() -> None:
    schemes = [*PATTERNS.values(), INSTRUCTION]
    found = place_among(schemes, "wi-pz-007", "e")
    assert found is not None
    assert (found.scheme, found.scope, found.sequence) == (INSTRUCTION, "e:instruction|department=pz", 7)
    assert place_among(schemes, "QM/XX-B-2009", "e") is None  # nothing counts there
    assert place_among(schemes, "旧文件", "e") is None
