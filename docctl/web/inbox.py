"""The first page: what waits for the person, oldest due first (A-4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, request

from docctl.domain.permissions import Actor
from docctl.queries.inbox import VERBS, Task, inbox, inbox_count
from docctl.services.house import House
from docctl.web.context import actor, house, render, requires, words
from docctl.web.shell import counted

bp = Blueprint("inbox", __name__)

#: Where the work on an item is done, by its kind.
_PLACES: Final = {
    "revision": "/documents/revisions/{id}",
    "record": "/records/{id}",
    "disposal_list": "/retention/lists/{id}",
    "person": "/people/{id}",
    "stored_file": "/trail/files",
    "import": "/documents/imports/{id}",
    "record_import": "/records/imports/{id}",
    "setting": "/settings/rules/at/{id}",
    "copy": "/documents/distribution/copies/{id}",
    "review": "/documents/reviews/{id}",
    "distribution": "/documents/revisions/{id}/distribution",
}

#: Where the words of a label stand, for work whose label is a code.
_LABELS: Final = {
    "confirm_role": "roles",
    "mend": "trail.files.problem",
    "approve_setting": "controlled.name",
    "rework_setting": "controlled.name",
}


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
        "href": _PLACES[task.kind].format(id=task.id),
        "verb": words().t(f"inbox.verb.{task.verb}"),
        "task": task,
        "label": words().t(f"{_LABELS[task.verb]}.{task.label}") if task.verb in _LABELS else task.label,
        "state": _due(task),
    }


def _due(task: Task) -> tuple[str, str]:
    """Return how the day is shown: the kind of its colour, and the words."""
    today = house().today()
    if task.due_on is None:
        return "open", words().t("inbox.since", day=task.since.date())
    days = (task.due_on - today).days
    if task.is_overdue:
        late = words().t("inbox.overdue", count=-days) if days else words().t("inbox.overdue_today")
        return "late", late
    within = task.due_at if isinstance(task.until, datetime) else None
    if days == 0:
        return "due", words().t("inbox.today_at", at=within) if within else words().t("inbox.today")
    return (
        "due" if task.is_reminded else "in_review",
        words().t("inbox.until", day=task.until, count=days),
    )
