"""What the sample company consists of: people, documents, records, and what happened to them when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from docctl.demo.acts import Act, Deed, Rule
from docctl.demo.company import Company, Person, Unit


class Wish(StrEnum):
    """The state that a record of the sample company is there to show (F-17)."""

    ACCEPTED = "accepted"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    VOID = "void"
    LATE = "late"
    PAPER = "paper"
    OUTSIDE = "outside"
    CORRECTED_STRIKE = "corrected_strike"
    CORRECTED_SHEET = "corrected_sheet"
    CORRECTION_PENDING = "correction_pending"
    HELD = "held"
    DUE = "due"
    LISTED_CHECKING = "listed_checking"
    LISTED_APPROVED = "listed_approved"
    DESTROYED = "destroyed"


#: Records that their keeper does not accept, so that they stay in an inbox or were wrong.
NOT_ACCEPTED = frozenset({Wish.AWAITING_ACCEPTANCE, Wish.VOID})


class Do(StrEnum):
    """What somebody did with a revision of a document."""

    CREATE = "create"
    REVISE = "revise"
    SUBMIT = "submit"
    REVIEW = "review"
    RETURN = "return"
    APPROVE = "approve"
    ISSUE = "issue"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Procedure:
    """A revision-bearing text; `text` of a revision has `# ` chapters, clauses and `|` table lines.

    One from outside has an issuer and the number that it bears there (D-9).
    """

    number: str
    title: str
    title_en: str
    unit: str
    author: str
    retention_class: str
    revisions: tuple[ProcedureRevision, ...]
    issuer: str = ""
    issuer_number: str = ""


@dataclass(frozen=True, slots=True)
class ProcedureRevision:
    """One revision: what changed, why, on what basis; its last day, or how long a trial is (V-2, V-8)."""

    label: str
    prepared: date
    what: str
    reason: str
    text: str
    basis: str = ""
    valid_until: date | None = None
    #: It is for trial, for so many days from the one on which the sample is made.
    trial_days: int = 0
    #: Its annexes, each with its title and its text; whether the file it was written in is kept too (V-13).
    annexes: tuple[tuple[str, str], ...] = ()
    has_source: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A record form under a procedure; `{filer}` and `{stated}` in signers are people of a record."""

    number: str
    title: str
    title_en: str
    unit: str
    author: str
    parent: str
    retention_class: str
    signers: tuple[str, ...]
    revisions: tuple[FormRevision, ...]
    #: The revision of its procedure in whose annex it stands, numbered under it (N-12).
    in_annex_of: str = ""

    def revision(self, label: str) -> FormRevision:
        """Return the revision with a label."""
        return next(one for one in self.revisions if one.label == label)

    def signed_by(self, *, filer: str = "", stated: str = "") -> list[str]:
        """Return the places for signatures; on a blank they are left empty."""
        blank = not (filer or stated)
        filled = [one.format(filer=filer, stated=stated) for one in self.signers]
        return [f"{one.partition('：')[0]}：" for one in filled] if blank else filled


