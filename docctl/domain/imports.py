"""How existing files are taken in: states of a run, what becomes of a file, what is a history (I-1, V-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from docctl.domain.labels import read as read_label
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder whose files become imports, for which unit and of which type, by code or name."""

    path: Path
    unit: str
    type: str


#: So many files go through one transaction, one round of reading, one page of the review (I-1).
BATCH: Final = 50


#: So long before its end the people of an untouched import hear of it.
TOLD_BEFORE: Final = timedelta(days=14)


class RunState(StrEnum):
    """What is stored of a run."""

    RECEIVING = "receiving"
    READING = "reading"
    CHECKING = "checking"
    IMPORTING = "importing"
    DONE = "done"
    CANCELLED = "cancelled"


class FileState(StrEnum):
    """What is stored of a file of a run."""

    WAITING = "waiting"
    READ = "read"
    UNREADABLE = "unreadable"
    DONE = "done"


class Choice(StrEnum):
    """What a person, or the proposal, wants to become of a file."""

    IMPORT = "import"
    DRAFT = "draft"
    LEAVE_OUT = "leave_out"


class Outcome(StrEnum):
    """The report line's word: what became of a file; `new` is a draft (I-1)."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    NEW = "new"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    #: It has no line yet: others of its run went in before.
    OPEN = "open"


class RunAction(StrEnum):
    """What can happen to a run."""

    RECEIVED = "received"
    READ = "read"
    CHANGE = "change"
    READ_AGAIN = "read_again"
    IMPORT = "import"
    FINISH = "finish"
    REST = "rest"
    CLOSE = "close"
    CANCEL = "cancel"
    GIVE_UP = "give_up"


S, A = RunState, RunAction

#: Every move of a run; what is absent is refused.
RUN_MOVES: Final[Mapping[tuple[RunState, RunAction], RunState]] = {
    (S.RECEIVING, A.RECEIVED): S.READING,
    (S.RECEIVING, A.CANCEL): S.CANCELLED,
    (S.READING, A.READ): S.CHECKING,
    (S.READING, A.CANCEL): S.CANCELLED,
    (S.CHECKING, A.CHANGE): S.CHECKING,
    (S.CHECKING, A.READ_AGAIN): S.RECEIVING,
    (S.CHECKING, A.IMPORT): S.IMPORTING,
    (S.CHECKING, A.CANCEL): S.CANCELLED,
    (S.IMPORTING, A.FINISH): S.DONE,
    # Only what was checked went in; the rest waits to be checked, or is not wanted.
    (S.IMPORTING, A.REST): S.CHECKING,
    (S.CHECKING, A.CLOSE): S.DONE,
    # Where the host that has the copies is lost: what was imported stays.
    (S.RECEIVING, A.GIVE_UP): S.DONE,
    (S.READING, A.GIVE_UP): S.DONE,
    (S.IMPORTING, A.GIVE_UP): S.DONE,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a file when it is to go in; empty texts are missing, days are the company's.

    `is_doubtful`: a grave finding says that the text is no finished one (I-6). `is_revision`: it has the
    number of a document that is there. `is_external`: from outside, where no paper bears our labels (D-9).
    """

    number: str = ""
    title: str = ""
    label: str = ""
    effective: date | None = None
    issued: date | None = None
    is_controlled: bool | None = None
    is_doubtful: bool = False
    is_revision: bool = False
    is_external: bool = False
    choice: Choice = Choice.IMPORT


def may_move_run(state: RunState, action: RunAction) -> Verdict:
    """Say whether a run may take this step (I-1)."""
    if (state, action) in RUN_MOVES:
        return Allowed()
    return Refused("I-1", "no_such_step", {"state": state.value, "action": action.value})


def may_import_checked(checked: int, unchecked: int) -> Verdict:
    """Say whether the checked files of a run go in without the others: there is one among them (I-1)."""
    return Allowed() if checked else Refused("I-1", "nothing_checked", {"unchecked": unchecked})


def is_to_be_told(touched_on: date, *, today: date, days: int) -> bool:
    """Say whether the people of an import hear that it ends: nobody worked on it, its end is near (I-1)."""
    return today >= touched_on + timedelta(days=days) - TOLD_BEFORE


