"""The first page: what waits for the person, oldest due first (A-4)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from docctl.domain.permissions import Actor
from docctl.queries.inbox import VERBS, Task, inbox, inbox_count
from docctl.queries.inbox_words import due_of, label_of, place_of, times_of, verb_of
from docctl.services.house import House
from docctl.web.context import actor, house, render, requires, words
from docctl.web.shell import counted

bp = Blueprint("inbox", __name__)


def _waiting(home: House, person: Actor) -> int:
    with home.uow.read() as session:
        return inbox_count(session, person, at=home.clock(), zone=home.zone)


counted("inbox", _waiting)


@bp.get("/")
@requires("inbox.view")
def page() -> str:
    """Show what the person must do, all of it or one kind (A-4)."""
    verb = request.args.get("what", "")
    verb = verb if verb in VERBS else ""
    with house().uow.read() as session:
        found = inbox(session, actor(), at=house().clock(), zone=house().zone, verb=verb)
    return render("inbox/inbox.html", found=found, rows=[_row(one) for one in found.tasks], verb=verb)


def _row(task: Task) -> dict[str, Any]:
    return {
        "href": place_of(task),
        "verb": verb_of(task, words()),
        "task": task,
        "label": " · ".join(filter(None, (label_of(task, words()), times_of(task, words())))),
        "state": due_of(task, words(), house().today()),
    }
