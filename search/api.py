"""What a search engine promises: the entries it keeps, the questions it answers, its errors (S-1 to S-4)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import Final, Literal, Protocol

#: An entry of this kind is not bound to a time of validity.
RECORD = "record"
#: The states of an entry that must not be used meanwhile, and of one that was taken back (V-6).
SUSPENDED = "suspended"
WITHDRAWN = "withdrawn"

#: What results can be counted by, each a field with one value for an entry (S-3).
FACETS: Final = ("kind", "state", "unit", "type", "year", "retention")
#: Count by state only those entries that stand so at the instant of the question (V-3, V-8).
WAITING_STATE: Final = "waiting_state"
EXPIRED_STATE: Final = "expired_state"
ENDED_STATE: Final = "ended_state"
STANDING: Final = {WAITING_STATE: "waiting", EXPIRED_STATE: "expired", ENDED_STATE: "ended"}
#: What a form asked and an entry answers, any number of values: counted and narrowed to field by field (S-3).
CHOICE: Final = "choice"
COUNTED: Final = (*FACETS, *STANDING, CHOICE)

#: How an entry stands at an instant; the first one is that of an entry not bound to a time of validity.
Standing = Literal["", "waiting", "valid", "expired", "ended"]

State = Literal["ready", "empty", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to be found, and who may find it when.

    Visible at `t` to a reader of `access`, and from `valid_from` until before `valid_until` to a reader of
    `published`. Without `valid_from` it is not published, without `valid_until` it stays so (X-3, V-6). From
    `expires` on it is still to be seen, and marked as expired (V-8).
    """

    id: str
    kind: str
    number: str
    title: str
    body: str
    state: str
    unit: str
    type: str
    day: date | None
    access: str
    published: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    retention: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """What else may be asked for as field:value, several values of one field too (S-1, S-7)."""
    expires: datetime | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """What was chosen in which field, each by its key; the key of a value has no full stop (S-3)."""

    def __post_init__(self) -> None:
        """Refuse instants without a time zone: they would mean another time on each host."""
        for instant in (self.valid_from, self.valid_until, self.expires):
            _require_aware(instant)

    @property
    def year(self) -> str:
        """The year of its day, empty without one."""
        return f"{self.day:%Y}" if self.day else ""

    def digest(self) -> bytes:
        """Return what differs where anything of the entry does; kept in the index to compare (S-4)."""
        plain = [one.astimezone(UTC).isoformat() if isinstance(one, datetime) else one for one in _told(self)]
        made = blake2b(repr(plain).encode("utf-8", "replace"), digest_size=12)
        made.update(self.body.encode("utf-8", "replace"))
        return made.digest()

    def is_valid(self, at: datetime) -> bool:
        """Say whether the entry is valid at an instant; `valid_until` itself is outside (V-6)."""
        return (
            self.valid_from is not None
            and self.valid_from <= at
            and (self.valid_until is None or at < self.valid_until)
        )

    def standing(self, at: datetime) -> Standing:
        """Return how the entry stands at an instant; one that never becomes valid has ended (V-6, V-8)."""
        start, end = self.valid_from, self.valid_until
        if start is None:
            return ""
        if end is not None and end <= max(at, start):
            return "ended"
        if at < start:
            return "waiting"
        return "expired" if self.expires is not None and self.expires <= at else "valid"


#: Gives everything of an entry but its body, in the order of its fields.
_told: Final = attrgetter(*(one.name for one in fields(Entry) if one.name != "body"))


