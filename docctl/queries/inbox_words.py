"""How a task of the inbox is told, on the page as in a mail: its place, its words, its day (A-4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from docctl.i18n import Translator
from docctl.queries.inbox import Task

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
    "blanks": "/documents/blanks/{id}",
    "review": "/documents/reviews/{id}",
    "reminder": "/documents/reminders/{id}",
    "change": "/documents/changes/{id}",
    "request": "/documents/change-requests/{id}",
    "webhook": "/settings/webhooks/{id}",
    "delegation": "/account/delegations",
    "distribution": "/documents/revisions/{id}/distribution",
}

#: Where the words of a label stand, for work whose label is a code.
_LABELS: Final = {
    "confirm_role": "roles",
    "mend": "trail.files.problem",
    "see_request": "requests.state",
    "approve_setting": "controlled.name",
    "rework_setting": "controlled.name",
}


def place_of(task: Task) -> str:
    """Return the path of the page on which the work is done."""
    return _PLACES[task.kind].format(id=task.id)


def verb_of(task: Task, words: Translator) -> str:
    """Return what is to do, and for whom where it is another's (A-8)."""
    verb = words.t(f"inbox.verb.{task.verb}")
    return f"{verb} {words.t('inbox.for', name=task.behalf)}" if task.behalf else verb


def times_of(task: Task, words: Translator) -> str:
    """Return the how manieth time it came back, or how often it did before somebody signs it (A-9)."""
    if not task.times:
        return ""
    return words.t("returns.nth" if task.verb == "rework" else "returns.so_far", count=task.times)


def label_of(task: Task, words: Translator) -> str:
    """Return the label of a task in words, where it is a code."""
    return words.t(f"{_LABELS[task.verb]}.{task.label}") if task.verb in _LABELS else task.label


def due_of(task: Task, words: Translator, today: date) -> tuple[str, str]:
    """Return how the day is shown: the kind of its colour, and the words."""
    if task.due_on is None:
        return "open", words.t("inbox.since", day=task.since.date())
    days = (task.due_on - today).days
    if task.is_overdue:
        late = words.t("inbox.overdue", count=-days) if days else words.t("inbox.overdue_today")
        return "late", late
    within = task.due_at if isinstance(task.until, datetime) else None
    if days == 0:
        return "due", words.t("inbox.today_at", at=within) if within else words.t("inbox.today")
    return (
        "due" if task.is_reminded else "in_review",
        words.t("inbox.until", day=task.until, count=days),
    )
