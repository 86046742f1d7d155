"""The page on which a draft of a form gets its fields; every button works without scripts (F-2, V-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.form_definition import FieldType, FormField, tidy_name
from docctl.domain.form_keys import WantedField, WantedOption
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.document_page import DocumentPage
from docctl.services.forms.define import DefineForm, define_form
from docctl.web.context import caller, house, requires
from docctl.web.fields import read_text
from docctl.web.forms import Unreadable, form, shown_again
from docctl.web.revisions import document_at, done_at

T = TypeVar("T")

bp = Blueprint("form_fields", __name__, url_prefix="/documents/revisions")

#: More than may stand, so that what is too much is refused with its reason and kept as typed.
_MOST_READ: Final = 100

_SAVE: Final = "save"


@dataclass(frozen=True, slots=True)
class FieldsForm:
    """What the page sends beside the fields themselves: which button, and what was shown."""

    act: str = _SAVE
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class FieldsPage:
    """The draft, and its fields as they are or as typed."""

    document: DocumentPage
    fields: tuple[WantedField, ...]


def _page(revision_id: UUID) -> FieldsPage:
    document = document_at(revision_id)
    if request.method == "POST":
        return FieldsPage(document, tuple(_typed(read=str.strip)))  # as it was typed, whatever is in it
    if not document.is_form:
        raise RuleRefused(Refused("F-2", "not_a_form", {"number": document.number}))
    if document.revision.state != RevisionStatus.DRAFT.value:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": document.revision.state}))
    return FieldsPage(document, tuple(map(_wanted, document.asks.fields)))


def _wanted(field: FormField) -> WantedField:
    options = tuple(WantedOption(one.name, one.key) for one in field.options)
    return WantedField(field.name, options, field.type is FieldType.CHOICES, field.required, field.key)


def _typed(read: Callable[[str], str] | None = None) -> list[WantedField]:
    """Return the fields as typed; what stands in the box for further choices are choices too."""
    given, read = request.form, read or _text
    count = given.get("count", "0")
    found = []
    for n in range(min(int(count) if count.isascii() and count.isdigit() else 0, _MOST_READ)):
        names, keys = given.getlist(f"o{n}")[:_MOST_READ], given.getlist(f"ok{n}")
        options = [WantedOption(read(name), key) for name, key in zip(names, keys, strict=False)]
        lines = map(str.strip, read(given.get(f"m{n}", "")).split("\n"))
        options += [WantedOption(line) for line in lines if line]
        found.append(
            WantedField(
                name=read(given.get(f"n{n}", "")),
                options=tuple(options[: 2 * _MOST_READ]),
                several=given.get(f"t{n}") == FieldType.CHOICES.value,
                required=given.get(f"r{n}") == "1",
                key=given.get(f"k{n}", ""),
            )
        )
    return found


def _text(raw: str) -> str:
    try:
        return read_text("name", raw)
    except RuleRefused as error:
        raise Unreadable({"form": error.refused}) from error


def _beside(error: RuleRefused, fields: list[WantedField]) -> Unreadable:
    """Return the refusal beside the field that it is about."""
    params = error.refused.params
    if "name" in params:
        names = [n for n, one in enumerate(fields) if tidy_name(one.name)[:80] == str(params["name"])]
        place = names[-1] if names else None
    else:
        place = int(str(params["place"])) - 1 if "place" in params else None
    return Unreadable({"form" if place is None else f"n{place}": error.refused})


@bp.route("/<uuid:revision_id>/fields", methods=["GET", "POST"])
@requires("revision.edit")
@form("forms/fields.html", FieldsForm, page=_page)
def fields(typed: FieldsForm, revision_id: UUID) -> Response:
    """Say what a draft of a form asks of its records (F-2); other buttons only show the page again."""
    wanted = _typed()
    if typed.act != _SAVE:
        page = replace(_page(revision_id), fields=tuple(_stepped(wanted, typed.act)))
        return shown_again("forms/fields.html", FieldsForm, page)
    cmd = DefineForm(revision_id, typed.row_version, tuple(wanted))
    try:
        define_form(cmd, by=caller(typed.request_id), house=house())
    except RuleRefused as error:
        if error.refused.rule != "F-2":
            raise
        raise _beside(error, wanted) from error
    return done_at(revision_id, "defined")


def _stepped(wanted: list[WantedField], act: str) -> list[WantedField]:
    """Return the fields after a step: add, or up:2, down:2, drop:2, and of choices up:2:0 and so on."""
    name, *places = act.split(":")
    at = [int(one) for one in places if one.isascii() and one.isdigit()]
    if name == "add":
        return [*wanted, WantedField("", ())]
    if name not in _STEPS or not at or at[0] >= len(wanted):
        return wanted
    if len(at) == 1:
        return _STEPS[name](wanted, at[0])
    field = wanted[at[0]]
    options = list(field.options)
    if at[1] < len(options):
        options = _STEPS[name](options, at[1])
    wanted[at[0]] = replace(field, options=tuple(options))
    return wanted


def _up(found: list[T], at: int) -> list[T]:
    if at:
        found[at - 1], found[at] = found[at], found[at - 1]
    return found


def _down(found: list[T], at: int) -> list[T]:
    return _up(found, at + 1) if at + 1 < len(found) else found


def _drop(found: list[T], at: int) -> list[T]:
    return found[:at] + found[at + 1 :]


_STEPS: Final[Mapping[str, Callable[[list[Any], int], list[Any]]]] = {"up": _up, "down": _down, "drop": _drop}
