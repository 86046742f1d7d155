"""`docctl requests`: changes of documents asked for, decided by the owner, taken back (V-2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_IN, FILE_OUT

if TYPE_CHECKING:
    from docctl.queries.request_page import RequestPage
    from docctl.queries.requests import RequestRegister, RequestRow

requests = Noun("requests")

_HEAD = ("request", "kind", "number", "title", "unit", "asked_by", "asked", "wanted", "state")
_STATES = click.Choice(
    ["open", "submitted", "returned", "accepted", "answering", "declined", "taken_back", "done"]
)
_KINDS = click.Choice(["change", "new", "withdrawal"])


@requests.command("list", permission="request.list")
@option("--state", type=_STATES, default=None)
@option("--kind", type=_KINDS, default=None)
@option("--unit", default="")
@option("--text", default="")
@option("--mine", is_flag=True)
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    state: str | None,
    kind: str | None,
    unit: str,
    text: str,
    mine: bool,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List change requests, the newest first (V-2, X-3)."""
    from dataclasses import replace

    from docctl.cli.registers import listed
    from docctl.queries.by_name import unit_named
    from docctl.queries.paging import every_row
    from docctl.queries.requests import RequestFilter, request_register

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = RequestFilter(text, unit_id, state or "", kind or "", mine=mine)

        def ask(page: int, size: int) -> RequestRegister:
            at, zone = desk.house.clock(), desk.house.zone
            asked = replace(wanted, page=page)
            return request_register(session, desk.actor, asked, at=at, zone=zone, page_size=size)

        rows = list(every_row(ask))
    cells = [_cells(desk, one) for one in rows]
    data = {"total": len(rows), "requests": [_data(one) for one in rows]}
    return listed(desk, "requests", _HEAD, cells, data, as_of=None, xlsx=xlsx, docx=docx)


def _cells(desk: Desk, one: RequestRow) -> tuple[Any, ...]:
    return (
        one.number,
        desk.words.t(f"requests.kind.{one.kind}"),
        one.document_number,
        one.title,
        one.unit,
        one.asked_by,
        one.asked_at.date(),
        one.wanted_on,
        desk.words.t(f"requests.state.{one.state}"),
    )


def _data(one: RequestRow) -> dict[str, Any]:
    return {
        "request": one.number,
        "kind": one.kind,
        "number": one.document_number,
        "title": one.title,
        "unit": one.unit,
        "what": one.what,
        "reason": one.reason,
        "basis": one.basis,
        "proposal": one.proposal,
        "asked_by": one.asked_by,
        "asked": one.asked_at,
        "wanted": one.wanted_on,
        "due": one.due_on,
        "state": one.state,
        "decided_by": one.decided_by,
        "decision": one.decision,
        "revision": one.label,
    }


@requests.command("show", permission="request.list")
@click.argument("request")
def show(desk: Desk, request: str) -> Answer:
    """Show one change request whole (V-2)."""
    page = _page(desk, request)
    row, t = page.row, desk.words.t
    lines = [
        f"{row.number} {t(f'requests.kind.{row.kind}')} {row.document_number} {row.title}".strip(),
        t(f"requests.state.{row.state}"),
        row.what,
        f"{t('requests.column.reason')}: {row.reason}",
        *([f"{t('requests.column.basis')}: {row.basis}"] if row.basis else []),
        *([f"{t('requests.column.decision')}: {row.decision}"] if row.decision else []),
        *(f"{t('requests.column.files')}: {one.name}" for one in page.files),
    ]
    data = {**_data(row), "files": [{"name": one.name, "sha256": one.sha256} for one in page.files]}
    return Answer(data, lines)


@requests.command("ask", permission="request.ask", changes=True)
@click.argument("number")
@option("--what", required=True)
@option("--reason", required=True)
@option("--basis", default="")
@option("--proposal", default="")
@option("--wanted", "wanted_on", type=DAY, default=None)
@option("--file", "attached", type=FILE_IN, multiple=True)
@option("--withdrawal", is_flag=True)
def ask(
    desk: Desk,
    number: str,
    what: str,
    reason: str,
    basis: str,
    proposal: str,
    wanted_on: date | None,
    attached: tuple[Path, ...],
    withdrawal: bool,
) -> Answer:
    """Ask for a change of a document in force, or for its withdrawal (V-2)."""
    from docctl.domain.change_requests import Asked, RequestKind
    from docctl.services.requests.ask import AskForChange, ask_for_change

    with desk.read() as session:
        document_id = names.item(desk, session, number, "document").item_id
    cmd = AskForChange(
        RequestKind.WITHDRAWAL if withdrawal else RequestKind.CHANGE,
        Asked(what, reason, basis, proposal, wanted_on),
        document_id,
        uploads=tuple(desk.stage(one) for one in attached),
    )
    return _told(desk, ask_for_change(cmd, by=desk.caller(), house=desk.house))


