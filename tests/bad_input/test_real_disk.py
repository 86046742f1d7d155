"""A disk that is really full, and files that may really grow no more: nothing half-done, nothing lost."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from docctl.app import create_app
from docctl.config import Settings
from docctl.services.house import House
from tests.bad_input.conftest import snapshot
from tests.bad_input.small_disk import NO_ROOM, Prepared, compare, empty_log
from tests.cli.terminal import Terminal
from tests.places import Place
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import PASSWORD, Clock, World, build_house

ROOT = Path(__file__).parents[2]
KIB = 1024
SENTENCES = {
    "zh_Hans": ("磁盘空间不足，没有保存", "磁盘读写出错，没有保存"),
    "en": ("The disk is full; nothing was saved", "The disk cannot be written; nothing was saved"),
}


class Disk:
    """A small disk of its own: a tmpfs of 24 MiB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def leave(self, room: int) -> None:
        """Fill the disk until only so many bytes are left."""
        self.clear()
        there = os.statvfs(self.folder)
        with self._filler.open("wb") as target:
            os.posix_fallocate(target.fileno(), 0, max(1, there.f_bavail * there.f_frsize - room))

    def clear(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a small disk; where that is not allowed the test is skipped, and says so."""
    folder = tmp_path / "small"
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no command to mount a small disk with")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "docctl-test", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def world(disk: Disk, founded: Place, clock: Clock) -> Iterator[World]:
    """Return the small company with its data folder on the small disk."""
    data = disk.folder / "data"
    house = build_house(founded.copy(data).settings, clock)
    yield World.of(house, clock)
    house.close()


@pytest.fixture
def settings(disk: Disk) -> Settings:
    return Settings(data=disk.folder / "data", secret_key="x" * 40)


@pytest.fixture
def house(world: World) -> House:
    return world.house


def reopened(world: World, settings: Settings) -> World:
    """Return the company as a new start finds it."""
    world.house.close()
    return World.of(build_house(settings, world.clock), world.clock)


def test_on_a_full_disk_each_step_is_done_or_refused_whole(
    disk: Disk, world: World, settings: Settings
) -> None:
    company = Prepared.of(world, each=9)
    for room in (0, 4, 16, 48, 96, 160, 256, 512):
        disk.clear()
        empty_log(world)
        disk.leave(room * KIB)
        company.try_all()
    disk.clear()
    assert len(company.refused) > 5, company.refused
    assert "request.disk_full" in company.refused
    company.check()
    company.try_all()  # there is room again: what was refused before is done now
    company.world = reopened(world, settings)
    company.check()
    assert {name for name, _ in company.done} == {"filed", "signed", "issued"}
    verified = Terminal(company.world.house, settings).run("audit", "verify", "--json")
    assert (verified.exit_code, json.loads(verified.stdout)["ok"]) == (0, True)
    company.world.house.close()


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_full_disk_is_one_sentence_on_every_form(
    disk: Disk, world: World, settings: Settings, language: str
) -> None:
    company = Prepared.of(world, each=1)
    client = browser(create_app(settings, world.house))
    forms = [
        ("wang", f"/records/new/{company.form_id}", record(), "王顾客"),
        ("ouyang", f"/documents/revisions/{company.to_sign[0]}/review", {"comment": "内容合适"}, "内容合适"),
        (
            "chen",
            f"/documents/revisions/{company.to_issue[0]}/issue",
            {"effective_on": "2026-03-09"},
            "03-09",
        ),
    ]
    for username, here, typed, kept in forms:
        client.sign_in(username)
        client.set_cookie("docctl-language", language)
        form = filled(client.forms(here)[0]) | typed
        if "password" in form:
            form["password"] = PASSWORD
        before = snapshot(world)
        empty_log(world)
        disk.leave(0)
        answer = client.post(here, data=form, content_type="multipart/form-data")
        disk.clear()
        assert answer.status_code == 422, here
        assert sum(one in words_of(answer) for one in SENTENCES[language]) == 1, here
        assert kept in answer.text
        assert PASSWORD not in answer.text
        compare(snapshot(world), before)
        again = filled(client.forms(here)[0]) | typed
        if "password" in again:
            again["password"] = PASSWORD
        if "file" in typed:
            again |= record()
        answer = client.post(here, data=again, content_type="multipart/form-data")
        assert answer.status_code == 303, here


def record() -> dict[str, object]:
    return {
        "title": "外壳划伤",
        "occurred_at": "2026-03-01T10:00",
        "stated_person": "王顾客",
        "file": (io.BytesIO("正文".encode() * 1000), "a.txt"),
    }


def test_on_a_full_disk_people_still_read(disk: Disk, world: World, settings: Settings) -> None:
    company = Prepared.of(world, each=1)
    company.try_all()
    client: Browser = browser(create_app(settings, world.house))
    client.sign_in("wang")
    empty_log(world)
    disk.leave(0)
    (record_id,) = [one for name, one in company.done if name == "filed"]
    for path in ("/", "/documents", "/records", "/search?q=外壳"):
        assert client.get(path).status_code == 200, path
    assert client.get(f"/records/{record_id}").status_code in {200, 503}  # what is read is told first


def test_by_command_a_full_disk_is_one_line_of_its_own(disk: Disk, world: World, tmp_path: Path) -> None:
    company = Prepared.of(world, each=1)
    number = world.document_of(company.to_issue[0]).number
    terminal = Terminal(world.house, no_wait=True)
    before = snapshot(world)
    empty_log(world)
    disk.leave(0)
    code, key = terminal.refused("documents", "issue", number, user="chen")
    disk.clear()
    assert code == 3
    assert key in NO_ROOM
    compare(snapshot(world), before)


def test_where_files_may_grow_no_more_each_step_is_done_or_refused_whole(
    tmp_path: Path, founded: Place, clock: Clock
) -> None:
    settings = founded.copy(tmp_path / "data").settings
    house = build_house(settings, clock)
    company = Prepared.of(World.of(house, clock), each=8)
    house.close()
    waits = {
        "form_id": str(company.form_id),
        "to_sign": [str(one) for one in company.to_sign],
        "to_issue": [str(one) for one in company.to_issue],
        "uploads": [str(one.upload_id) for one in company.uploads],
    }
    child = subprocess.run(
        [sys.executable, "-m", "tests.bad_input.limited", str(settings.data), clock().isoformat()],
        cwd=ROOT,
        input=json.dumps(waits),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert child.returncode == 0, child.stderr
    found = json.loads(child.stdout)
    assert set(found["refused"]) <= NO_ROOM
    assert len(found["refused"]) > 3
    again = World.of(build_house(replace(settings), clock), clock)
    company.world = again
    company.done = [(name, UUID(one)) for name, one in found["done"]]
    assert {name for name, _ in company.done} == {"filed", "signed", "issued"}
    company.check()
    again.house.close()
