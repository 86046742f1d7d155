"""What the columns of a table of past records can be read as (I-2)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from docctl import reading
from docctl.domain.table_columns import MEANINGS, NEEDED, NUMBER, may_be_read_so
from docctl.domain.verdicts import Refused
from docctl.i18n import translator

WHOLE = (NUMBER, *NEEDED)


def told(meanings: tuple[str, ...], *, without_numbers: bool = False) -> str:
    verdict = may_be_read_so(meanings, without_numbers=without_numbers)
    return f"{verdict.code} {verdict.params['column']}" if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("meanings", "without", "refused"),
    [
        pytest.param(WHOLE, False, "", id="what is needed"),
        pytest.param((*WHOLE, "", ""), False, "", id="and unused ones"),
        pytest.param(MEANINGS, False, "", id="all there are"),
        pytest.param((*WHOLE, "day"), False, "column_twice day", id="the day twice"),
        pytest.param(NEEDED, False, "number_column_needed number", id="no number"),
        pytest.param(NEEDED, True, "", id="said to have no numbers"),
        pytest.param(WHOLE, True, "numbers_there number", id="said to have none and has"),
        pytest.param((NUMBER, "title", "day"), False, "column_needed file", id="no file"),
        pytest.param((NUMBER, "title", "file"), False, "column_needed day", id="no day"),
        pytest.param((NUMBER, "day", "file"), False, "column_needed title", id="no name"),
        pytest.param((*WHOLE, "colour"), False, "no_such_column colour", id="nothing we know"),
    ],
)
def test_i_2_columns_are_used_once_and_those_needed_are_there(
    meanings: tuple[str, ...], without: bool, refused: str
) -> None:
    assert told(meanings, without_numbers=without) == refused


def test_i_2_headings_are_known_for_every_meaning_and_each_has_its_word() -> None:
    known = tomllib.loads((Path(reading.__path__[0]) / "table_columns.toml").read_text("utf-8"))
    assert set(known) == set(MEANINGS)
    for language in ("zh_Hans", "en"):
        words = translator(language, strict=True)
        for one in MEANINGS:
            assert words.t(f"record_imports.mapping.{one}") == words.t(f"words.column.{one}")
