"""`docctl inbox|events`: what waits, what happened (A-4, T-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Action, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.inbox import Task


@click.command("events", cls=Action, permission="event.item")
@click.argument("number")
@option("--reads", is_flag=True)
def events(desk: Desk, number: str, reads: bool) -> Answer:
    """Show what happened to an item, newest first (T-1, X-3)."""
    from docctl.cli.timelines import timeline_of

    with desk.read() as session:
        found = names.item(desk, session, number)
        entries = timeline_of(desk, session, found, reads=reads)
    data = {
        "number": found.number,
        "events": [
            {
                "seq": one.id,
                "at": one.at,
                "who": one.who,
                "on_behalf_of": one.on_behalf_of,
                "action": one.action,
                "facts": one.facts,
                "detail": one.detail,
                "signed": one.signed,
            }
            for one in entries
        ],
    }
    rows = [
        (
            one.id,
            one.at,
            one.who or desk.words.t("events.system"),
            desk.words.t(f"events.{one.action}"),
            desk.words.t("cli.signed") if one.signed else "",
        )
        for one in entries
    ]
    head = ("event", "at", "who", "action", "signed")
    return Answer(data, Table([desk.label(name) for name in head], rows).lines())


@click.command("inbox", cls=Action, permission="inbox.view")
def inbox(desk: Desk) -> Answer:
    """Show what the person must do, oldest due first (A-4)."""
    from docctl.queries.inbox import inbox as read_inbox
    from docctl.queries.inbox_words import times_of

    with desk.read() as session:
        found = read_inbox(session, desk.actor, at=desk.house.clock(), zone=desk.house.zone)
    data: dict[str, Any] = {
        "total": found.total,
        "overdue": found.overdue,
        "tasks": [
            {
                "verb": one.verb,
                "kind": one.kind,
                "number": one.number,
                "title": one.title,
                "revision": one.label,
                "person": one.whose,
                "for": one.behalf,
                "times_returned": one.times,
                "due": one.due_on,
                "due_at": one.due_at,
                "calendar": one.calendar,
                "provisional": one.is_provisional,
                "reminded": one.is_reminded,
                "overdue": one.is_overdue,
                "since": one.since,
            }
            for one in found.tasks
        ],
    }
    head = ("todo", "number", "revision", "title", "due", "overdue")
    rows = [
        (
            _verb(desk, one),
            one.number,
            " ".join(filter(None, (one.label, times_of(one, desk.words)))),
            one.title or one.whose,
            one.due_on,
            desk.words.t("cli.overdue") if one.is_overdue else "",
        )
        for one in found.tasks
    ]
    table = Table([desk.label(name) for name in head], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])


def _verb(desk: Desk, one: Task) -> str:
    verb = desk.words.t(f"cli.verb.{one.verb}")
    return f"{verb} {desk.words.t('inbox.for', name=one.behalf)}" if one.behalf else verb
