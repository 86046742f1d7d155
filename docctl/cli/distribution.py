"""`docctl distribution`: who a revision goes to, who has it, who has read it (D-1, D-4, D-8)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.scopes import add_scope
from docctl.domain.copy_states import Medium
from docctl.domain.distribution import HolderKind, ListEntry

if TYPE_CHECKING:
    from docctl.domain.distribution import Reconciled
    from docctl.queries.distribution import DistributionPage

distribution = Noun("distribution")
add_scope(distribution)


@distribution.command("show", permission="distribution.view")
@click.argument("number")
@option("--revision", "label", default="")
@option("--as-of", type=DAY, default=None)
def show(desk: Desk, number: str, label: str, as_of: date | None) -> Answer:
    """Show list, copies and readers of a revision, now or as of a day (D-2, D-4, D-8)."""
    return _told(desk, number, label, as_of)


@distribution.command("add", permission="distribution.view", changes=True)
@click.argument("number")
@option("--revision", "label", default="")
@option("--to-unit", default="", metavar="UNIT")
@option("--to-post", default="", metavar="POST")
@option("--to-person", default="", metavar="USER")
@option("--at-place", default="", metavar="PLACE")
@option("--on-screen", is_flag=True)
@option("--copies", type=click.IntRange(min=0), default=1)
@option("--to-read", is_flag=True)
@option("--reason", default="")
def add(
    desk: Desk,
    number: str,
    label: str,
    to_unit: str,
    to_post: str,
    to_person: str,
    at_place: str,
    on_screen: bool,
    copies: int,
    to_read: bool,
    reason: str,
) -> Answer:
    """Put a unit, post, person or place on the list; an issued revision's with the reason (D-8)."""
    from docctl.services.distribution.change import AddRecipient, add_recipient
    from docctl.services.distribution.draft import ListRecipient, list_recipient

    if bool(to_unit) == bool(to_person):
        raise click.UsageError("--to-unit, --to-person")
    kind, holder_id = _holder(desk, to_unit, to_post, to_person, at_place)
    medium = Medium.SCREEN if on_screen else Medium.PAPER
    medium = Medium.POSTED if kind is HolderKind.PLACE else medium
    entry = ListEntry(kind, holder_id, medium, " ".join(at_place.split()), copies, to_read)
    page = _page(desk, number, label)
    if page.is_draft:
        cmd = ListRecipient(page.revision_id, page.row_version, entry)
        list_recipient(cmd, by=desk.caller(), house=desk.house)
    else:
        add_recipient(AddRecipient(page.revision_id, entry, reason), by=desk.caller(), house=desk.house)
    return _told(desk, number, label, None)


@distribution.command("remove", permission="distribution.view", changes=True)
@click.argument("number")
@click.argument("line", type=click.IntRange(min=1))
@option("--revision", "label", default="")
@option("--reason", default="")
def remove(desk: Desk, number: str, line: int, label: str, reason: str) -> Answer:
    """Take a line off the list; an issued revision's with the reason, its copies are recalled (D-8)."""
    from docctl.domain.verdicts import NotFound
    from docctl.services.distribution.change import RemoveRecipient, remove_recipient
    from docctl.services.distribution.draft import UnlistRecipient, unlist_recipient

    page = _page(desk, number, label)
    if line > len(page.entries):
        raise NotFound("entry")
    entry_id = page.entries[line - 1].entry_id
    if page.is_draft:
        cmd = UnlistRecipient(page.revision_id, page.row_version, entry_id)
        unlist_recipient(cmd, by=desk.caller(), house=desk.house)
    else:
        remove_recipient(
            RemoveRecipient(page.revision_id, entry_id, reason), by=desk.caller(), house=desk.house
        )
    return _told(desk, number, label, None)


@distribution.command("read", permission="reading.acknowledge", changes=True)
@click.argument("number")
def read(desk: Desk, number: str) -> Answer:
    """Say that one has read the revision in force (D-4)."""
    from docctl.services.distribution.read import Acknowledge, acknowledge

    with desk.read() as session:
        found = names.revision(desk, session, number, wanted="in_force")
    acknowledge(Acknowledge(found.revision_id), by=desk.caller(), house=desk.house)
    data = {"number": found.number, "revision": found.label, "read": True}
    return desk.done("read", data, number=found.number, label=found.label)


