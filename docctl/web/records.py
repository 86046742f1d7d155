"""Pages of records: the register, filing, the page of one, why it is kept so long (F-1, F-3, C-2, R-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, make_response, request

from docctl.domain.form_definition import FACT, MOST_FIELDS, MOST_OPTIONS, merged
from docctl.domain.form_values import Chosen
from docctl.domain.validity import last_day
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.queries.held_keys import holds_on_key
from docctl.queries.hold_names import names_holds
from docctl.queries.record_forms import (
    FormInForce,
    form_in_force,
    forms_in_force,
    forms_to_filter,
    people_to_filter,
    units_to_file_for,
    units_to_filter,
)
from docctl.queries.records import Choice, classes_to_filter, record_register
from docctl.queries.search_form_fields import definitions_known
from docctl.queries.shared_keys import KEY_KINDS, keys_beside
from docctl.services.files import Attached
from docctl.services.records.file import FileRecord, file_record
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other
from docctl.web.fields import read_text
from docctl.web.forms import UploadField, form
from docctl.web.record_filters import (
    MEDIA,
    answers_left,
    fields_offered,
    itself_as,
    narrowed,
    states,
    wanted_records,
)
from docctl.web.record_pages import load, shown
from docctl.web.record_words import (
    because_words,
    beside_its_field,
    fact_value,
    held_because,
    hold_address,
    key_address,
)

bp = Blueprint("records", __name__, url_prefix="/records")
bp.add_app_template_global(fact_value)
bp.add_app_template_global(because_words)
bp.add_app_template_global(held_because)
bp.add_app_template_global(key_address)
bp.add_app_template_global(hold_address)


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
            "class": ()
            if actor().is_outside
            else classes_to_filter(session, house().clock(), chosen=wanted.class_id),
            "filer": () if actor().is_outside else people_to_filter(session, chosen=wanted.filer_id),
        }
        beside = keys_beside(session, actor(), *wanted.key) if wanted.key else ()
        named = wanted.key is not None and names_holds(actor())
        holds = holds_on_key(session, *wanted.key) if named and wanted.key else ()
        asked = merged(definitions_known(session, actor(), wanted.form_id, at=house().clock()))
    return render(
        "records/register.html",
        found=found,
        wanted=wanted,
        choices=choices,
        states=states(),
        media=MEDIA,
        here=itself_as(wanted),
        narrowed=narrowed(wanted, choices),
        fields=fields_offered(wanted, asked),
        answers=answers_left(wanted, asked),
        beside=beside,
        holds=holds,
    )


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
