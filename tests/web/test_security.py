"""What comes from elsewhere is refused, and what every answer says to the browser."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from docctl.app import create_app
from docctl.config import Settings
from docctl.services.house import House
from docctl.services.people.passwords import Passwords
from docctl.web.logs import JsonLines
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import PASSWORD, World, docx_bytes

HTTPS = "https://docs.example.test"


def token_of(client: Browser) -> str:
    """Return the token that the forms of this session carry."""
    return str(filled(client.forms("/account/password")[0])["csrf_token"])


@pytest.mark.parametrize("token", [None, "", "x" * 64, "令牌"], ids=["none", "empty", "wrong", "not ascii"])
def test_a_post_without_the_token_of_its_session_is_refused(client: Browser, token: str | None) -> None:
    client.sign_in("chen")
    data = {} if token is None else {"csrf_token": token}
    answer = client.post("/account/sessions/end-others", data=data)
    assert answer.status_code == 400
    assert "这张表单已失效" in words_of(answer)


def test_a_post_with_the_token_of_its_session_is_taken(client: Browser) -> None:
    client.sign_in("chen")
    answer = client.post("/account/sessions/end-others", data={"csrf_token": token_of(client)})
    assert answer.status_code == 303


def test_a_token_of_another_session_is_refused(app: Flask, client: Browser) -> None:
    client.sign_in("chen")
    other = browser(app)
    other.sign_in("chen")
    answer = client.post("/account/sessions/end-others", data={"csrf_token": token_of(other)})
    assert answer.status_code == 400


def test_signing_in_needs_the_token_of_the_visit(client: Browser) -> None:
    data = {"username": "chen", "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 400
    assert client.submit("/sign-in", data).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["origin", "fetch site"],
)
def test_a_post_from_another_site_is_refused_whatever_it_knows(
    client: Browser, headers: dict[str, str]
) -> None:
    client.sign_in("chen")
    data = {"csrf_token": token_of(client)}
    assert client.post("/account/sessions/end-others", data=data, headers=headers).status_code == 400
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/account/sessions/end-others", data=data, headers=ours).status_code == 303


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "localhost@evil.test", ""])
def test_a_request_for_another_host_gets_no_page(client: Browser, host: str) -> None:
    answer = client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"


def test_with_a_public_address_only_that_host_is_served(settings: Settings, house: House) -> None:
    client = browser(create_app(replace(settings, public_url=HTTPS), house))
    assert client.get("/sign-in", base_url=HTTPS).status_code == 200
    assert client.get("/sign-in", base_url="http://127.0.0.1").status_code == 400


def answers(client: Browser) -> list[TestResponse]:
    found = [client.get(url) for url in ("/sign-in", "/nope", "/static/docctl.css", "/static/nope.css")]
    client.sign_in("chen")
    found += [client.get(url) for url in ("/account", "/nope", "/people", "/settings")]
    return [*found, client.post("/uploads"), client.put("/account")]


def test_every_answer_carries_the_headers(client: Browser) -> None:
    for answer in answers(client):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert len(answer.headers["X-Request-ID"]) == 16
        assert ("no-store" in answer.headers["Cache-Control"]) == (answer.mimetype != "text/css")


def test_no_page_says_which_server_it_is_or_lets_itself_be_stored(client: Browser) -> None:
    client.sign_in("chen")
    answer = client.get("/account")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


def test_style_sheets_are_packed_and_kept_under_their_hash(client: Browser) -> None:
    page = client.page("/sign-in")
    href = page.cssselect("link[rel=stylesheet]")[0].get("href")
    answer = client.get(href, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    again = client.get(href, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert "immutable" not in client.get(href.split("?")[0]).headers["Cache-Control"]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Browser) -> None:
    answer = client.sign_in("chen")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("docctl-session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


def test_over_https_cookies_belong_to_this_very_host(settings: Settings, house: House) -> None:
    client = browser(create_app(replace(settings, public_url=HTTPS), house))
    page = client.get("/sign-in", base_url=HTTPS)
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-docctl-visit=")
    assert "Secure" in cookie
    assert "Strict-Transport-Security" in page.headers


def test_a_stranger_is_led_to_sign_in_and_back(client: Browser) -> None:
    answer = client.get("/people?only=waiting")
    assert answer.headers["Location"] == "/sign-in?next=/people%3Fonly%3Dwaiting"
    back = client.submit(answer.headers["Location"], {"username": "admin", "password": PASSWORD})
    assert back.headers["Location"] == "/people?only=waiting"


@pytest.mark.parametrize("after", ["//evil.test", "https://evil.test", "/\\evil.test", "/sign-out", "x"])
def test_sign_in_leads_to_no_other_site(client: Browser, after: str) -> None:
    answer = client.submit("/sign-in", {"username": "chen", "password": PASSWORD, "next": after})
    assert answer.headers["Location"] == "/"


def test_a_form_of_a_stranger_is_never_read(client: Browser) -> None:
    big = {"file": (io.BytesIO(b"x" * 100_000), "a.txt")}
    assert client.post("/uploads", data=big).status_code == 401


def test_a_form_without_files_may_not_be_large(client: Browser) -> None:
    client.sign_in("chen")
    data = {"csrf_token": token_of(client), "old_password": "x" * 2_000_000}
    assert client.post("/account/password", data=data).status_code == 413


def test_an_upload_is_staged_and_named(client: Browser, world: World) -> None:
    client.sign_in("chen")
    answer = client.post(
        "/uploads",
        data={"file": (io.BytesIO(docx_bytes("目的")), "../程序.docx")},
        headers={"X-CSRF-Token": token_of(client)},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["name"] == "程序.docx"
    assert answer.json["size"] > 1000


def test_a_refused_upload_answers_with_rule_and_sentence(client: Browser) -> None:
    client.sign_in("chen")
    headers = {"X-CSRF-Token": token_of(client)}
    answer = client.post("/uploads", data={"file": (io.BytesIO(b""), "a.txt")}, headers=headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert (answer.json["rule"], answer.json["code"]) == ("upload", "empty")
    assert "空" in answer.json["message"]
    none = client.post("/uploads", headers=headers)
    assert none.json is not None
    assert none.json["code"] == "needed"


def test_the_log_has_one_line_a_request_and_no_secret(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "docctl.requests"):
        client.sign_in("chen", "some wrong password")
        client.get("/welcome/a-secret-token")
    found = [one for one in caplog.records if one.name == "docctl.requests"]
    lines = [json.loads(JsonLines().format(one)) for one in found]
    assert [one["endpoint"] for one in lines] == [
        "entrance.sign_in_page",
        "entrance.do_sign_in",
        "entrance.welcome",
    ]
    assert lines[1]["status"] == 422
    text = str(lines)
    assert "some wrong password" not in text
    assert "a-secret-token" not in text


def test_what_breaks_shows_the_request_number_and_no_detail(
    settings: Settings, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Passwords):
        def matches(self, stored: str | None, password: str) -> bool:
            raise OSError("secret detail")

    client = browser(create_app(settings, replace(house, passwords=Broken(memory_kib=64, passes=1))))
    client.application.testing = False
    with caplog.at_level(logging.ERROR):
        answer = client.submit("/sign-in", {"username": "chen", "password": "x"})
    assert answer.status_code == 500
    assert "没有做任何更改" in words_of(answer)
    assert answer.headers["X-Request-ID"] in words_of(answer)
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh-CN", "没有这个内容"), ("en", "There is nothing here")]
)
def test_failures_are_told_in_the_language_of_the_person(
    client: Browser, language: str, sentence: str
) -> None:
    client.sign_in("chen")
    wanted = {"zh-CN": "zh_Hans", "en": "en"}[language]
    token = token_of(client)
    client.post("/language", data={"language": wanted, "csrf_token": token, "next": "/account"})
    assert sentence in words_of(client.get("/nope"))
    stranger: Any = client.application.test_client()
    told = {"zh-CN": "登录", "en": "Sign in"}[language]
    assert told in words_of(stranger.get("/sign-in", headers={"Accept-Language": language}))


def test_what_is_not_there_and_what_is_hidden_look_the_same(client: Browser, world: World) -> None:
    client.sign_in("admin")
    missing = client.get("/people/01890000-0000-7000-8000-000000000000")
    assert missing.status_code == 404
    client.sign_in("wang")
    assert client.get(f"/people/{world.people['chen']}").status_code == 403
    assert client.get("/people/01890000-0000-7000-8000-000000000000").status_code == 403
