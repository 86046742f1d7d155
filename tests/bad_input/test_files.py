"""Files that cannot be taken, and odd ones that can: one sentence, nothing kept (F-3, S-1)."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from lxml import html
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from docctl.app import create_app
from docctl.config import Settings
from docctl.jobs.wait import settle
from tests.bad_input.conftest import Look, Say
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed
from tests.reading.uploads_made import OLE, a_docx, a_locked_pdf, a_zip
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import World

ENCRYPTED_OFFICE = OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
DAMAGED = a_docx()[:-60]

#: name, bytes, words in Chinese, words in English
REFUSED = [
    ("空.docx", b"", "是空的", "is empty"),
    ("坏.docx", DAMAGED, "打不开", "cannot be opened"),
    ("杂.docx", b"\x00\x01\x02" * 300, "打不开", "cannot be opened"),
    ("锁.docx", ENCRYPTED_OFFICE, "密码", "has a password"),
    ("假.docx", "其实是一段文字。".encode(), "与扩展名不符", "does not match its extension"),
    ("假.txt", a_docx(), "与扩展名不符", "does not match its extension"),
]
FOR_DOCUMENTS = [
    ("锁.pdf", a_locked_pdf(user="geheim"), "密码", "has a password"),
    (
        "宏.docx",
        a_zip({"[Content_Types].xml": "x", "word/document.xml": "x", "word/vbaProject.bin": "x"}),
        "宏",
        "macros",
    ),
    ("图.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100, "docx", "cannot be a controlled document"),
]


def typed_document(world: World) -> dict[str, object]:
    return {
        "type_id": str(world.types["procedure"]),
        "title": "记录控制程序",
        "unit_id": str(world.units["PZ"]),
        "change_reason": "新订",
    }


def typed_record() -> dict[str, object]:
    return {"title": "外壳划伤", "occurred_at": "2026-03-01T10:00", "stated_person": "王顾客"}


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize(
    ("name", "data", "zh", "en"), REFUSED + FOR_DOCUMENTS, ids=[one[0] for one in REFUSED + FOR_DOCUMENTS]
)
def test_f_3_a_document_is_not_made_of_such_a_file(
    client: Browser,
    world: World,
    unchanged: Look,
    say: Say,
    language: str,
    name: str,
    data: bytes,
    zh: str,
    en: str,
) -> None:
    client.sign_in("chen")
    say(language)
    compare = unchanged()
    form = typed_document(world) | {"file": (io.BytesIO(data), name)}
    answer = client.submit("/documents/new", form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert (zh if language == "zh_Hans" else en) in words_of(answer)
    assert name in words_of(answer)
    assert 'value="记录控制程序"' in answer.text
    assert "新订" in answer.text
    compare()
    assert list(world.house.staging.strays()) == []


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize(("name", "data", "zh", "en"), REFUSED, ids=[one[0] for one in REFUSED])
def test_f_3_a_record_is_not_filed_with_such_a_file(
    client: Browser,
    world: World,
    unchanged: Look,
    say: Say,
    language: str,
    name: str,
    data: bytes,
    zh: str,
    en: str,
) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    say(language)
    compare = unchanged()
    form = typed_record() | {"file": (io.BytesIO(data), name)}
    answer = client.submit(f"/records/new/{form_id}", form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert (zh if language == "zh_Hans" else en) in words_of(answer)
    assert 'value="王顾客"' in answer.text
    compare()
    assert list(world.house.staging.strays()) == []


def test_f_3_a_file_ahead_of_its_form_is_refused_in_words_for_the_script(
    client: Browser, world: World, unchanged: Look
) -> None:
    client.sign_in("wang")
    token = client.page("/").cssselect("[name=csrf_token]")[0].get("value")
    compare = unchanged()
    for data in (b"", b"\x00\x01" * 300):
        sent = {"file": (io.BytesIO(data), "a.docx")}
        answer = client.post("/uploads", data=sent, headers={"X-CSRF-Token": token})
        assert answer.status_code == 422
        assert answer.json is not None
        assert answer.json["rule"] == "upload"
        assert "a.docx" in answer.json["message"]
    compare()
    assert list(world.house.staging.strays()) == []


@pytest.mark.parametrize("name", ["空.docx", "坏.docx", "锁.docx", "假.docx", "宏.docx"])
def test_f_3_by_command_too(
    terminal: Terminal, world: World, unchanged: Look, tmp_path: Path, name: str
) -> None:
    (data,) = (one[1] for one in REFUSED + FOR_DOCUMENTS if one[0] == name)
    file = tmp_path / name
    file.write_bytes(data)
    compare = unchanged()
    code, key = terminal.refused(
        "documents", "new", file, "--type", "procedure", "--title", "甲", user="chen"
    )
    assert code == 3
    assert key.startswith("upload.")
    compare()


def test_f_3_a_missing_file_is_said_beside_its_field(client: Browser, world: World, unchanged: Look) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    compare = unchanged()
    answer = client.submit(f"/records/new/{form_id}", typed_record(), content_type="multipart/form-data")
    assert answer.status_code == 422
    assert answer.text.count('id="e-file"') == 1
    compare()


@pytest.mark.parametrize(("size", "status"), [(1 << 20, 303), ((1 << 20) + 1, 422), (4 << 20, 413)])
def test_f_3_a_file_over_the_limit_is_told_the_limit(
    settings: Settings, world: World, unchanged: Look, size: int, status: int
) -> None:
    form_id = a_form(world)
    world.house.staging.limit = 1 << 20
    client = browser(create_app(replace(settings, upload_limit_mb=1), world.house))
    client.sign_in("wang")
    compare = unchanged()
    here = f"/records/new/{form_id}"
    file = FileStorage(io.BytesIO(b"1" * size), "a.txt")
    form = filled(client.forms(here)[0]) | typed_record() | {"file": file}
    boundary, body = encode_multipart(form)  # as bytes: the client leaves a large body's file open
    answer = client.post(here, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')
    assert answer.status_code == status
    if status != 303:
        assert "1 MB" in words_of(answer)
        compare()
    if status == 422:
        assert 'value="王顾客"' in answer.text


def test_f_3_a_file_filed_before_is_named_and_may_be_meant(
    client: Browser, world: World, unchanged: Look
) -> None:
    form_id = a_form(world)
    here = f"/records/new/{form_id}"
    form = typed_record() | {"file": (io.BytesIO("同一份内容".encode()), "a.txt")}
    client.sign_in("wang")
    first = client.submit(here, form, content_type="multipart/form-data")
    assert first.status_code == 303
    compare = unchanged()
    form["file"] = (io.BytesIO("同一份内容".encode()), "b.txt")
    answer = client.submit(here, form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "“a.txt”已归档为 QR-1102-2026-0001" in words_of(answer)
    assert "b.txt" in answer.text
    compare()
    page = html.fromstring(answer.text)
    (again,) = [one for one in page.cssselect("main form[method=post]") if one.get("action") == here]
    assert again.cssselect("input[name=repeated_is_meant]")
    answer = client.post(here, data=filled(again) | {"repeated_is_meant": "1"})
    assert answer.status_code == 303, words_of(answer)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_s_1_a_text_of_any_usual_encoding_is_filed_read_and_found(
    client: Browser, world: World, encoding: str
) -> None:
    form_id = a_form(world)
    text = "巡检记录：\r\n三号炉温度偏高，已调整风门并复测合格。\r\n" * 3
    form = typed_record() | {"file": (io.BytesIO(text.encode(encoding)), "巡检.txt")}
    client.sign_in("wang")
    answer = client.submit(f"/records/new/{form_id}", form, content_type="multipart/form-data")
    assert answer.status_code == 303, words_of(answer)
    settle(world.house)
    assert "三号炉温度偏高" in words_of(client.get(answer.headers["Location"]))
    hits = client.page("/search?q=“调整风门并复测”").cssselect("main [data-row]")
    assert len(hits) == 1


def test_x_3_a_file_filed_where_one_may_not_look_is_not_betrayed(client: Browser, world: World) -> None:
    form_id = a_form(world)
    filed(world, form_id, uploads=(world.upload("wang", "同一份内容".encode(), "a.txt"),))
    client.sign_in("zhang")
    form = typed_record() | {"file": (io.BytesIO("同一份内容".encode()), "a.txt")}
    answer = client.submit(f"/records/new/{form_id}", form, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert UUID(answer.headers["Location"].rsplit("/", 1)[1])
