"""What the columns of a table of past records can hold, and whether a choice of them will do (I-2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from docctl.domain.form_definition import FACT
from docctl.domain.verdicts import Allowed, Refused, Verdict

NUMBER: Final = "number"
#: What a column can be read as; each once.
MEANINGS: Final = (
    NUMBER,
    "title",
    "day",
    "file",
    "unit",
    "person",
    "remarks",
    "place",
    "batch",
    "order",
    "part",
    "customer",
    "project",
    "vehicle",
    "machine",
)
#: Without these no row can be filed.
NEEDED: Final = ("title", "day", "file")


def may_be_read_so(meanings: Iterable[str], *, without_numbers: bool = False) -> Verdict:
    """Say whether columns may be read as these; empty ones are not used (I-2).

    What a form asks is read from columns of its own (F-2). A table keeps its numbers: one without a column of
    numbers must be said to have none.
    """
    used = Counter(one for one in meanings if one)
    unknown = next((one for one in used if one not in MEANINGS and not one.startswith(FACT)), None)
    if unknown is not None:
        return Refused("I-2", "no_such_column", {"column": unknown[:40]})
    twice = next((one for one, times in used.items() if times > 1), None)
    if twice is not None:
        return Refused("I-2", "column_twice", {"column": twice})
    needed = NEEDED if without_numbers else (NUMBER, *NEEDED)
    missing = next((one for one in needed if one not in used), None)
    if missing is not None:
        code = "number_column_needed" if missing == NUMBER else "column_needed"
        return Refused("I-2", code, {"column": missing})
    if without_numbers and NUMBER in used:
        return Refused("I-2", "numbers_there", {"column": NUMBER})
    return Allowed()


__all__ = ["MEANINGS", "NEEDED", "NUMBER", "may_be_read_so"]
