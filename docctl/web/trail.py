"""Who did what: the register of all events, and whether the chain still holds (T-1, T-2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.event_nouns import NOUNS
from docctl.jobs.proof import verify_trail
from docctl.queries.events import Event, EventFilter, event_register, people_of_trail
from docctl.queries.fixity import fixity_state
from docctl.queries.object_check import LastCheck, is_being_checked, last_check
from docctl.queries.proof import proof_state
from docctl.queries.timeline import Entry, Timeline
from docctl.services.objects.check import AskCheck, ask_check
from docctl.services.objects.recheck import recheck_file
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other, words
from docctl.web.flashes import flash
from docctl.web.registers import chosen, number
from docctl.web.timelines import told

bp = Blueprint("trail", __name__, url_prefix="/trail")

#: How long a page may check the chain, in seconds; the command line checks without a limit.
PATIENCE: Final = 20.0

#: What is said of a chain that does not hold, by the reason.
_BROKEN: Final = {
    "missing": "trail.broken.missing",
    "order": "trail.broken.order",
    "changed": "trail.broken.changed",
    "detail_missing": "trail.broken.detail_missing",
    "detail_changed": "trail.broken.detail_changed",
    "head": "trail.broken.head",
}

#: What is said of a file that was checked again and is not sound.
_STILL: Final = {
    "missing": "trail.still.missing",
    "damaged": "trail.still.damaged",
    "swapped": "trail.still.swapped",
    "other_size": "trail.still.other_size",
}

_PLACES: Final = {
    "document": "/documents/{id}",
    "record": "/records/{id}",
    "disposal_list": "/retention/lists/{id}",
    "change_request": "/documents/change-requests/{id}",
    "person": "/people/{id}",
}


@bp.get("")
@requires("event.list")
def register() -> str:
    """Show what happened, newest first, narrowed by person, kind, item and days (T-1, X-3)."""
    wanted = _wanted()
    now = house()
    with now.uow.read() as session:
        found = event_register(session, actor(), wanted, at=now.clock(), zone=now.zone)
        people = people_of_trail(session)
    lines = told(Timeline(tuple(_entry(one) for one in found.events), None), words())
    return render(
        "trail/trail.html",
        found=found,
        rows=[
            {
                "event": event,
                "told": line,
                "item": _place(event),
                "is_own": event.kind == "person" and event.title == event.who,
            }
            for event, line in zip(found.events, lines, strict=True)
        ],
        wanted=wanted,
        people=people,
        nouns=NOUNS,
        here=_address(wanted),
    )


@bp.get("/proof")
@requires("audit.verify")
def proof() -> str:
    """Show how far the trail is sealed, where its heads lie, and how to export it (T-2)."""
    now = house()
    with now.uow.read() as session:
        state = proof_state(session)
    return render(
        "trail/proof.html", state=state, has_witness=now.witness is not None, username=actor().username
    )


@bp.post("/verify")
@requires("audit.verify")
def check() -> Response:
    """Check the chain now and say which event is the first bad one (T-2)."""
    report = verify_trail(house(), patience=PATIENCE)
    if not report.ok and report.reason in _BROKEN:
        flash("refused", _BROKEN[report.reason], {"number": report.first_bad})
    elif not report.ok:
        flash("refused", f"trail.fault.{report.reason}", {})
    elif report.is_complete:
        flash_done("trail.holds", count=report.events)
    else:
        flash("warning", "trail.unfinished", {"count": report.events})
    return see_other("/trail/proof")


@bp.get("/files")
@requires("audit.verify")
def files() -> str:
    """Show how far the check of the stored files has come, and which are not sound (T-3)."""
    with house().uow.read() as session:
        found = fixity_state(session, actor(), at=house().clock(), every=house().scrub_every)
    rows = [{"file": one, "href": _PLACES[one.kind].format(id=one.item_id)} for one in found.listed]
    oldest = found.oldest.astimezone(house().zone) if found.oldest else None
    return render("trail/files.html", found=found, rows=rows, oldest=oldest, zone=house().zone)


@bp.post("/files/<uuid:file_id>/check")
@requires("audit.verify")
def check_file(file_id: UUID) -> Response:
    """Read one stored file again now (T-3)."""
    problem = recheck_file(file_id, by=caller(), house=house())
    if problem:
        flash("refused", _STILL[problem], {})
    else:
        flash_done("trail.sound_again")
    return see_other("/trail/files")


@bp.get("/objects")
@requires("objects.check")
def objects() -> str:
    """Show what the last comparison of the store with the rows has found (T-3)."""
    with house().uow.read() as session:
        found, running = last_check(session), is_being_checked(session)
    at = found.at.astimezone(house().zone) if found else None
    return render("trail/objects.html", found=found, at=at, running=running, rows=_differences(found))


@bp.post("/objects")
@requires("objects.check")
def compare() -> Response:
    """Ask for a comparison in the background (T-3)."""
    ask_check(AskCheck(), by=caller(), house=house())
    flash_done("trail.store.asked")
    return see_other("/trail/objects")


def _differences(found: LastCheck | None) -> list[dict[str, str]]:
    """Return what differs, the worst first: files that are not as their rows say."""
    if found is None:
        return []
    say = words()
    problems = [
        {"what": say.t(f"trail.store.problem.{one['problem']}"), "number": one["number"], "key": one["key"]}
        for one in found.problems
    ]
    orphans = [{"what": say.t("trail.store.orphan"), "number": "", "key": one} for one in found.without_row]
    strays = [
        {
            "what": say.t(f"trail.store.stray.{one['kind']}"),
            "number": "",
            "key": f"{one['area']}/{one['name']}",
        }
        for one in found.strays
    ]
    return [*problems, *orphans, *strays]


def _wanted() -> EventFilter:
    given = request.args
    before = number(given.get("before"))
    return EventFilter(
        person_id=chosen(given.get("person")),
        action=f"{given['kind']}." if given.get("kind") in NOUNS else "",
        item=given.get("item", "")[:200],
        day_from=_day(given.get("from")),
        day_until=_day(given.get("until")),
        before=before if before > 1 else None,
    )


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and 1900 <= found.year < 9000 else None


def _address(wanted: EventFilter) -> Callable[..., str]:
    """Return how the page writes its own address with something changed."""
    kept: dict[str, Any] = {
        "person": wanted.person_id,
        "kind": wanted.action.rstrip("."),
        "item": wanted.item,
        "from": wanted.day_from,
        "until": wanted.day_until,
    }

    def here(**changed: Any) -> str:
        query = {name: value for name, value in {**kept, **changed}.items() if value}
        return f"/trail?{urlencode(query)}" if query else "/trail"

    return here


def _place(event: Event) -> str | None:
    if event.kind == "setting":
        return f"/settings/rules/{event.facts['kind']}?revision={event.version}"
    if event.item_id is None or event.kind not in _PLACES:
        return None
    return _PLACES[event.kind].format(id=event.item_id)


def _entry(event: Event) -> Entry:
    return Entry(
        id=event.seq,
        at=event.at,
        who="" if event.is_system else event.who,
        actor_id=None,
        on_behalf_of=event.on_behalf_of or None,
        action=event.action,
        version=event.version,
        facts=event.facts,
        detail=event.detail,
        signed=event.is_signed,
    )