@distribution.command("remind", permission="reading.remind", changes=True)
@click.argument("number")
@option("--revision", "label", default="")
def remind(desk: Desk, number: str, label: str) -> Answer:
    """Remind everybody who has not read a revision in force (D-4)."""
    from docctl.services.distribution.remind import RemindReaders, remind_readers

    with desk.read() as session:
        found = names.revision(desk, session, number, label, wanted="in_force")
    remind_readers(RemindReaders(found.revision_id), by=desk.caller(), house=desk.house)
    return _told(desk, number, found.label, None)


def _holder(desk: Desk, to_unit: str, to_post: str, to_person: str, at_place: str) -> tuple[HolderKind, UUID]:
    from docctl.domain.verdicts import NotFound
    from docctl.queries.by_name import person_written, unit_named
    from docctl.queries.unit_page import unit_page

    with desk.read() as session:
        if to_person:
            return HolderKind.PERSON, person_written(session, to_person)
        unit = unit_named(session, to_unit)
        if not to_post:
            return (HolderKind.PLACE if at_place else HolderKind.UNIT), unit.id
        wanted = " ".join(to_post.split())
        for one in unit_page(session, unit.id).posts:
            if one.name == wanted:
                return HolderKind.POST, one.id
    raise NotFound("post")


def _page(desk: Desk, number: str, label: str, as_of: date | None = None) -> DistributionPage:
    from docctl.queries.distribution import distribution_page

    with desk.read() as session:
        found = names.revision(desk, session, number, label)
        return distribution_page(
            session,
            desk.actor,
            found.revision_id,
            at=desk.house.clock(),
            zone=desk.house.zone,
            as_of=as_of,
        )


def _told(desk: Desk, number: str, label: str, as_of: date | None) -> Answer:
    page, words = _page(desk, number, label, as_of), desk.words
    data = {
        "number": page.number,
        "revision": page.label,
        "as_of": page.as_of,
        "list": [
            {
                "holder": one.holder,
                "kind": one.kind,
                "medium": one.medium,
                "copies": one.copies,
                "reads": one.reads,
                "reason": one.reason,
                "removed": one.removed_on,
            }
            for one in page.entries
        ],
        "copies": [{"copy": one.copy, "holder": one.holder, "state": one.state} for one in page.copies],
        "readers": [
            {
                "name": one.name,
                "read_at": one.acknowledged_at,
                "due": one.due_on,
                "late": one.is_late,
                "reminded": one.reminded_on,
                "ended": one.ended_on,
            }
            for one in page.readers
        ],
        "revision_counts": _counts(page.here),
        "document_counts": _counts(page.whole),
    }
    lists = Table(
        [desk.label(name) for name in ("line", "holder", "medium", "copies", "removed")],
        [
            (place, one.holder, words.t(f"copies.medium.{one.medium}"), one.copies, one.removed_on)
            for place, one in enumerate(page.entries, 1)
        ],
    )
    copies = Table(
        [desk.label(name) for name in ("copy", "holder", "state", "issued", "received", "closed")],
        [
            (
                one.copy,
                one.holder,
                words.t(f"copies.state.{one.state}"),
                one.issued_on,
                one.received_on,
                one.closed_on,
            )
            for one in page.copies
        ],
    )
    readers = Table(
        [desk.label(name) for name in ("name", "unit", "read_at")],
        [(one.name, one.unit, one.acknowledged_at) for one in page.readers],
    )
    lines = [*lists.lines()]
    if page.copies:
        lines += ["", *copies.lines(), _reconciled(desk, page.here)]
    if page.readers:
        lines += ["", *readers.lines()]
    return Answer(data, lines)


def _reconciled(desk: Desk, one: Reconciled) -> str:
    return desk.words.t(
        "cli.reconciled",
        issued=one.issued,
        open=one.open,
        recalled=one.recalled,
        returned=one.returned,
        destroyed=one.destroyed,
        lost=one.lost,
    )


def _counts(one: Reconciled) -> dict[str, int]:
    return {
        "issued": one.issued,
        "open": one.open,
        "recalled": one.recalled,
        "returned": one.returned,
        "destroyed": one.destroyed,
        "lost": one.lost,
    }
