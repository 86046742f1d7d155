"""A full disk, a failing one, a database that stays busy: one sentence, nothing half-done, all kept."""

from __future__ import annotations

import errno
import fcntl
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from docctl.app import create_app
from docctl.config import Settings
from docctl.jobs.wait import settle
from docctl.services.house import House
from storage.encrypted import EncryptedStore
from storage.local import LocalStore
from tests.bad_input.conftest import Look, Say
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import PASSWORD, World, docx_bytes

FULL = [("zh_Hans", "磁盘空间不足"), ("en", "The disk is full")]
BUSY = [("zh_Hans", "系统正忙"), ("en", "The system is busy")]
MULTIPART: dict[str, Any] = {"content_type": "multipart/form-data"}


def record() -> dict[str, object]:
    return {
        "title": "外壳划伤",
        "occurred_at": "2026-03-01T10:00",
        "stated_person": "王顾客",
        "file": (io.BytesIO("正文".encode()), "a.txt"),
    }


def failing(code: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the write lock as another process does."""
    descriptor = os.open(settings.data / "write.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


@pytest.fixture
def impatient(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the gate for a moment only."""
    monkeypatch.setattr(house.uow.gate, "_patience", 0.03)


@pytest.mark.parametrize(("language", "words"), FULL)
def test_no_room_while_a_file_is_received(
    client: Browser,
    world: World,
    unchanged: Look,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    say(language)
    compare = unchanged()
    with monkeypatch.context() as patch:
        patch.setattr("docctl.services.staging.os.fsync", failing(errno.ENOSPC))
        answer = client.submit(here, record(), **MULTIPART)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert 'value="王顾客"' in answer.text
    compare()
    assert world.house.staging.strays() == []
    assert client.submit(here, record(), **MULTIPART).status_code == 303  # once there is room again


@pytest.mark.parametrize(("language", "words"), FULL)
def test_no_room_while_the_script_sends_a_file(
    client: Browser, say: Say, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    client.sign_in("wang")
    say(language)
    token = client.page("/").cssselect("[name=csrf_token]")[0].get("value")
    monkeypatch.setattr("docctl.services.staging.os.fsync", failing(errno.ENOSPC))
    sent = {"file": (io.BytesIO("正文".encode()), "a.txt")}
    answer = client.post("/uploads", data=sent, headers={"X-CSRF-Token": token})
    assert answer.status_code in {422, 503}
    assert answer.json is not None
    assert words in answer.json["message"]


@pytest.mark.parametrize(("language", "words"), FULL)
def test_no_room_while_the_request_itself_is_read(
    client: Browser,
    world: World,
    unchanged: Look,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    say(language)
    form = filled(client.forms(here)[0]) | record()
    form["file"] = FileStorage(io.BytesIO(b"1" * 600_000), "a.txt")  # past what is kept in memory
    boundary, body = encode_multipart(form)
    compare = unchanged()
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", failing(errno.ENOSPC))
    answer = client.post(here, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')
    assert answer.status_code == 503
    assert words in words_of(answer)
    compare()


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        (errno.ENOSPC, "磁盘空间不足", "The disk is full"),
        (errno.EDQUOT, "磁盘空间不足", "The disk is full"),
        (errno.EIO, "磁盘读写出错", "The disk cannot be written"),
    ],
)
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_no_room_in_the_store(
    client: Browser,
    world: World,
    unchanged: Look,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    code: int,
    zh: str,
    en: str,
) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    say(language)
    compare = unchanged()
    assert isinstance(world.house.objects, EncryptedStore)
    assert isinstance(world.house.objects._inner, LocalStore)
    with monkeypatch.context() as patch:
        real = os.fsync
        staging = str(world.house.staging.path(world.units["PZ"]).parent)

        def fsync(descriptor: int) -> None:
            if not Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(staging):
                raise OSError(code, os.strerror(code))
            real(descriptor)

        patch.setattr(os, "fsync", fsync)
        answer = client.submit(here, record(), **MULTIPART)
    assert answer.status_code == 422
    assert (zh if language == "zh_Hans" else en) in words_of(answer)
    assert 'value="王顾客"' in answer.text
    assert "a.txt" in answer.text
    compare()


@pytest.mark.parametrize(("language", "words"), FULL)
def test_no_room_in_the_database(
    client: Browser, world: World, unchanged: Look, say: Say, language: str, words: str
) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    say(language)
    form = filled(client.forms(here)[0]) | record()
    compare = unchanged()
    pragma(world, "max_page_count = 1")
    form["title"] = "很长的备注"
    form["remarks"] = "备注" * 900
    turns = 0
    while (answer := client.post(here, data=form, **MULTIPART)).status_code == 303:
        turns += 1  # free pages are used up first
        assert turns < 200
        form = filled(client.forms(here)[0]) | record() | {"remarks": "备注" * 900}
        form["file"] = (io.BytesIO(f"正文{turns}".encode()), "a.txt")
        compare = unchanged()
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert 'value="王顾客"' in answer.text
    compare()
    pragma(world, "max_page_count = 1073741823")
    form["file"] = (io.BytesIO("正文末".encode()), "a.txt")
    assert client.post(here, data=form, **MULTIPART).status_code == 303


def pragma(world: World, words: str) -> None:
    """Set a limit on every connection of the pool: here there is one."""
    world.house.uow.engine.dispose()
    with world.house.uow.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {words}")


def test_by_command_a_full_disk_is_one_line(
    terminal: Terminal, world: World, unchanged: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(docx_bytes("目的"))
    compare = unchanged()
    monkeypatch.setattr("docctl.services.staging.os.fsync", failing(errno.ENOSPC))
    words = ("documents", "new", file, "--type", "procedure", "--title", "甲")
    code, key = terminal.refused(*words, user="chen")
    assert (code, key) == (3, "request.disk_full")
    compare()


@pytest.mark.parametrize(("language", "words"), BUSY)
def test_a_database_that_stays_busy_says_so_and_keeps_what_was_typed(
    client: Browser,
    world: World,
    settings: Settings,
    unchanged: Look,
    say: Say,
    impatient: None,
    language: str,
    words: str,
) -> None:
    here = f"/documents/revisions/{world.draft()}/edit"
    client.sign_in("chen")
    say(language)
    form = filled(client.forms(here)[0]) | {"title": "文件控制程序（新）"}
    compare = unchanged()
    with locked(settings):
        answer = client.post(here, data=form)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert words in words_of(answer)
    assert 'value="文件控制程序（新）"' in answer.text
    compare()
    assert client.post(here, data=form).status_code == 303  # the same form, sent again


@pytest.mark.parametrize(("language", "words"), BUSY)
def test_a_file_received_meanwhile_leaves_nothing(
    client: Browser,
    world: World,
    settings: Settings,
    unchanged: Look,
    say: Say,
    impatient: None,
    language: str,
    words: str,
) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    say(language)
    form = filled(client.forms(here)[0]) | record()
    compare = unchanged()
    with locked(settings):
        answer = client.post(here, data=form, **MULTIPART)
    assert answer.status_code == 503
    assert words in words_of(answer)
    assert 'value="王顾客"' in answer.text
    compare()
    assert world.house.staging.strays() == []


def test_a_signature_meanwhile_is_not_given(
    client: Browser, world: World, settings: Settings, unchanged: Look, impatient: None
) -> None:
    here = f"/documents/revisions/{world.submitted(world.draft())}/review"
    client.sign_in("ouyang")
    form = filled(client.forms(here)[0]) | {"password": PASSWORD, "comment": "内容合适"}
    compare = unchanged()
    with locked(settings):
        answer = client.post(here, data=form)
    assert answer.status_code == 503
    assert "内容合适" in answer.text
    assert PASSWORD not in answer.text
    compare()


def test_signing_in_meanwhile_says_so(client: Browser, settings: Settings, impatient: None) -> None:
    form = filled(client.forms("/sign-in")[0]) | {"username": "wang", "password": PASSWORD}
    with locked(settings):
        answer = client.post("/sign-in", data=form)
    assert answer.status_code == 503
    assert "系统正忙" in answer.text
    assert client.post("/sign-in", data=form).status_code == 303


def test_who_only_reads_is_not_kept_waiting_for_a_note_of_it(
    client: Browser, world: World, settings: Settings, impatient: None
) -> None:
    one = filed(world, a_form(world))
    settle(world.house)
    client.sign_in("wang")
    world.clock.forward(minutes=30)
    with locked(settings):
        for url in ("/", "/documents", "/records", "/search?q=划伤", "/records/new", "/account"):
            assert client.get(url).status_code == 200, url
        answer = client.get(f"/records/{one}")
        assert answer.status_code in {200, 503}  # what is told before it is shown may have to wait
        assert words_of(answer)


def test_by_command_a_busy_database_is_one_line(
    terminal: Terminal,
    world: World,
    settings: Settings,
    unchanged: Look,
    tmp_path: Path,
    impatient: None,
) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(docx_bytes("目的"))
    compare = unchanged()
    with locked(settings):
        words = ("documents", "new", file, "--type", "procedure", "--title", "甲")
        code, key = terminal.refused(*words, user="chen")
    assert (code, key) == (5, "request.busy")
    compare()


def test_after_half_an_hour_a_full_disk_still_lets_people_read(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(create_app(settings, world.house))
    world.issued(world.draft())
    client.sign_in("wang")
    world.clock.now += timedelta(minutes=30)
    pragma(world, "max_page_count = 1")
    assert client.get("/documents").status_code == 200
