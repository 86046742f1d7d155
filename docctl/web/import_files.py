"""Pages of one file of an import: checked, split, laid beside another (I-1, I-3, I-4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.queries.document_choices import document_types, retention_classes, units
from docctl.queries.import_file import FileView, beside, file_view
from docctl.services.imports.change import ChangeImport, change_import
from docctl.services.imports.split import SplitFile, split_file
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other
from docctl.web.forms import form, parse
from docctl.web.imports import told

bp = Blueprint("import_files", __name__, url_prefix="/documents/imports")

ROLES = ("prepared", "reviewed", "countersigned", "approved")


@dataclass(frozen=True, slots=True)
class FileForm:
    """What a file goes in with; the pressed button says what becomes of it."""

    number: str = ""
    title: str = ""
    label: str = ""
    effective: str = ""
    issued: str = ""
    unit_id: UUID | None = None
    type_id: UUID | None = None
    class_id: UUID | None = None
    document_id: UUID | None = None
    #: The document that has the file's number, by the button that lets the file join it.
    joins: UUID | None = None
    controlled: str = ""
    distribution: str = ""
    origin: str = ""
    issuer: str = ""
    issuer_number: str = ""
    prepared: str = ""
    reviewed: str = ""
    countersigned: str = ""
    approved: str = ""
    choice: str = "import"
    row_version: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class FilePage:
    """A file with what its form offers."""

    file: FileView
    choices: tuple[Any, Any, Any]
    signers: dict[str, str]
    english: bool
    told: Callable[[Mapping[str, Any]], str]


def _page(run_id: UUID, ordinal: int) -> FilePage:
    with house().uow.read() as session:
        found = file_view(session, actor(), run_id, ordinal, at=house().clock(), zone=house().zone)
        kept = found.fields["class_id"].value
        classes = retention_classes(session, house().clock(), chosen=UUID(kept) if kept else None)
        choices = (units(session), document_types(session), classes)
    signers = {role: "、".join(name for one, name, _ in found.signers if one == role) for role in ROLES}
    return FilePage(found, choices, signers, lang() == "en", told)


@bp.route("/<uuid:run_id>/files/<int:ordinal>", methods=["GET", "POST"])
@requires("document.import")
@form(
    "imports/file.html",
    FileForm,
    page=_page,
    beside={
        "I-1.day_unreadable": "effective",
        "I-1.field_unknown": "controlled",
        "V-1": "document_id",
        "V-2": "document_id",
        "V-3": "document_id",
        "V-6": "document_id",
        "X-1": "document_id",
    },
)
def check(typed: FileForm, run_id: UUID, ordinal: int) -> Response:
    """Take a file as it is shown, and go on with the next that nobody has looked at (I-1).

    Who comes second keeps what was typed, sees what the first one chose beside it, and decides.
    """
    page = _page(run_id, ordinal).file
    values = {
        name: "" if value is None else str(value)
        for name in (
            "number",
            "title",
            "label",
            "effective",
            "issued",
            "unit_id",
            "type_id",
            "class_id",
            "document_id",
            "controlled",
            "distribution",
            "origin",
            "issuer",
            "issuer_number",
        )
        if (value := getattr(typed, name)) is not None or name.endswith("_id")
    }
    values_and_signers: dict[str, Any] = {**values, "signers": _signers(typed, page)}
    if typed.joins is not None:
        values_and_signers["document_id"] = str(typed.joins)
    cmd = ChangeImport(
        run_id,
        [page.line.id],
        values_and_signers,
        typed.choice,
        is_checked=True,
        row_version=typed.row_version,
    )
    change_import(cmd, by=caller(typed.request_id), house=house())
    if page.next_unchecked is None:
        flash_done("imports.done.all_checked")
        return see_other(f"/documents/imports/{run_id}")
    return see_other(f"/documents/imports/{run_id}/files/{page.next_unchecked}")


def _signers(typed: FileForm, page: FileView) -> list[list[str]]:
    """Return who signed, by role; the day stays with the name that it was read beside (I-10)."""
    days = {(role, name): day for role, name, day in page.signers}
    return [
        [role, name.strip(), days.get((role, name.strip()), "")]
        for role in ROLES
        for name in re.split("[,，、]", getattr(typed, role))
        if name.strip()
    ]


@bp.post("/<uuid:run_id>/files/<int:ordinal>/split")
@requires("document.import")
def split(run_id: UUID, ordinal: int) -> Response:
    """Take the file apart as proposed (I-3)."""
    page = _page(run_id, ordinal).file
    chosen = set(request.form.getlist("pieces"))
    pieces = [
        (one["title"], one["start"], one["end"])
        for place, one in enumerate(page.splits)
        if str(place) in chosen
    ]
    cmd = SplitFile(run_id, page.line.id, pieces)
    count = split_file(cmd, by=caller(request.form.get("request_id", "")), house=house())
    flash_done("imports.done.split", count=count)
    return see_other(f"/documents/imports/{run_id}")


@dataclass(frozen=True, slots=True)
class SameForm:
    """What two files are to each other."""

    relation: str
    request_id: str = ""


@bp.route("/<uuid:run_id>/files/<int:ordinal>/beside/<int:other>", methods=["GET"])
@requires("document.import")
def side_by_side(run_id: UUID, ordinal: int, other: int) -> str:
    """Show two files side by side, with their share of common text (I-4)."""
    with house().uow.read() as session:
        found = beside(session, actor(), run_id, ordinal, other, at=house().clock(), zone=house().zone)
    return render("imports/beside.html", found=found, run=found.run)


@bp.post("/<uuid:run_id>/files/<int:ordinal>/beside/<int:other>")
@requires("document.import")
def relate(run_id: UUID, ordinal: int, other: int) -> Response:
    """Say what the second file is to the first: left out, or a document of its own (I-4)."""
    typed = parse(SameForm)
    with house().uow.read() as session:
        found = beside(session, actor(), run_id, ordinal, other, at=house().clock(), zone=house().zone)
    choice = "leave_out" if typed.relation == "same" else "import"
    values = {"number": found.left.number, "title": found.left.title} if typed.relation == "revision" else {}
    cmd = ChangeImport(run_id, [found.right.id], values, choice)
    change_import(cmd, by=caller(typed.request_id), house=house())
    done = {"same": "imports.done.same", "revision": "imports.done.revision"}
    flash_done(done.get(typed.relation, "imports.done.separate"))
    return see_other(f"/documents/imports/{run_id}/files/{ordinal}")
