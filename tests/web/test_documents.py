"""Pages of documents: register, new, one document, history, numbers (N-6, V-2, V-4, V-6, X-2, X-3)."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from werkzeug.test import TestResponse

from docctl.jobs.effects import read_upload
from docctl.models.content import ItemFile
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World, docx_bytes

REVISIONS = "/documents/revisions"


def read_all(world: World) -> None:
    """Let the worker read what was uploaded."""
    with world.house.uow.read() as session:
        ids = list(session.scalars(select(ItemFile.id)))
    for one in ids:
        list(read_upload(world.house, {"file_id": str(one)}))


def data_of(answer: TestResponse) -> bytes:
    """Return a download and let go of its file."""
    with answer:
        return answer.data


def typed(world: World, **more: Any) -> dict[str, Any]:
    return {
        "type_id": str(world.types["procedure"]),
        "title": "记录控制程序",
        "unit_id": str(world.units["PZ"]),
        "file": (io.BytesIO(docx_bytes("目的", "范围")), "a.docx"),
        **more,
    }


def new(client: Browser, world: World, **more: Any) -> TestResponse:
    return client.submit("/documents/new", typed(world, **more), content_type="multipart/form-data")


def created(client: Browser, world: World, **more: Any) -> UUID:
    answer = new(client, world, **more)
    assert answer.status_code == 303, words_of(answer)
    return UUID(answer.headers["Location"].rsplit("/", 1)[1])


def withdrawn(world: World, revision_id: UUID) -> UUID:
    withdraw_revision(
        WithdrawRevision(revision_id, world.revision(revision_id).row_version, "不再使用"),
        by=world.by("chen"),
        house=world.house,
    )
    return revision_id


def test_the_register_shows_what_is_in_force_and_under_way(client: Browser, world: World) -> None:
    world.issued(world.draft("记录控制程序"))
    world.draft("文件控制程序")
    client.sign_in("chen")
    words = words_of(client.get("/documents"))
    assert "2 份文件" in words
    assert "文件控制程序" in words
    client.sign_in("wang")
    words = words_of(client.get("/documents"))
    assert "1 份文件" in words
    assert "文件控制程序" not in words


def test_an_empty_register_says_why_and_leads_on(client: Browser, world: World) -> None:
    client.sign_in("chen")
    assert "还没有文件" in words_of(client.get("/documents"))
    assert "去掉全部条件" in words_of(client.get("/documents?text=zzz"))
    client.sign_in("wang")
    assert "新建文件" not in words_of(client.get("/documents"))


@pytest.mark.parametrize(
    "address",
    [
        "?page=99999999999",
        "?page=-1",
        "?type=x&unit=y",
        "?as_of=2026-13-40",
        "?state=zzz",
        "?sort=drop",
        "?as_of=0001-01-01",
    ],
)
def test_nonsense_in_the_address_counts_as_absent(client: Browser, world: World, address: str) -> None:
    world.issued(world.draft())
    client.sign_in("wang")
    assert "QP-01" in words_of(client.get(f"/documents{address}"))


def test_a_document_from_draft_to_withdrawal_through_its_pages(client: Browser, world: World) -> None:
    client.sign_in("chen")
    revision_id = created(client, world)
    here = f"{REVISIONS}/{revision_id}"
    assert "提交审核" in words_of(client.get(here))
    assert client.submit(f"{here}/edit", {"title": "记录控制"}).status_code == 303
    signers = {"reviewer_id": str(world.people["ouyang"]), "approver_id": str(world.people["zhao"])}
    refused = client.submit(f"{here}/submit", {**signers, "password": "wrong"})
    assert refused.status_code == 422
    assert "A-3" in refused.text or "密码" in words_of(refused)
    assert client.submit(f"{here}/submit", {**signers, "password": PASSWORD}).status_code == 303
    assert "A-2" in words_of(client.get(here))
    client.sign_in("ouyang")
    assert "等待您审核" in words_of(client.get(here))
    assert client.submit(f"{here}/review", {"password": PASSWORD}).status_code == 303
    client.sign_in("zhao")
    assert client.submit(f"{here}/approve", {"password": PASSWORD}).status_code == 303
    client.sign_in("chen")
    assert client.submit(f"{here}/issue").status_code == 303
    assert "现行" in words_of(client.get(here))
    document = world.document_of(revision_id)
    assert "新文件" in words_of(client.get(f"/documents/{document.id}/history"))
    assert client.submit(f"{here}/withdraw", {"reason": "不再使用"}).status_code == 303
    assert "不得使用" in words_of(client.get(here))


def test_v_7_a_day_before_today_stands_beside_its_field(client: Browser, world: World) -> None:
    here = f"{REVISIONS}/{world.approved(world.draft())}"
    client.sign_in("chen")
    yesterday = world.house.today() - timedelta(days=1)
    answer = client.submit(f"{here}/issue", {"effective_on": yesterday.isoformat()})
    assert answer.status_code == 422
    assert "实施日期不能早于发布日期 2026-03-02" in answer.text
    assert f'value="{yesterday}"' in answer.text


def test_a_9_v_6_returned_discarded_and_revised_through_pages(client: Browser, world: World) -> None:
    revision_id = world.submitted(world.draft())
    here = f"{REVISIONS}/{revision_id}"
    client.sign_in("ouyang")
    assert client.submit(f"{here}/return", {"reason": ""}).status_code == 422
    assert client.submit(f"{here}/return", {"reason": "缺职责"}).status_code == 303
    client.sign_in("chen")
    assert "已退回，签名无效" in words_of(client.get(here))
    assert client.submit(f"{here}/discard", {"reason": "不做了"}).status_code == 303
    issued = world.issued(world.draft("文件控制程序"))
    answer = client.submit(
        f"{REVISIONS}/{issued}/revise",
        {"change_what": "4.2", "change_reason": "换版", "file": (io.BytesIO(docx_bytes("新")), "b.docx")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, words_of(answer)
    assert "A/1" in words_of(client.get(answer.headers["Location"]))


def test_n_6_a_clash_names_the_holder_unless_hidden(client: Browser, world: World) -> None:
    world.draft("秘密的程序", unit="PZ")
    client.sign_in("chen")
    answer = new(client, world, number="qp-01")
    assert answer.status_code == 422
    assert "QP-01 是“秘密的程序”的编号" in words_of(answer)
    client.sign_in("li")
    answer = new(client, world, number="qp-01", unit_id=str(world.units["SC"]))
    assert "秘密" not in answer.text
    assert "QP-01 已占用，请问品质部" in words_of(answer)


def test_d_14_a_title_of_two_thousand_characters_comes_back_with_all_that_was_typed(
    client: Browser, world: World
) -> None:
    client.sign_in("chen")
    answer = new(client, world, title="长" * 2000, number="QP-77", change_reason="换版")
    assert answer.status_code == 422
    assert "名称有 2000 个字，最多 500 个字" in answer.text
    assert f'value="{"长" * 2000}"' in answer.text
    assert 'value="QP-77"' in answer.text
    assert "a.docx" in answer.text


def test_a_stale_page_posted_later_is_told_and_changes_nothing(client: Browser, world: World) -> None:
    revision_id = world.draft()
    here = f"{REVISIONS}/{revision_id}/edit"
    client.sign_in("chen")
    stale = {"row_version": "1", "title": "乙"}
    assert client.submit(here, {"title": "甲"}).status_code == 303
    answer = client.submit(here, stale)
    assert answer.status_code == 422
    assert "别人改动了" in answer.text
    assert 'value="乙"' in answer.text
    assert world.revision(revision_id).title == "甲"


def test_the_same_form_sent_twice_makes_one_document(client: Browser, world: World) -> None:
    client.sign_in("chen")
    form = {"request_id": "one-and-the-same"}
    staged = client.post(
        "/uploads?for=document",
        data={"file": (io.BytesIO(docx_bytes("目的")), "a.docx")},
        headers={
            "X-CSRF-Token": client.page("/documents/new").cssselect("[name=csrf_token]")[0].get("value")
        },
    ).json
    assert staged is not None
    more = {"file": None, "file_id": staged["id"], **form}
    first, second = created(client, world, **more), created(client, world, **more)
    assert first == second


def test_v_4_obsolete_is_marked_on_the_page_and_on_its_copy(client: Browser, world: World) -> None:
    here = f"{REVISIONS}/{withdrawn(world, world.issued(world.draft()))}"
    read_all(world)
    client.sign_in("chen")
    page = client.page(here)
    assert page.cssselect(".banner.b-withdrawn")
    assert page.cssselect(".sheet-muted .stamp.s-withdrawn")
    assert page.cssselect(".reading p")
    data = data_of(client.submit(f"{here}/copy"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        heads = [package.read(name).decode() for name in package.namelist() if "header" in name]
    assert any("作废" in head for head in heads)
    client.sign_in("wang")
    assert client.get(here).status_code == 404


def test_x_3_a_hidden_draft_is_no_page_copy_source_or_step(client: Browser, world: World) -> None:
    revision_id = world.submitted(world.draft("秘密的程序"))
    document = world.document_of(revision_id)
    here = f"{REVISIONS}/{revision_id}"
    client.sign_in("wang")
    for url in (
        f"/documents/{document.id}",
        f"/documents/{document.id}/history",
        here,
        f"{here}/copy",
        f"{here}/reading",
    ):
        answer = client.get(url)
        assert answer.status_code == 404, url
        assert "秘密" not in answer.text
    assert client.get("/documents/find?number=QP-01").status_code == 404
    token = client.page("/documents").cssselect("[name=csrf_token]")[0].get("value")
    posted = client.post(f"{here}/copy", data={"csrf_token": token})
    assert posted.status_code == 404
    assert client.post(f"{here}/source", data={"csrf_token": token}).status_code in {403, 404}
    words = words_of(client.get("/documents/numbers"))
    assert "QP-01" in words
    assert "秘密" not in words


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8", "big5"])
def test_f_3_a_text_in_any_usual_encoding_is_read_on_the_page(
    client: Browser, world: World, encoding: str
) -> None:
    text = "1 目的\r\n消除不合格的原因，防止再次發生。\r\n2 範圍\r\n適用於全公司。"
    if encoding == "gbk":
        text = "1 目的\r\n消除不合格的原因，防止再次发生。\r\n2 范围\r\n适用于全公司。"
    client.sign_in("chen")
    revision_id = created(client, world, file=(io.BytesIO(text.encode(encoding)), "纠正.txt"))
    assert "正在读出文件内容" in words_of(client.get(f"{REVISIONS}/{revision_id}"))
    assert client.get(f"{REVISIONS}/{revision_id}/reading").json["done"] is False  # type: ignore[index]
    read_all(world)
    assert "消除不合格的原因" in words_of(client.get(f"{REVISIONS}/{revision_id}"))
    assert client.get(f"{REVISIONS}/{revision_id}/reading").json["done"] is True  # type: ignore[index]


def test_v_4_a_pdf_is_shown_in_a_frame_of_ours_in_parts(client: Browser, world: World) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 700, "inspection")
    canvas.save()
    client.sign_in("chen")
    revision_id = created(client, world, file=(io.BytesIO(out.getvalue()), "a.pdf"))
    source = client.page(f"{REVISIONS}/{revision_id}").cssselect("iframe.pdf")[0].get("src")
    whole = client.get(source)
    assert whole.mimetype == "application/pdf"
    assert "frame-ancestors 'self'" in whole.headers["Content-Security-Policy"]
    assert whole.headers["X-Frame-Options"] == "SAMEORIGIN"
    data = data_of(whole)
    part = client.get(source, headers={"Range": "bytes=0-99"})
    assert (part.status_code, data_of(part)) == (206, data[:100])


def test_x_2_the_source_goes_to_the_controller_as_it_came(client: Browser, world: World) -> None:
    client.sign_in("chen")
    revision_id = created(client, world)
    here = f"{REVISIONS}/{revision_id}"
    answer = client.submit(here, action=f"{here}/source")
    assert data_of(answer).startswith(b"PK")
    assert "取源文件" in words_of(client.get(f"{here}?reads=1"))


def test_d_7_the_export_has_the_rows_of_the_page(client: Browser, world: World) -> None:
    world.issued(world.draft())
    client.sign_in("wang")
    data = data_of(client.get("/documents/export"))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "QP-01" in text
    assert "仅含您有权查看的部分" in text


def xml_of(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_d_7_the_list_of_record_forms_tells_how_long_their_records_are_kept(
    client: Browser, world: World
) -> None:
    procedure = world.document_of(world.issued(world.draft())).id
    world.issued(world.draft("内审检查表", kind="form", parent=procedure))
    client.sign_in("wang")
    (row,) = client.page("/documents?list=forms").cssselect("table.register tbody tr")
    assert "内审检查表" in row.text_content()
    assert "4 年" in row.text_content()
    page = client.page("/documents?list=forms")
    assert page.cssselect("h1")[0].text_content().strip() == "记录清单"
    for address in ("/documents/export?list=forms", "/documents/export?list=forms&format=docx"):
        text = xml_of(data_of(client.get(address)))
        assert "内审检查表" in text
        assert "保存期限" in text
        assert "4 年" in text
        assert "QP-01" not in text


def test_d_7_cancelled_lines_are_struck_with_their_day_in_the_remarks(client: Browser, world: World) -> None:
    withdrawn(world, world.issued(world.draft()))
    world.issued(world.draft("别的程序"))
    client.sign_in("chen")
    for form, struck in (("", "<strike/>"), ("&format=docx", "<w:strike/>")):
        text = xml_of(data_of(client.get(f"/documents/export?obsolete=1{form}")))
        assert struck in text
        assert f"注销日期 {world.house.today()}" in text
        text = xml_of(data_of(client.get(f"/documents/export?{form}")))
        assert struck not in text
        assert "注销日期" not in text


def test_n_3_a_number_is_reserved_and_voided_on_its_pages(client: Browser, world: World) -> None:
    client.sign_in("chen")
    answer = client.submit(
        "/documents/numbers/reserve", {"type_id": str(world.types["procedure"]), "reason": "新工厂"}
    )
    assert answer.status_code == 303
    assert "QP-01" in words_of(client.get("/documents/numbers"))
    assert client.submit("/documents/numbers/void?number=QP-01", {"reason": ""}).status_code == 422
    assert client.submit("/documents/numbers/void?number=QP-01", {"reason": "不建了"}).status_code == 303
    assert "不建了" in words_of(client.get("/documents/numbers?state=voided"))
    client.sign_in("wang")
    assert client.get("/documents/numbers/reserve").status_code == 403


def test_n_10_a_number_leads_to_its_document_or_to_the_candidates(client: Browser, world: World) -> None:
    first = world.document_of(world.issued(world.draft("程序", number="T/NDF/TSP01")))
    client.sign_in("wang")
    assert client.get("/documents/find?number=tsp01").headers["Location"] == f"/documents/{first.id}"
    world.issued(world.draft("别的", number="X/NDF/TSP01"))
    assert "X/NDF/TSP01" in words_of(client.get("/documents/find?number=tsp01"))


def test_the_pages_speak_english_too(client: Browser, world: World) -> None:
    first = world.issued(world.draft())
    draft = world.draft("另一个")
    client.set_cookie("docctl-language", "en")
    client.sign_in("chen")
    client.set_cookie("docctl-language", "en")
    document = world.document_of(first)
    pages = [
        "/documents",
        "/documents/new",
        f"/documents/{document.id}",
        f"/documents/{document.id}/history",
        "/documents/numbers",
        *(f"{REVISIONS}/{first}/{step}" for step in ("revise", "withdraw", "copy")),
        *(f"{REVISIONS}/{draft}/{step}" for step in ("edit", "submit", "discard")),
    ]
    for url in pages:
        assert client.get(url).status_code == 200, url
    assert "In force" in words_of(client.get("/documents"))


def test_v_2_the_history_prints_as_xlsx_and_docx_from_line_zero(client: Browser, world: World) -> None:
    first = world.issued(world.draft())
    document = world.document_of(first)
    client.sign_in("wang")
    for kind, part in (("xlsx", "xl/worksheets/sheet1.xml"), ("docx", "word/document.xml")):
        answer = client.get(f"/documents/{document.id}/history.{kind}")
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(data_of(answer))) as made:
            found = made.read(part).decode() + "".join(
                made.read(one).decode() for one in made.namelist() if "sharedStrings" in one
            )
        for words in ("新文件", "赵敏", "2026-03-02", "QP-01", "记录控制程序", "修订状态"):
            assert words in found, (kind, words)
    hidden = world.document_of(world.draft("草案", number="QP-77"))
    for kind in ("xlsx", "docx"):
        assert client.get(f"/documents/{hidden.id}/history.{kind}").status_code == 404


def test_v_2_the_page_of_a_document_tells_its_history(client: Browser, world: World) -> None:
    first = world.issued(world.draft())
    client.sign_in("chen")
    address = f"/documents/{world.document_of(first).id}"
    assert client.page(address).cssselect(".part-of-page .register") == []
    started = client.submit(
        f"{REVISIONS}/{first}/revise",
        {
            "change_what": "检查的周期",
            "change_reason": "试行情况",
            "file": (io.BytesIO(docx_bytes("目的", "别的")), "b.docx"),
        },
        content_type="multipart/form-data",
    )
    assert started.status_code == 303, words_of(started)
    (table,) = client.page(address).cssselect(".part-of-page .register")
    words = " ".join(table.text_content().split())
    assert "新文件" in words
    assert "检查的周期" in words
    assert "试行情况" in words
    client.sign_in("wang")  # readers know of no draft
    assert client.page(address).cssselect(".part-of-page .register") == []
