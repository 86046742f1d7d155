"""`docctl retention due|explain`: what falls due, and why a record is kept so long (R-1, R-4, R-10)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from docctl.queries.retention import DueList

retention = Noun("retention")


@retention.command("due", permission="retention.due", who="either")
@option("--on", type=DAY, default=None)
def due(desk: Desk, on: date | None) -> Answer:
    """List what is due on a day: kept until before it, on no list yet (R-4)."""
    from docctl.domain.permissions import Facts, authorise

    authorise(desk.actor, "retention.due", Facts())
    with desk.read() as session:
        found = due_on(desk, session, on)
    rows = [(one.number, one.due, one.class_name, one.basis, one.unit_name, one.title) for one in found.rows]
    table = Table(
        [desk.label(name) for name in ("number", "due", "class", "basis", "unit", "title")], list(rows)
    )
    return Answer(found.as_json(), [*table.lines(), desk.words.t("cli.total", n=found.total)])


@retention.command("explain", permission="retention.explain", who="either")
@click.argument("number")
def explain(desk: Desk, number: str) -> Answer:
    """Say until when a record is kept, by which class, and each step of the reason (R-1, R-10)."""
    from docctl.queries.retention import explain_record_id

    with desk.read() as session:
        record = names.item(desk, session, number, "record")
        found = explain_record_id(session, desk.actor, record.item_id)
    facts = [
        ("number", found.number),
        ("title", found.title),
        ("keep_until", desk.label("permanent") if found.is_permanent else found.keep_until),
        ("class", found.class_name),
        ("basis", found.basis),
        *(("because", sentence) for sentence in found.sentences(desk.words)),
    ]
    return Answer(found.as_json(desk.words), pairs((desk.label(name), value) for name, value in facts))


def due_on(desk: Desk, session: Session, on: date | None) -> DueList:
    """Return all that is due on a day, today by default, as far as the person sees it (R-4, X-3)."""
    from docctl.queries.retention import DueFilter, due_list

    return due_list(session, desk.actor, DueFilter(on or desk.house.today()), page_size=None)
