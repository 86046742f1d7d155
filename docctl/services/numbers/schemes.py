"""From a stored scheme to the pure one, and the values that an item gives it (N-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from docctl.domain.number_schemes import Scheme, Value, scheme_from_json
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.numbers import NumberScheme
from docctl.models.organisation import LegalEntity, Unit


def scheme_of(row: NumberScheme) -> Scheme:
    """Return the pure scheme of a row."""
    return scheme_from_json(row.parts)


def values_for(
    scheme: Scheme,
    *,
    entity: LegalEntity,
    unit: Unit | None,
    today: date,
    parent: str = "",
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return what the parts of a scheme may ask for: company, department, parent, year, month.

    A form takes the chapter from its procedure's number: `QP-11` gives `11`. Raises RuleRefused where the
    scheme asks for something the item does not have.
    """
    values = {
        "company": entity.code,
        "department": unit.code if unit else "",
        "parent": parent,
        "form": parent,
        "chapter": _last_digits(parent),
        "procedure": _last_digits(parent),
        "year": f"{today.year:04d}",
        "month": f"{today.month:02d}",
        **(more or {}),
    }
    for part in scheme.parts:
        if isinstance(part, Value) and not values.get(part.name):
            raise RuleRefused(Refused("N-2", "value_missing", {"name": part.name}))
    return values


def _last_digits(number: str) -> str:
    found = re.search(r"(\d{1,2})\D*$", number)
    return found[1].zfill(2) if found else ""
