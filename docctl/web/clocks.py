"""Pages of open steps for who watches them, numbered reminders, and counts per department (A-13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.document_choices import document_types, units
from docctl.queries.open_clocks import ORDERS, ClockFilter, OpenClock, OpenClocks, open_clocks
from docctl.queries.reminders import LateCount, ReminderPage, late_counts, reminder_page
from docctl.services.revisions.remind import IssueReminder, issue_reminder
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other, words
from docctl.web.registers import address, chosen, every_row, flag, number, past_day
from docctl.web.sheets import sheet

bp = Blueprint("clocks", __name__, url_prefix="/documents")

_PATH = "/documents/clocks"


@bp.get("/clocks")
@requires("step.list")
def register() -> str:
    """Show the open steps that the person watches, the one that is due first before the others (A-13)."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = open_clocks(session, actor(), wanted, at=house().clock(), zone=house().zone)
        places, types = units(session), document_types(session)
    return render(
        "clocks/register.html",
        found=found,
        wanted=wanted,
        units=places,
        types=types,
        orders=ORDERS,
        english=lang() == "en",
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> ClockFilter:
    order = given.get("order", "")
    return ClockFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        type_id=chosen(given.get("type")),
        late=flag(given.get("late")),
        order=order if order in ORDERS else ORDERS[0],
        page=number(given.get("page")),
    )


def _address(wanted: ClockFilter) -> Any:
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "type": wanted.type_id,
        "late": "1" if wanted.late else "",
        "order": "" if wanted.order == ORDERS[0] else wanted.order,
    }

    def here(*, export: str = "", **changed: Any) -> str:
        return address(_PATH + (f"/list.{export}" if export else ""), {**kept, **changed})

    return here


@bp.get("/clocks/list.xlsx")
@requires("step.list")
def xlsx() -> Response:
    """Send the open steps with the filters of the address as xlsx."""
    t, day = words().t, house().today()
    columns = [
        Column(t("informing.number"), 16),
        Column(t("fields.title"), 32),
        Column(t("informing.revision"), 8),
        Column(t("documents.page.type"), 12),
        Column(t("informing.step"), 12),
        Column(t("lateness.person"), 12),
        Column(t("lateness.unit"), 16),
        Column(t("lateness.due_column"), 18),
        Column(t("lateness.days_late"), 10),
        Column(t("lateness.reminders"), 10),
    ]
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    return sheet(t("lateness.title"), notes, columns, _lines(_wanted(request.args)), day=day)


def _lines(wanted: ClockFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> OpenClocks:
        asked = replace(wanted, page=page)
        return open_clocks(session, actor(), asked, at=house().clock(), zone=house().zone, page_size=size)

    return map(_line, every_row(ask))


def _line(one: OpenClock) -> Row:
    return (
        one.number,
        one.title,
        one.label,
        one.type_name_en if lang() == "en" else one.type_name,
        one.name or words().t(f"lateness.step.{one.meaning}"),
        one.person,
        one.unit,
        words().instant(one.due_at),
        str(one.days_late) if one.is_late else "",
        str(one.reminders),
    )


@bp.post("/clocks/<uuid:step_id>/remind")
@requires("step.remind")
def remind(step_id: UUID) -> Response:
    """Issue the next reminder of an overdue step, and show it to be printed (A-13)."""
    by = caller(request.form.get("request_id", "")[:64])
    reminder_id = issue_reminder(IssueReminder(step_id), by=by, house=house())
    flash_done("lateness.done.reminded")
    return see_other(f"/documents/reminders/{reminder_id}")


@bp.get("/reminders/<uuid:reminder_id>")
@requires("step.list")
def reminder(reminder_id: UUID) -> str:
    """Show a reminder, as it is printed (A-13)."""
    with house().uow.read() as session:
        page: ReminderPage = reminder_page(
            session, actor(), reminder_id, at=house().clock(), zone=house().zone
        )
    return render("clocks/reminder.html", page=page)


@dataclass(frozen=True, slots=True)
class Period:
    """From which day to which, both counted in."""

    first: date
    last: date


def _period(given: Mapping[str, str]) -> Period:
    today = house().today()
    after = today + timedelta(days=1)  # today counts as well
    last = past_day(given.get("until"), after) or today
    first = past_day(given.get("from"), after) or date(last.year, 1, 1)
    return Period(min(first, last), last)


def _counts(period: Period) -> tuple[LateCount, ...]:
    with house().uow.read() as session:
        return late_counts(session, actor(), period.first, period.last, at=house().clock(), zone=house().zone)


@bp.get("/lateness")
@requires("step.list")
def counts() -> str:
    """Show reminders and late closings per department over a time (A-13)."""
    period = _period(request.args)
    return render("clocks/counts.html", rows=_counts(period), period=period, today=house().today())


@bp.get("/lateness/list.xlsx")
@requires("step.list")
def counts_xlsx() -> Response:
    """Send reminders and late closings per department as xlsx (A-13)."""
    t, period = words().t, _period(request.args)
    columns = [
        Column(t("lateness.unit"), 24),
        Column(t("lateness.reminders"), 12),
        Column(t("lateness.closed_late"), 12),
    ]
    notes = [t("lateness.from_until", first=period.first, last=period.last), t("documents.own_view")]
    rows = ((one.unit, str(one.reminders), str(one.closed_late)) for one in _counts(period))
    return sheet(t("lateness.counts"), notes, columns, rows, day=period.last)