class Sort(StrEnum):
    """The orders of a result; ties are settled by id, so that pages do not overlap (S-3)."""

    RELEVANCE = "relevance"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question; empty filters do not filter, `sets` are who asks (S-1, X-3)."""

    text: str
    sets: frozenset[str]
    at: datetime
    kinds: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    years: frozenset[str] = frozenset()
    retentions: frozenset[str] = frozenset()
    day_from: date | None = None
    day_until: date | None = None
    """The last day, itself included."""
    not_ended: bool = False
    """Leave out what has ended; records do not end."""
    standings: frozenset[str] = frozenset()
    """Only what stands so, of Standing; narrows by state as `states` does (V-6, V-8)."""
    exclude: frozenset[str] = frozenset()
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Sets of words: what was typed is found by the others of its set too (S-6)."""
    known: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """By field and name: the values meant by a name in field:value, such as units by what they are called."""
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By field: only entries with one of these values in it, in every field named."""
    fields: frozenset[str] = frozenset()
    """What else may be named as field:value, folded as numbers are; `known` says under `choice_of` what its
    values mean, each as `chosen_value` (S-1)."""
    near: str = ""
    """A number: only entries whose number is nearly the same (S-3)."""
    facets: frozenset[str] = frozenset()
    """What to count by, of COUNTED."""
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    offset: int = 0

    def __post_init__(self) -> None:
        """Refuse an instant without a time zone."""
        _require_aware(self.at)
        if self.limit < 0 or self.offset < 0:
            raise ValueError("limit and offset count from zero")
        if not self.facets <= set(COUNTED):
            raise ValueError("unknown facet")

    def chosen(self) -> dict[str, frozenset[str]]:
        """Return by what the question is narrowed, by name of facet; only those that narrow."""
        found = (self.kinds, self.states, self.units, self.types, self.years, self.retentions)
        return {name: values for name, values in zip(FACETS, found, strict=True) if values}

    def narrowed(self) -> set[str]:
        """Return the names of the facets by which the question is narrowed."""
        return {*self.chosen(), *(("state",) if self.standings else ()), *map(choice_of, self.choices)}


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found."""

    id: str
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: the exact number of visible entries, one page of them, how far the index had come."""

    total: int
    hits: tuple[Hit, ...]
    position: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """For each facet asked for: how many entries would be found with one value chosen alone (S-3).

    What the facet itself is narrowed to (for those of STANDING the state) does not count here, everything
    else does; no value counts zero. Under CHOICE it is so for each field by itself, values as `chosen_value`.
    """


@dataclass(frozen=True, slots=True)
class Generation:
    """One making of an index, by name; its files hold nothing that was removed before `made_from` (R-7).

    `is_alone`: no file of an earlier making is left beside it.
    """

    name: str
    made_from: int
    is_alone: bool = True


class FreshIndex(Protocol):
    """A new generation being filled; nobody sees it before it is complete."""

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries; an id given twice counts once, the last one."""


class SearchEngine(Protocol):
    """A full text index that follows events and can be thrown away at any time (S-4)."""

    @property
    def state(self) -> State:
        """Whether the index can be used; unless "ready" it answers nothing and stands at position 0."""

    def apply(
        self,
        upserts: Iterable[Entry],
        removals: Iterable[str],
        *,
        position: int,
        after: int | None = None,
    ) -> None:
        """Store one batch and its position in one commit; a removal wins over an upsert.

        Applying a batch again changes nothing. Raises IndexBusy, and CursorMoved where the index does not
        stand at `after`, if that is given.
        """

    def position(self) -> int:
        """Return the position of the last batch, 0 for an index that has to be filled."""

    def search(self, query: Query) -> Found:
        """Answer one question. Raises QueryProblem, IndexDamaged."""

    def ids(self) -> Iterator[str]:
        """Yield the id of every entry, in no order (S-4)."""

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Yield id and digest of every entry as it was indexed, in no order (S-4)."""

    def count(self) -> int:
        """Return the number of entries."""

    def rebuild(self, *, position: int) -> AbstractContextManager[FreshIndex]:
        """Give a new generation that replaces the old one when the block ends without an error (S-4).

        Searches and batches go to the old generation until then; the new one stands at `position`, so the
        follower catches up from there. Raises IndexBusy while another rebuild runs.
        """

    def purge(self, entries: Callable[[], Iterable[Entry]], *, position: int) -> None:
        """Make the index again from `entries`, so that no file holds text of what was removed (R-6)."""

    def generation(self) -> Generation | None:
        """Return the making in use; None unless the state is "ready"."""

    def alone(self, *, wait: float | None = None) -> AbstractContextManager[None]:
        """Keep other followers of this index away, those of other processes too; take it before reading
        what the index is made from. Raises IndexBusy after `wait` seconds.
        """

    def sweep(self) -> None:
        """Delete what is left of earlier makings (R-6). Raises IndexBusy."""

    def intact(self) -> bool:
        """Read the whole index and say whether it is as it was written."""

    def close(self) -> None:
        """Let go of files and locks."""


def choice_of(field: str) -> str:
    """Return the name of a field of choices among those of facets."""
    return f"{CHOICE}:{field}"


def chosen_value(field: str, value: str) -> str:
    """Return how a choice in a field is counted, and asked for as a fact."""
    return f"{field}.{value}"


def field_chosen(counted: str) -> str:
    """Return the field of what was counted."""
    return counted.rpartition(".")[0]


def _require_aware(instant: datetime | None) -> None:
    if instant is not None and instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
