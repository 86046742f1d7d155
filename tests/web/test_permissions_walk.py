"""Every address as every role and as a stranger: nothing opens by being forgotten (X-1, X-3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from docctl.domain.permission_table import as_markdown
from docctl.domain.permissions import PERMISSIONS, can_ever
from docctl.i18n import LANGUAGES, sentences
from docctl.services.people.actors import actor_of
from docctl.web.context import PERMISSION, PUBLIC
from docctl.web.requests import check_views
from tests.web.browser import Browser, without_counts
from tests.world import PEOPLE, World

Walker = Callable[[str], str]

NOBODY = UUID("01890000-0000-7000-8000-000000000000")

#: What a stranger may open, and why. Nothing joins this list without a reason.
OPEN = {
    "machine.health": "a balancer asks whether the process lives: one word",
    "machine.ready": "a balancer asks whether to send people: names of parts, nothing of the content",
    "machine.figures": "the bearer token is the proof; without one set there is no such page",
    "static": "style sheets and script of the sign-in page",
    "entrance.sign_in_page": "the way in",
    "entrance.do_sign_in": "the way in",
    "entrance.welcome": "the one-time link is the proof",
    "entrance.do_welcome": "the one-time link is the proof",
    "copy_marks.show": "the mark on the paper is the proof: what stands there, and whether it is in force",
    "account.language": "the sign-in page in one's own language",
}
#: Asks for an answer without a page around it.
BARE = {"Accept": "application/json"}
ALLOWED = {200, 302, 303, 400, 401, 403, 404, 405, 409, 422}


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or set())]


def address(rule: Rule, world: World) -> str:
    """Return an address that matches the rule; people exist, all else does not."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        kind = type(rule._converters[name]).__name__
        if kind == "UUIDConverter":
            values[name] = world.people["chen"] if name == "person_id" else NOBODY
        else:
            values[name] = 1 if kind == "IntegerConverter" else "nothing"
    _, path = rule.build(values, append_unknown=False) or ("", "")
    return path


def test_every_endpoint_has_a_permission_of_the_table_or_is_listed_as_open(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        if PUBLIC in view.__dict__:
            assert endpoint in OPEN
            assert PERMISSION not in view.__dict__
        else:
            assert view.__dict__[PERMISSION] in PERMISSIONS, endpoint
    assert OPEN.keys() <= app.view_functions.keys()


def test_an_application_with_a_forgotten_view_does_not_start(app: Flask) -> None:
    app.view_functions["forgotten"] = lambda: "open to all"
    with pytest.raises(RuntimeError, match="forgotten"):
        check_views(app)


def test_a_stranger_opens_nothing(client: Browser, app: Flask, world: World) -> None:
    for rule in rules(app, "GET"):
        if rule.endpoint in OPEN:
            continue
        answer = client.get(address(rule, world))
        assert answer.status_code in {303, 401}, rule
        assert answer.headers.get("Location", "/sign-in").startswith("/sign-in"), rule


def test_a_stranger_learns_nothing_of_our_addresses(client: Browser) -> None:
    for path in ("/nope", "/people/nope", "/wp-login.php"):
        assert client.get(path).status_code == 303


def test_a_stranger_posts_nothing(client: Browser, app: Flask, world: World) -> None:
    token = client.page("/sign-in").cssselect("[name=csrf_token]")[0].get("value")
    for rule in rules(app, "POST"):
        if rule.endpoint in OPEN:
            continue
        answer = client.post(address(rule, world), data={"csrf_token": token})
        assert answer.status_code in {303, 401}, rule
        assert answer.headers.get("Location", "/sign-in").startswith("/sign-in"), rule


@pytest.fixture
def walker(client: Browser, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """Return a way to sign in for a walk: what waits is counted on the first page, not on hundreds more."""

    def signed_in(username: str) -> str:
        client.sign_in(username)
        token = client.page("/account").cssselect("[name=csrf_token]")[0].get("value")
        without_counts(monkeypatch)
        return str(token)

    return signed_in


@pytest.mark.parametrize("username", [one[0] for one in PEOPLE])
def test_every_page_answers_every_role_by_the_table(
    client: Browser, app: Flask, world: World, walker: Walker, username: str
) -> None:
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people[username])
    walker(username)
    for rule in rules(app, "GET"):
        answer = client.get(address(rule, world))
        assert answer.status_code in ALLOWED, (rule, answer.status_code)
        permission = app.view_functions[rule.endpoint].__dict__.get(PERMISSION)
        if permission and not can_ever(actor, permission):
            assert answer.status_code == 403, rule


@pytest.mark.parametrize("username", [one[0] for one in PEOPLE])
def test_every_form_answers_every_role_by_the_table(
    client: Browser, app: Flask, world: World, walker: Walker, username: str
) -> None:
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people[username])
    token = walker(username)
    harmful = {"entrance.do_sign_out", "people.disable", "people.reset"}  # would end the walk
    for rule in rules(app, "POST"):
        path = address(rule, world)
        assert client.post(path, headers=BARE).status_code in {400, 413}, rule  # without the token
        permission = app.view_functions[rule.endpoint].__dict__.get(PERMISSION)
        if permission and not can_ever(actor, permission):
            answer = client.post(path, data={"csrf_token": token}, headers=BARE)
            assert answer.status_code == 403, rule
        elif rule.endpoint not in harmful:
            answer = client.post(path, data={"csrf_token": token})
            assert answer.status_code in ALLOWED, (rule, answer.status_code)


def test_the_printed_table_is_the_table() -> None:
    printed = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
    assert printed.read_text("utf-8") == as_markdown(), "print it again; the page says how"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_permission_has_its_words(language: str) -> None:
    there = sentences(language)
    assert [one for one in PERMISSIONS if f"permissions.{one}" not in there] == []
    areas = {one.split(".")[0] for one in PERMISSIONS}
    assert [one for one in areas if f"settings.area.{one}" not in there] == []
