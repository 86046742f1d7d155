"""`docctl changes`: temporary changes of revisions in force, written, signed, revoked (V-14)."""

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
from docctl.cli.kinds import DAY, FILE_OUT

if TYPE_CHECKING:
    from docctl.queries.change_page import ChangePage
    from docctl.queries.changes import ChangeRegister, ChangeRow

changes = Noun("changes")

_HEAD = ("number", "revision", "change", "place", "begins", "ends", "state", "approver", "title")
_STATES = click.Choice(["in_force", "waiting", "in_review", "draft", "revoked", "discarded", "ended"])


@changes.command("list", permission="change.list")
@option("--as-of", type=DAY, default=None)
@option("--state", type=_STATES, default=None)
@option("--unit", default="")
@option("--text", default="")
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    as_of: date | None,
    state: str | None,
    unit: str,
    text: str,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List temporary changes, what holds first (V-14, X-3)."""
    from dataclasses import replace

    from docctl.cli.registers import listed
    from docctl.queries.by_name import unit_named
    from docctl.queries.changes import ChangeFilter, change_register
    from docctl.queries.paging import every_row

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = ChangeFilter(text, unit_id, state or "", as_of=as_of)

        def ask(page: int, size: int) -> ChangeRegister:
            at, zone = desk.house.clock(), desk.house.zone
            return change_register(
                session, desk.actor, replace(wanted, page=page), at=at, zone=zone, page_size=size
            )

        rows = list(every_row(ask))
    cells = [_cells(desk, one) for one in rows]
    data = {"as_of": as_of, "total": len(rows), "changes": [_data(one) for one in rows]}
    return listed(desk, "changes", _HEAD, cells, data, as_of=as_of, xlsx=xlsx, docx=docx)


def _cells(desk: Desk, one: ChangeRow) -> tuple[Any, ...]:
    return (
        one.number,
        one.label,
        one.ordinal,
        one.place,
        one.first_day,
        one.last_day,
        desk.words.t(f"changes.state.{one.state}"),
        one.approver,
        one.title,
    )


def _data(one: ChangeRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "revision": one.label,
        "change": one.ordinal,
        "place": one.place,
        "text": one.text,
        "reason": one.reason,
        "basis": one.basis,
        "first": one.first_day,
        "last": one.last_day,
        "state": one.state,
        "approver": one.approver,
        "end_reason": one.end_reason,
    }


@changes.command("show", permission="change.list")
@click.argument("number")
@click.argument("change", type=int)
def show(desk: Desk, number: str, change: int) -> Answer:
    """Show one temporary change whole (V-14)."""
    row = _page(desk, number, change).row
    t = desk.words.t
    lines = [
        f"{row.number} {row.label} {t('changes.one', n=row.ordinal)}  {t(f'changes.state.{row.state}')}",
        f"{row.place}  {row.first_day} - {row.last_day}",
        row.text,
        f"{t('changes.column.reason')}: {row.reason}",
    ]
    return Answer(_data(row), lines)


@changes.command("write", permission="change.write", changes=True)
@click.argument("number")
@option("--where", required=True)
@option("--says", required=True)
@option("--reason", required=True)
@option("--basis", default="")
@option("--begins", type=DAY, default=None)
@option("--ends", type=DAY, required=True)
def write(
    desk: Desk, number: str, where: str, says: str, reason: str, basis: str, begins: date | None, ends: date
) -> Answer:
    """Write a temporary change of the revision in force, as a draft (V-14)."""
    from docctl.domain.temporary_changes import Wording
    from docctl.services.changes.write import WriteChange, write_change

    with desk.read() as session:
        found = names.revision(desk, session, number, wanted="in_force")
    wording = Wording(where, says, reason, basis, begins or desk.house.today(), ends)
    return _told(
        desk, write_change(WriteChange(found.revision_id, wording), by=desk.caller(), house=desk.house)
    )


@changes.command("submit", permission="change.submit", signs=True, changes=True)
@click.argument("number")
@click.argument("change", type=int)
@option("--approver", required=True, metavar="USER")
def submit(desk: Desk, number: str, change: int, approver: str) -> Answer:
    """Sign a draft as prepared and ask for its approval (A-3, V-14)."""
    from docctl.queries.by_name import person_named
    from docctl.services.changes.sign import SubmitChange, submit_change

    page = _page(desk, number, change)
    with desk.read() as session:
        approving = person_named(session, approver).id
    by = desk.signer(_signing(desk, "prepare", page))
    cmd = SubmitChange(page.row.change_id, page.row.row_version, approving, desk.signed(page.sha256))
    return _told(desk, submit_change(cmd, by=by, house=desk.house))


@changes.command("approve", permission="change.approve", signs=True, changes=True)
@click.argument("number")
@click.argument("change", type=int)
@option("--comment", default="")
def approve(desk: Desk, number: str, change: int, comment: str) -> Answer:
    """Sign a temporary change as approved: it holds from its first day (A-2, V-14)."""
    from docctl.services.changes.sign import ApproveChange, approve_change

    page = _page(desk, number, change)
    by = desk.signer(_signing(desk, "approve", page))
    cmd = ApproveChange(page.row.change_id, page.row.row_version, desk.signed(page.sha256), comment)
    return _told(desk, approve_change(cmd, by=by, house=desk.house))


@changes.command("return", permission="change.return", changes=True)
@click.argument("number")
@click.argument("change", type=int)
@option("--reason", required=True)
def return_(desk: Desk, number: str, change: int, reason: str) -> Answer:
    """Return a temporary change to its author with the reason (A-9)."""
    from docctl.services.changes.sign import ReturnChange, return_change

    row = _page(desk, number, change).row
    cmd = ReturnChange(row.change_id, row.row_version, reason)
    return _told(desk, return_change(cmd, by=desk.caller(), house=desk.house))


@changes.command("revoke", permission="change.revoke", changes=True)
@click.argument("number")
@click.argument("change", type=int)
@option("--reason", required=True)
def revoke(desk: Desk, number: str, change: int, reason: str) -> Answer:
    """End a temporary change before its last day (V-14)."""
    from docctl.services.changes.write import EndChange, revoke_change

    row = _page(desk, number, change).row
    cmd = EndChange(row.change_id, row.row_version, reason)
    return _told(desk, revoke_change(cmd, by=desk.caller(), house=desk.house))


@changes.command("discard", permission="change.discard", changes=True)
@click.argument("number")
@click.argument("change", type=int)
@option("--reason", required=True)
def discard(desk: Desk, number: str, change: int, reason: str) -> Answer:
    """Discard a draft of a temporary change (V-14)."""
    from docctl.services.changes.write import EndChange, discard_change

    row = _page(desk, number, change).row
    cmd = EndChange(row.change_id, row.row_version, reason)
    return _told(desk, discard_change(cmd, by=desk.caller(), house=desk.house))


def _page(desk: Desk, number: str, ordinal: int) -> ChangePage:
    """Return the change of a document with this count; raise NotFound (X-3)."""
    from docctl.queries.change_page import change_page, numbered_change

    with desk.read() as session:
        found = names.item(desk, session, number, "document")
        change_id = numbered_change(session, found.item_id, ordinal)
        return change_page(session, desk.actor, change_id, at=desk.house.clock(), zone=desk.house.zone)


def _signing(desk: Desk, meaning: str, page: ChangePage) -> str:
    t, row = desk.words.t, page.row
    what = f"{row.number} {row.label} {t('changes.one', n=row.ordinal)}"
    return t("cli.signing", meaning=t(f"meanings.{meaning}"), what=what, sha256=page.sha256)


def _told(desk: Desk, change_id: UUID) -> Answer:
    from docctl.queries.change_page import change_page

    with desk.read() as session:
        page = change_page(session, desk.actor, change_id, at=desk.house.clock(), zone=desk.house.zone)
    row = page.row
    state = desk.words.t(f"changes.state.{row.state}")
    return desk.done("change", _data(row), number=row.number, n=row.ordinal, state=state, last=row.last_day)
