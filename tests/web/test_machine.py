"""What balancers and monitors ask: health, readiness, figures; strangers learn nothing from it."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from docctl.app import create_app
from docctl.checks import ready
from docctl.checks.ready import Readiness
from docctl.config import Settings, WrongSetting
from docctl.jobs import lease
from docctl.services.gate import FairGate
from docctl.services.house import House
from tests.web.browser import Browser, browser
from tests.world import World

TOKEN = "a-token-of-32-signs-for-the-tests"


@pytest.fixture(autouse=True)
def _unkept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask anew each time: what an answer kept for a moment is worth is tested below."""
    monkeypatch.setattr(ready, "KEPT", 0.0)


@pytest.fixture
def figures(settings: Settings, house: House) -> Browser:
    """Return a browser on an application with a token set."""
    return browser(create_app(replace(settings, metrics_token=TOKEN), house))


@contextmanager
def timed(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def told(client: Browser) -> str:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def value(page: str, name: str) -> float:
    (line,) = [one for one in page.splitlines() if one.startswith(f"{name} ")]
    return float(line.split()[-1])


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_a_machine_gets_no_session_no_cookie_and_no_version(client: Browser, path: str) -> None:
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    assert "Server" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "0.1.0" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_balancer_asks_by_an_address_of_its_own(client: Browser, path: str) -> None:
    assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/sign-in", headers={"Host": "10.0.0.7:8000"}).status_code == 400


def test_a_living_process_says_so_without_its_database(client: Browser, house: House) -> None:
    house.uow.engine.dispose()
    (house.scratch.parent / "docctl.db").rename(house.scratch.parent / "elsewhere.db")
    assert client.get("/health").get_json() == {"alive": True}


def test_a_house_in_order_is_ready(client: Browser) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "ready": True,
        "parts": dict.fromkeys(("schema", "database", "store", "keys", "search"), "ok"),
    }


def test_a_database_of_another_shape_is_not_ready(client: Browser, house: House) -> None:
    house.uow.write(lambda session: session.execute(text("DROP TRIGGER t_1_event_delete")))
    answer = client.get("/ready")
    assert (answer.status_code, answer.get_json()["parts"]["schema"]) == (503, "failed")


def test_a_store_that_is_away_is_not_ready_until_it_is_back(client: Browser, house: House) -> None:
    objects = house.scratch.parent / "objects"
    shutil.move(objects, objects.with_name("elsewhere"))
    answer = client.get("/ready")
    assert (answer.status_code, answer.get_json()["parts"]["store"]) == (503, "failed")
    shutil.move(objects.with_name("elsewhere"), objects)
    assert client.get("/ready").status_code == 200


def test_a_writer_that_keeps_the_gate_makes_it_slow_but_not_the_answer(house: House) -> None:
    readiness = Readiness(house, ready.PARTS, patience=0.3)
    with FairGate(house.scratch.parent / "write.lock")():
        with timed(3):
            assert readiness()["database"] == "slow"
            readiness()
        asking = [one for one in threading.enumerate() if one.name == "docctl-ready-database"]
        assert len(asking) == 1  # one that waits already is not asked twice
    asking[0].join(10)
    assert readiness()["database"] == "ok"


def test_an_answer_stands_for_a_moment_however_many_ask(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "KEPT", 60.0)
    asked: list[House] = []
    readiness = Readiness(house, {"one": lambda house: asked.append(house) is None})
    assert [dict(readiness()) for _ in range(20)] == [{"one": "ok"}] * 20
    assert len(asked) == 1


def test_a_part_that_breaks_is_not_ready_and_breaks_nothing_else(house: House) -> None:
    def breaks(_: House) -> bool:
        raise OSError("the disk")

    assert Readiness(house, {"one": breaks, "two": lambda _: True})() == {"one": "failed", "two": "ok"}


@pytest.mark.parametrize(("seconds", "status"), [(120, 200), (121, 503)], ids=["two minutes", "longer"])
def test_where_a_worker_is_meant_it_was_seen_within_two_minutes(
    app: Flask, world: World, seconds: int, status: int
) -> None:
    app.config["HAS_WORKER"] = True
    client = browser(app)
    assert client.get("/ready").status_code == 503
    lease.take(world.house, "one")
    world.clock.forward(seconds=seconds)
    assert client.get("/ready").status_code == status


