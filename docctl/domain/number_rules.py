"""Decides which scheme numbers what, by one revision of the number rules of a company (N-2, N-4)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from docctl.domain.number_patterns import ANNEX
from docctl.domain.number_schemes import EDITION, MONTH, YEAR, Scheme, scheme_from_json
from docctl.domain.number_text import english
from docctl.domain.verdicts import Refused, RuleRefused

#: What the document above gives.
FROM_PARENT: Final = frozenset({"parent", "form", "chapter", "procedure"})


@dataclass(frozen=True, slots=True)
class TypeNumbers:
    """How a type of documents is numbered: its own scheme, that of records filed under it, fixed values.

    `annexes` is the scheme of forms in annexes of its documents, "" for the one with the code `annex` (N-12).
    """

    documents: str
    records: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    annexes: str = ""


@dataclass(frozen=True, slots=True)
class NumberRules:
    """Schemes by code with the names that the company gave them, and types of documents by code."""

    schemes: Mapping[str, Scheme]
    types: Mapping[str, TypeNumbers]
    names: Mapping[str, str] = field(default_factory=dict)

    def of_documents(self, kind: str) -> Scheme:
        """Return the scheme of a type's documents; raise RuleRefused where the rules say none (N-2)."""
        found = self.types.get(kind)
        if found is None:
            raise RuleRefused(Refused("N-2", "type_without_scheme", {"type": kind}))
        return self.schemes[found.documents]

    def of_records(self, kind: str) -> Scheme | None:
        """Return the scheme of records under forms of a type, None where no records are filed (N-4)."""
        found = self.types.get(kind)
        return self.schemes[found.records] if found and found.records else None

    def of_annexes(self, kind: str) -> Scheme:
        """Return the scheme of forms in annexes of documents of a type (N-12)."""
        found = self.types.get(kind)
        return self.schemes[(found.annexes if found else "") or ANNEX.code]

    def values(self, kind: str) -> Mapping[str, str]:
        """Return the values that are the same in all numbers of a type."""
        found = self.types.get(kind)
        return found.values if found else {}


@lru_cache(maxsize=8)
def rules_in(content: str) -> NumberRules:
    """Return the rules in a canonical content, as it is stored."""
    return rules_of(json.loads(content))


def rules_of(content: Mapping[str, Any]) -> NumberRules:
    """Return the rules in a canonical content (N-2)."""
    return NumberRules(
        schemes={
            ANNEX.code: ANNEX,
            **{
                one["code"]: scheme_from_json({"code": one["code"], "parts": one["parts"]})
                for one in content["schemes"]
            },
        },
        types={
            code: TypeNumbers(one["documents"], one["records"], one["values"], one.get("annexes", ""))
            for code, one in content["types"].items()
        },
        names={one["code"]: one["name"] for one in content["schemes"] if one.get("name")},
    )


def given_values(typed: str, scheme: Scheme, known: Mapping[str, str]) -> dict[str, str]:
    """Return typed values of a number's parts: `clause=4.2.4`, or `4.2.4` where one alone is missing (N-2).

    Raises RuleRefused for text that names no part of the scheme.
    """
    found: dict[str, str] = {}
    missing = [name for name in scheme.needs if not known.get(name)]
    for piece in filter(None, re.split(r"[\s,、;\uff0c\uff1b]+", typed.strip())):
        name, sign, value = re.sub("\uff1d", "=", piece).partition("=")
        if not sign and len(missing) == 1:
            name, value = missing[0], piece
        name = english(name)
        if name not in scheme.needs or not value or name in found:
            raise RuleRefused(Refused("N-2", "values_unreadable", {"text": piece[:40]}))
        found[name] = value
    return found


def values_for(
    scheme: Scheme,
    *,
    company: str,
    department: str,
    today: date,
    parent: str = "",
    edition: str = "",
    fixed: Mapping[str, str] | None = None,
    typed: str = "",
) -> dict[str, str]:
    """Return what the parts of a scheme may ask for: company, department, parent, edition, year, month (N-2).

    A form takes the chapter from its procedure's number: `QP-11` gives `11`. What is `fixed` for the type
    goes first; what is `typed` fills in what nothing else gives. Raises RuleRefused for what is missing.
    """
    values = {
        "company": company,
        "department": department,
        "parent": parent,
        "form": parent,
        "chapter": _last_digits(parent),
        "procedure": _last_digits(parent),
        EDITION: edition,
        YEAR: f"{today.year:04d}",
        MONTH: f"{today.month:02d}",
        **(fixed or {}),
    }
    values.update(given_values(typed, scheme, values))
    for name in scheme.needs:
        if not values.get(name):
            if name in FROM_PARENT:
                raise RuleRefused(Refused("N-2", "value_missing", {"name": name}))
            raise RuleRefused(Refused("N-2", "part_missing", {"name": name}))
    return values


def _last_digits(number: str) -> str:
    found = re.search(r"(\d{1,2})\D*$", number)
    return found[1].zfill(2) if found else ""
