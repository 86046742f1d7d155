"""What the frame of every page shows: where one may go, who one is, what was just done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from docctl.config import LANGUAGES
from docctl.domain.permissions import Actor
from docctl.queries.epochs import waits
from docctl.queries.people import frame_facts
from docctl.services.house import House
from docctl.web import flashes
from docctl.web.context import PERMISSION, house, lang, may, words
from docctl.web.security import csrf_token
from docctl.web.sessions import current

#: The places of the map, in order; one shows where its page exists and the person may go there.
PLACES: Final = (
    ("inbox", "/"),
    ("mine", "/mine"),
    ("documents", "/documents"),
    ("records", "/records"),
    ("search", "/search"),
    ("retention", "/retention"),
    ("trail", "/trail"),
    ("people", "/people"),
    ("settings", "/settings"),
)

#: What is said when something of the inbox is done: the way back to what still waits stands beside it.
ANSWERS: Final = frozenset(
    {
        *(f"documents.done.{one}" for one in ("form_checked", "reviewed", "approved", "returned", "issued")),
        *(f"records.done.{one}" for one in ("accepted", "decided", "declined")),
        *(f"disposal.done.{one}" for one in ("checked", "approved", "rejected", "ordered", "witnessed")),
        *(f"changes.done.{one}" for one in ("approved", "returned")),
        *(f"requests.done.{one}" for one in ("accept", "return", "decline", "see")),
        *(f"reviews.done.{one}" for one in ("confirm", "revise", "withdraw")),
        *(f"copies.done.{one}" for one in ("receive", "return", "destroy", "lose", "read")),
        *(f"blanks.done.{one}" for one in ("receive", "use", "void", "return", "destroy", "lose")),
        *(f"people.done.{one}" for one in ("role_confirmed", "reset_confirmed")),
    }
)

Nav = tuple[str, str, bool, int | None]
Count = Callable[[House, Actor], int]

_COUNTS: dict[str, Count] = {}


@dataclass(frozen=True, slots=True)
class Who:
    """The person in the corner."""

    name: str
    unit: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame's values; see `templates/pages/macros/README.md`. `still` counts what waits in the inbox
    after something of it was done, else 0. `waits`: a restored
    state waits to be accepted.
    """

    nav: tuple[Nav, ...]
    person: Who | None
    language: str
    languages: tuple[str, ...]
    csrf_token: str
    demo: bool
    company: str
    now: str
    flashes: tuple[tuple[str, str], ...]
    still: int = 0
    waits: bool = False
    #: The person is of an outside organisation (O-7).
    is_outside: bool = False


def counted(place: str, count: Count) -> None:
    """Show a number beside a place: what waits there for the person."""
    _COUNTS[place] = count


def shell() -> Shell:
    """Return the frame for this request."""
    found, translated = current(), words()
    person = found.actor if found else None
    with house().uow.read() as session:
        facts, is_waiting = frame_facts(session, person), person is not None and waits(session)
    nav, said = _nav(person) if person else (), flashes.shown()
    return Shell(
        nav=nav,
        person=_who(person, facts.unit) if person else None,
        language=lang(),
        languages=LANGUAGES,
        csrf_token=csrf_token(),
        demo=facts.is_demo,
        company=facts.company,
        now=translated.instant(house().clock()),
        flashes=tuple((kind, translated.t(key, **params)) for kind, key, params in said),
        waits=is_waiting,
        is_outside=person is not None and person.is_outside,
        still=_still(nav) if any(key in ANSWERS for _, key, _ in said) else 0,
    )


def bare_shell() -> Shell:
    """Return a frame that asks nothing of the database, for the page that says it failed."""
    return Shell(
        nav=(),
        person=None,
        language=house().language,
        languages=(),
        csrf_token="",
        demo=False,
        company="",
        now="",
        flashes=(),
    )


def _who(person: Actor, unit: str) -> Who:
    roles = sorted({role.value for role, _ in person.roles})
    return Who(person.name, unit, tuple(words().t(f"roles.{role}") for role in roles))


def _nav(person: Actor) -> tuple[Nav, ...]:
    here = _place_of(request.path)
    return tuple(
        (key, path, key == here, _COUNTS[key](house(), person) if key in _COUNTS else None)
        for key, path in PLACES
        if (permission := _permission_at(path)) and may(permission)
    )


def _still(nav: tuple[Nav, ...]) -> int:
    return next((count or 0 for key, _, _, count in nav if key == "inbox"), 0)


def _place_of(path: str) -> str:
    if path == "/":
        return "inbox"
    return next((key for key, start in PLACES[1:] if path == start or path.startswith(f"{start}/")), "")


def _permission_at(path: str) -> str:
    """Return the permission of the page at a path, "" where there is none."""
    known: dict[str, str] = current_app.extensions.setdefault("docctl_places", {})
    if path not in known:
        try:
            endpoint, _ = current_app.url_map.bind("").match(path)
        except HTTPException:
            known[path] = ""
        else:
            view: Any = current_app.view_functions[endpoint]
            known[path] = view.__dict__.get(PERMISSION, "")
    return known[path]
