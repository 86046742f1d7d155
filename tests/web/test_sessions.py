"""When a session begins, lasts and ends (A-3, A-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from docctl.app import create_app
from docctl.config import Settings
from docctl.models.organisation import Person, SessionRow
from docctl.models.trail import EventRow
from docctl.services.house import House
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.grant import ConfirmRole, ProposeRole, Role, confirm_role, propose_role
from docctl.services.people.passwords import Passwords
from docctl.services.people.sessions import IDLE, LONGEST, hashed
from tests.web.browser import Browser, browser, words_of
from tests.world import PASSWORD, Clock, World

NEW = "a much better phrase"


def cookie(client: Browser) -> str:
    found = client.get_cookie("docctl-session")
    return found.value if found else ""


def is_in(client: Browser) -> bool:
    return client.get("/account").status_code == 200


def actions(world: World) -> list[str]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(EventRow.action).order_by(EventRow.seq)))


def test_the_database_holds_the_hash_of_the_token_only(client: Browser, world: World) -> None:
    client.sign_in("chen")
    with world.house.uow.read() as session:
        row = session.scalars(select(SessionRow)).one()
    assert row.token_hash == hashed(cookie(client))
    assert cookie(client) not in repr(row.__dict__)
    assert actions(world)[-1] == "session.started"


def test_a_session_is_never_carried_into_a_sign_in(client: Browser, app: Flask) -> None:
    client.sign_in("wang")
    planted = cookie(client)
    victim = browser(app)
    victim.set_cookie("docctl-session", planted)
    victim.set_cookie("docctl-visit", "v" * 30)
    # The victim is asked for nothing while the planted session lasts; after it, the token is a new one.
    client.submit("/account", action="/sign-out")
    victim.submit("/sign-in", {"username": "chen", "password": PASSWORD})
    assert cookie(victim) not in {"", planted}
    victim_too = browser(app)
    victim_too.set_cookie("docctl-session", planted)
    assert not is_in(victim_too)


@pytest.mark.parametrize("token", ["", "x", "x" * 3000, "令牌", "' OR 1=1 --"])
def test_an_invented_token_is_nobody(client: Browser, token: str) -> None:
    client.set_cookie("docctl-session", token)
    assert client.get("/account").status_code == 303


def test_a_session_ends_after_idle_hours(client: Browser, clock: Clock) -> None:
    client.sign_in("chen")
    clock.forward(seconds=IDLE.total_seconds() - 1)
    assert is_in(client)  # and so it begins anew
    clock.forward(seconds=IDLE.total_seconds())
    assert not is_in(client)


def test_a_session_ends_after_a_week_however_busy(client: Browser, clock: Clock) -> None:
    client.sign_in("chen")
    lasted = timedelta()
    while lasted + timedelta(hours=11) < LONGEST:
        clock.forward(hours=11)
        lasted += timedelta(hours=11)
        assert is_in(client)
    clock.forward(seconds=(LONGEST - lasted).total_seconds() - 1)
    assert is_in(client)
    clock.forward(seconds=1)
    assert not is_in(client)


def test_signing_out_ends_the_session_on_the_server(client: Browser, app: Flask, world: World) -> None:
    client.sign_in("chen")
    copy = browser(app)
    copy.set_cookie("docctl-session", cookie(client))
    assert is_in(copy)
    answer = client.submit("/account", action="/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert not is_in(copy)
    assert actions(world)[-1] == "session.ended"


def test_a_15_a_new_password_ends_every_other_session(client: Browser, app: Flask) -> None:
    client.sign_in("chen")
    before = cookie(client)
    other = browser(app)
    other.sign_in("chen")
    answer = client.submit(
        "/account/password", {"old_password": PASSWORD, "new_password": NEW, "repeat_password": NEW}
    )
    assert answer.status_code == 303, words_of(answer)
    assert is_in(client)
    assert cookie(client) != before
    assert not is_in(other)
    assert client.sign_in("chen").status_code == 422
    assert client.sign_in("chen", NEW).status_code == 303


def test_a_15_the_old_password_is_asked_for(client: Browser) -> None:
    client.sign_in("chen")
    answer = client.submit(
        "/account/password", {"old_password": "wrong", "new_password": NEW, "repeat_password": NEW}
    )
    assert answer.status_code == 422
    assert "密码不正确" in words_of(answer)
    assert "wrong" not in answer.text
    assert client.sign_in("chen").status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("short", "short", "密码至少 10 个字符"),
        ("chen is my name", "chen is my name", "不能包含用户名"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "密码太简单"),
        (NEW, NEW + "x", "两次输入的密码不一样"),
        (PASSWORD, PASSWORD, "不能与现在的密码相同"),
    ],
)
def test_a_15_an_unfit_password_is_refused_beside_its_field(
    client: Browser, new: str, again: str, sentence: str
) -> None:
    client.sign_in("chen")
    values = {"old_password": PASSWORD, "new_password": new, "repeat_password": again}
    answer = client.submit("/account/password", values)
    assert answer.status_code == 422
    assert sentence in words_of(answer)


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(client: Browser, world: World) -> None:
    client.sign_in("wang")
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    assert not is_in(client)
    answer = client.sign_in("wang")
    assert answer.status_code == 422
    assert "用户名或密码不正确" in words_of(answer)


def test_a_change_of_roles_ends_the_sessions(client: Browser, world: World) -> None:
    client.sign_in("wang")
    cmd = ProposeRole(world.people["wang"], Role.REVIEWER)
    grant = propose_role(cmd, by=world.by("admin"), house=world.house)
    assert is_in(client)  # a proposal changes nothing yet
    confirm_role(ConfirmRole(grant), by=world.by("zhao"), house=world.house)
    assert not is_in(client)


def test_other_browsers_can_be_signed_out(client: Browser, app: Flask) -> None:
    client.sign_in("chen")
    other = browser(app)
    other.sign_in("chen")
    assert client.submit("/account", action="/account/sessions/end-others").status_code == 303
    assert not is_in(other)
    assert "已退出 1 个其他浏览器" in words_of(client.get("/account"))
    assert "已退出" not in words_of(client.get("/account"))  # said once


def test_a_3_wrong_name_and_wrong_password_get_the_same_answer(
    settings: Settings, house: House, world: World
) -> None:
    asked: list[bool] = []

    class Counting(Passwords):
        def matches(self, stored: str | None, password: str) -> bool:
            asked.append(stored is not None)
            return super().matches(stored, password)

    app = create_app(settings, replace(house, passwords=Counting(memory_kib=64, passes=1)))
    client = browser(app)
    texts = []
    for name in ("chen", "nobody", "欧阳", "x" * 500):
        answer = client.submit("/sign-in", {"username": name, "password": "wrong"})
        assert answer.status_code == 422
        texts.append(words_of(answer))
    assert len(set(texts)) == 1
    assert asked == [True, False, False, False]  # the same work each time
    assert actions(world).count("session.refused") == 4


def test_a_3_guessing_is_slowed_by_name(client: Browser, clock: Clock) -> None:
    for _ in range(5):
        assert "不正确" in words_of(client.sign_in("chen", "wrong"))
    assert "错误次数太多" in words_of(client.sign_in("chen"))  # the right one too
    clock.forward(minutes=16)
    assert client.sign_in("chen").status_code == 303


def test_a_3_guessing_many_names_is_slowed_by_address(client: Browser) -> None:
    for number in range(30):
        client.sign_in(f"name{number}", "wrong")
    assert "错误次数太多" in words_of(client.sign_in("chen"))


def test_a_name_is_found_in_any_case(client: Browser) -> None:
    assert client.sign_in("  CHEN ").status_code == 303


def test_the_language_is_kept_with_the_person(client: Browser, world: World) -> None:
    client.sign_in("chen")
    values = {"language": "en", "next": "/account"}
    token = client.page("/account").cssselect("[name=csrf_token]")[0].get("value")
    assert client.post("/language", data={**values, "csrf_token": token}).status_code == 303
    with world.house.uow.read() as session:
        assert session.get_one(Person, world.people["chen"]).language == "en"
    client.sign_in("chen")
    assert "My account" in client.get("/account").text