@dataclass(frozen=True, slots=True)
class FormRevision:
    """One revision of a form: rows of field names and, for lists, the columns of its lines."""

    label: str
    prepared: date
    what: str
    reason: str
    note: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...] = ()
    basis: str = ""
    #: Of these fields the ones with choices, each with its name before them (F-2).
    choices: tuple[tuple[str, ...], ...] = ()

    def chosen(self, values: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return what a record's values choose, by the keys that the fields with choices get."""
        said = dict(zip(self.fields, values, strict=False))
        keyed = ((f"f{n}", said.get(one[0], "")) for n, one in enumerate(self.choices, start=1))
        return tuple((key, (value,)) for key, value in keyed if value)

    @property
    def fields(self) -> tuple[str, ...]:
        """The field names in the order in which a record gives its values."""
        return tuple(name for row in self.rows for name in row)


@dataclass(frozen=True, slots=True)
class StrikeThrough:
    """A registered fact struck and put right; `reason` is a code of the correction rules (C-1, C-7)."""

    field: str
    old: str
    new: str
    reason: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A correction sheet for the file itself: what in it is wrong and right (C-4)."""

    what: str
    old: str
    new: str
    reason: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """A record to file: registration data, the file's content and the state it shows (F-3, F-5).

    `values` follow the fields of the form revision `label`; a `text` stands for a letter or note
    that was written without the form.
    """

    key: str
    form: str
    label: str
    title: str
    occurred: datetime
    filed: datetime
    unit: str
    filer: str
    kind: str
    wish: Wish
    stated: str = ""
    channel: str = ""
    received: datetime | None = None
    accepted: Act | None = None
    remarks: str = ""
    outside_number: str = ""
    medium: str = "electronic"
    place: str = ""
    customer: str = ""
    batch: str = ""
    values: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    correction: StrikeThrough | None = None
    sheet: Sheet | None = None
    hold: Act | None = None
    void: Act | None = None
    disposal: str = ""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The shared keys that this record has, as pairs of kind and value (S-7)."""
        pairs = (("customer", self.customer), ("batch", self.batch))
        return tuple((kind, value) for kind, value in pairs if value)

    def fact(self, field: str) -> str:
        """Return a registered text fact under the name that corrections know it by."""
        return {
            "title": self.title,
            "stated_person": self.stated,
            "stated_channel": self.channel,
            "outside_number": self.outside_number,
            "remarks": self.remarks,
        }[field]


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a document's life (V-6)."""

    at: datetime
    do: Do
    document: str
    revision: str
    by: str
    comment: str = ""
    effective: date | None = None
    waits: bool = False
    #: Told so few days before the sample is made that the step it opens is due by tomorrow (A-4).
    near_due: bool = False
    #: For whom it is signed, where that one is away (A-8).
    behalf: str = ""
    #: What was missing, where it was returned with a list (A-9).
    items: tuple[str, ...] = ()

    def effective_on(self, today: date) -> date | None:
        """Return the effective day; one that `waits` lies ahead also when its day has passed (V-3)."""
        if not self.waits or self.effective is None or self.effective > today:
            return self.effective
        return date(today.year + 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Disposal:
    """A disposal list as far as it went: proposed, checked, approved, executed before a witness (R-6)."""

    key: str
    title: str
    proposed: Act
    checked: Act | None = None
    approved: Act | None = None
    executed: Act | None = None
    witnessed: Act | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The whole sample company; events and records stand in the order of time."""

    company: Company
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    procedures: tuple[Procedure, ...]
    forms: tuple[Form, ...]
    records: tuple[RecordSpec, ...]
    events: tuple[Event, ...]
    disposals: tuple[Disposal, ...]
    rules: tuple[Rule, ...] = ()
    outside: tuple[Procedure, ...] = ()
    deeds: tuple[Deed, ...] = ()

    @property
    def texts(self) -> tuple[Procedure, ...]:
        """Everything that is written in clauses: the procedures, and what comes from outside."""
        return (*self.procedures, *self.outside)

    @property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who is still there at the end of the story (A-16)."""
        gone = {one.more["person"] for one in self.deeds if one.do == "leave"}
        return tuple(one for one in self.people if one.username not in gone)

    def firm(self, unit: str) -> str:
        """Return what the legal entity of a unit is called (O-4)."""
        entity = next(one.entity for one in self.units if one.code == unit)
        return entity[1] if entity else self.company.name

    def name_of(self, username: str) -> str:
        """Return the full name of a person."""
        return next(one.name for one in self.people if one.username == username)

    def form(self, number: str) -> Form:
        """Return the form with a number."""
        return next(one for one in self.forms if one.number == number)

    def listed(self, disposal: str) -> tuple[RecordSpec, ...]:
        """Return the records on a disposal list."""
        return tuple(one for one in self.records if one.disposal == disposal)
