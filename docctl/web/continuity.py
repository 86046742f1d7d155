"""Pages of continuity: periods without a record, and the rules that say which are wanted (N-8, N-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.continuity import Continuity, Period, read_shifts
from docctl.domain.permissions import Facts, allows
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.printing.columns import Column, Row
from docctl.queries.continuity import (
    USUAL,
    MissingPeriod,
    MissingPeriods,
    PeriodFilter,
    RuleRow,
    missing_periods,
    rule_seen,
    rules_seen,
)
from docctl.queries.distribution_choices import holder_choices
from docctl.queries.document_choices import units
from docctl.queries.record_forms import forms_in_force
from docctl.services.continuity.declare import (
    DeclareContinuity,
    EndContinuity,
    declare_continuity,
    end_continuity,
)
from docctl.services.continuity.explain import ExplainPeriod, explain_period
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other, words
from docctl.web.forms import form
from docctl.web.registers import chosen, every_row, flag, itself_or_file, number, past_day
from docctl.web.sheets import paper, sheet

bp = Blueprint("continuity", __name__, url_prefix="/documents/numbers/periods")

_START = "/documents/numbers/periods"


@bp.get("")
@requires("continuity.list")
def gaps() -> str:
    """Show the periods that are over and have no record (N-5, N-8)."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = missing_periods(session, actor(), wanted, at=house().clock(), zone=house().zone)
        places = units(session)
    explains = {
        one for one in found.rows if allows(actor(), "continuity.explain", Facts(one.unit_id, insider=True))
    }
    return render(
        "continuity/gaps.html",
        found=found,
        wanted=wanted,
        units=places,
        periods=[one.value for one in Period],
        explains=explains,
        since=wanted.since or house().today() - USUAL,
        today=house().today(),
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> PeriodFilter:
    return PeriodFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        period=given.get("period", "") if given.get("period") in set(Period) else "",
        since=past_day(given.get("since"), house().today()),
        explained=flag(given.get("explained")),
        page=number(given.get("page")),
    )


def _address(wanted: PeriodFilter) -> Any:
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "period": wanted.period,
        "since": wanted.since,
        "explained": "1" if wanted.explained else "",
    }
    return itself_or_file(_START, kept, files=f"{_START}/export")


@bp.get("/export")
@requires("continuity.list")
def export() -> Response:
    """Send the register as xlsx or docx with the filters of the address (D-7)."""
    t, today, wanted = words().t, house().today(), _wanted(request.args)
    notes = [t("continuity.since", day=wanted.since or today - USUAL), t("documents.own_view")]
    columns = [
        Column(t("continuity.column.form"), 16),
        Column(t("continuity.column.title"), 30),
        Column(t("continuity.column.place"), 20),
        Column(t("continuity.column.period"), 8),
        Column(t("continuity.column.slot"), 14),
        Column(t("continuity.column.first"), 12, "date"),
        Column(t("continuity.column.last"), 12, "date"),
        Column(t("continuity.column.reason"), 30),
    ]
    send = paper if request.args.get("format") == "docx" else sheet
    return send(t("continuity.title"), notes, columns, _lines(wanted), day=today)


