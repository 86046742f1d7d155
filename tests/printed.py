"""Short ways to prints of blanks and what becomes of their numbers, for tests (D-10)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from docctl.domain.blanks import Tally
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.queries.blank_page import BlankPage, blank_page
from docctl.services.blanks.end import ACTS, EndBlanks
from docctl.services.blanks.issue import IssueBlanks, ReceiveBlanks, issue_blanks, receive_blanks
from docctl.services.blanks.register import RegisterBlanks, register_blanks
from tests.world import World


def form_revision(world: World, title: str = "巡检记录表", *, number: str = "QR-3301") -> UUID:
    """Return the revision of a record form in force."""
    return world.issued(world.draft(title, kind="form", number=number))


def printed(
    world: World,
    revision_id: UUID,
    first: str = "XJ-0001",
    last: str = "XJ-0100",
    *,
    book_size: int = 0,
    on: date | None = None,
    who: str = "chen",
) -> UUID:
    cmd = RegisterBlanks(revision_id, first, last, on or world.house.today(), book_size)
    return register_blanks(cmd, by=world.by(who), house=world.house)


def out(
    world: World,
    print_id: UUID,
    first: str = "1",
    last: str = "50",
    *,
    unit: str = "SC",
    person: str = "",
    on: date | None = None,
) -> UUID:
    """Issue numbers to a unit; return the issue."""
    person_id = world.people[person] if person else None
    day = on or world.house.today()
    cmd = IssueBlanks(print_id, first, last, world.units[unit], day, person_id)
    return issue_blanks(cmd, by=world.by("chen"), house=world.house)


def received(
    world: World, issue_id: UUID, *, who: str = "li", on: date | None = None, receiver: str = ""
) -> UUID:
    cmd = ReceiveBlanks(issue_id, None, on or world.house.today(), receiver)
    return receive_blanks(cmd, by=world.by(who), house=world.house)


def ended(
    world: World,
    act: str,
    print_id: UUID,
    first: str,
    last: str = "",
    *,
    who: str = "chen",
    on: date | None = None,
    reason: str = "印错",
    witness: str = "ouyang",
) -> UUID:
    """Note what became of numbers."""
    cmd = EndBlanks(print_id, first, last, on or world.house.today(), reason, world.people.get(witness))
    return ACTS[act](cmd, by=world.by(who), house=world.house)


def page(world: World, print_id: UUID, who: str = "chen", *, number: int = 1) -> BlankPage:
    with world.house.uow.read() as session:
        return blank_page(
            session,
            world.by(who).actor,
            print_id,
            at=world.clock(),
            zone=world.house.zone,
            page=number,
        )


def tally(world: World, print_id: UUID) -> Tally:
    return page(world, print_id).tally


def prints(world: World) -> list[BlankPrint]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(BlankPrint).order_by(BlankPrint.noted_at)))


def issue(world: World, issue_id: UUID) -> BlankIssue:
    with world.house.uow.read() as session:
        return session.get_one(BlankIssue, issue_id)
