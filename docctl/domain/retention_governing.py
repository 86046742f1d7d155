"""Decides which of several retention classes governs, and which a form has (R-1, R-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from docctl.domain.retention_classes import RetentionClass
from docctl.domain.retention_dates import Because, Kept, RetentionFacts, end_of, keep_until
from docctl.domain.verdicts import Param, Refused, RuleRefused

#: The codes of all reasons; their sentences stand in the translations under `because`.
BECAUSE: Final = frozenset(
    {
        "permanent",
        "counted_from",
        "event_open",
        "own_class",
        "class_of_procedure",
        "catch_all",
        "only_class",
        "longest",
        "law_prevails",
        "lawful_minimum_beats_maximum",
        "maximum_undecided",
        "never_shortened",
    }
)


@dataclass(frozen=True, slots=True)
class MaximumConflict:
    """A maximum that a longer class overrides and no law settles: somebody must decide (R-1)."""

    maximum_of: str
    maximum_until: date
    kept_by: str


@dataclass(frozen=True, slots=True)
class Governing:
    """The class that governs an item, its dates with the explanation, and open conflicts (R-1)."""

    cls: RetentionClass
    kept: Kept
    conflicts: tuple[MaximumConflict, ...]


def governing(classes: Collection[RetentionClass], facts: RetentionFacts) -> Governing:
    """Return the class that keeps an item longest; at equal length a law prevails (R-1).

    A maximum never shortens what another class demands: a lawful minimum beats it, and anything
    else is reported as a conflict while the longer period runs.
    """
    if not classes:
        raise RuleRefused(Refused("R-10", "no_class"))
    dated = [(cls, keep_until(cls, facts)) for cls in classes]
    # The code comes last, so that equal classes govern in the same way at every look.
    dated.sort(key=lambda pair: (pair[1].length, pair[0].is_law, pair[0].code), reverse=True)
    cls, kept = dated[0]
    conflicts, beaten = _maxima(dated)
    why = (*kept.because, _why_chosen(dated), *beaten)
    return Governing(cls, Kept(kept.until, kept.permanent, kept.trigger, kept.trigger_on, why), conflicts)


def resolve_class(
    own: RetentionClass | None, of_procedure: RetentionClass | None, catch_all: RetentionClass
) -> tuple[RetentionClass, Because]:
    """Return a form's class, and which it is: its own, its procedure's, or the catch-all (R-10)."""
    for cls, code in ((own, "own_class"), (of_procedure, "class_of_procedure")):
        if cls is not None:
            return cls, Because(code, {"class": cls.name})
    return catch_all, Because("catch_all", {"class": catch_all.name})


def _why_chosen(dated: Sequence[tuple[RetentionClass, Kept]]) -> Because:
    (cls, kept), *others = dated
    if not others:
        return Because("only_class", {"class": cls.name})
    second, second_kept = others[0]
    params = {"class": cls.name, "over": second.name}
    if cls.is_law and not second.is_law and kept.length == second_kept.length:
        return Because("law_prevails", params)
    return Because("longest", params)


def _maxima(
    dated: Sequence[tuple[RetentionClass, Kept]],
) -> tuple[tuple[MaximumConflict, ...], tuple[Because, ...]]:
    longest, kept = dated[0]
    conflicts: list[MaximumConflict] = []
    why: list[Because] = []
    for cls, own in dated:
        if cls.maximum is None or cls.maximum.is_permanent or own.trigger_on is None:
            continue
        latest = end_of(own.trigger_on, cls.maximum, cls.trigger)
        if kept.length <= (latest, False):
            continue
        params: dict[str, Param] = {
            "class": longest.name,
            "maximum_of": cls.name,
            "maximum_until": latest,
        }
        if longest.is_law:
            why.append(Because("lawful_minimum_beats_maximum", params))
        else:
            conflicts.append(MaximumConflict(cls.code, latest, longest.code))
            why.append(Because("maximum_undecided", params))
    return tuple(conflicts), tuple(why)