def _lines(wanted: PeriodFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> MissingPeriods:
        asked = replace(wanted, page=page)
        return missing_periods(session, actor(), asked, at=house().clock(), zone=house().zone, page_size=size)

    return (_line(one) for one in every_row(ask))


def _line(one: MissingPeriod) -> Row:
    kind = words().t(f"continuity.period.{one.period}")
    return (one.number, one.title, one.place, kind, one.slot, one.first, one.last, one.reason)


@bp.get("/rules")
@requires("continuity.list")
def rules() -> str:
    """Show which forms are to be filled in when and where (N-8)."""
    with house().uow.read() as session:
        found = rules_seen(session, actor(), at=house().clock())
    return render("continuity/rules.html", rules=found, today=house().today())


@dataclass(frozen=True, slots=True)
class DeclarePage:
    """The forms and the places that a rule may name."""

    forms: tuple[tuple[str, str], ...]
    holders: tuple[tuple[str, str], ...]
    today: date


def _declare_page() -> DeclarePage:
    with house().uow.read() as session:
        forms = forms_in_force(session, actor(), at=house().clock())
        named = tuple((str(one.form_id), f"{one.number} {one.title}") for one in forms)
        return DeclarePage(named, holder_choices(session), house().today())


@dataclass(frozen=True, slots=True)
class DeclareForm:
    """A form, a unit or a post, how often, and from which day on."""

    form_id: UUID
    place: str
    period: Period
    from_on: date
    until_on: date | None = None
    shifts: str = ""
    days_off: bool = False
    request_id: str = ""


_DECLARING = {
    "N-8.place_needed": "place",
    "N-8.declared_already": "place",
    "N-8.not_a_form": "form_id",
    "N-8.shifts_needed": "shifts",
    "N-8.shift_unreadable": "shifts",
    "N-8.shifts_unfit": "shifts",
    "N-8.no_shifts": "shifts",
    "N-8.day_unlikely": "from_on",
    "N-8.ends_before": "until_on",
}


@bp.route("/rules/new", methods=["GET", "POST"])
@requires("continuity.declare")
@form("continuity/declare.html", DeclareForm, page=_declare_page, beside=_DECLARING)
def declare(typed: DeclareForm) -> Response:
    """Let a form be filled in each period at a place (N-8)."""
    shifts = read_shifts(typed.shifts) if typed.shifts else ()
    if isinstance(shifts, Refused):
        raise RuleRefused(shifts)
    kind, _, key = typed.place.partition(":")
    place = chosen(key)
    cmd = DeclareContinuity(
        typed.form_id,
        Continuity(typed.period, typed.from_on, typed.until_on, shifts, typed.days_off),
        place if kind == "unit" else None,
        place if kind == "post" else None,
    )
    declare_continuity(cmd, by=caller(typed.request_id), house=house())
    flash_done("continuity.done.declared")
    return see_other(f"{_START}/rules")


def _rule_page(rule_id: UUID) -> RuleRow:
    with house().uow.read() as session:
        found = rule_seen(session, actor(), rule_id, at=house().clock())
    if found is None:
        raise NotFound("continuity")
    return found


@dataclass(frozen=True, slots=True)
class EndForm:
    """The last day of a rule, and why it ends."""

    until_on: date
    reason: str = ""
    request_id: str = ""


_ENDING = {
    "N-8.ends_before": "until_on",
    "N-8.ends_later": "until_on",
    "N-8.reason_needed": "reason",
    "N-8.reason_too_long": "reason",
}


@bp.route("/rules/<uuid:rule_id>/end", methods=["GET", "POST"])
@requires("continuity.end")
@form("continuity/end.html", EndForm, page=_rule_page, beside=_ENDING)
def end(typed: EndForm, rule_id: UUID) -> Response:
    """End a rule with a last day (N-8)."""
    cmd = EndContinuity(rule_id, typed.until_on, typed.reason)
    end_continuity(cmd, by=caller(typed.request_id), house=house())
    flash_done("continuity.done.ended")
    return see_other(f"{_START}/rules")


@dataclass(frozen=True, slots=True)
class ExplainForm:
    """The period without a record, and what explains it."""

    slot: str
    reason: str = ""
    request_id: str = ""


@bp.route("/rules/<uuid:rule_id>/explain", methods=["GET", "POST"])
@requires("continuity.explain")
@form(
    "continuity/explain.html",
    ExplainForm,
    page=_rule_page,
    beside={"N-8.reason_needed": "reason", "N-8.reason_too_long": "reason", "N-8": "slot"},
)
def explain(typed: ExplainForm, rule_id: UUID) -> Response:
    """Explain that a period has no record (N-5, N-8)."""
    cmd = ExplainPeriod(rule_id, typed.slot, typed.reason)
    explain_period(cmd, by=caller(typed.request_id), house=house())
    flash_done("continuity.done.explained")
    return see_other(_START)
