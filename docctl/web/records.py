"""Pages of records: the register, filing, the page of one, why it is kept so long (F-1, F-3, C-2, R-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, make_response, request

from docctl.domain.form_definition import FACT, MOST_FIELDS, MOST_OPTIONS
from docctl.domain.form_values import Chosen
from docctl.domain.validity import last_day
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.queries.held_keys import holds_on_key
from docctl.queries.hold_names import names_holds
from docctl.queries.record_filter import UNTOLD
from docctl.queries.record_forms import (
    FormInForce,
    form_in_force,
    forms_in_force,
    forms_to_filter,
    people_to_filter,
    units_to_file_for,
    units_to_filter,
)
from docctl.queries.records import SORTS, STATES, Choice, RecordFilter, classes_to_filter, record_register
from docctl.queries.shared_keys import KEY_KINDS, keys_beside
from docctl.services.files import Attached
from docctl.services.records.file import FileRecord, file_record
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other, words
from docctl.web.fields import read_text
from docctl.web.forms import UploadField, form
from docctl.web.record_pages import load, shown
from docctl.web.record_words import (
    because_words,
    beside_its_field,
    fact_value,
    held_because,
    hold_address,
    key_address,
)
from docctl.web.registers import chosen, flag, itself, number

bp = Blueprint("records", __name__, url_prefix="/records")
bp.add_app_template_global(fact_value)
bp.add_app_template_global(because_words)
bp.add_app_template_global(held_because)
bp.add_app_template_global(key_address)
bp.add_app_template_global(hold_address)

MEDIA: Final = ("electronic", "paper")


@bp.get("")
@requires("record.list")
def register() -> str:
    """Show the register of records: exactly what the person may see, and how many (S-1, X-3)."""
    wanted = wanted_records()
    with house().uow.read() as session:
        found = record_register(session, actor(), wanted, today=house().today(), zone=house().zone)
        choices = {
            "form": forms_to_filter(session, actor(), chosen=wanted.form_id),
            # Somebody from outside is told of no unit, class or person by what could be chosen (O-7, X-3).
            "unit": () if actor().is_outside else units_to_filter(session),
            "class": () if actor().is_outside else classes_to_filter(session),
            "filer": () if actor().is_outside else people_to_filter(session, chosen=wanted.filer_id),
        }
        beside = keys_beside(session, actor(), *wanted.key) if wanted.key else ()
        named = wanted.key is not None and names_holds(actor())
        holds = holds_on_key(session, *wanted.key) if named and wanted.key else ()
    return render(
        "records/register.html",
        found=found,
        wanted=wanted,
        choices=choices,
        states=_states(),
        media=MEDIA,
        here=_address(wanted),
        narrowed=_narrowed(wanted, choices),
        beside=beside,
        holds=holds,
    )


def _states() -> tuple[str, ...]:
    """Return what the person may narrow the register to: from outside nothing about disposal (O-7, X-3)."""
    return tuple(one for one in STATES if one not in UNTOLD) if actor().is_outside else STATES


def wanted_records() -> RecordFilter:
    """Return what the address asks for; what it cannot mean is left out."""
    given = request.args
    year = given.get("year", "")
    sort = given.get("sort", "")
    kind, _, value = given.get("key", "")[:250].partition(":")
    key = (kind, value.strip()) if kind in KEY_KINDS and value.strip() else None
    return RecordFilter(
        text=given.get("text", "")[:200].strip(),
        form_id=chosen(given.get("form")),
        unit_id=chosen(given.get("unit")),
        class_id=chosen(given.get("class")),
        filer_id=chosen(given.get("filer")),
        state=given.get("state", "") if given.get("state") in _states() else "",
        medium=given.get("medium", "") if given.get("medium") in MEDIA else "",
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        late=flag(given.get("late")),
        key=key,
        # A key is followed through time: from the first record of it on.
        sort=sort if sort in SORTS else ("occurred" if key else "filed"),
        descending=given.get("order", "asc" if sort or key else "desc") == "desc",
        page=number(given.get("page")),
    )


def _kept(wanted: RecordFilter) -> dict[str, Any]:
    """Return what stands in the address of the register."""
    by_default = (wanted.sort, wanted.descending) == (("occurred", False) if wanted.key else ("filed", True))
    return {
        "text": wanted.text,
        "form": wanted.form_id,
        "unit": wanted.unit_id,
        "class": wanted.class_id,
        "filer": wanted.filer_id,
        "state": wanted.state,
        "medium": wanted.medium,
        "year": wanted.year,
        "late": "1" if wanted.late else "",
        "key": ":".join(wanted.key) if wanted.key else "",
        "sort": "" if by_default else wanted.sort,
        "order": "" if by_default else ("desc" if wanted.descending else "asc"),
    }


def _address(wanted: RecordFilter) -> Any:
    """Return how the page writes the address of itself with something changed."""
    return itself("/records", _kept(wanted))


def _narrowed(wanted: RecordFilter, choices: dict[str, tuple[Choice, ...]]) -> list[tuple[str, str]]:
    """Return the filters in use that are no state: their name in the address and their words."""
    ids = {"form": wanted.form_id, "unit": wanted.unit_id, "class": wanted.class_id, "filer": wanted.filer_id}
    found = [
        (name, next((one.words for one in choices[name] if one.id == chosen_id), ""))
        for name, chosen_id in ids.items()
        if chosen_id is not None
    ]
    if wanted.text:
        found.append(("text", wanted.text))
    if wanted.year is not None:
        found.append(("year", str(wanted.year)))
    if wanted.key is not None:
        found.append(("key", f"{words().t(f'fields.{wanted.key[0]}')} {wanted.key[1]}"))
    return found


@bp.get("/new")
@requires("record.file")
def choose() -> str:
    """Choose the form: only what is in force can be filled (F-1)."""
    with house().uow.read() as session:
        forms = forms_in_force(session, actor(), at=house().clock())
    return render("records/choose.html", forms=forms)


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record as typed; who files it and when is not asked (F-5)."""

    title: str
    occurred_at: datetime
    file: UploadField
    annex: UploadField = ()
    unit_id: UUID | None = None
    received_at: datetime | None = None
    stated_person: str = ""
    stated_channel: str = ""
    outside_number: str = ""
    batch: str = ""
    order: str = ""
    part: str = ""
    customer: str = ""
    project: str = ""
    vehicle: str = ""
    machine: str = ""
    medium: str = "electronic"
    place: str = ""
    language: str = "zh"
    remarks: str = ""
    repeated_is_meant: bool = False
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class NewPage:
    """What the form of a new record offers."""

    form: FormInForce
    units: tuple[Choice, ...]
    now: str
    english: bool
    key_kinds: tuple[str, ...] = KEY_KINDS