def ends_on(touched_on: date, *, today: date, days: int) -> date:
    """Return the day on which an untouched import ends: never earlier than people could act on it (I-1)."""
    return max(touched_on + timedelta(days=days), today + TOLD_BEFORE)


def may_end_untouched(day: date | None, *, today: date) -> Verdict:
    """Say whether an import ends that nobody worked on: its people were told, and the day has come (I-1)."""
    if day is None:
        return Refused("I-1", "worked_on")
    if today < day:
        return Refused("I-1", "ends_later", {"day": day})
    return Allowed()


def may_stand_in_force(wanted: Wanted, *, today: date) -> Verdict:
    """Say whether a file goes in as in force, without signatures here; else it is a draft (V-6, V-7, I-5).

    The first reason that speaks against it is given.
    """
    if wanted.choice is Choice.DRAFT:
        return Refused("I-1", "draft_wanted")
    if wanted.is_doubtful:
        return Refused("I-6", "needs_checking")
    if wanted.is_controlled is False:
        return Refused("D-1", "not_controlled")
    for field in ("number", "title", "label", "effective"):
        if not getattr(wanted, field) and not _is_given(wanted, field):
            return Refused("I-5", "missing", {"field": field})
    if wanted.label and read_label(wanted.label) is None:
        return Refused("V-1", "label_unreadable", {"label": wanted.label[:40]})
    assert wanted.effective is not None
    if wanted.effective > today:
        return Refused("V-7", "effective_to_come", {"effective": wanted.effective})
    if wanted.issued is not None and wanted.issued > wanted.effective:
        return Refused(
            "V-7", "issued_after_effective", {"issued": wanted.issued, "effective": wanted.effective}
        )
    return Allowed()


def _is_given(wanted: Wanted, field: str) -> bool:
    """Say whether a file need not say a field: its document has the number, one from outside has no label."""
    return (field == "number" and wanted.is_revision) or (field == "label" and wanted.is_external)


@dataclass(frozen=True, slots=True)
class InSeries:
    """A file as one revision of a document: its place in the history follows from day and label."""

    key: str
    label: str
    effective: date | None


def in_order(files: Iterable[InSeries]) -> list[InSeries]:
    """Return the files of one document as their revisions followed each other: by day, then label (V-2).

    Those without a day stand where their label puts them among the others.
    """
    known = list(files)
    by_label = sorted(known, key=lambda one: (_rank(one.label), one.key))
    if any(one.effective is None for one in known):
        return by_label
    return sorted(by_label, key=lambda one: (one.effective or date.min, _rank(one.label)))


def may_follow(earlier: InSeries, later: InSeries) -> Verdict:
    """Say whether two files can be one document's revisions one after the other (V-3, V-7)."""
    if earlier.effective is None:
        return Refused("V-7", "day_of_earlier_needed", {"label": earlier.label})
    if later.effective is not None and later.effective <= earlier.effective:
        return Refused("V-3", "same_day", {"label": earlier.label, "effective": earlier.effective})
    if normal(earlier.label) == normal(later.label):
        return Refused("V-1", "label_twice", {"label": earlier.label})
    return Allowed()


def series_of(number: str, title: str, label: str) -> str:
    """Return what files of one document have in common: the number, without one the title (N-10).

    A title alone is not enough: many companies have a text of that name. It counts where the file also says
    which revision it is.
    """
    if number:
        return f"n:{normal(number)}"
    return f"t:{normal(title)}" if title and label else ""


def shared(one: Sequence[int], other: Sequence[int]) -> float:
    """Return how much two sketches of texts agree, 0 to 1: an estimate of the common share (I-4)."""
    if not one or not other:
        return 0.0
    return sum(left == right for left, right in zip(one, other, strict=True)) / len(one)


def _rank(label: str) -> tuple[int, str, int]:
    read = read_label(label) if label else None
    if read is None:
        return (0, label, 0)
    issue = read.issue.zfill(4) if read.issue.isdigit() else read.issue
    return (1, issue, read.amendment or 0)
