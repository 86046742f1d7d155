"""What a number becomes when a revision is issued: what follows changes, all else stays (N-2, N-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docctl.domain.number_following import Issued, may_follow, number_after
from docctl.domain.number_patterns import PATTERNS
from docctl.domain.number_schemes import (
    EDITION,
    SEQUENCE,
    YEAR,
    Edition,
    Scheme,
    Sequence,
    Year,
    name_of,
    scheme_from_json,
    scheme_to_json,
)
from docctl.domain.number_text import read_pattern, say, write_pattern
from docctl.domain.numbering import check_scheme, format_number, parse_number
from docctl.domain.verdicts import Allowed, RuleRefused
from tests.domain.test_numbering import value_of
from tests.effort import examples

MANUAL = Scheme("manual", read_pattern("QM/{company:2-4}-{edition follows}-{year follows}"))
REISSUE = Issued("C", date(2014, 5, 6), is_reissue=True)
AMENDMENT = Issued("B", date(2014, 5, 6), is_reissue=False)


@pytest.mark.parametrize(
    ("pattern", "number", "issued", "after"),
    [
        ("QM/{公司:2-4}-{版 随版}-{年 随版}", "QM/XX-B-2009", REISSUE, "QM/XX-C-2014"),
        ("QM/{公司:2-4}-{版 随版}-{年 随版}", "QM/XX-B-2009", AMENDMENT, "QM/XX-B-2009"),
        ("QM/{公司:2-4}-{版}-{年}", "QM/XX-B-2009", REISSUE, "QM/XX-B-2009"),  # frozen is the default
        ("QM/{公司:2-4}-{版 随版}-{年}", "QM/XX-B-2009", REISSUE, "QM/XX-C-2009"),
        ("QM/{公司:2-4}-{版 随版}-{年 随版 含修订}", "QM/XX-B-2009", AMENDMENT, "QM/XX-B-2014"),
        ("QP/{公司:2-4}-{条款}{版 随版}-{年 随版}", "QP/XX-4.2.4B-2009", REISSUE, "QP/XX-4.2.4C-2014"),
        ("IQM{程序号:2}-{序号:2 按 程序号}{版 随版}", "IQM07-01B", REISSUE, "IQM07-01C"),
        ("QP-{序号:2}-{年:2 随版}", "QP-04-09", REISSUE, "QP-04-14"),
        ("QP-{序号:2}-{年:2 随版}", "文控手册", REISSUE, "文控手册"),  # no number of the scheme
        ("QM/{公司:2-4}-{版 随版}", "qm／xx－b", REISSUE, "QM/xx-C"),
        ("QM/{公司:2-4}-{版 随版}", "qm／xx－c", REISSUE, "qm／xx－c"),  # nothing changes
    ],
)
def test_n_7_what_follows_the_revision_changes_and_all_else_stays(
    pattern: str, number: str, issued: Issued, after: str
) -> None:
    assert number_after(Scheme("x", read_pattern(pattern)), number, issued) == after


def test_n_7_an_edition_that_does_not_fit_the_scheme_is_refused() -> None:
    with pytest.raises(RuleRefused) as error:
        number_after(MANUAL, "QM/XX-B-2009", replace(REISSUE, edition="2"))
    assert error.value.refused.key == "N-2.value_unfit"


@pytest.mark.parametrize(("held_by", "key"), [(None, ""), ("QP-09", "N-7.number_taken")])
def test_n_7_a_clash_names_both_holders(held_by: str | None, key: str) -> None:
    verdict = may_follow("QM/XX-B-2009", "QM/XX-C-2014", held_by=held_by)
    assert (verdict == Allowed()) is not bool(key)
    if key:
        assert verdict.key == key
        assert verdict.params == {"before": "QM/XX-B-2009", "number": "QM/XX-C-2014", "holder": "QP-09"}


def following(scheme: Scheme, *, amends: bool) -> Scheme:
    """Return a scheme all of whose editions and years follow."""
    return Scheme(
        scheme.code,
        tuple(
            Edition(follows=True)
            if isinstance(one, Edition)
            else Year(one.digits, follows=True, amends=amends)
            if isinstance(one, Year)
            else replace(one, scope=tuple(n for n in one.scope if n not in {YEAR, "month"}))
            if isinstance(one, Sequence)
            else one
            for one in scheme.parts
        ),
    )


@pytest.mark.parametrize("amends", [False, True])
@pytest.mark.parametrize("code", sorted(PATTERNS))
@settings(max_examples=examples(30, 1000))
@given(data=st.data())
def test_n_2_n_7_each_pattern_round_trips_with_parts_that_follow(
    code: str, amends: bool, data: st.DataObject
) -> None:
    scheme = following(PATTERNS[code], amends=amends)
    assert check_scheme(scheme)
    assert scheme_from_json(scheme_to_json(scheme)) == scheme
    for language in ("en", "zh_Hans"):
        assert read_pattern(say(write_pattern(scheme.parts), language)) == scheme.parts
    named = [one for one in scheme.parts if name_of(one) and not isinstance(one, Sequence)]
    values = {name_of(one): data.draw(value_of(one)) for one in named}
    sequence = data.draw(st.integers(1, 10**scheme.sequence.longest - 1)) if scheme.sequence else None
    number = format_number(scheme, values, sequence)

    def parts(shown: str) -> dict[str, str]:
        read = parse_number(scheme, shown)
        assert read is not None
        return dict(read)

    assert {name: text for name, text in parts(number).items() if name != SEQUENCE} == values
    edition = data.draw(st.text("ABZ", min_size=1, max_size=2))
    on = data.draw(st.dates(date(1980, 1, 1), date(2079, 12, 31)))
    reissued = parts(number_after(scheme, number, Issued(edition, on, is_reissue=True)))
    changes = {EDITION: edition, YEAR: f"{on.year}"}
    expected = {name: changes.get(name, text) for name, text in parts(number).items()}
    assert {name: text.upper() for name, text in reissued.items()} == {
        name: text.upper() for name, text in expected.items()
    }
    amended = parts(number_after(scheme, number, Issued(edition, on, is_reissue=False)))
    for name, text in parts(number).items():
        assert amended[name] == (f"{on.year}" if name == YEAR and amends else text)


@pytest.mark.parametrize("pattern", ["{edition follows amendments}-{seq:2}", "{year amendments}-{seq:2}"])
def test_n_7_only_a_year_that_follows_can_follow_amendments(pattern: str) -> None:
    with pytest.raises(RuleRefused):
        read_pattern(pattern)
    assert not check_scheme(Scheme("x", (Year(4, follows=False, amends=True), Sequence(2))))


def test_n_7_what_was_stored_before_stays_as_it_was_stored() -> None:
    assert scheme_to_json(MANUAL)["parts"][-1] == {"part": "year", "digits": 4, "follows": True}  # type: ignore[index]