@requests.command("new", permission="request.ask", changes=True)
@option("--title", required=True)
@option("--unit", default="")
@option("--type", "type_code", default="")
@option("--what", required=True)
@option("--reason", required=True)
@option("--basis", default="")
@option("--proposal", default="")
@option("--wanted", "wanted_on", type=DAY, default=None)
@option("--file", "attached", type=FILE_IN, multiple=True)
def new(
    desk: Desk,
    title: str,
    unit: str,
    type_code: str,
    what: str,
    reason: str,
    basis: str,
    proposal: str,
    wanted_on: date | None,
    attached: tuple[Path, ...],
) -> Answer:
    """Ask for a document that is not there yet (V-2)."""
    from docctl.domain.change_requests import Asked, RequestKind
    from docctl.queries.by_name import type_named, unit_named
    from docctl.services.requests.ask import AskForChange, ask_for_change

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else desk.actor.unit_id
        type_id = type_named(session, type_code).id if type_code else None
    cmd = AskForChange(
        RequestKind.NEW,
        Asked(what, reason, basis, proposal, wanted_on, title),
        unit_id=unit_id,
        type_id=type_id,
        uploads=tuple(desk.stage(one) for one in attached),
    )
    return _told(desk, ask_for_change(cmd, by=desk.caller(), house=desk.house))


@requests.command("submit", permission="request.submit", changes=True)
@click.argument("request")
@option("--title", default=None)
@option("--what", default=None)
@option("--reason", default=None)
@option("--basis", default=None)
@option("--proposal", default=None)
@option("--wanted", "wanted_on", type=DAY, default=None)
@option("--file", "attached", type=FILE_IN, multiple=True)
def submit(
    desk: Desk, request: str, wanted_on: date | None, attached: tuple[Path, ...], **said: Any
) -> Answer:
    """Submit a returned request again; what is not named stays (A-9, V-2)."""
    from dataclasses import replace

    from docctl.services.requests.ask import SubmitRequest, submit_request

    page = _page(desk, request)
    asked = replace(page.asked, **{name: text for name, text in said.items() if text is not None})
    if wanted_on is not None:
        asked = replace(asked, wanted_on=wanted_on)
    uploads = tuple(desk.stage(one) for one in attached)
    cmd = SubmitRequest(page.row.request_id, page.row.row_version, asked, uploads)
    return _told(desk, submit_request(cmd, by=desk.caller(), house=desk.house))


@requests.command("accept", permission="request.decide", changes=True)
@click.argument("request")
@option("--reason", required=True)
def accept(desk: Desk, request: str, reason: str) -> Answer:
    """Accept a request: a revision will answer it (A-2, V-2)."""
    return _decided(desk, request, "accept", reason)


@requests.command("return", permission="request.decide", changes=True)
@click.argument("request")
@option("--reason", required=True)
def return_(desk: Desk, request: str, reason: str) -> Answer:
    """Return a request to who asked (A-9)."""
    return _decided(desk, request, "return", reason)


@requests.command("decline", permission="request.decide", changes=True)
@click.argument("request")
@option("--reason", required=True)
def decline(desk: Desk, request: str, reason: str) -> Answer:
    """Decline a request (V-2)."""
    return _decided(desk, request, "decline", reason)


@requests.command("take-back", permission="request.take_back", changes=True)
@click.argument("request")
@option("--reason", required=True)
def take_back(desk: Desk, request: str, reason: str) -> Answer:
    """Take a request back (V-2)."""
    from docctl.services.requests.ask import TakeBackRequest, take_back_request

    row = _page(desk, request).row
    cmd = TakeBackRequest(row.request_id, row.row_version, reason)
    return _told(desk, take_back_request(cmd, by=desk.caller(), house=desk.house))


@requests.command("see", permission="request.see", changes=True)
@click.argument("request")
def see(desk: Desk, request: str) -> Answer:
    """Note what came of a request (A-4)."""
    from docctl.services.requests.decide import SeeRequest, see_request

    row = _page(desk, request).row
    return _told(desk, see_request(SeeRequest(row.request_id), by=desk.caller(), house=desk.house))


def _decided(desk: Desk, request: str, action: str, reason: str) -> Answer:
    from docctl.domain.change_requests import RequestAction
    from docctl.services.requests.decide import DecideRequest, decide_request

    row = _page(desk, request).row
    cmd = DecideRequest(row.request_id, row.row_version, RequestAction(action), reason)
    return _told(desk, decide_request(cmd, by=desk.caller(), house=desk.house))


def _page(desk: Desk, number: str) -> RequestPage:
    """Return the request with this number; raise NotFound (X-3)."""
    from docctl.queries.request_page import numbered_request, request_page

    with desk.read() as session:
        at, zone = desk.house.clock(), desk.house.zone
        request_id = numbered_request(session, desk.actor, number, at=at)
        return request_page(session, desk.actor, request_id, at=at, zone=zone)


def _told(desk: Desk, request_id: UUID) -> Answer:
    from docctl.queries.request_page import request_page

    with desk.read() as session:
        at, zone = desk.house.clock(), desk.house.zone
        row = request_page(session, desk.actor, request_id, at=at, zone=zone).row
    state = desk.words.t(f"requests.state.{row.state}")
    return desk.done("request", _data(row), number=row.number, title=row.title, state=state)
