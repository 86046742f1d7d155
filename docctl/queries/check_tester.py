"""What the checks of a revision of the setting find in a text that somebody tries (D-12)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docctl.domain.check_content import check_rules
from docctl.domain.draft_checks import Check, CheckRules, Weight
from docctl.queries.check_findings import Finder
from docctl.queries.draft_checks import OF_TEXT, Finding, finding_of
from docctl.reading.checking.fact import TextFact
from docctl.reading.checking.find import faults_in_child
from docctl.reading.errors import ReadingFailed
from docctl.services.house import House

#: As much of a text as is tried.
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class FoundIn:
    """What is found in a text; `failed` is why it could not be looked through, "" for nothing."""

    findings: tuple[Finding, ...] = ()
    failed: str = ""


def found_in(house: House, content: Mapping[str, Any], text: str) -> FoundIn:
    """Return what is found in a text by itself, in a child process; the register is not asked (D-12)."""
    rules = check_rules(content)
    try:
        with tempfile.TemporaryDirectory(prefix="try-", dir=house.scratch) as folder:
            found = faults_in_child(
                house.pool, Path(folder), text, number="", title="", clauses=None, words=rules.words
            )
    except ReadingFailed as failed:
        return FoundIn(failed=failed.code)
    return FoundIn(tuple(_findings(found, rules)))


def _findings(found: Iterable[TextFact], rules: CheckRules) -> Iterator[Finding]:
    shown = (one for one in found if one.kind in {*OF_TEXT, Check.NOT_LISTED, Check.NOT_CITED})
    for one in shown:
        weight = rules.weight(Check(one.kind))
        if weight is not Weight.OFF:
            said = {"what": one.what, "more": one.more}
            yield finding_of(one, one.kind, said, Finder(b""), {}, must=weight is Weight.ANSWER)
