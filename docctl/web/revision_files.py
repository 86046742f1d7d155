"""The page where a draft gets its annexes and its source; every button works without scripts (V-13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.document_page import DocumentPage
from docctl.queries.revision_files import FileLine
from docctl.services.files import Attached
from docctl.services.revisions.files import ArrangeFiles, KeptAnnex, arrange_files
from docctl.web.context import caller, house, requires
from docctl.web.fields import SEVERAL
from docctl.web.forms import Unreadable, UploadField, form, shown_again
from docctl.web.registers import chosen
from docctl.web.revisions import document_at, done_at

bp = Blueprint("revision_files", __name__, url_prefix="/documents/revisions")

_SAVE: Final = "save"
_TEMPLATE: Final = "revisions/files.html"


@dataclass(frozen=True, slots=True)
class FilesForm:
    """What the page sends beside the annexes themselves: which button, and what comes to them."""

    act: str = _SAVE
    annexes: UploadField = field(default=(), metadata=SEVERAL)
    source: UploadField = ()
    instead: UploadField = ()
    instead_of: UUID | None = None
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """An annex that stays, with its title as it is or as typed."""

    file: FileLine
    title: str


@dataclass(frozen=True, slots=True)
class FilesPage:
    """The draft, its annexes in their order, whether its source stays, which one gets another file."""

    document: DocumentPage
    annexes: tuple[AnnexRow, ...]
    keeps_source: bool
    instead_of: UUID | None = None


def _page(revision_id: UUID) -> FilesPage:
    document = document_at(revision_id)
    if request.method == "POST":
        given = request.form
        keeps = given.get("keeps_source") == "1"
        return FilesPage(document, tuple(_typed(document)), keeps, chosen(given.get("instead_of")))
    if document.revision.state != RevisionStatus.DRAFT.value:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": document.revision.state}))
    rows = tuple(AnnexRow(one, one.title) for one in document.annexes)
    return FilesPage(document, rows, document.source is not None)


def _typed(document: DocumentPage) -> list[AnnexRow]:
    """Return the annexes as typed, in the order of the page; one that is gone meanwhile is left out."""
    there = {str(one.id): one for one in document.annexes}
    titles = request.form.getlist("title")
    found: dict[str, AnnexRow] = {}
    for file_id, title in zip(request.form.getlist("annex"), titles, strict=False):
        if file_id in there:
            found.setdefault(file_id, AnnexRow(there[file_id], title.strip()))
    return list(found.values())


@bp.route("/<uuid:revision_id>/files", methods=["GET", "POST"])
@requires("revision.edit")
@form(_TEMPLATE, FilesForm, page=_page, beside={"upload": "annexes", "V-13": "annexes"})
def files(typed: FilesForm, revision_id: UUID) -> Response:
    """Say which annexes a draft has, and its source (V-13); other buttons only show the page again."""
    page = _page(revision_id)
    if typed.act != _SAVE:
        return shown_again(_TEMPLATE, FilesForm, _stepped(page, typed.act))
    instead = typed.instead_of if typed.instead else None
    cmd = ArrangeFiles(
        revision_id,
        typed.row_version,
        tuple(KeptAnnex(one.file.id, one.title) for one in page.annexes),
        keeps_source=page.keeps_source,
        uploads=(
            *(Attached(one).as_annex(instead_of=instead) for one in typed.instead[:1] if instead),
            *(Attached(one).as_annex() for one in typed.annexes),
            *(Attached(one).as_source() for one in typed.source[:1]),
        ),
    )
    try:
        arrange_files(cmd, by=caller(typed.request_id), house=house())
    except RuleRefused as error:
        raise _beside(error, page) from error
    return done_at(revision_id, "files")


def _beside(error: RuleRefused, page: FilesPage) -> RuleRefused:
    """Return the refusal beside the title that it is about, where it is about one."""
    if error.refused.key != "V-13.annex_title_too_long":
        return error
    at = next((n for n, one in enumerate(page.annexes) if one.file.name == error.refused.params["name"]), 0)
    return Unreadable({f"title{at}": error.refused})


def _stepped(page: FilesPage, act: str) -> FilesPage:
    """Return the page after a step: up:2, down:2, drop:2, instead:2, source."""
    if act == "source":
        return replace(page, keeps_source=False)
    name, _, place = act.partition(":")
    rows, at = (
        list(page.annexes),
        int(place) if place.isascii() and place.isdigit() and len(place) < 5 else len(page.annexes),
    )
    if at >= len(rows):
        return page
    if name == "instead":
        return replace(page, instead_of=rows[at].file.id)
    step = _STEPS.get(name)
    return replace(page, annexes=tuple(step(rows, at))) if step else page


def _up(rows: list[AnnexRow], at: int) -> list[AnnexRow]:
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return rows


def _down(rows: list[AnnexRow], at: int) -> list[AnnexRow]:
    return _up(rows, at + 1) if at + 1 < len(rows) else rows


def _drop(rows: list[AnnexRow], at: int) -> list[AnnexRow]:
    return rows[:at] + rows[at + 1 :]


_STEPS: Final[Mapping[str, Callable[[list[AnnexRow], int], list[AnnexRow]]]] = {
    "up": _up,
    "down": _down,
    "drop": _drop,
}
