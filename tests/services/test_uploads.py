"""What waits for its form is bounded for each person; what is refused leaves nothing (F-3)."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.app import create_app
from docctl.config import Settings
from docctl.domain.uploads import MOST_FILES, MOST_TIMES
from docctl.domain.verdicts import RuleRefused
from docctl.models.base import new_id
from docctl.models.content import Upload
from docctl.services.files import Attached
from docctl.services.records.file import FileRecord, file_record
from docctl.services.uploads import KEPT, drop_uploads, stage_upload
from tests.cli.terminal import Terminal
from tests.filing import a_form
from tests.web.browser import Browser, browser
from tests.world import World

TEXT = "正文".encode()


@pytest.fixture
def client(world: World, settings: Settings) -> Browser:
    return browser(create_app(settings, world.house))


@pytest.fixture
def terminal(world: World) -> Terminal:
    return Terminal(world.house, no_wait=True)


def waiting(
    world: World, username: str, *, files: int, size: int = 6, since: timedelta = timedelta()
) -> None:
    """Let so many uploads of so many bytes each wait for a person."""
    at = world.clock() - since

    def add(session: Session) -> None:
        session.add_all(
            Upload(
                id=new_id(),
                owner_id=world.people[username],
                name="a.txt",
                media_type="text/plain",
                sha256="0" * 64,
                size=size,
                path="nowhere",
                created_at=at,
                expires_at=at + KEPT,
            )
            for _ in range(files)
        )

    world.house.uow.write(add)


def send(world: World, username: str = "wang", data: bytes = TEXT) -> str:
    """Send one file; return the key of the refusal, or ""."""
    try:
        stage_upload(io.BytesIO(data), name="a.txt", by=world.by(username), house=world.house)
    except RuleRefused as error:
        return error.refused.key
    return ""


def rows(world: World) -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.count()).select_from(Upload)) or 0


def test_f_3_so_many_files_of_a_person_wait_and_no_more(world: World) -> None:
    waiting(world, "wang", files=MOST_FILES - 1)
    assert send(world) == ""
    before = world.house.staging.strays()
    assert send(world) == "upload.too_many_waiting"
    assert world.house.staging.strays() == before
    assert rows(world) == MOST_FILES
    assert send(world, "li") == ""  # each has bounds of their own


def test_f_3_so_many_bytes_of_a_person_wait_and_no_more(world: World) -> None:
    all_bytes = MOST_TIMES * world.house.staging.limit
    waiting(world, "wang", files=1, size=all_bytes - len(TEXT))
    assert send(world, data=TEXT + b"x") == "upload.too_much_waiting"
    assert world.house.staging.strays() == []
    assert send(world) == ""
    assert send(world, data=b"x") == "upload.too_much_waiting"
    assert len(world.house.staging.strays()) == 1


def test_f_3_what_has_expired_waits_no_longer(world: World) -> None:
    waiting(world, "wang", files=MOST_FILES, since=KEPT - timedelta(seconds=1))
    assert send(world) == "upload.too_many_waiting"
    world.clock.forward(seconds=1)
    assert send(world) == ""


def test_f_3_what_was_filed_waits_no_longer(world: World) -> None:
    form_id = a_form(world)
    waiting(world, "wang", files=MOST_FILES - 1)
    for number in range(3):
        staged = stage_upload(
            io.BytesIO(b"%d" % number), name="a.txt", by=world.by("wang"), house=world.house
        )
        cmd = FileRecord(form_id, f"记录 {number}", world.clock(), uploads=(Attached(staged),))
        file_record(cmd, by=world.by("wang"), house=world.house)
    assert rows(world) == MOST_FILES - 1
    assert world.house.staging.strays() == []


def test_f_3_of_two_uploads_at_once_the_last_place_takes_one(world: World) -> None:
    waiting(world, "wang", files=MOST_FILES - 1)
    together = Barrier(2)
    answers: list[str] = []

    class Together(io.BytesIO):
        """Both have passed the first look before either is received."""

        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == 0:
                together.wait(20)
            return super().read(size)

    def one() -> None:
        try:
            stage_upload(Together(TEXT), name="a.txt", by=world.by("wang"), house=world.house)
            answers.append("")
        except RuleRefused as error:
            answers.append(error.refused.key)

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["", "upload.too_many_waiting"]
    assert rows(world) == MOST_FILES
    assert len(world.house.staging.strays()) == 1


def test_f_3_a_person_lets_go_of_their_own_uploads_only(world: World) -> None:
    mine, others = world.upload("wang"), world.upload("li")
    drop_uploads((mine.upload_id, others.upload_id, UUID(int=7)), by=world.by("wang"), house=world.house)
    assert [one.name for one in world.house.staging.strays()] == [str(others.upload_id)]
    assert rows(world) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh_Hans", "您已有 200 个上传的文件等待提交"), ("en", "200 of your uploads wait for their form")],
)
def test_f_3_the_script_of_a_page_is_told_in_words(
    world: World, client: Browser, language: str, words: str
) -> None:
    client.sign_in("wang")
    client.set_cookie("docctl-language", language)
    token = client.page("/").cssselect("[name=csrf_token]")[0].get("value")
    waiting(world, "wang", files=MOST_FILES)
    sent = {"file": (io.BytesIO(TEXT), "a.txt")}
    answer = client.post("/uploads", data=sent, headers={"X-CSRF-Token": token})
    assert answer.status_code == 422
    assert answer.json is not None
    assert words in answer.json["message"]
    assert world.house.staging.strays() == []


def test_f_3_a_form_with_a_file_too_many_keeps_what_was_typed(world: World, client: Browser) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    waiting(world, "wang", files=MOST_FILES)
    values = {"title": "外壳划伤", "occurred_at": "2026-03-01T10:00", "file": (io.BytesIO(TEXT), "a.txt")}
    answer = client.submit(here, values, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "等待提交" in answer.text
    assert 'value="外壳划伤"' in answer.text
    assert world.house.staging.strays() == []


def test_f_3_a_command_that_was_refused_leaves_no_upload(
    world: World, terminal: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(TEXT)
    words = ("documents", "new", file, "--type", "procedure", "--title", "")
    assert terminal.refused(*words, user="chen")[0] == 3
    assert world.house.staging.strays() == []
    assert rows(world) == 0
