"""Pages of documents: register, new, one document, history, numbers (N-6, V-2, V-4, V-6, X-2, X-3)."""

from __future__ import annotations

import io
from datetime import timedelta

from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World, docx_bytes


def read_all(world: World) -> None:
    """Let the worker read what was uploaded."""
    from docctl.jobs.effects import read_file
    from docctl.models.content import ItemFile
    from sqlalchemy import select

    with world.house.uow.read() as session:
        ids = list(session.scalars(select(ItemFile.id)))
    for one in ids:
        read_file(world.house, {"file_id": str(one)})


def test_the_register_shows_what_is_in_force_and_under_way(client: Browser, world: World) -> None:
    world.issued(world.draft("记录控制程序"))
    world.draft("文件控制程序")
    client.sign_in("chen")
    words = words_of(client.get("/documents"))
    assert "2 份文件" in words
    assert "QP-01" in words
    assert "文件控制程序" in words
    client.sign_in("wang")
    words = words_of(client.get("/documents"))
    assert "1 份文件" in words
    assert "文件控制程序" not in words


def test_every_page_of_a_life(client: Browser, world: World) -> None:
    client.sign_in("chen")
    assert "新建文件" in words_of(client.get("/documents"))
    answer = client.submit(
        "/documents/new",
        {
            "type_id": str(world.types["procedure"]),
            "title": "记录控制程序",
            "unit_id": str(world.units["PZ"]),
            "file": (io.BytesIO(docx_bytes("目的", "范围")), "a.docx"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, words_of(answer)
    here = answer.headers["Location"]
    assert "提交审核" in words_of(client.get(here))
    assert client.submit(f"{here}/edit", {"title": "记录控制"}).status_code == 303
    answer = client.submit(
        f"{here}/submit",
        {
            "reviewer_id": str(world.people["ouyang"]),
            "approver_id": str(world.people["zhao"]),
            "password": PASSWORD,
        },
    )
    assert answer.status_code == 303, words_of(answer)
    assert "A-2" in words_of(client.get(here))
    client.sign_in("ouyang")
    assert client.submit(f"{here}/review", {"password": PASSWORD}).status_code == 303
    client.sign_in("zhao")
    assert client.submit(f"{here}/approve", {"password": PASSWORD}).status_code == 303
    client.sign_in("chen")
    assert client.submit(f"{here}/issue").status_code == 303
    assert "现行" in words_of(client.get(here))
    answer = client.submit(f"{here}/copy")
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
    document = world.document_of(__import__("uuid").UUID(here.rsplit("/", 1)[1]))
    assert "新文件" in words_of(client.get(f"/documents/{document.id}/history"))
    assert client.submit(f"{here}/withdraw", {"reason": "不再使用"}).status_code == 303
    assert "不得使用" in words_of(client.get(here))
    assert client.get("/documents/numbers").status_code == 200
    assert client.get("/documents/export").data.startswith(b"PK")
