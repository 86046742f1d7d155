"""When somebody inside may vouch for the signature of somebody without an account (A-5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from docctl.domain.lifecycle import Computed, RevisionStatus, is_obsolete
from docctl.domain.verdicts import Allowed, Refused, Verdict

LONGEST_NAME: Final = 100
LONGEST_ORGANISATION: Final = 200
LONGEST_NOTE: Final = 500

#: What evidence may be: a scan or photo, or a mail as a file.
EVIDENCE: Final = ("pdf", "jpg", "jpeg", "png", "tif", "tiff", "eml")

#: States without a content that was submitted and stands: there is nothing to sign.
_OPEN: Final = frozenset({RevisionStatus.DRAFT, RevisionStatus.DISCARDED})


class ExternalMeaning(StrEnum):
    """What somebody from outside says by signing; none is a step of a route."""

    AGREE = "agree"
    SEEN = "seen"
    RECEIVED = "received"
    WITNESS = "witness"


class How(StrEnum):
    """How somebody from outside signed."""

    HANDWRITING = "handwriting"
    SCAN = "scan"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Given:
    """A signature from outside, as the person who vouches for it tells it."""

    name: str
    organisation: str
    meaning: ExternalMeaning
    how: How
    signed_on: date
    note: str = ""

    def stripped(self) -> Given:
        """Return it without blanks around what was typed."""
        return Given(
            self.name.strip(),
            self.organisation.strip(),
            self.meaning,
            self.how,
            self.signed_on,
            self.note.strip(),
        )


def is_signable(state: RevisionStatus | Computed, *, was_submitted: bool) -> Verdict:
    """Say whether somebody from outside may sign a revision in this state, as it is now (A-5).

    Its content is fixed from the submission on; an obsolete one is signed by nobody any more.
    """
    if state in _OPEN or not was_submitted:
        return Refused("A-5", "not_submitted")
    return Refused("A-5", "obsolete") if is_obsolete(state) else Allowed()


def may_vouch(
    given: Given,
    *,
    state: RevisionStatus | Computed,
    submitted_on: date | None,
    today: date,
    files: Sequence[str],
) -> Verdict:
    """Say whether a signature from outside may stand beside a revision; `files` are names of evidence (A-5).

    `given` is stripped, `state` is that of now; `submitted_on` is the day on which the round that runs was
    handed in, None for a revision whose content was never signed here.
    """
    if not (verdict := is_signable(state, was_submitted=submitted_on is not None)):
        return verdict
    if not (verdict := _said(given)):
        return verdict
    if given.signed_on > today:
        return Refused("A-5", "day_not_come", {"today": today})
    if submitted_on is not None and given.signed_on < submitted_on:
        return Refused("A-5", "before_submission", {"day": submitted_on})
    return _evidence(given.how, files)


def _said(given: Given) -> Verdict:
    if not given.name:
        return Refused("A-5", "name_needed")
    if (length := len(given.name)) > LONGEST_NAME:
        return Refused("A-5", "name_too_long", {"longest": LONGEST_NAME, "length": length})
    if not given.organisation:
        return Refused("A-5", "organisation_needed")
    if (length := len(given.organisation)) > LONGEST_ORGANISATION:
        return Refused("A-5", "organisation_too_long", {"longest": LONGEST_ORGANISATION, "length": length})
    if given.how is How.PHONE and not given.note:
        return Refused("A-5", "note_needed")
    if (length := len(given.note)) > LONGEST_NOTE:
        return Refused("A-5", "note_too_long", {"longest": LONGEST_NOTE, "length": length})
    return Allowed()


def _evidence(how: How, files: Sequence[str]) -> Verdict:
    if how is not How.PHONE and not files:
        return Refused("A-5", "evidence_needed")
    if len(files) > 1:
        return Refused("A-5", "one_file")
    for name in files:
        if name.rpartition(".")[2].lower() not in EVIDENCE:
            return Refused("A-5", "evidence_kind", {"name": name})
    return Allowed()


def may_take_back(*, is_withdrawn: bool) -> Verdict:
    """Say whether a vouched signature may be withdrawn: once (A-5)."""
    return Refused("A-5", "already_withdrawn") if is_withdrawn else Allowed()
