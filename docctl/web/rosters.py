"""Pages of duty rosters: those of all posts, one with its tester, duty times set and ended (O-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.rosters import RosterPage, roster_page, rosters
from docctl.services.people.rosters import EndDuty, SetDuty, end_duty, set_duty
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.fields import read_fields
from docctl.web.forms import form

bp = Blueprint("rosters", __name__, url_prefix="/people")


@bp.get("/rosters")
@requires("person.list")
def listed() -> str:
    """Show the posts with a roster: who is on duty, where and when nobody is (O-3)."""
    now = house().clock().astimezone(house().zone)
    with house().uow.read() as session:
        rows = rosters(session, at=now, today=now.date())
    return render("people/rosters.html", rows=rows, now=now)


@dataclass(frozen=True, slots=True)
class DutyForm:
    """Duty times as typed; without weekdays it is refused, without an end they go on."""

    person_id: UUID
    from_on: date
    starts: str
    ends: str
    until_on: date | None = None
    weekdays: tuple[str, ...] = ()
    shift: str = ""
    together: bool = False
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The instant for which who is on duty is asked."""

    at: datetime | None = None


def _page(unit_id: UUID, post_id: UUID) -> RosterPage:
    now = house().clock().astimezone(house().zone)
    read, _ = read_fields(_Asked, request.args, zone=house().zone)
    asked = read.get("at") or now
    with house().uow.read() as session:
        return roster_page(session, post_id, at=asked, today=now.date(), unit_id=unit_id)


@bp.route("/units/<uuid:unit_id>/posts/<uuid:post_id>/duty", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/roster.html",
    DutyForm,
    page=_page,
    beside={
        "O-3.duty_no_days": "weekdays",
        "O-3.day_unlikely": "from_on",
        "O-3.ends_before_it_begins": "until_on",
        "O-3.duty_no_holder": "person_id",
        "O-3.duty_overlap": "starts",
        "O-3.duty_twice": "starts",
        "O-3.shift_too_long": "shift",
        "O-3.no_time": "starts",
    },
)
def duty(typed: DutyForm, unit_id: UUID, post_id: UUID) -> Response:
    """Show the roster of a post, say who is on duty at an instant, put somebody on it (O-3)."""
    days = tuple(int(one) for one in typed.weekdays if one in {*"1234567"})
    cmd = SetDuty(
        post_id,
        typed.person_id,
        typed.from_on,
        typed.until_on,
        days,
        _time(typed.starts),
        _time(typed.ends),
        typed.shift,
        typed.together,
    )
    set_duty(cmd, by=caller(typed.request_id), house=house())
    flash_done("rosters.done.set")
    return see_other(f"/people/units/{unit_id}/posts/{post_id}/duty")


@dataclass(frozen=True, slots=True)
class EndForm:
    """The last day of duty times."""

    until_on: date
    request_id: str = ""


def _end_page(unit_id: UUID, post_id: UUID, duty_id: UUID) -> dict[str, object]:
    page = _page(unit_id, post_id)
    return {"roster": page, "duty": page.row(duty_id), "today": house().today()}


@bp.route("/units/<uuid:unit_id>/posts/<uuid:post_id>/duty/<uuid:duty_id>", methods=["GET", "POST"])
@requires("unit.add")
@form("people/roster_end.html", EndForm, page=_end_page, beside={"O-3": "until_on"})
def end(typed: EndForm, unit_id: UUID, post_id: UUID, duty_id: UUID) -> Response:
    """End duty times with a last day; the day before their first drops those to come (O-3)."""
    _end_page(unit_id, post_id, duty_id)
    end_duty(EndDuty(duty_id, typed.until_on), by=caller(typed.request_id), house=house())
    flash_done("rosters.done.ended")
    return see_other(f"/people/units/{unit_id}/posts/{post_id}/duty")


def _time(text: str) -> time:
    try:
        found = time.fromisoformat(text.strip().replace("：", ":"))
    except ValueError as error:
        raise RuleRefused(Refused("O-3", "no_time")) from error
    if len(text.strip()) != 5:  # as HH:MM
        raise RuleRefused(Refused("O-3", "no_time"))
    return found
