"""Pages that are stale, requests that come twice: the first counts, once (reliability: retries)."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import RuleRefused
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry
from docctl.models.records import Record
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.records.file import file_record
from docctl.services.revisions.sign import approve_revision, review_revision
from storage.api import Area
from tests.bad_input.conftest import Look, Say
from tests.filing import a_form, accepted, command, filed, upload
from tests.web.browser import Browser, filled, words_of
from tests.world import PASSWORD, World, docx_bytes


def count(world: World, table: type) -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def staged(client: Browser, data: bytes, name: str) -> str:
    """Stage a file as the script of the page does."""
    token = client.page("/").cssselect("[name=csrf_token]")[0].get("value")
    sent = {"file": (io.BytesIO(data), name)}
    answer = client.post("/uploads", data=sent, headers={"X-CSRF-Token": token})
    assert answer.json is not None
    return str(answer.json["id"])


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "别人改动了"), ("en", "Somebody else changed")])
def test_a_stale_page_posted_twice_is_told_twice_and_changes_nothing(
    client: Browser, world: World, unchanged: Look, say: Say, language: str, words: str
) -> None:
    here = f"/documents/revisions/{world.draft()}/edit"
    client.sign_in("chen")
    say(language)
    old = filled(client.forms(here)[0])
    assert client.submit(here, {"title": "甲"}).status_code == 303
    compare = unchanged()
    for _ in range(2):
        answer = client.post(here, data=old | {"title": "乙"})
        assert answer.status_code == 422
        assert words in words_of(answer)
        assert 'value="乙"' in answer.text
    compare()


def test_a_page_from_before_a_signature_does_not_sign_again(
    client: Browser, world: World, unchanged: Look
) -> None:
    revision_id = world.submitted(world.draft())
    here = f"/documents/revisions/{revision_id}/review"
    client.sign_in("ouyang")
    old = filled(client.forms(here)[0]) | {"password": PASSWORD}
    assert client.submit(here, {"password": PASSWORD}).status_code == 303
    compare = unchanged()
    answer = client.post(here, data=old)
    assert answer.status_code in {403, 422}
    assert words_of(answer)
    compare()


def test_a_record_corrected_from_a_stale_page_keeps_the_first_correction(
    client: Browser, world: World, unchanged: Look
) -> None:
    one = accepted(world, filed(world, a_form(world)))
    here = f"/records/{one}/correct?field=title"
    client.sign_in("wang")
    old = filled(client.forms(here)[0]) | {"reason": "slip", "password": PASSWORD}
    where = client.forms(here)[0].get("action")
    assert client.post(where, data=old | {"new": "外壳裂纹"}).status_code == 303
    compare = unchanged()
    again = old | {"new": "外壳凹陷", "request_id": str(uuid4())}
    answer = client.post(where, data=again)
    assert answer.status_code == 422
    assert "外壳凹陷" in answer.text
    compare()


def test_a_form_sent_again_gets_the_first_answer(client: Browser, world: World, unchanged: Look) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    form = filled(client.forms(here)[0]) | {
        "title": "外壳划伤",
        "occurred_at": "2026-03-01T10:00",
        "file_id": staged(client, "正文".encode(), "a.txt"),
    }
    first = client.post(here, data=form)
    assert first.status_code == 303, words_of(first)
    compare = unchanged()
    second = client.post(here, data=form)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    compare()


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "以不同内容提交了两次"), ("en", "sent twice")])
def test_the_same_request_with_other_content_is_no_repeat(
    client: Browser, world: World, unchanged: Look, say: Say, language: str, words: str
) -> None:
    here = f"/records/new/{a_form(world)}"
    client.sign_in("wang")
    say(language)
    form = filled(client.forms(here)[0]) | {
        "title": "外壳划伤",
        "occurred_at": "2026-03-01T10:00",
        "file_id": staged(client, "正文".encode(), "a.txt"),
    }
    assert client.post(here, data=form).status_code == 303
    compare = unchanged()
    answer = client.post(here, data=form | {"title": "另一件"})
    assert answer.status_code == 422
    assert words in words_of(answer)
    compare()


def test_a_request_of_another_person_is_no_repeat(client: Browser, world: World, unchanged: Look) -> None:
    here = f"/documents/revisions/{world.draft()}/edit"
    client.sign_in("chen")
    form = filled(client.forms(here)[0]) | {"title": "甲"}
    assert client.post(here, data=form).status_code == 303
    compare = unchanged()
    client.sign_in("li")
    token = client.page("/").cssselect("[name=csrf_token]")[0].get("value")
    answer = client.post(here, data=form | {"csrf_token": token})
    assert answer.status_code in {403, 404, 422}
    compare()


def test_a_document_asked_for_by_eight_threads_at_once_is_made_once(world: World) -> None:
    attached = world.upload("chen", docx_bytes("目的"))
    cmd = CreateDocument(world.types["procedure"], "记录控制程序", world.units["PZ"], (attached,))
    callers = [world.by("chen", request_id="one") for _ in range(8)]

    def one(caller: object) -> UUID | str:
        try:
            return create_document(cmd, by=caller, house=world.house)  # type: ignore[arg-type]
        except RuleRefused as error:  # its file was taken by the first meanwhile
            return error.refused.key

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, callers))
    assert {answer for answer in answers if isinstance(answer, UUID)} == {
        create_document(cmd, by=callers[0], house=world.house)
    }
    assert {answer for answer in answers if isinstance(answer, str)} <= set()
    assert (count(world, Document), count(world, NumberEntry)) == (1, 1)
    assert len(list(world.house.objects.list(Area.RECORDS))) == 1


def test_a_record_filed_by_two_threads_at_once_is_filed_once(world: World) -> None:
    cmd = command(world, a_form(world), uploads=(upload(world, "wang"),))
    before = len(list(world.house.objects.list(Area.RECORDS)))
    callers = [world.by("wang", request_id="one") for _ in range(4)]

    def one(caller: object) -> UUID | str:
        try:
            return file_record(cmd, by=caller, house=world.house)  # type: ignore[arg-type]
        except RuleRefused as error:
            return error.refused.key

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(one, callers))
    assert len(answers) == 1
    assert count(world, Record) == 1
    assert len(list(world.house.objects.list(Area.RECORDS))) == before + 1


def test_two_who_sign_the_same_step_at_once_sign_it_once(world: World) -> None:
    revision_id = world.submitted(world.draft())
    signing = world.signing(revision_id)
    callers = [world.by("ouyang", request_id=f"r{turn}") for turn in range(4)]

    def one(caller: object) -> str:
        try:
            review_revision(signing, by=caller, house=world.house)  # type: ignore[arg-type]
        except RuleRefused as error:
            return error.refused.key
        return "signed"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, callers))
    assert answers.count("signed") == 1
    approve_revision(world.signing(revision_id), by=world.by("zhao"), house=world.house)
    assert world.revision(revision_id).status is RevisionStatus.APPROVED
