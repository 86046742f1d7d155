"""What is to become of the files of a run, seen together and beside what is there (I-1, I-4, N-6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from docctl.domain.canonical import plain
from docctl.domain.import_alike import Alike, Sketches, near_duplicates
from docctl.domain.imports import InSeries, in_order, may_follow, series_of
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Refused

#: Codes of the notes on histories; those under V speak of two files that cannot follow each other.
HISTORY_CODES: Final = frozenset({"history", "day_of_earlier_needed", "same_day", "label_twice"})


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file of the run as far as the comparison needs it; `key` identifies it.

    `entity` is the legal entity that it goes to: one number is one document's there, another's elsewhere.
    """

    key: str
    path: str
    sha256: str
    number: str = ""
    title: str = ""
    label: str = ""
    series: InSeries | None = None
    entity: str = ""


#: An entity, and what of a file is looked for there.
InEntity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class There:
    """What each entity holds already: by hash of file, by normal number or title, the number that has it."""

    files: Mapping[InEntity, str] = field(default_factory=dict)
    numbers: Mapping[InEntity, str] = field(default_factory=dict)
    titles: Mapping[InEntity, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one file in view of the others: a rule's code with what it is about.

    `other` is the key of the other file; `leaves_out`: it is not imported unless a person says otherwise.
    """

    key: str
    rule: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    other: str = ""
    leaves_out: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the note as JSON can carry it."""
        return {
            "rule": self.rule,
            "code": self.code,
            "params": plain(self.params),
            "other": self.other,
            "leaves_out": self.leaves_out,
        }


def compare(files: Sequence[PlanFile], there: There) -> list[Note]:
    """Return the notes on the files of a run but for near-duplicates: copies, numbers, histories (I-4)."""
    return [*_copies(files, there), *_numbers(files, there), *histories(files)]


def series_by_file(files: Iterable[PlanFile]) -> dict[str, str]:
    """Return the series of each file that has others of its document beside it."""
    by_series: dict[str, list[str]] = defaultdict(list)
    for one in files:
        if key := series_of(one.number, one.title, one.label):
            by_series[f"{one.entity} {key}"].append(one.key)
    return {key: series for series, keys in by_series.items() if len(keys) > 1 for key in keys}


def series_of_files(files: Iterable[PlanFile]) -> dict[str, str]:
    """Return by file the key of the first file of its document, which stands for the series."""
    first: dict[str, str] = {}  # what they have in common was read and is not kept in the open
    return {key: first.setdefault(name, key) for key, name in series_by_file(files).items()}


def _copies(files: Sequence[PlanFile], there: There) -> Iterator[Note]:
    first: dict[InEntity, PlanFile] = {}
    for one in files:
        place = (one.entity, one.sha256)
        if place in there.files:
            params = {"number": there.files[place]}
            yield Note(one.key, "I-1", "already_there", params, leaves_out=True)
        elif (earlier := first.setdefault(place, one)) is not one:
            params = {"path": earlier.path}
            yield Note(one.key, "I-1", "same_file", params, earlier.key, leaves_out=True)


def _numbers(files: Sequence[PlanFile], there: There) -> Iterator[Note]:
    for one in files:
        if (one.entity, one.sha256) in there.files:
            continue
        if one.number and (holder := there.numbers.get((one.entity, normal(one.number)))):
            yield Note(one.key, "N-6", "taken", {"number": one.number, "holder": holder})
        elif one.title and (holder := there.titles.get((one.entity, normal(one.title)))):
            yield Note(one.key, "I-4", "title_there", {"title": one.title, "holder": holder})


def histories(files: Sequence[PlanFile]) -> Iterator[Note]:
    """Tell where files of one number are one document's history, and where they cannot be (I-1, V-2)."""
    series = series_by_file(files)
    by_series: dict[str, dict[str, PlanFile]] = defaultdict(dict)
    for one in files:
        if one.key in series:
            by_series[series[one.key]].setdefault(one.sha256, one)  # a copy is no revision
    for members in by_series.values():
        if len(members) < 2:
            continue
        known = {one.key: one for one in members.values()}
        ordered = in_order(one.series for one in members.values() if one.series is not None)
        for place, member in enumerate(ordered, start=1):
            yield Note(member.key, "I-1", "history", {"place": place, "of": len(ordered)})
        for earlier, later in pairwise(ordered):
            verdict = may_follow(earlier, later)
            if isinstance(verdict, Refused):
                blamed = earlier if verdict.code == "day_of_earlier_needed" else later
                other = later if blamed is earlier else earlier
                params = {**verdict.params, "path": known[other.key].path}
                yield Note(blamed.key, verdict.rule, verdict.code, params, other.key)


def compare_sketches(files: Sequence[PlanFile], sketches: Sketches, places: Sequence[int]) -> Alike:
    """Return which files are near-duplicates, but neither copies nor revisions of one number (I-4).

    `places` says of each sketch whose it is.
    """

    def is_left_out(one: int, other: int) -> bool:
        left, right = files[places[one]], files[places[other]]
        is_one_number = left.entity == right.entity and normal(left.number) == normal(right.number)
        return left.sha256 == right.sha256 or bool(left.number and is_one_number)

    return near_duplicates(sketches, is_left_out=is_left_out)


def alike_notes(
    files: Sequence[PlanFile], alike: Alike, places: Sequence[int], which: Iterable[int]
) -> Iterator[Note]:
    """Yield what near-duplicates those of the sketched files have that are asked for (I-4)."""
    for at in which:
        for other, percent in alike.of(at):
            beside = files[places[other]]
            params = {"path": beside.path, "percent": percent}
            yield Note(files[places[at]].key, "I-4", "alike", params, beside.key)
