"""What is registered of a document from outside (D-9)."""

from __future__ import annotations

import pytest

from docctl.domain.outside import LONGEST, OWN, Outside, may_be_registered
from docctl.domain.verdicts import Refused


def code(outside: Outside) -> str:
    verdict = may_be_registered(outside.tidy())
    if isinstance(verdict, Refused):
        assert verdict.rule == "D-9"
        return verdict.code
    return ""


@pytest.mark.parametrize(
    ("outside", "refused"),
    [
        pytest.param(OWN, "", id="our own"),
        pytest.param(Outside(issuer="工信部"), "issuer_of_own", id="our own with an issuer"),
        pytest.param(Outside(number="YD/T 1"), "issuer_of_own", id="our own with an issuer's number"),
        pytest.param(Outside(True, "工信部"), "", id="external without a number"),
        pytest.param(Outside(True, "  ", "YD/T 1"), "issuer_needed", id="external of nobody"),
        pytest.param(Outside(True, "部" * LONGEST, "1" * LONGEST), "", id="as long as may be"),
        pytest.param(Outside(True, "部" * (LONGEST + 1)), "issuer_too_long", id="an issuer too long"),
        pytest.param(Outside(True, "部", "1" * (LONGEST + 1)), "number_too_long", id="a number too long"),
    ],
)
def test_d_9_an_external_document_names_its_issuer(outside: Outside, refused: str) -> None:
    assert code(outside) == refused


def test_d_9_issuer_and_number_stand_in_one_line() -> None:
    assert Outside(True, " 国务院\n办公厅 ", "国发\t1").tidy() == Outside(True, "国务院 办公厅", "国发 1")
