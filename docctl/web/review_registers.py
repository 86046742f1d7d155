"""The register of reviews and what has none, as pages and files (D-5, D-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from docctl.domain.reviews import ReviewCause
from docctl.printing.columns import Column, Row
from docctl.queries.document_choices import units
from docctl.queries.review_pages import unplanned
from docctl.queries.reviews import STATES, ReviewFilter, ReviewRegister, ReviewRow, review_register
from docctl.web.context import actor, house, render, requires, words
from docctl.web.registers import chosen, every_row, itself_or_file, number, past_day
from docctl.web.sheets import paper, sheet

bp = Blueprint("review_registers", __name__, url_prefix="/documents/reviews")

_PATH = "/documents/reviews"


@bp.get("")
@requires("review.list")
def register() -> str:
    """Show the reviews that wait, are planned or were decided, now or as of a past day (D-5, D-7)."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = review_register(session, actor(), wanted, at=house().clock(), zone=house().zone)
        places = units(session)
    return render(
        "reviews/register.html",
        found=found,
        wanted=wanted,
        units=places,
        states=[*STATES, "pending"],
        causes=list(ReviewCause),
        today=house().today(),
        here=_address(wanted),
    )


@bp.get("/unplanned")
@requires("review.list")
def without_plan() -> str:
    """Show documents in force that have no periodic review (D-5)."""
    unit_id = chosen(request.args.get("unit"))
    with house().uow.read() as session:
        found = unplanned(
            session,
            actor(),
            at=house().clock(),
            unit_id=unit_id,
            page=number(request.args.get("page")),
        )
        places = units(session)
    return render("reviews/unplanned.html", found=found, unit_id=unit_id, units=places)


def _wanted(given: Mapping[str, str]) -> ReviewFilter:
    state, cause = given.get("state", ""), given.get("cause", "")
    return ReviewFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        state=state if state in {*STATES, "pending"} else "",
        cause=cause if cause in set(ReviewCause) else "",
        as_of=past_day(given.get("as_of"), house().today()),
        page=number(given.get("page")),
    )


def _address(wanted: ReviewFilter) -> Any:
    """Return how the page writes the address of itself, or of its files, with something changed."""
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "state": wanted.state,
        "cause": wanted.cause,
        "as_of": wanted.as_of,
    }
    return itself_or_file(_PATH, kept, files=f"{_PATH}/export")


@bp.get("/export")
@requires("review.list")
def export() -> Response:
    """Send the register as xlsx or docx with the filters of the address (D-7)."""
    t, wanted = words().t, _wanted(request.args)
    day = wanted.as_of or house().today()
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    columns = [
        Column(t("reviews.column.number"), 16),
        Column(t("reviews.column.title"), 30),
        Column(t("reviews.column.label"), 8),
        Column(t("reviews.column.unit"), 14),
        Column(t("reviews.column.cause"), 14),
        Column(t("reviews.column.reason"), 24),
        Column(t("reviews.column.due"), 12, "date"),
        Column(t("reviews.column.state"), 14),
        Column(t("reviews.column.decided"), 12, "date"),
        Column(t("reviews.column.decided_by"), 12),
        Column(t("reviews.column.note"), 30),
    ]
    send = paper if request.args.get("format") == "docx" else sheet
    return send(t("reviews.title"), notes, columns, _lines(wanted), day=day)


def _lines(wanted: ReviewFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> ReviewRegister:
        asked = replace(wanted, page=page)
        return review_register(session, actor(), asked, at=house().clock(), zone=house().zone, page_size=size)

    return map(_line, every_row(ask))


def _line(one: ReviewRow) -> Row:
    t = words().t
    pending = ".pending" if one.is_pending else ""
    return (
        one.number,
        one.title,
        one.label,
        one.unit,
        t(f"reviews.cause.{one.cause}"),
        one.reason or one.source,
        one.due_on,
        t(f"reviews.state{pending}.{one.state}"),
        one.decided_on,
        one.decided_by,
        one.note,
    )
