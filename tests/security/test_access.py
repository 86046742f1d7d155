"""What one may not see is not there: by page, form, file, list, count, search, export, command (X-1, X-3)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask import Flask

from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound
from docctl.jobs.wait import settle
from docctl.services.people.grant import ProposeRole, propose_role
from docctl.services.records.decide import DecideCorrection, decide_correction
from docctl.services.records.file import file_record
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.cli.terminal import Terminal
from tests.filing import a_form, command, filed, files
from tests.filing import upload as staged
from tests.security.conftest import ANYTHING, SECRET, Hidden, addresses, said, token_of
from tests.web.browser import Browser, words_of
from tests.world import World

#: Who sees nothing of drafts and withdrawn documents of the quality unit.
OUTSIDE_DOCUMENTS = ["li", "zhou"]
#: Who sees nothing of records of the production unit.
OUTSIDE_RECORDS = ["zhang", "chen"]


def compare(
    client: Browser, app: Flask, ids: dict[str, UUID], *, methods: tuple[str, ...] = ("GET", "POST")
) -> int:
    """Compare each answer about a hidden item with the one about an item that nobody has."""
    token, tried = token_of(client), 0
    for rule, there, missing in addresses(app, ids):
        for method in sorted(set(methods) & (rule.methods or set())):
            more = {"data": {**ANYTHING, "csrf_token": token}} if method == "POST" else {}
            seen = client.open(there, method=method, buffered=True, **more)
            unseen = client.open(missing, method=method, buffered=True, **more)
            assert said(seen) == said(unseen), (method, there)
            if method != "OPTIONS":
                assert seen.status_code in {403, 404}, (method, there, seen.status_code)
                assert SECRET not in seen.text
            tried += 1
    return tried


@pytest.mark.parametrize("username", OUTSIDE_DOCUMENTS)
def test_x_3_a_draft_and_a_withdrawn_document_are_not_there(
    client: Browser, app: Flask, hidden: Hidden, username: str
) -> None:
    client.sign_in(username)
    assert compare(client, app, hidden.draft) > 25
    assert compare(client, app, hidden.gone, methods=("GET",)) > 12


@pytest.mark.parametrize("username", OUTSIDE_RECORDS)
def test_x_3_a_record_of_another_unit_is_not_there(
    client: Browser, app: Flask, hidden: Hidden, username: str
) -> None:
    client.sign_in(username)
    assert compare(client, app, hidden.record) > 15


def test_x_3_other_methods_tell_nothing_either(client: Browser, app: Flask, hidden: Hidden) -> None:
    client.sign_in("zhang")
    assert compare(client, app, hidden.record, methods=("HEAD", "OPTIONS")) > 15


@pytest.mark.parametrize("username", ["wang", "admin"])
def test_r_6_a_disposal_list_is_closed_to_those_outside(
    client: Browser, app: Flask, a_list: dict[str, UUID], username: str
) -> None:
    client.sign_in(username)
    token, tried = token_of(client), 0
    for rule, there, _ in addresses(app, a_list):
        if "list_id" in rule.arguments:
            for answer in (
                client.get(there, buffered=True),
                client.post(there, data={**ANYTHING, "csrf_token": token}, buffered=True),
            ):
                assert answer.status_code in {403, 404, 405}, (there, answer.status_code)
                assert "到期记录" not in answer.text
                assert "QR-1101" not in answer.text
                tried += 1
    assert tried > 15


@pytest.mark.parametrize("username", ["wang", "zhang", "chen", "li", "admin"])
def test_x_1_holds_are_for_manager_leader_and_auditor(client: Browser, username: str) -> None:
    client.sign_in(username)
    for path in ("/retention/holds", f"/retention/holds/{uuid4()}", "/retention/holds/new", "/retention/due"):
        assert client.get(path).status_code == 403


def test_x_3_a_file_opens_under_its_own_item_only(client: Browser, world: World, hidden: Hidden) -> None:
    open_form = a_form(world, number="QR-1109")
    own = filed(world, open_form, who="zhang")
    client.sign_in("zhang")
    foreign = hidden.record["file_id"]
    assert client.get(f"/records/{own}/files/{files(world, own)[0].id}/download").status_code == 200
    for path in (f"/records/{own}/files/{foreign}", f"/records/{own}/files/{foreign}/download"):
        assert client.get(path).status_code == 404
    revision = world.issued(world.draft("公开程序", number="QP-79"))
    draft_file = hidden.draft["file_id"]
    for path in (f"/documents/revisions/{revision}/files/{draft_file}", f"/records/{own}/files/{draft_file}"):
        assert client.get(path).status_code == 404


def test_x_3_an_obsolete_revision_is_closed_to_readers_of_the_new_one(client: Browser, world: World) -> None:
    first = world.issued(world.draft("标识程序", number="QP-80", text=SECRET))
    second = revise_document(
        ReviseDocument(
            document_id=world.document_of(first).id,
            change_what="全文",
            change_reason="换版",
            uploads=(world.upload("chen"),),
        ),
        by=world.by("chen"),
        house=world.house,
    )
    client.sign_in("wang")
    for place in (second, f"{second}/copy", f"{second}/reading"):
        assert client.get(f"/documents/revisions/{place}").status_code == 404
    world.clock.forward(days=1)
    world.issued(second)
    client.sign_in("wang")
    for place in (f"{first}/copy", f"{first}/reading"):
        assert client.get(f"/documents/revisions/{place}").status_code == 404
    answer = client.get(f"/documents/revisions/{first}")  # leads on to the one in force, and tells nothing
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/documents/revisions/{second}")
    assert SECRET not in answer.text
    assert SECRET not in client.get(answer.headers["Location"]).text
    token = token_of(client)
    for place in (f"{first}/copy", f"{first}/source", f"{second}/source"):
        answer = client.post(f"/documents/revisions/{place}", data={"csrf_token": token, "kind": "reference"})
        assert answer.status_code in {403, 404}
    history = words_of(client.get(f"/documents/{world.document_of(first).id}/history"))
    assert SECRET not in history


@pytest.mark.parametrize("username", ["zhang", "admin"])
def test_x_3_no_register_search_number_or_export_tells_of_the_hidden(
    client: Browser, world: World, hidden: Hidden, username: str
) -> None:
    settle(world.house)
    client.sign_in(username)
    paths = [
        f"/search?q={SECRET}",
        "/search?q=QP-77",
        f"/search?q={SECRET}&obsolete=1&state=draft",
        f"/documents?text={SECRET}",
        f"/documents?text={SECRET}&obsolete=1",
        f"/documents?text={SECRET}&obsolete=1&as_of=2026-03-01",
        "/documents?state=draft",
        "/documents?state=withdrawn&obsolete=1",
        f"/records?text={SECRET}",
        "/records",
        "/records/new",
        "/documents/numbers",
        "/documents/numbers?text=QP-7",
        "/",
    ]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in {200, 422}, path
        page = answer.text
        assert not any(f"{SECRET} {one}" in page for one in ("草案", "停用", "记录")), path
        assert str(hidden.draft["document_id"]) not in page, path
        assert str(hidden.record["record_id"]) not in page, path
    assert client.get("/documents/find?number=QP-77").status_code == 404
    assert client.get("/documents/find?number=QP-78").status_code == 404
    world.clock.forward(days=3)
    client.sign_in(username)
    assert SECRET not in client.get("/documents?as_of=2026-03-03&obsolete=1").text
    for query in ("", "?obsolete=1", "?state=draft", "?state=withdrawn&obsolete=1"):
        sheet = zipfile.ZipFile(io.BytesIO(client.get(f"/documents/export{query}").data))
        assert not any(SECRET.encode() in sheet.read(name) for name in sheet.namelist())


def test_x_3_search_counts_what_one_may_see(client: Browser, world: World, hidden: Hidden) -> None:
    settle(world.house)
    client.sign_in("wang")
    seen = client.page(f"/search?q={SECRET}").cssselect("main [data-row]")
    assert len(seen) == 1  # the record of the own unit; neither the draft nor the withdrawn one
    client.sign_in("zhang")
    assert client.page(f"/search?q={SECRET}").cssselect("main [data-row]") == []


def test_x_3_a_hidden_number_is_only_taken(client: Browser, hidden: Hidden) -> None:
    client.sign_in("wang")
    rows = client.page("/documents/numbers?text=QP-77").cssselect("tbody tr, main [data-row]")
    text = " ".join(" ".join(one.text_content().split()) for one in rows)
    assert "QP-77" in text
    assert "品质部" in text  # whom to ask
    assert "陈静" not in text


def test_x_3_the_trail_tells_a_manager_nothing_of_a_draft_but_its_number(
    client: Browser, hidden: Hidden
) -> None:
    client.sign_in("zhou")
    for path in ("/trail", f"/trail?item={hidden.draft['document_id']}", "/trail?item=QP-77"):
        assert f"{SECRET} 草案" not in client.get(path).text


def test_f_3_uploads_of_another_person_are_gone(client: Browser, world: World) -> None:
    form_id = a_form(world)
    theirs = world.upload("wang", "他人的文件".encode(), "a.txt")
    client.sign_in("zhang")
    values = {"title": "外壳", "occurred_at": "2026-03-01T10:00"}
    for upload_id in (theirs.upload_id, uuid4()):
        answer = client.submit(f"/records/new/{form_id}", {**values, "file_id": str(upload_id)})
        assert answer.status_code == 422
        assert "a.txt" not in answer.text


def test_a_request_of_another_person_is_not_answered_again(world: World) -> None:
    form_id = a_form(world)
    request_id = str(uuid4())
    cmd = command(world, form_id, "wang")
    file_record(cmd, by=world.by("wang", request_id=request_id), house=world.house)
    with pytest.raises(Conflict) as refused:
        file_record(cmd, by=world.by("li", request_id=request_id), house=world.house)
    assert refused.value.refused.code == "repeated_with_other_content"
    other = replace(cmd, title="另一份", uploads=(staged(world, "wang"),))
    with pytest.raises(Conflict):
        file_record(other, by=world.by("wang", request_id=request_id), house=world.house)


def test_c_3_a_correction_is_decided_under_its_own_record_only(
    client: Browser, world: World, hidden: Hidden
) -> None:
    own = filed(world, a_form(world, number="QR-1109"), who="zhang")
    client.sign_in("zhang")
    here = f"/records/{own}/corrections/{hidden.record['correction_id']}"
    assert client.get(here).status_code == 404
    data = {**ANYTHING, "csrf_token": token_of(client)}
    assert client.post(here, data=data).status_code == 404
    with pytest.raises(NotFound):
        decide_correction(
            DecideCorrection(hidden.record["correction_id"], 1, True), by=world.by("zhang"), house=world.house
        )


@pytest.mark.parametrize(
    ("username", "words"),
    [
        ("wang", ("documents", "show", "QP-77")),
        ("wang", ("documents", "show", "QP-78")),
        ("wang", ("documents", "history", "QP-78")),
        ("wang", ("documents", "source", "QP-77")),
        ("zhang", ("records", "show", "QR-1102-000001")),
    ],
)
def test_x_3_by_command_the_hidden_and_the_missing_have_one_answer(
    terminal: Terminal, hidden: Hidden, username: str, words: tuple[str, ...]
) -> None:
    there = terminal.run(*words, "--as", username)
    missing = terminal.run(*words[:2], "QP-00", "--as", username)
    assert there.exit_code != 0
    assert (there.exit_code, there.stderr, there.stdout) == (missing.exit_code, missing.stderr, "")


def test_a_15_a_role_is_confirmed_under_its_own_person_only(client: Browser, world: World) -> None:
    cmd = ProposeRole(world.people["wang"], Role.REVIEWER)
    grant = propose_role(cmd, by=world.by("admin"), house=world.house)
    client.sign_in("zhao")
    data = {"csrf_token": token_of(client)}
    for act in ("confirm", "revoke"):
        other = f"/people/{world.people['zhang']}/roles/{grant}/{act}"
        assert client.post(other, data=data).status_code == 404
    own = f"/people/{world.people['wang']}/roles/{grant}"
    assert client.post(f"{own}/confirm", data=data).status_code == 303
    again = {**data, "request_id": str(uuid4())}
    assert [client.post(f"{own}/revoke", data=again).status_code for _ in range(2)] == [303, 303]


def test_x_1_a_record_is_filed_for_ones_own_unit_only(client: Browser, world: World) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    for unit, status in (("KF", 422), ("PZ", 422), ("SC", 303)):
        values = {
            "title": "外壳",
            "occurred_at": "2026-03-01T10:00",
            "unit_id": str(world.units[unit]),
            "file": (io.BytesIO(b"one line of text\n"), "a.txt"),
        }
        here = f"/records/new/{form_id}"
        assert client.submit(here, values, content_type="multipart/form-data").status_code == status
