"""The way in: guessing, links, cookies, and what a failure says (A-3, A-15)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from docctl.app import create_app
from docctl.config import Settings
from docctl.services.house import House
from docctl.services.people.accounts import ResetPassword, new_link, reset_password
from docctl.services.people.passwords import Passwords
from tests.filing import a_form, filed
from tests.security.conftest import token_of
from tests.web.browser import Browser, browser, words_of
from tests.world import PASSWORD, World

HTTPS = "https://docs.example.test"


def test_a_3_another_way_of_writing_a_name_gives_no_new_tries(client: Browser) -> None:
    for _ in range(5):
        client.sign_in("chen", "wrong")
    page = client.page("/sign-in").cssselect("[name=csrf_token]")[0].get("value")
    for name in ("CHEN", " chen ", "chen\u3000", "ｃｈｅｎ", "Chen", "chen\t", "cHEN\xa0"):
        data = {"username": name, "password": PASSWORD, "csrf_token": page}
        headers = {"X-Forwarded-For": "10.9.9.9", "Forwarded": "for=10.9.9.9", "X-Real-IP": "10.9.9.9"}
        answer = client.post("/sign-in", data=data, headers=headers)
        assert answer.status_code == 422
        assert client.get("/account").status_code == 303


def test_a_3_a_forged_address_gives_no_new_tries(client: Browser) -> None:
    page = client.page("/sign-in").cssselect("[name=csrf_token]")[0].get("value")
    for number in range(30):
        data = {"username": f"name{number}", "password": "wrong", "csrf_token": page}
        client.post("/sign-in", data=data, headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert "错误次数太多" in words_of(client.sign_in("chen"))


def test_a_3_wrong_passwords_at_signing_count_like_those_at_the_door(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    client.sign_in("li")
    for _ in range(5):
        client.submit(f"/records/{record}/accept", {"password": "wrong"})
    assert "错误次数太多" in words_of(client.submit(f"/records/{record}/accept", {"password": PASSWORD}))


def test_a_15_a_link_is_used_once_guessed_never_and_over_in_time(client: Browser, world: World) -> None:
    token, token_hash = new_link()
    reset_password(ResetPassword(world.people["wang"], token_hash), by=world.by("admin"), house=world.house)
    assert client.sign_in("wang").status_code == 422
    client.sign_out()
    for guess in (token_hash, token[:-1], token + "x", token.swapcase(), "..", "x" * 5000, "%00"):
        assert client.get(f"/welcome/{guess}").status_code == 404
    new = "ein ganz anderer Satz"
    values = {"new_password": new, "repeat_password": new}
    page = client.get(f"/welcome/{token}")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert client.submit(f"/welcome/{token}", values).status_code == 303
    assert client.get(f"/welcome/{token}").status_code == 404
    assert client.sign_in("wang", new).status_code == 303
    late, late_hash = new_link()
    reset_password(ResetPassword(world.people["wang"], late_hash), by=world.by("admin"), house=world.house)
    world.clock.forward(days=15)
    client.sign_out()
    assert client.get(f"/welcome/{late}").status_code == 404


def test_over_https_every_cookie_is_secure_and_gone_after_signing_out(
    settings: Settings, house: House, world: World
) -> None:
    client = browser(create_app(replace(settings, public_url=HTTPS), house))
    page = client.get("/sign-in", base_url=HTTPS)
    found = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert found
    data = {"csrf_token": found[1], "username": "chen", "password": PASSWORD}
    answer = client.post("/sign-in", data=data, base_url=HTTPS, headers={"Origin": HTTPS})
    assert answer.status_code == 303
    cookies = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 2
    for one in cookies:
        assert one.startswith("__Host-docctl-")
        assert "Secure" in one
        assert "HttpOnly" in one
        assert "SameSite=Lax" in one
        assert "Domain" not in one
    assert client.get("/account", base_url=HTTPS).status_code == 200
    for origin in (
        "http://docs.example.test.evil.test",
        "https://evil.test",
        "https://docs.example.test:444",
    ):
        forged = client.post("/sign-out", data=data, base_url=HTTPS, headers={"Origin": origin})
        assert forged.status_code == 400
    for host in ("127.0.0.1:8000", "docs.example.test:444", "docs.example.test.evil.test"):
        assert client.get("/account", base_url=HTTPS, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("after", ["/%09/evil.test", "/\t/evil.test", "/..//evil.test", "/@evil.test"])
def test_no_way_in_or_language_leads_to_another_site(client: Browser, after: str) -> None:
    answer = client.submit("/sign-in", {"username": "chen", "password": PASSWORD, "next": after})
    answer2 = client.post("/language", data={"language": "en", "next": after, "csrf_token": token_of(client)})
    for one in (answer, answer2):
        place = one.headers.get("Location", "/")
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\", "/\t"))


def test_what_breaks_shows_nothing_of_its_inside(
    settings: Settings, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Passwords):
        def matches(self, stored: str | None, password: str) -> bool:
            raise ValueError("INSERT INTO person")

    client = browser(create_app(settings, replace(house, passwords=Broken(memory_kib=64, passes=1))))
    client.application.testing = False
    assert client.application.debug is False
    token = client.page("/sign-in").cssselect("[name=csrf_token]")[0].get("value")
    data = {"username": "chen", "password": "my very secret phrase", "csrf_token": token}
    for headers in ({}, {"Accept": "application/json"}):
        answer = client.post("/sign-in", data=data, headers=headers)
        assert answer.status_code == 500
        for inside in ("Traceback", "INSERT", "ValueError", str(Path(__file__).parents[2]), "secret phrase"):
            assert inside not in answer.text
    assert "my very secret phrase" not in caplog.text
