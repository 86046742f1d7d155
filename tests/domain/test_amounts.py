"""Amounts as they are written, exact, each with its unit (A-7); what a revision says of itself (D-14)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from docctl.domain.amounts import Amount, read_amount, show_amount, write_amount
from docctl.domain.particulars import ManagementSystem, read_systems, stored_systems, systems_in
from docctl.domain.verdicts import RuleRefused


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("50000", "50000", "元"),
        ("５万元", "50000", "元"),
        ("1.25 亿", "125000000", "元"),
        ("¥12,000.50", "12000.5", "元"),
        ("RMB 3千", "3000", "元"),
        ("300 件", "300", "件"),
        ("2万件", "20000", "件"),
        ("8 千克", "8", "千克"),
        ("0", "0", "元"),
        ("999999999999999.9999", "999999999999999.9999", "元"),
        ("0.1 %", "0.1", "%"),
    ],
)
def test_a_7_an_amount_is_read_exactly_with_its_unit(text: str, value: str, unit: str) -> None:
    found = read_amount(text)
    assert found == Amount(Decimal(value), unit)
    assert read_amount(write_amount(found)) == found
    assert read_amount(show_amount(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "很多",
        "-5",
        "1,00",
        "1.2.3",
        "五万",
        "1000000000000000",
        "0.00001",
        "¥5 件",
        "5 " + "个" * 11,
        "5 a|b",
        "٣",
        "1e9",
    ],
)
def test_a_7_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(RuleRefused) as caught:
        read_amount(text)
    assert caught.value.refused.key == "A-7.amount_unread"


def test_d_14_systems_are_read_by_code_or_name_each_once_in_one_order() -> None:
    found = read_systems(["ohs", "质量", "Q", " ", "haccp"])
    assert [one.value for one in found] == ["Q", "OHS", "FOOD"]
    assert stored_systems(found) == " Q OHS FOOD "
    assert systems_in(stored_systems(found)) == found
    assert (stored_systems(()), systems_in("")) == ("", ())
    assert len(stored_systems(ManagementSystem)) <= 60
    with pytest.raises(RuleRefused) as caught:
        read_systems(["Q", "magic"])
    assert caught.value.refused.key == "D-14.system_unknown"