def _new_page(form_id: UUID) -> NewPage:
    at = house().clock()
    with house().uow.read() as session:
        found = form_in_force(session, actor(), form_id, at=at)
        if found is None:
            raise NotFound("form")
        if found.suspended_since is not None and request.method == "GET":  # later, what was typed is kept
            since = found.suspended_since.astimezone(house().zone).date()
            raise RuleRefused(Refused("V-6", "form_suspended", {"number": found.number, "since": since}))
        if found.expired_at is not None and request.method == "GET":
            last = last_day(found.expired_at, house().zone)
            assert last is not None
            raise RuleRefused(Refused("V-8", "form_expired", {"number": found.number, "last": last}))
        units = units_to_file_for(session, actor(), today=house().today())
    return NewPage(
        found, units, at.astimezone(house().zone).strftime("%Y-%m-%dT%H:%M"), english=lang() == "en"
    )


@bp.route("/new/<uuid:form_id>", methods=["GET", "POST"])
@requires("record.file")
@form(
    "records/file.html",
    NewRecord,
    page=_new_page,
    beside={
        "F-3": "title",
        "F-5.received_before_occurred": "received_at",
        "R-13.place_needed": "place",
        "R-13.no_such_medium": "medium",
        "upload": "file",
        "upload.repeated": "repeated_is_meant",
    },
)
def file(typed: NewRecord, form_id: UUID) -> Response:
    """File a record under a form in force (F-1, F-3, N-4)."""
    cmd = FileRecord(
        form_id=form_id,
        title=typed.title,
        occurred_at=typed.occurred_at,
        uploads=tuple(Attached(one) for one in (*typed.file, *typed.annex)),
        unit_id=typed.unit_id,
        received_at=typed.received_at,
        stated_person=typed.stated_person,
        stated_channel=typed.stated_channel,
        outside_number=typed.outside_number,
        remarks=typed.remarks,
        medium=typed.medium,
        place=typed.place if typed.medium == "paper" else "",
        language=typed.language[:20],
        keys=tuple((kind, getattr(typed, kind)) for kind in KEY_KINDS),
        choices=_chosen(),
        repeated_is_meant=typed.repeated_is_meant,
    )
    with beside_its_field(*NewRecord.__slots__, fields_of_form=True):
        record_id = file_record(cmd, by=caller(typed.request_id), house=house())
    flash_done("records.done.filed")
    return see_other(f"/records/{record_id}")


def _chosen() -> tuple[Chosen, ...]:
    """Return what was chosen in the fields of the form, by their keys (F-2)."""
    given = request.form
    names = [name for name in given if name.startswith(FACT)][: 2 * MOST_FIELDS]
    return tuple(
        (name.removeprefix(FACT), tuple(read_text(name, one) for one in given.getlist(name)[:MOST_OPTIONS]))
        for name in names
    )


@bp.get("/<uuid:record_id>")
@requires("record.view")
def page(record_id: UUID) -> Response:
    """Show a record, now or as it stood at an instant (C-2, X-2)."""
    return make_response(shown(record_id))


@bp.get("/<uuid:record_id>/why")
@requires("retention.explain")
def why(record_id: UUID) -> str:
    """Show why a record is kept until its day, step by step (R-10)."""
    return render("records/why.html", page=load(record_id))
