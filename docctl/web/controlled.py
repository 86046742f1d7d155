"""Pages of controlled settings: a revision with its tester, the editor, each step (V-2, A-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, request

from docctl.domain.canonical import canonical
from docctl.domain.setting_kinds import Content, Kind, Widget, kind_named
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.queries.controlled import SettingPage, setting_list, setting_of, setting_page
from docctl.services.settings.decide import (
    ApproveSetting,
    DecideSetting,
    approve_setting,
    return_setting,
    withdraw_setting,
)
from docctl.services.settings.draft import (
    DiscardSetting,
    SaveSetting,
    SubmitSetting,
    discard_setting,
    save_setting,
    submit_setting,
)
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other
from docctl.web.fields import read_text
from docctl.web.forms import Unreadable, form, parse
from docctl.web.registers import number
from docctl.web.setting_testers import tested
from docctl.web.timelines import happened

bp = Blueprint("controlled", __name__, url_prefix="/settings/rules")


def _to(kind: str, ordinal: int, key: str) -> Response:
    flash_done(f"controlled.flash.{key}", revision=ordinal)
    return see_other(f"/settings/rules/{kind}?revision={ordinal}")


def _page(kind: str, ordinal: int | None = None) -> SettingPage:
    against = _ordinal("against")
    with house().uow.read() as session:
        return setting_page(session, actor(), kind, at=house().clock(), ordinal=ordinal, against=against)


def _ordinal(name: str) -> int | None:
    """Return the number of a revision in the address, or None."""
    return number(request.args[name]) if request.args.get(name) else None


@bp.get("")
@requires("settings.view")
def overview() -> str:
    """Show every controlled setting: what is in force, what waits, what is being worked on (V-2)."""
    with house().uow.read() as session:
        rows = setting_list(session, house().clock())
    return render("controlled/overview.html", rows=rows)


@bp.get("/at/<uuid:revision_id>")
@requires("settings.view")
def at(revision_id: UUID) -> Response:
    """Lead to the page of a revision that is known by its id, as in the inbox (A-4)."""
    with house().uow.read() as session:
        kind, ordinal = setting_of(session, revision_id)
    return see_other(f"/settings/rules/{kind}?revision={ordinal}")


@bp.get("/<kind>")
@requires("settings.view")
def show(kind: str) -> str:
    """Show a revision, what changed with it, its history, and its tester (V-2, V-3)."""
    return _shown(kind, _page(kind, _ordinal("revision")))


def _shown(kind: str, page: SettingPage) -> str:
    return render(
        "controlled/page.html",
        page=page,
        tested=tested(kind, page),
        story=happened(page.setting_id),
        request_id=str(uuid4()),
    )


@bp.post("/checks/tried")
@requires("settings.view")
def try_checks() -> str:
    """Show a revision of the checks again with what it finds in a text; nothing is kept (D-12)."""
    return _shown("checks", _page("checks", number(request.form.get("revision")) or None))


@dataclass(frozen=True, slots=True)
class EditForm:
    """What an editor sends besides the fields of its kind."""

    reason: str = ""
    wanted_from: datetime | None = None
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class EditPage:
    """What the editor begins with: the draft, or the revision in force; and its tester."""

    page: SettingPage
    kind: Kind
    texts: Mapping[str, str]
    row_version: int
    reason: str
    wanted_from: datetime | None
    tested: object


def _edit_page(kind: str) -> EditPage:
    page = _page(kind)
    if page.edit is None:
        raise RuleRefused(Refused("X-1", "not_permitted", {"permission": "settings.propose"}))
    if page.edit.refused is not None and request.method == "GET":
        raise RuleRefused(page.edit.refused)  # what was typed meanwhile comes back with the reason
    if not page.open and page.history[0].ordinal != page.in_force:
        waiting = next((one for one in page.history if one.state == "waiting"), None)
        page = _page(kind, waiting.ordinal) if waiting else page
    draft = _page(kind, page.open) if page.open else None
    shown = draft or page
    return EditPage(
        page=shown,
        kind=page.kind,
        texts={name: page.kind.say(text, lang()) for name, text in page.kind.write(shown.content).items()},
        row_version=draft.row_version if draft else 0,
        reason=draft.shown.reason if draft else "",
        wanted_from=draft.shown.wanted_from if draft else None,
        tested=tested(kind, shown),
    )


def _typed(kind: Kind) -> Content:
    """Return the content that was typed; raise Unreadable beside the field concerned."""
    texts: dict[str, str] = {}
    problems: dict[str, Refused] = {}
    for one in kind.fields:
        given = request.form.getlist(one.name)
        try:
            text = read_text(one.name, " ".join(given) if one.widget is Widget.WEEKDAYS else "\n".join(given))
            if one.needed and not text:
                raise RuleRefused(Refused("form", "needed"))
            texts[one.name] = text
        except RuleRefused as error:
            problems[one.name] = error.refused
    if problems:
        raise Unreadable(problems)
    try:
        return kind.read(texts)
    except RuleRefused as error:
        raise Unreadable({str(error.refused.params.get("field", "form")): error.refused}) from error


@bp.route("/<kind>/edit", methods=["GET", "POST"])
@requires("settings.propose")
@form("controlled/edit.html", EditForm, page=_edit_page)
def edit(typed: EditForm, kind: str) -> Response:
    """Begin or change the draft (V-2)."""
    content = _typed(kind_named(kind))
    cmd = SaveSetting(kind, canonical(content), typed.reason, typed.wanted_from, typed.row_version)
    ordinal = save_setting(cmd, by=caller(typed.request_id), house=house())
    return _to(kind, ordinal, "saved")


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """The draft as it was shown."""

    row_version: int = 0
    request_id: str = ""


@bp.post("/<kind>/<int:ordinal>/submit")
@requires("settings.propose")
def submit(kind: str, ordinal: int) -> Response:
    """Submit the draft to the second person (V-2)."""
    typed = parse(SubmitForm)
    cmd = SubmitSetting(kind, ordinal, typed.row_version)
    return _to(kind, submit_setting(cmd, by=caller(typed.request_id), house=house()), "submitted")


@dataclass(frozen=True, slots=True)
class SignForm:
    """A signature over exactly the revision shown."""

    seen_sha256: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


@bp.route("/<kind>/<int:ordinal>/approve", methods=["GET", "POST"])
@requires("settings.approve")
@form("controlled/sign.html", SignForm, page=_page, beside={"A-3": "password"})
def approve(typed: SignForm, kind: str, ordinal: int) -> Response:
    """Approve exactly the revision shown (A-2, A-3, V-7)."""
    cmd = ApproveSetting(kind, ordinal, typed.row_version, typed.seen_sha256)
    by = caller(typed.request_id, typed.password)
    return _to(kind, approve_setting(cmd, by=by, house=house()), "approved")


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """Why a revision goes back, is given up or withdrawn."""

    reason: str
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class StepPage:
    """A revision and the step that is asked for."""

    page: SettingPage
    step: str


def _step_page(step: str, kind: str, ordinal: int) -> StepPage:
    page = _page(kind, ordinal)
    if all(one.name != step for one in page.actions):
        raise NotFound("setting_revision")
    return StepPage(page, step)


def _reason_view(step: str, permission: str, carry_out: Callable[..., Any], key: str) -> None:
    """Register the page of a step that needs a reason."""

    @requires(permission)
    @form(
        "controlled/reason.html",
        ReasonForm,
        page=partial(_step_page, step),
        beside={"V-2.setting_reason_needed": "reason"},
    )
    def view(typed: ReasonForm, kind: str, ordinal: int) -> Response:
        return _to(kind, carry_out(kind, ordinal, typed), key)

    bp.add_url_rule(f"/<kind>/<int:ordinal>/{step}", step, view, methods=["GET", "POST"])


def _return(kind: str, ordinal: int, typed: ReasonForm) -> int:
    cmd = DecideSetting(kind, ordinal, typed.row_version, typed.reason)
    return return_setting(cmd, by=caller(typed.request_id), house=house())


def _withdraw(kind: str, ordinal: int, typed: ReasonForm) -> int:
    cmd = DecideSetting(kind, ordinal, typed.row_version, typed.reason)
    return withdraw_setting(cmd, by=caller(typed.request_id), house=house())


def _discard(kind: str, ordinal: int, typed: ReasonForm) -> int:
    cmd = DiscardSetting(kind, ordinal, typed.row_version, typed.reason)
    return discard_setting(cmd, by=caller(typed.request_id), house=house())


_reason_view("return", "settings.return", _return, "returned")
_reason_view("withdraw", "settings.approve", _withdraw, "withdrawn")
_reason_view("discard", "settings.propose", _discard, "discarded")
