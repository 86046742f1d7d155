"""How many facts of made procedures are found: right, missing, wrong."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from docctl.domain.normal_form import normal
from docctl.reading.facts import Facts

SINGLE = ("number", "title", "revision", "effective", "issued", "department", "controlled")
LISTS = ("cites", "forms", "form_numbers")


@dataclass
class Score:
    """Counts by field, and what was not right, for whoever mends it."""

    right: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    def add(self, label: str, wanted: dict[str, Any], facts: Facts) -> None:
        """Compare one procedure; a fact found where there is none is wrong."""
        found = as_asked(facts)
        for kind in SINGLE:
            self._one(label, kind, wanted[kind], found[kind])
        self._one(label, "signers", wanted["signers"] or None, found["signers"] or None)
        for kind in LISTS:
            for one in wanted[kind]:
                self._one(label, kind, one, one if one in found[kind] else None)
            for extra in set(found[kind]) - set(wanted[kind]) - {"", *wanted["allowed"]}:
                self._one(label, kind, None, extra)

    def shares(self) -> tuple[float, float]:
        """Return the shares of all facts that are right and that are wrong."""
        asked = self.right.total() + self.missing.total() + self.wrong.total()
        return self.right.total() / asked, self.wrong.total() / asked

    def _one(self, label: str, kind: str, wanted: Any, found: Any) -> None:
        if wanted is None and found is None:
            return
        if _same(kind, wanted, found):
            self.right[kind] += 1
            return
        (self.missing if found is None else self.wrong)[kind] += 1
        self.notes.append((label, kind, wanted, found))


def as_asked(facts: Facts) -> dict[str, Any]:
    """Return facts in the shape in which they are compared."""
    found: dict[str, Any] = {kind: one.value if one else None for kind, one in facts.found().items()}
    found["controlled"] = {"yes": True, "no": False}.get(found["controlled"])
    found["signers"] = [one.name for one in facts.signers]
    found["cites"] = [one.name for one in facts.citations if one.kind == "document"]
    found["forms"] = [one.name for one in facts.citations if one.kind == "form"]
    found["form_numbers"] = [one.number for one in facts.citations if one.kind == "form"]
    return found


def _same(kind: str, wanted: Any, found: Any) -> bool:
    if wanted is None or found is None:
        return False
    if kind == "number":
        return normal(wanted) == normal(found)
    if kind == "revision":
        return re.sub(r"\s", "", wanted) == re.sub(r"\s", "", found)
    return bool(wanted == found)
