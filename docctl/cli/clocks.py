"""`docctl documents clocks|chase|lateness`: open steps, numbered reminders, what they count up to (A-13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_OUT


def add_clocks(noun: Noun) -> None:
    """Add the commands about open steps to the noun."""
    for command in (clocks, chase, lateness):
        noun.add_command(command)


_clocks = Noun("documents")


@_clocks.command("clocks", permission="step.list")
@option("--late", is_flag=True)
@option("--text", default="")
@option("--xlsx", type=FILE_OUT, default=None)
def clocks(desk: Desk, late: bool, text: str, xlsx: Path | None) -> Answer:
    """List the open steps that one watches, the one that is due first before the others (A-13, X-3)."""
    from docctl.cli.registers import listed
    from docctl.queries.open_clocks import ClockFilter, OpenClocks, open_clocks
    from docctl.queries.paging import every_row

    at, zone = desk.house.clock(), desk.house.zone
    wanted = ClockFilter(text=text, late=late)
    with desk.read() as session:

        def ask(page: int, size: int) -> OpenClocks:
            asked = replace(wanted, page=page)
            return open_clocks(session, desk.actor, asked, at=at, zone=zone, page_size=size)

        found = list(every_row(ask))
    t = desk.words.t
    rows = [
        (
            one.number,
            one.label,
            one.name or t(f"lateness.step.{one.meaning}"),
            one.person,
            one.unit,
            one.due_at,
            one.days_late if one.is_late else "",
            one.reminders,
            one.title,
        )
        for one in found
    ]
    data = {
        "total": len(found),
        "steps": [
            {
                "number": one.number,
                "title": one.title,
                "revision": one.label,
                "meaning": one.meaning,
                "name": one.name,
                "assignee": one.person,
                "unit": one.unit,
                "opened": one.opened_at,
                "due": one.due_at,
                "late": one.is_late,
                "days_late": one.days_late,
                "reminders": one.reminders,
            }
            for one in found
        ],
    }
    head = ("number", "revision", "step", "with", "unit", "due", "days_late", "reminders", "title")
    return listed(desk, "clocks", head, rows, data, as_of=None, xlsx=xlsx, docx=None)


@_clocks.command("chase", permission="step.remind", changes=True)
@click.argument("number")
@option("--to", "to_person", default="", metavar="USER")
@option("--note", default="")
def chase(desk: Desk, number: str, to_person: str, note: str) -> Answer:
    """Issue numbered reminders for the overdue steps of a document that one watches (A-13)."""
    from docctl.cli.failures import Ambiguous
    from docctl.domain.normal_form import normal, tidy
    from docctl.domain.verdicts import NotFound, Refused, RuleRefused
    from docctl.queries.by_name import person_named
    from docctl.queries.open_clocks import ClockFilter, OpenClocks, documents_of, open_clocks
    from docctl.queries.paging import every_row
    from docctl.queries.reminders import reminder_page
    from docctl.services.revisions.remind import IssueReminder, issue_reminder

    at, zone = desk.house.clock(), desk.house.zone
    with desk.read() as session:
        person = person_named(session, to_person).id if to_person else None
        wanted = ClockFilter(text=tidy(number))

        def ask(page: int, size: int) -> OpenClocks:
            asked = replace(wanted, page=page)
            return open_clocks(session, desk.actor, asked, at=at, zone=zone, page_size=size)

        mine = [one for one in every_row(ask) if normal(one.number) == normal(number)]
        if len(documents_of(session, [one.revision_id for one in mine])) > 1:  # of two companies
            raise Ambiguous(number, tuple(sorted({f"{one.number} {one.title}" for one in mine})))
        if not mine:  # what one does not watch is answered as any other document
            names.item(desk, session, number, "document")
            raise NotFound("step")
    late = [one for one in mine if one.is_late and person in {None, one.person_id}]
    if not late:
        raise RuleRefused(Refused("A-13", "nothing_overdue", {"number": mine[0].number}))
    issued = []
    for one in late:
        reminder_id = issue_reminder(IssueReminder(one.step_id, note), by=desk.caller(), house=desk.house)
        with desk.read() as session:
            page = reminder_page(session, desk.actor, reminder_id, at=desk.house.clock(), zone=zone)
        issued.append({"reminder": page.number, "ordinal": page.ordinal, "to": page.person})
    data = {"number": late[0].number, "reminders": issued}
    return desk.done(
        "chased", data, number=late[0].number, reminders=", ".join(str(one["reminder"]) for one in issued)
    )


@_clocks.command("lateness", permission="step.list")
@option("--from", "since", type=DAY, default=None)
@option("--to", "until_day", type=DAY, default=None)
@option("--xlsx", type=FILE_OUT, default=None)
def lateness(desk: Desk, since: date | None, until_day: date | None, xlsx: Path | None) -> Answer:
    """Count reminders and late closings per department over a time, this year where none is said (A-13)."""
    from docctl.cli.registers import listed
    from docctl.queries.reminders import late_counts

    last = until_day or desk.house.today()
    first = since or date(last.year, 1, 1)
    with desk.read() as session:
        found = late_counts(session, desk.actor, first, last, at=desk.house.clock(), zone=desk.house.zone)
    rows = [(one.unit, one.reminders, one.closed_late) for one in found]
    data = {
        "from": first,
        "to": last,
        "total": len(found),
        "units": [
            {"unit": one.unit, "reminders": one.reminders, "closed_late": one.closed_late} for one in found
        ],
    }
    head = ("unit", "reminders", "closed_late")
    return listed(desk, "lateness", head, rows, data, as_of=None, xlsx=xlsx, docx=None)