@pytest.mark.parametrize("leads", [True, False])
def test_s_4_a_damaged_index_is_ready_while_somebody_makes_it_anew(
    client: Browser, world: World, leads: bool
) -> None:
    world.issued(world.draft())
    from docctl.jobs.projection import follow

    follow(world.house)
    for path in (world.house.scratch.parent / "index").rglob("*"):
        if path.is_file() and path.suffix in {".json", ".store", ".idx", ".term"}:
            path.write_bytes(b"not an index")
    assert world.house.search.state == "damaged"
    if leads:
        lease.take(world.house, "one")
    assert client.get("/ready").status_code == (200 if leads else 503)


def test_the_log_at_its_usual_level_does_not_tell_of_machines(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "docctl.requests")
    client.get("/health")
    client.get("/sign-in")
    levels = [one.levelno for one in caplog.records if one.name == "docctl.requests"]
    assert levels == [logging.DEBUG, logging.INFO]


def test_without_a_token_there_are_no_figures(client: Browser) -> None:
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert client.get("/metrics", headers=header).status_code == 404


@pytest.mark.parametrize(
    ("token", "taken"),
    [("", True), ("t" * 16, True), ("t" * 15, False), ("t" * 16 + " ", False), ("令" * 16, False)],
)
def test_a_token_is_long_and_told_in_no_message(tmp_path: Path, token: str, taken: bool) -> None:
    environ = {"DOCCTL_DATA": str(tmp_path), "DOCCTL_METRICS_TOKEN": token}
    if taken:
        found = Settings.from_env(environ, folder=tmp_path)
        assert found.metrics_token == token
        assert not token or token not in repr(found)
    else:
        with pytest.raises(WrongSetting, match="DOCCTL_METRICS_TOKEN") as error:
            Settings.from_env(environ, folder=tmp_path)
        assert token not in str(error.value)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}é", TOKEN])
def test_figures_are_for_who_has_the_token(figures: Browser, given: str) -> None:
    answer = figures.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"docctl_" not in answer.data


def test_figures_tell_the_state_that_all_processes_share(figures: Browser, world: World) -> None:
    before = told(figures)
    assert value(before, "docctl_deliveries_waiting") == 0
    assert value(before, "docctl_database_up") == 1
    world.issued(world.draft("检验规程"))
    page = told(figures)
    assert value(page, "docctl_events_total") > value(before, "docctl_events_total")
    assert value(page, "docctl_projection_lag_events") == value(page, "docctl_events_total")
    assert value(page, "docctl_deliveries_waiting") > 0
    assert value(page, "docctl_stored_files") == 1
    assert value(page, "docctl_worker_seen") == 0
    lease.take(world.house, "one")
    assert value(told(figures), "docctl_worker_seen") == 1
    world.upload("chen")
    assert value(told(figures), "docctl_uploads_staged") == 1


def test_figures_count_what_this_process_did(figures: Browser, world: World) -> None:
    figures.get("/sign-in")
    figures.submit("/sign-in", {"username": "chen", "password": "wrong"})
    page = told(figures)
    wanted = 'docctl_requests_total{endpoint="entrance.sign_in_page",method="GET",status="2xx"}'
    assert value(page, wanted) >= 1
    assert value(page, "docctl_sign_in_failures_total") == 1
    assert value(page, "docctl_write_gate_wait_seconds_count") >= 1


def test_x_3_no_figure_names_an_item_a_person_or_an_address_typed(figures: Browser, world: World) -> None:
    document = world.document_of(world.issued(world.draft("秘密规程")))
    figures.sign_in("chen")
    figures.get(f"/documents/{document.id}")
    figures.get("/secret-path-that-somebody-typed")
    figures.open("/sign-in", method="PROPFIND")
    page = told(figures)
    for secret in (document.number, str(document.id), "秘密", "chen", "secret-path", "PROPFIND", TOKEN):
        assert secret not in page
    assert 'method="other"' in page


def test_figures_of_the_process_are_told_without_the_database(figures: Browser, house: House) -> None:
    house.uow.engine.dispose()
    database = house.scratch.parent / "docctl.db"
    database.rename(database.with_name("elsewhere.db"))
    page = told(figures)
    assert value(page, "docctl_database_up") == 0
    assert "docctl_events_total" not in page
    assert "docctl_requests_total" in page


def test_readiness_is_json_that_a_script_reads(client: Browser) -> None:
    answer = client.get("/ready", headers={"Accept": "*/*"})
    assert json.loads(answer.data)["ready"] is True
    assert client.post("/ready").status_code in {303, 401, 405}
