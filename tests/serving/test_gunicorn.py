"""Several processes on one data folder under gunicorn: what was acknowledged is there, whoever is killed."""

from __future__ import annotations

import io
import os
import re
import signal
import threading
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.config import Settings
from docctl.models.numbers import NumberEntry
from docctl.services.house import House
from tests.serving.server import Server, until
from tests.web.browser import Browser
from tests.world import World, docx_bytes

TOKEN = "a-token-of-32-signs-for-the-tests"


@pytest.fixture
def server(settings: Settings, world: World, tmp_path: Path, socket_enabled: None) -> Iterator[Server]:
    assert world.people
    metrics = tmp_path / "metrics"
    metrics.mkdir()
    found = Server(
        {
            "DOCCTL_DATA": str(settings.data),
            "DOCCTL_SECRET_KEY": settings.secret_key,
            "DOCCTL_WORKER": "off",
            "DOCCTL_READERS": "1",
            "DOCCTL_METRICS_TOKEN": TOKEN,
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        }
    )
    yield found
    if found.process.poll() is None:
        found.stop()


@pytest.mark.long
@pytest.mark.timeout(550)
def test_what_two_processes_acknowledge_is_there_when_one_of_them_is_killed(
    server: Server, house: House, world: World
) -> None:
    chen = server.browser()
    chen.sign_in("chen")
    values = {
        "type_id": str(world.types["procedure"]),
        "title": "记录控制程序",
        "unit_id": str(world.units["PZ"]),
        "file": (io.BytesIO(docx_bytes("目的", "范围")), "a.docx"),
    }
    made = chen.submit("/documents/new", values, content_type="multipart/form-data")
    assert made.status_code == 303, made.text
    document = made.headers["Location"]

    acknowledged: list[str] = []
    before = server.workers()
    killed = threading.Event()

    faults: list[AssertionError] = []

    def reserve(who: int, mine: Browser) -> None:
        """Reserve numbers until a good while after the kill; note those that were acknowledged."""
        after, turn = 0, 0
        while after < 4 and turn < 60:
            turn += 1
            reason = f"{who}/{turn}"
            try:
                answer = mine.submit(
                    "/documents/numbers/reserve",
                    {"type_id": str(world.types["procedure"]), "reason": reason},
                )
                if answer.status_code == 303:
                    acknowledged.append(reason)
                    after += killed.is_set()
            except (OSError, HTTPException):
                continue  # the connection broke with its process: nothing was acknowledged
            except AssertionError as error:
                faults.append(error)

    browsers = [server.browser() for _ in range(4)]
    for mine in browsers:
        mine.sign_in("chen")
    threads = [threading.Thread(target=reserve, args=each) for each in enumerate(browsers)]
    for one in threads:
        one.start()
    until(lambda: len(acknowledged) >= 8)
    victim = before[0]
    theirs = victim.children(recursive=True)
    os.kill(victim.pid, signal.SIGKILL)
    killed.set()
    for one in threads:
        one.join(200)
    assert not any(one.is_alive() for one in threads)
    assert not faults

    with house.uow.read() as session:
        rows = session.scalars(select(NumberEntry).where(NumberEntry.reason.like("%/%"))).all()
    assert len(acknowledged) >= 24
    assert set(acknowledged) <= {one.reason for one in rows}
    assert len({one.shown for one in rows}) == len(rows)  # no number twice
    until(lambda: len(server.workers()) == 2)  # gunicorn started another one
    assert victim.pid not in {one.pid for one in server.workers()}
    until(lambda: not any(one.is_running() for one in theirs))  # its readers went with it

    page = chen.page(document)
    assert "记录控制程序" in page.text_content()
    (source,) = {one.get("action") for one in page.cssselect("form[action$='/source']")}
    assert chen.submit(document, action=source).data == docx_bytes("目的", "范围")
    told = chen.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)
    (posted,) = re.findall(
        r'docctl_requests_total\{endpoint="numbers.reserve",method="POST",status="3xx"\} (\d+)', told
    )
    assert int(posted) >= len(acknowledged)  # of both processes, and of the one that is gone
    assert server.stop() == 0
