"""Pages of imports: all runs, a new one, one with its progress, its files, its report (I-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from docctl.domain.verdicts import Refused
from docctl.queries.document_choices import Choice, document_types, retention_classes, units
from docctl.queries.import_review import VIEWS, review_page
from docctl.queries.imports import RunLine, give_up_refused, run_line, runs
from docctl.services.imports.change import (
    ChangeImport,
    UndoImportChange,
    change_import,
    undo_import_change,
)
from docctl.services.imports.start import StartImport, start_import
from docctl.services.imports.watched import not_taken_from
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other, words
from docctl.web.forms import UploadField, form, parse
from docctl.web.registers import itself, number

bp = Blueprint("imports", __name__, url_prefix="/documents/imports")

_PAGE = 50


@bp.get("")
@requires("document.import")
def register() -> str:
    """Show all imports, newest first (I-1)."""
    page = number(request.args.get("page"))
    with house().uow.read() as session:
        total, rows = runs(session, actor(), limit=_PAGE, offset=(page - 1) * _PAGE)
        waiting = not_taken_from(session, house())
    return render("imports/register.html", total=total, rows=rows, page=page, size=_PAGE, waiting=waiting)


@dataclass(frozen=True, slots=True)
class NewPage:
    """What the form for a new import offers."""

    types: tuple[Choice, ...]
    units: tuple[Choice, ...]
    classes: tuple[Choice, ...]
    own_unit: UUID | None
    english: bool
    name: str


@dataclass(frozen=True, slots=True)
class NewForm:
    """An uploaded zip or file, and what applies where a file says nothing of its own."""

    name: str
    type_id: UUID
    unit_id: UUID
    file: UploadField
    class_id: UUID | None = None
    request_id: str = ""


def _new_page() -> NewPage:
    with house().uow.read() as session:
        return NewPage(
            document_types(session),
            units(session),
            retention_classes(session, house().clock()),
            actor().unit_id,
            lang() == "en",
            words().t("imports.new.default_name", day=house().today()),
        )


@bp.route("/new", methods=["GET", "POST"])
@requires("document.import")
@form(
    "imports/new.html",
    NewForm,
    page=_new_page,
    beside={"I-1.name_needed": "name", "I-1.no_room": "file", "upload": "file"},
)
def new(typed: NewForm) -> Response:
    """Start an import of an uploaded archive or file (I-1)."""
    cmd = StartImport(typed.name, "archive", typed.unit_id, typed.type_id, typed.class_id, uploads=typed.file)
    run_id = start_import(cmd, by=caller(typed.request_id), house=house())
    return see_other(f"/documents/imports/{run_id}")


@bp.get("/<uuid:run_id>")
@requires("document.import")
def show(run_id: UUID) -> str:
    """Show a run: its progress, what is to be checked, or its report (I-1)."""
    given = request.args
    view, text = given.get("view", ""), given.get("text", "")[:200]
    with house().uow.read() as session:
        found = review_page(
            session,
            actor(),
            run_id,
            view=view,
            text=text,
            page=number(given.get("page")),
            at=house().clock(),
            zone=house().zone,
        )
        choices = (units(session), document_types(session), retention_classes(session, house().clock()))
        no_end = give_up_refused(session, found.run, house().clock()) if found.run.is_busy else None
    kept = {"view": found.view if found.view != VIEWS[0] else "", "text": text}
    here = itself(f"/documents/imports/{run_id}", kept)
    return render(
        "imports/run.html",
        found=found,
        run=found.run,
        here=here,
        views=VIEWS,
        choices=choices,
        english=lang() == "en",
        told=told,
        no_end=no_end,
        said=progress_words(found.run),
    )


@bp.get("/<uuid:run_id>/progress")
@requires("document.import")
def progress(run_id: UUID) -> Response:
    """Say how far the worker is, for the page that waits for it (I-1)."""
    with house().uow.read() as session:
        run = run_line(session, actor(), run_id)
    return jsonify(
        text=progress_words(run),
        done=not run.is_busy,
        percent=percent(run),
        next=f"/documents/imports/{run_id}",
    )


def progress_words(run: RunLine) -> str:
    """Return what the worker does for a run, and how much is left."""
    if not run.is_busy:
        return words().t(f"imports.state.{run.state}")
    done = run.imported if run.state == "importing" else run.read
    return words().t(f"imports.progress.{run.state}", done=done, total=_goal(run))


def percent(run: RunLine) -> int | None:
    """Return how much of the present step is done, None where nobody knows."""
    done = run.imported if run.state == "importing" else run.read
    goal = _goal(run)
    return min(done * 100 // goal, 100) if goal and run.state != "receiving" else None


def _goal(run: RunLine) -> int:
    return run.ordered if run.state == "importing" else run.total


@dataclass(frozen=True, slots=True)
class BulkForm:
    """What shall hold for the ticked files; empty fields leave things as they are."""

    unit_id: UUID | None = None
    type_id: UUID | None = None
    class_id: UUID | None = None
    origin: str = ""
    choice: str = ""
    joins: str = ""
    checked: bool = False
    request_id: str = ""


@bp.post("/<uuid:run_id>/change")
@requires("document.import")
def change(run_id: UUID) -> Response:
    """Change all ticked files at once (I-1)."""
    typed = parse(BulkForm)
    files = [one for text in request.form.getlist("ids") if (one := _id(text)) is not None]
    fields = {"unit_id": typed.unit_id, "type_id": typed.type_id, "class_id": typed.class_id}
    values = {name: str(value) for name, value in fields.items() if value is not None}
    if typed.origin:
        values["origin"] = typed.origin
    if typed.joins == "own":
        values["document_id"] = ""
    cmd = ChangeImport(
        run_id,
        files,
        values,
        typed.choice,
        is_checked=True if typed.checked else None,
        joins_by_number=typed.joins == "number",
    )
    count = change_import(cmd, by=caller(typed.request_id), house=house())
    flash_done("imports.done.changed", count=count)
    return see_other(_back(run_id))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(run_id: UUID) -> str:
    """Return the page of the run that the person came from, with its view."""
    query = request.args.to_dict()
    kept = urlencode({name: query[name] for name in ("view", "text", "page") if query.get(name)})
    return f"/documents/imports/{run_id}?{kept}" if kept else f"/documents/imports/{run_id}"


@bp.post("/<uuid:run_id>/undo")
@requires("document.import")
def undo(run_id: UUID) -> Response:
    """Take back one's last change (I-1)."""
    undo_import_change(UndoImportChange(run_id), by=caller(), house=house())
    flash_done("imports.done.undone")
    where = request.form.get("back", "")
    own = f"/documents/imports/{run_id}"
    return see_other(where if where.startswith(own) else own)


def told(one: Mapping[str, Any]) -> str:
    """Return the sentence of a note or a finding, which carry the rule and case they are."""
    return refused_words(Refused(one["rule"], one["code"], dict(one["params"])))


def refused_words(refused: Refused | None) -> str:
    """Return the sentence of a refusal, nothing for none."""
    return words().refusal(refused).sentence if refused is not None else ""
