"""From where a request came, behind so many proxies as the setting says and no more (A-3)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from docctl.app import create_app
from docctl.config import Settings, WrongSetting
from docctl.models.trail import EventRow
from docctl.services.house import House
from tests.web.browser import browser
from tests.world import World

PROXY = "10.0.0.1"
CLIENT = "203.0.113.9"
FORGED = "6.6.6.6"
HTTPS = "https://docs.example.test"


def came_from(house: House) -> str:
    """Return the address that the newest refused sign-in was noted with."""
    with house.uow.read() as session:
        refused = select(EventRow.facts).where(EventRow.action == "session.refused")
        return str(json.loads(session.scalars(refused.order_by(EventRow.seq.desc())).first() or "{}")["by"])


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        pytest.param(0, None, PROXY, id="no proxy and no header"),
        pytest.param(0, CLIENT, PROXY, id="no proxy: a header is forged"),
        pytest.param(1, CLIENT, CLIENT, id="one proxy"),
        pytest.param(1, f"{FORGED}, {CLIENT}", CLIENT, id="one proxy: only the last hop counts"),
        pytest.param(1, None, PROXY, id="one proxy that says nothing"),
        pytest.param(2, f"{FORGED}, {CLIENT}, 10.0.0.2", CLIENT, id="two proxies"),
        pytest.param(2, FORGED, PROXY, id="two proxies: too few hops are none"),
    ],
)
def test_a_3_only_as_many_hops_count_as_there_are_proxies(
    settings: Settings, house: House, world: World, proxies: int, header: str | None, address: str
) -> None:
    assert world.people
    client = browser(create_app(replace(settings, trusted_proxies=proxies), house))
    token = client.page("/sign-in").cssselect("[name=csrf_token]")[0].get("value")
    client.post(
        "/sign-in",
        data={"username": "wang", "password": "wrong", "csrf_token": token},
        headers={"X-Forwarded-For": header} if header else {},
        environ_base={"REMOTE_ADDR": PROXY},
    )
    assert came_from(house) == f"address:{address}"


@pytest.mark.parametrize(
    ("proxies", "status"), [pytest.param(0, 400, id="ignored"), pytest.param(1, 200, id="the proxy's word")]
)
def test_the_host_that_people_typed_comes_from_the_proxy(
    settings: Settings, house: House, world: World, proxies: int, status: int
) -> None:
    assert world.people
    changed = replace(settings, public_url=HTTPS, trusted_proxies=proxies)
    client = browser(create_app(changed, house))
    inside = {"X-Forwarded-Host": "docs.example.test", "X-Forwarded-Proto": "https"}
    answer = client.get("/sign-in", base_url="http://app.internal:8000", headers=inside)
    assert answer.status_code == status
    forged = {**inside, "X-Forwarded-Host": "docs.example.test, evil.test"}
    assert client.get("/sign-in", base_url="http://evil.test", headers=forged).status_code == 400


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("url", "secure"), [(HTTPS, True), ("http://docs.example.test", False)])
def test_cookies_are_as_secure_as_the_public_address(
    settings: Settings, house: House, world: World, proxies: int, scheme: str, url: str, secure: bool
) -> None:
    assert world.people
    client = browser(create_app(replace(settings, public_url=url, trusted_proxies=proxies), house))
    headers = {"X-Forwarded-Proto": scheme, "X-Forwarded-For": CLIENT}
    page = client.get("/sign-in", base_url="http://docs.example.test", headers=headers)
    assert page.status_code == 200
    assert ("Secure" in page.headers["Set-Cookie"]) is secure
    assert page.headers["Set-Cookie"].startswith("__Host-") is secure
    assert ("Strict-Transport-Security" in page.headers) is secure


@pytest.mark.parametrize(
    ("text", "count"), [("0", 0), ("1", 1), ("9", 9), ("10", None), ("-1", None), ("x", None)]
)
def test_the_number_of_proxies_is_a_small_number(settings: Settings, text: str, count: int | None) -> None:
    environ = {"DOCCTL_DATA": str(settings.data), "DOCCTL_TRUSTED_PROXIES": text}
    if count is None:
        with pytest.raises(WrongSetting, match="DOCCTL_TRUSTED_PROXIES"):
            Settings.from_env(environ)
    else:
        assert Settings.from_env(environ).trusted_proxies == count


@contextmanager
def served(settings: Settings, proxies: int) -> Iterator[int]:
    """Run the real server on the small company; yield its port."""
    environ = {
        "DOCCTL_DATA": str(settings.data),
        "DOCCTL_TRUSTED_PROXIES": str(proxies),
        "DOCCTL_WORKER": "off",
    }
    command = [sys.executable, "-c", "from docctl.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            found = re.search(r":(\d+)", server.stderr.readline())
            assert found, server.stderr.read()
            yield int(found[1])
        finally:
            server.terminate()
            server.communicate(timeout=20)


@pytest.mark.parametrize(
    ("proxies", "address"),
    [pytest.param(0, "127.0.0.1", id="no proxy"), pytest.param(1, CLIENT, id="one proxy")],
)
@pytest.mark.usefixtures("socket_enabled")
def test_a_3_the_real_server_hands_the_header_on_only_behind_a_proxy(
    settings: Settings, house: House, world: World, proxies: int, address: str
) -> None:
    assert world.people
    with served(settings, proxies) as port:
        http = HTTPConnection("127.0.0.1", port, timeout=20)
        http.request("GET", "/sign-in")
        page = http.getresponse()
        cookie = (page.headers["Set-Cookie"] or "").split(";")[0]
        (token,) = set(re.findall(r'name="csrf_token" value="(\w+)"', page.read().decode()))
        http.request(
            "POST",
            "/sign-in",
            urlencode({"username": "wang", "password": "wrong", "csrf_token": token}),
            {
                "Cookie": cookie,
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": f"{FORGED}, {CLIENT}",
            },
        )
        assert http.getresponse().status == 422
        http.close()
    assert came_from(house) == f"address:{address}"
