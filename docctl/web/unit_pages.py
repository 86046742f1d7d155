"""Pages of one unit: its head and functions, its posts and who holds them (O-1, O-3, R-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.class_content import FUNCTIONS
from docctl.queries.unit_page import UnitPage, unit_page
from docctl.services.people.duties import SetDuties, set_duties
from docctl.services.people.posts import (
    AddPost,
    HoldPost,
    LeavePost,
    add_post,
    leave_post,
    take_post,
)
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form
from docctl.web.timelines import happened

bp = Blueprint("unit_pages", __name__, url_prefix="/people/units/<uuid:unit_id>")


@bp.get("")
@requires("person.list")
def show(unit_id: UUID) -> str:
    """Show a unit with its people and posts."""
    page = _page(unit_id)
    return render("people/unit.html", page=page, story=happened(unit_id), today=house().today())


def _page(unit_id: UUID, **_more: UUID) -> UnitPage:
    with house().uow.read() as session:
        return unit_page(session, unit_id, today=house().today())


@dataclass(frozen=True, slots=True)
class DutiesForm:
    """Head and functions of a unit."""

    head_id: UUID | None = None
    functions: tuple[str, ...] = ()
    row_version: int = 0
    request_id: str = ""


def _duties(unit_id: UUID) -> dict[str, object]:
    return {"unit": _page(unit_id), "functions": FUNCTIONS}


@bp.route("/duties", methods=["GET", "POST"])
@requires("unit.add")
@form("people/unit_duties.html", DutiesForm, page=_duties, beside={"O-1.head_not_active": "head_id"})
def duties(typed: DutiesForm, unit_id: UUID) -> Response:
    """Name the head and the functions whose opinion the unit gives (R-6)."""
    known = tuple(one for one in typed.functions if one in FUNCTIONS)
    cmd = SetDuties(unit_id, typed.row_version, typed.head_id, known)
    set_duties(cmd, by=caller(typed.request_id), house=house())
    flash_done("unit.done.duties")
    return see_other(f"/people/units/{unit_id}")


@dataclass(frozen=True, slots=True)
class PostForm:
    """A new post."""

    name: str
    request_id: str = ""


@bp.route("/posts/new", methods=["GET", "POST"])
@requires("unit.add")
@form("people/post.html", PostForm, page=_page, beside={"O-3": "name"})
def new_post(typed: PostForm, unit_id: UUID) -> Response:
    """Add a post (O-3)."""
    add_post(AddPost(unit_id, typed.name), by=caller(typed.request_id), house=house())
    flash_done("unit.done.post", name=typed.name)
    return see_other(f"/people/units/{unit_id}")


@dataclass(frozen=True, slots=True)
class HolderForm:
    """Somebody for a post."""

    person_id: UUID
    from_on: date
    request_id: str = ""


def _post(unit_id: UUID, post_id: UUID) -> dict[str, object]:
    page = _page(unit_id)
    return {"unit": page, "post": page.post(post_id), "today": house().today()}


@bp.route("/posts/<uuid:post_id>", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/post_holder.html",
    HolderForm,
    page=_post,
    beside={"O-3.day_unlikely": "from_on", "O-3.holds_already": "person_id"},
)
def take(typed: HolderForm, unit_id: UUID, post_id: UUID) -> Response:
    """Give a post to a person from a day on (O-3)."""
    cmd = HoldPost(post_id, typed.person_id, typed.from_on)
    take_post(cmd, by=caller(typed.request_id), house=house())
    flash_done("unit.done.taken")
    return see_other(f"/people/units/{unit_id}")


@dataclass(frozen=True, slots=True)
class LeaveForm:
    """The last day in a post."""

    until_on: date
    request_id: str = ""


def _leaving(unit_id: UUID, holder_id: UUID) -> dict[str, object]:
    page = _page(unit_id)
    return {"unit": page, "holder": page.holder(holder_id), "today": house().today()}


@bp.route("/holders/<uuid:holder_id>", methods=["GET", "POST"])
@requires("unit.add")
@form("people/post_leave.html", LeaveForm, page=_leaving, beside={"O-3": "until_on"})
def leave(typed: LeaveForm, unit_id: UUID, holder_id: UUID) -> Response:
    """End a person's time in a post (O-3)."""
    cmd = LeavePost(holder_id, typed.until_on)
    leave_post(cmd, by=caller(typed.request_id), house=house())
    flash_done("unit.done.left")
    return see_other(f"/people/units/{unit_id}")
