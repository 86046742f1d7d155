"""The page of what is to be mended or answered in a revision before it is issued, and as xlsx (D-12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.draft_checks import Check
from docctl.domain.verdicts import NotFound
from docctl.printing.columns import Column
from docctl.queries.document_page import DocumentPage
from docctl.queries.draft_checks import Finding
from docctl.services.content.open import open_content
from docctl.services.revisions.checks import AnswerChecks, answer_checks
from docctl.web import registers
from docctl.web.context import caller, flash_done, house, requires, see_other, words
from docctl.web.forms import form
from docctl.web.revisions import document_at
from docctl.web.sheets import sheet

bp = Blueprint("draft_checks", __name__, url_prefix="/documents/revisions")

#: What a page shows of the findings.
STATES: Final = ("open", "answered")


@dataclass(frozen=True, slots=True)
class ChecksPage:
    """The document with the findings that the address asks for."""

    document: DocumentPage
    rows: tuple[Finding, ...]
    check: str
    state: str

    def here(self, *, end: str = "", **changed: str) -> str:
        """Return the address of this page with other filters, or with `end` of its file."""
        kept = {"check": self.check, "state": self.state}
        return registers.address(_path(self.document.revision.id) + end, {**kept, **changed})


def _path(revision_id: UUID) -> str:
    return f"/documents/revisions/{revision_id}/checks"


def _page(revision_id: UUID) -> ChecksPage:
    """Return what is shown; the findings quote the content, so the read is in the trail before (X-2)."""
    document = document_at(revision_id)
    if not document.is_insider:
        raise NotFound("revision")
    if document.main is not None and document.checks.findings:
        open_content(revision_id, by=caller(), house=house())
    check = request.args.get("check", "")
    state = request.args.get("state", "")
    check, state = check if check in set(Check) else "", state if state in STATES else ""
    rows = tuple(
        one
        for one in document.checks.findings
        if (not check or one.check == check) and (not state or one.is_open == (state == "open"))
    )
    return ChecksPage(document, rows, check, state)


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The findings chosen, and the reason that settles them, or opens them again."""

    ids: tuple[str, ...] = ()
    reason: str = ""
    reopen: bool = False
    request_id: str = ""


@bp.route("/<uuid:revision_id>/checks", methods=["GET", "POST"])
@requires("revision.checks")
@form(
    "revisions/checks.html",
    AnswerForm,
    page=_page,
    beside={"D-12.reason_needed": "reason", "D-12.reason_too_long": "reason"},
)
def page(typed: AnswerForm, revision_id: UUID) -> Response:
    """Show the findings, and answer several at once with one reason (D-12)."""
    cmd = AnswerChecks(revision_id, typed.ids, typed.reason, typed.reopen)
    count = answer_checks(cmd, by=caller(typed.request_id), house=house())
    flash_done("checks.done.reopened" if typed.reopen else "checks.done.answered", count=count)
    kept = {name: request.args.get(name, "") for name in ("check", "state")}
    return see_other(registers.address(_path(revision_id), kept))


@bp.get("/<uuid:revision_id>/checks/list.xlsx")
@requires("revision.checks")
def xlsx(revision_id: UUID) -> Response:
    """Send the findings that the address asks for as xlsx."""
    shown, t, day = _page(revision_id), words().t, house().today()
    columns = [
        Column(t("checks.column.check"), 16),
        Column(t("checks.column.what"), 24),
        Column(t("checks.column.quote"), 50),
        Column(t("documents.graph.clause"), 9),
        Column(t("checks.column.expected"), 44),
        Column(t("checks.column.state"), 10),
        Column(t("checks.column.reason"), 36),
        Column(t("checks.column.by"), 12),
        Column(t("checks.column.at"), 16),
    ]
    document = shown.document
    title = t("checks.title_of", number=document.number, label=document.revision.label)
    return sheet(title, [t("documents.as_of_day", day=day)], columns, map(_line, shown.rows), day=day)


def _line(one: Finding) -> tuple[Any, ...]:
    """Return a finding as a line of a list."""
    t, answer = words().t, one.answer
    return (
        t(f"checks.name.{one.check.value}"),
        one.what,
        one.quote,
        one.clause,
        one.expected(t),
        t("checks.state.open" if one.is_open else "checks.state.answered"),
        answer.reason if answer else "",
        answer.by if answer else "",
        words().instant(answer.at) if answer else "",
    )
