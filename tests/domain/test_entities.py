"""How legal entities may be called, and how units of several of them are written (O-4)."""

from __future__ import annotations

import pytest

from docctl.domain.entities import may_found, may_rename_entity, written_units
from docctl.domain.verdicts import Refused


@pytest.mark.parametrize(
    ("code", "name", "held", "refused"),
    [
        ("NB", "宁波公司", {}, None),
        ("N234567890", "宁波公司", {}, None),
        ("N2345678901", "宁波公司", {}, "O-4.entity_code_unfit"),
        ("nb", "宁波公司", {}, "O-4.entity_code_unfit"),
        ("N:B", "宁波公司", {}, "O-4.entity_code_unfit"),
        ("NB", "", {}, "O-1.name_unfit"),
        ("NB", "宁波公司", {"code_of": "别的公司"}, "O-4.entity_code_taken"),
        ("NB", "宁波公司", {"name_of": "SL"}, "O-4.entity_name_taken"),
    ],
)
def test_o_4_an_entity_has_a_code_and_a_name_of_its_own(
    code: str, name: str, held: dict[str, str], refused: str | None
) -> None:
    verdict = may_found(code, name, **{"code_of": "", "name_of": "", **held})
    assert (verdict.key if isinstance(verdict, Refused) else None) == refused


def test_o_4_a_rename_is_one_and_the_name_is_free() -> None:
    assert may_rename_entity("新名", now="旧名", name_of="")
    same = may_rename_entity("旧名", now="旧名", name_of="NB")
    taken = may_rename_entity("新名", now="旧名", name_of="NB")
    assert [one.key for one in (same, taken) if isinstance(one, Refused)] == [
        "O-2.nothing_changed",
        "O-4.entity_name_taken",
    ]


def test_o_4_the_unit_that_was_there_first_goes_by_its_code_alone() -> None:
    units = [("a", "PZ", "SL"), ("b", "SC", "SL"), ("c", "PZ", "NB"), ("d", "YF", "NB"), ("e", "PZ", "SH")]
    assert written_units(units) == {"a": "PZ", "b": "SC", "c": "NB:PZ", "d": "YF", "e": "SH:PZ"}
