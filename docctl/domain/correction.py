"""Whether a registered fact of a record may be corrected, by whom, and how it shows (C-1 to C-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from docctl.domain.form_definition import FormField
from docctl.domain.form_values import is_filled
from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.domain.verdicts import Allowed, Refused, Verdict


class Reason(StrEnum):
    """Why a value is corrected (C-7): 其他 needs the keeper's approval."""

    SLIP = "slip"
    MISCALCULATION = "miscalculation"
    OTHER = "other"


#: Registered facts of a file record that may be corrected, with their kind of value.
FIELDS: Final = {
    "title": "text",
    "occurred_at": "datetime",
    "received_at": "datetime",
    "stated_person": "text",
    "stated_channel": "text",
    "outside_number": "text",
    "remarks": "text",
}

#: Facts that must not be empty, before or after a correction.
REQUIRED: Final = frozenset({"title", "occurred_at"})

#: The pseudo-field of a correction sheet for the file itself (C-4).
FILE: Final = "file"

#: Longest value of a field; all others have 200 characters.
LONGEST: Final = {
    "title": 500,
    "stated_person": 200,
    "stated_channel": 200,
    "remarks": 2000,
    "reason_text": 500,
}


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """What the decision rests on: the record's state, who corrects, what stands there now.

    `of_form` is the field of the form, where the fact is the value of one (F-2).
    """

    status: RecordStatus
    held: bool
    field: str
    old: str
    new: str
    reason: str
    reason_text: str
    by_filer: bool
    by_keeper: bool
    pending: bool
    of_form: FormField | None = None

    @property
    def called(self) -> str:
        """What the field is called: by its form, else by its code."""
        return self.of_form.name if self.of_form is not None else self.field


def may_correct(facts: CorrectionFacts) -> Verdict:
    """Say whether a correction may be entered at all (C-3, C-6)."""
    for verdict in (may_change(facts.status), _reason_given(facts), _value_fits(facts)):
        if not verdict:
            return verdict
    if facts.pending:
        return Refused("C-3", "another_pending", {"field": facts.called})
    return Allowed()


def may_change(status: RecordStatus) -> Verdict:
    """Say whether a correction may take effect in this state of the record (C-3)."""
    if status in {RecordStatus.DESTROYING, RecordStatus.DESTROYED, RecordStatus.STOPPED}:
        return Refused("C-3", "after_disposal")
    if status is RecordStatus.VOIDED:
        return Refused("C-3", "voided")
    if status is RecordStatus.ON_LIST:
        return Refused("C-3", "on_list")
    return Allowed()


def _reason_given(facts: CorrectionFacts) -> Verdict:
    if facts.field != FILE and facts.field not in FIELDS and facts.of_form is None:
        return Refused("C-6", "no_such_field", {"field": facts.field})
    if facts.reason not in set(Reason):
        return Refused("C-6", "reason_needed")
    if facts.reason == Reason.OTHER and not facts.reason_text.strip():
        return Refused("C-6", "reason_text_needed")
    if len(facts.reason_text) > LONGEST["reason_text"]:
        return Refused("C-6", "too_long", {"field": "reason_text", "longest": LONGEST["reason_text"]})
    return Allowed()


def _value_fits(facts: CorrectionFacts) -> Verdict:
    if facts.field == FILE:
        return Allowed()
    if facts.new.strip() == facts.old.strip():
        return Refused("C-6", "nothing_changed")
    if facts.of_form is not None:  # its choices were compared as the value was read
        return is_filled(facts.of_form, facts.new)
    if facts.field in REQUIRED and not facts.new.strip():
        return Refused("C-6", "value_needed", {"field": facts.field})
    longest = LONGEST.get(facts.field, 200)
    if len(facts.new) > longest:
        return Refused("C-6", "too_long", {"field": facts.field, "longest": longest})
    return Allowed()


def status_of_new(facts: CorrectionFacts) -> CorrectionStatus:
    """Return what a new correction becomes (C-3, C-7).

    Under a hold it stands as a note beside the value. By the filer or the keeper it takes effect at
    once, by another or with 其他 as reason after the keeper's approval.
    """
    if facts.held:
        return CorrectionStatus.NOTED
    if facts.by_keeper:
        return CorrectionStatus.EFFECTIVE
    if facts.by_filer and facts.reason != Reason.OTHER:
        return CorrectionStatus.EFFECTIVE
    return CorrectionStatus.PENDING


def may_decide(status: CorrectionStatus, *, by_corrector: bool, held: bool) -> Verdict:
    """Say whether the keeper may approve or refuse a pending correction (C-3, A-2)."""
    if status is not CorrectionStatus.PENDING:
        return Refused("C-3", "not_pending")
    if by_corrector:
        return Refused("A-2", "own_work", {"step": "approve"})
    if held:
        return Refused("C-3", "held")
    return Allowed()


@dataclass(frozen=True, slots=True)
class Layer:
    """One value a field has had: the original first, then each correction (C-2)."""

    value: str
    struck: bool
    at: datetime
    by: str
    initials: str
    reason: str
    reason_text: str


def initials(name: str) -> str:
    """Return the short mark beside a correction: a Chinese name whole, others by first letters (C-5)."""
    if any("\u3400" <= letter <= "\u9fff" for letter in name):
        return name
    return "".join(word[0] for word in name.split() if word).upper()


def stated_not_late(*, stated: datetime, entered: datetime, field: str) -> Verdict:
    """Say whether a stated time lies before its entry: nobody reports what has yet to happen (F-5)."""
    if stated > entered:
        return Refused("F-5", "later_than_entry", {"field": field, "entered": entered})
    if stated.year < 1900:
        return Refused("F-5", "too_early", {"field": field, "earliest": date(1900, 1, 1)})
    return Allowed()
