"""Pages of records: C-1, C-2, C-3, F-1, F-5, F-17, N-4, R-10, R-13, X-2, X-3."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from docx import Document as Docx
from lxml import html
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from docctl.models.trail import EventRow
from docctl.services.content.texts import Texts
from docctl.services.readings import NoteReading, note_reading
from tests import filing
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(13)


@pytest.fixture
def record_id(world: World, form: UUID) -> UUID:
    return filing.filed(world, form, title="不良数 12")


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "title": "外壳划伤",
        "occurred_at": "2026-03-01T10:00",
        "file": (io.BytesIO("正文".encode()), "记录.txt"),
        **changes,
    }


def tree(answer: TestResponse) -> html.HtmlElement:
    return html.fromstring(answer.text)


def events(world: World, record_id: UUID) -> list[str]:
    with world.house.uow.read() as session:
        query = select(EventRow.action).where(EventRow.subject_id == record_id).order_by(EventRow.seq)
        return list(session.scalars(query))


def read_out(world: World, record_id: UUID, body: str = "<p>读出的正文</p>") -> None:
    for one in filing.files(world, record_id):
        kept = Texts(world.house.keys).kept(one.owner_id, one.id, "正文", body)
        note_reading(NoteReading(one.id, kept, (0,), None), by=world.system(), house=world.house)


def test_f_3_a_record_is_filed_and_its_page_shows_its_number(client: Browser, form: UUID) -> None:
    client.sign_in("wang")
    assert f"/records/new/{form}" in client.get("/records/new").text
    answer = client.submit(f"/records/new/{form}", typed(batch="B-01", stated_person="周工"))
    assert answer.status_code == 303
    shown = words_of(client.get(answer.headers["Location"]))
    for words in ("QR-1102-2026-0001", "外壳划伤", "QR-1102 A/0", "周工", "B-01", "记录.txt", "已登记。"):
        assert words in shown


def test_f_3_a_refused_filing_keeps_what_was_typed_and_the_file(client: Browser, form: UUID) -> None:
    client.sign_in("wang")
    answer = client.submit(
        f"/records/new/{form}",
        typed(occurred_at="2027-01-01T09:00", medium="paper", remarks="一\n二"),
    )
    assert answer.status_code == 422
    shown = words_of(answer)
    assert "发生时间：“发生时间”不能晚于登记时间" not in shown
    assert "存放位置" in shown
    for kept in ('value="外壳划伤"', 'value="2027-01-01T09:00"', "一\n二", "记录.txt"):
        assert kept in answer.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": ""}, "title", "请填写此项。"),
        ({"occurred_at": "2027-01-01T09:00"}, "occurred_at", "不能晚于登记时间"),
        ({"received_at": "2027-01-01T09:00"}, "received_at", "不能晚于登记时间"),
        ({"received_at": "2026-02-01T09:00"}, "received_at", "收到时间不能早于发生时间。"),
        ({"occurred_at": "下周"}, "occurred_at", "请按"),
        ({"medium": "paper"}, "place", "纸质原件请写明存放位置"),
        ({"stated_person": "人" * 201}, "stated_person", "太长"),
        ({"batch": "9" * 201}, "batch", "太长"),
        ({"file": None}, "file", "请选择文件。"),
        ({"file": (io.BytesIO(b""), "空.txt")}, "file", "空"),
    ],
)
def test_an_error_stands_beside_its_field(
    client: Browser, form: UUID, changes: dict[str, Any], field: str, sentence: str
) -> None:
    client.sign_in("wang")
    answer = client.submit(f"/records/new/{form}", typed(**changes))
    assert answer.status_code == 422
    beside = tree(answer).cssselect(f"#e-{field}")
    assert beside, answer.text
    assert sentence in beside[0].text_content()


def test_f_3_the_same_file_again_is_a_question_first(client: Browser, form: UUID) -> None:
    client.sign_in("wang")
    assert client.submit(f"/records/new/{form}", typed()).status_code == 303
    answer = client.submit(f"/records/new/{form}", typed())
    assert answer.status_code == 422
    assert "已归档为 QR-1102-2026-0001" in words_of(answer)
    meant = client.submit(f"/records/new/{form}", typed(repeated_is_meant="1"))
    assert meant.status_code == 303


def test_a_request_sent_twice_files_one_record(client: Browser, form: UUID) -> None:
    client.sign_in("wang")
    upload = client.submit(f"/records/new/{form}", typed(request_id="r-1"))
    again = client.submit(f"/records/new/{form}", typed(request_id="r-1"))
    assert upload.status_code == 303
    assert again.status_code in {303, 422}
    assert "共 1 项" in words_of(client.get("/records"))


def test_f_1_a_form_that_is_not_in_force_cannot_be_opened(client: Browser, world: World) -> None:
    draft = world.document_of(world.draft("草稿表格", kind="form", number="QR-1104")).id
    client.sign_in("wang")
    assert client.get(f"/records/new/{draft}").status_code == 404


def test_x_3_a_hidden_record_is_nowhere(client: Browser, world: World, form: UUID) -> None:
    hidden = filing.filed(world, form, "zhang", title="客服的秘密")
    client.sign_in("wang")
    file_id = filing.files(world, hidden)[0].id
    for tail in (
        "",
        "/why",
        "/slip",
        "/reading",
        "/correct",
        "/sheet",
        "/accept",
        "/void",
        "/place",
        f"/files/{file_id}",
        f"/files/{file_id}/download",
    ):
        assert client.get(f"/records/{hidden}{tail}").status_code in {403, 404}, tail
    register = client.get("/records?text=秘密")
    assert "没有符合条件的记录。" in words_of(register)
    assert "客服的秘密" not in client.get("/records").text


def test_s_1_the_register_narrows_and_says_how_many(client: Browser, world: World, form: UUID) -> None:
    for n in range(51):
        filing.filed(world, form, title=f"第 {n} 件")
    client.sign_in("wang")
    assert "第 1–50 项，共 51 项" in words_of(client.get("/records"))
    assert "第 51–51 项，共 51 项" in words_of(client.get("/records?page=2"))
    assert "共 1 项" in words_of(client.get("/records?text=0007"))
    for address in ("?page=x&year=abcd&state=nonsense&form=1&sort=x", "?state=held", "?late=1", "?year=2026"):
        assert client.get(f"/records{address}").status_code == 200


def test_c_1_a_corrected_value_shows_struck_with_the_new_one(
    client: Browser, world: World, record_id: UUID
) -> None:
    client.sign_in("wang")
    answer = client.submit(
        f"/records/{record_id}/correct?field=title",
        {"new": "不良数 21", "reason": "slip", "reason_text": "抄录颠倒", "password": PASSWORD},
    )
    assert answer.status_code == 303
    page = client.page(f"/records/{record_id}")
    fix = page.cssselect(".registered .fix")[0]
    assert [one.text_content() for one in fix.cssselect("del, ins")] == ["不良数 12", "不良数 21"]
    assert "王强" in fix.text_content()
    assert "抄录颠倒" in fix.get("title")
    assert page.cssselect("h1")[0].text_content() == "不良数 21"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"new": "不良数 12"}, "new", "与原值相同"),
        ({"new": ""}, "new", "不能为空"),
        ({"reason": ""}, "reason", "请选择原因"),
        ({"reason": "other", "reason_text": ""}, "reason_text", "请写明原因"),
        ({"reason_text": "由" * 501}, "reason_text", "太长"),
        ({"password": "wrong"}, "password", "密码"),
        ({"password": ""}, "password", "密码"),
    ],
)
def test_c_6_a_refused_correction_keeps_what_was_typed(
    client: Browser, world: World, record_id: UUID, changes: dict[str, str], field: str, sentence: str
) -> None:
    client.sign_in("wang")
    sent = {"new": "不良数 21", "reason": "slip", "reason_text": "颠倒", "password": PASSWORD, **changes}
    answer = client.submit(f"/records/{record_id}/correct?field=title", sent)
    assert answer.status_code == 422
    beside = tree(answer).cssselect(f"#e-{field}")
    assert beside, words_of(answer)
    assert sentence in beside[0].text_content()
    assert f'value="{sent["new"]}"' in answer.text
    assert PASSWORD not in answer.text
    assert filing.corrections(world, record_id) == []


def test_c_1_a_stale_page_corrects_nothing(client: Browser, world: World, record_id: UUID) -> None:
    filing.accepted(world, record_id)  # since the page was opened
    client.sign_in("wang")
    answer = client.submit(
        f"/records/{record_id}/correct?field=title",
        {"new": "二", "reason": "slip", "password": PASSWORD, "row_version": "1"},
    )
    assert answer.status_code == 422
    assert filing.values(world, record_id, "title") == ["不良数 12"]


def test_c_3_the_keeper_decides_and_the_corrector_is_told_why_not(
    client: Browser, world: World, form: UUID
) -> None:
    record_id = filing.filed(world, form, "li", title="不良数 12")
    waiting = filing.corrected(world, record_id, "li", new="二", reason="other", reason_text="补充")
    client.sign_in("li")
    assert "编制人不能批准" in words_of(client.get(f"/records/{record_id}/corrections/{waiting}"))
    other = filing.filed(world, form, "wang", title="不良数 12")
    waiting = filing.corrected(world, other, new="不良数 21", reason="other", reason_text="来函")
    assert "等待保管人批准" in words_of(client.get(f"/records/{other}"))
    where = f"/records/{other}/corrections/{waiting}"
    silent = client.submit(where, {"decision": "refuse", "password": PASSWORD})
    assert silent.status_code == 422
    assert "不批准时请写明理由" in words_of(silent)
    assert client.submit(where, {"decision": "approve", "password": PASSWORD}).status_code == 303
    assert filing.values(world, other, "title") == ["不良数 12", "不良数 21"]
    assert client.get(f"/records/{record_id}/corrections/{waiting}").status_code == 404


def test_c_4_a_sheet_stands_behind_the_first_file(client: Browser, world: World, record_id: UUID) -> None:
    client.sign_in("wang")
    sent = {"reason": "slip", "reason_text": "漏扫", "password": PASSWORD}
    answer = client.submit(f"/records/{record_id}/sheet", sent)
    assert answer.status_code == 422
    sheet = (io.BytesIO("更正单".encode()), "更正单.txt")
    assert client.submit(f"/records/{record_id}/sheet", {**sent, "file": sheet}).status_code == 303
    assert [one.name for one in filing.files(world, record_id)] == ["记录.txt", "更正单.txt"]
    assert "更正单.txt" in words_of(client.get(f"/records/{record_id}"))


def test_c_2_the_page_shows_the_record_as_it_stood(client: Browser, world: World, record_id: UUID) -> None:
    world.clock.forward(hours=1)
    filing.corrected(world, record_id, new="不良数 21")
    world.clock.forward(hours=1)
    client.sign_in("wang")
    before = client.page(f"/records/{record_id}?at=2026-03-02T09:59")
    assert before.cssselect("h1")[0].text_content() == "不良数 12"
    assert "以下是 2026-03-02 09:59 时的记录" in before.text_content()
    # The minute typed counts to its end: the correction of 10:00 is in it.
    after = client.page(f"/records/{record_id}?at=2026-03-02T10:00")
    assert after.cssselect("h1")[0].text_content() == "不良数 21"
    for odd in ("nonsense", "2099-01-01T00:00", ""):
        assert client.page(f"/records/{record_id}?at={odd}").cssselect("h1")[0].text_content() == "不良数 21"


def test_f_17_the_keeper_accepts_what_was_shown(client: Browser, world: World, record_id: UUID) -> None:
    client.sign_in("li")
    wrong = client.submit(f"/records/{record_id}/accept", {"password": "wrong"})
    assert wrong.status_code == 422
    assert client.submit(f"/records/{record_id}/accept", {"password": PASSWORD}).status_code == 303
    assert "已归档" in words_of(client.get(f"/records/{record_id}"))
    assert "record.accepted" in events(world, record_id)
    assert "不能做这一步" in words_of(client.get(f"/records/{record_id}/accept"))


def test_f_17_void_asks_for_the_reason_and_shows_unmistakably(
    client: Browser, world: World, record_id: UUID
) -> None:
    client.sign_in("wang")
    assert client.submit(f"/records/{record_id}/void", {"reason": " "}).status_code == 422
    assert client.submit(f"/records/{record_id}/void", {"reason": "放错表"}).status_code == 303
    page = client.page(f"/records/{record_id}")
    assert page.cssselect(".stamp.s-voided")
    assert page.cssselect(".sheet-muted")
    assert "放错表" in page.cssselect(".banner")[0].text_content()


def test_r_13_the_place_is_noted_and_the_slip_printed(client: Browser, world: World, form: UUID) -> None:
    record_id = filing.filed(world, form, medium="paper", place="1 柜")
    client.sign_in("li")
    assert client.submit(f"/records/{record_id}/place", {"place": "档案室 5 柜"}).status_code == 303
    assert "档案室 5 柜" in words_of(client.get(f"/records/{record_id}"))
    answer = client.get(f"/records/{record_id}/slip")
    assert answer.status_code == 200
    text = " ".join(one.text or "" for one in Docx(io.BytesIO(answer.data)).element.iter() if one.text)
    for words in ("QR-1102-2026-0001", "QR-1102 顾客投诉处理单 A/0", "档案室 5 柜"):
        assert words in text


def test_r_10_the_page_says_why_a_record_is_kept(client: Browser, record_id: UUID) -> None:
    client.sign_in("wang")
    shown = words_of(client.get(f"/records/{record_id}/why"))
    for words in ("2030-03-01", "其他记录", "4 年", "只适用类别"):
        assert words in shown


def test_x_2_content_is_in_the_trail_before_it_shows_once_in_ten_minutes(
    client: Browser, world: World, record_id: UUID
) -> None:
    client.sign_in("li")
    client.get(f"/records/{record_id}")
    assert "record.read" not in events(world, record_id)  # nothing of the file is shown yet
    read_out(world, record_id)
    for _ in range(2):
        assert "读出的正文" in client.get(f"/records/{record_id}").text
    assert events(world, record_id).count("record.read") == 1
    world.clock.forward(minutes=10)
    client.get(f"/records/{record_id}")
    assert events(world, record_id).count("record.read") == 2
    file_id = filing.files(world, record_id)[0].id
    answer = client.get(f"/records/{record_id}/files/{file_id}/download")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert events(world, record_id)[-1] == "record.downloaded"


def test_f_3_a_picture_shows_in_the_page_and_a_text_does_not(
    client: Browser, world: World, form: UUID
) -> None:
    picture = filing.filed(world, form, uploads=(world.upload("wang", PNG, name="现场.png"),))
    text = filing.filed(world, form)
    client.sign_in("wang")
    file_id = filing.files(world, picture)[0].id
    assert f"/files/{file_id}" in client.get(f"/records/{picture}").text
    shown = client.get(f"/records/{picture}/files/{file_id}")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/png", PNG)
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    other = filing.files(world, text)[0].id
    assert client.get(f"/records/{text}/files/{other}").status_code == 404
    assert client.get(f"/records/{text}/files/{file_id}").status_code == 404


def test_f_3_a_page_that_waits_for_its_file_asks_whether_it_was_read(
    client: Browser, world: World, record_id: UUID
) -> None:
    client.sign_in("wang")
    assert client.get(f"/records/{record_id}/reading").json["done"] is False
    read_out(world, record_id)
    assert client.get(f"/records/{record_id}/reading").json["done"] is True


def test_r_7_of_a_destroyed_record_only_the_residual_entry_shows(
    client: Browser, world: World, form: UUID
) -> None:
    record_id = filing.filed(world, form, stated_person="周工", remarks="秘密的备注")
    read_out(world, record_id)
    filing.accepted(world, record_id)
    file_id = filing.files(world, record_id)[0].id
    filing.force(world, record_id, "on_list", "destroying")
    client.sign_in("li")
    assert client.get(f"/records/{record_id}/files/{file_id}/download").status_code == 404
    filing.force(world, record_id, "destroyed")
    page = client.page(f"/records/{record_id}")
    text = page.text_content()
    assert page.cssselect(".stamp.s-destroyed")
    for words in ("QR-1102-2026-0001", "其他记录", "公司记录控制程序", "2030-03-01"):
        assert words in text
    for gone in ("周工", "秘密的备注", "读出的正文", "记录.txt"):
        assert gone not in page.cssselect(".cols > div")[0].text_content()
        assert gone not in page.cssselect(".cols > aside")[0].text_content()


def test_r_5_a_held_record_says_so_and_corrections_become_notes(
    client: Browser, world: World, record_id: UUID
) -> None:
    filing.held(world, record_id)
    client.sign_in("zhou")
    assert "华远电器诉讼" in words_of(client.get(f"/records/{record_id}"))
    client.sign_in("wang")  # its readers learn that it is held, not why
    shown = words_of(client.get(f"/records/{record_id}"))
    assert "已被保全冻结" in shown
    assert "华远电器诉讼" not in shown
    assert "先作旁注" in words_of(client.get(f"/records/{record_id}/correct?field=title"))
    client.submit(
        f"/records/{record_id}/correct?field=title",
        {"new": "不良数 21", "reason": "slip", "password": PASSWORD},
    )
    page = client.page(f"/records/{record_id}")
    assert "拟改为：不良数 21" in page.cssselect(".beside")[0].text_content()
    assert not page.cssselect(".registered del")


@pytest.mark.parametrize("state", ["filed", "corrected", "voided", "held", "destroyed"])
def test_every_page_speaks_both_languages(client: Browser, world: World, form: UUID, state: str) -> None:
    record_id = filing.filed(world, form, title="Scratched housing", medium="paper", place="1")
    if state == "corrected":
        filing.corrected(world, record_id, new="Scratched", reason="other", reason_text="letter")
        filing.sheet(world, record_id)
    elif state == "voided":
        filing.voided(world, record_id)
    elif state == "held":
        filing.held(world, record_id)
    elif state == "destroyed":
        filing.accepted(world, record_id)
        filing.force(world, record_id, "on_list", "destroying", "destroyed")
    client.sign_in("li")
    for language in ("en", "zh_Hans"):
        client.submit("/records", {"language": language}, action="/language")
        for tail in ("", "/why", "/correct", "/correct?field=title", "/sheet", "/accept", "/void", "/place"):
            assert client.get(f"/records/{record_id}{tail}").status_code == 200, (language, tail)
        for address in ("/records", "/records/new", f"/records/new/{form}"):
            assert client.get(address).status_code == 200


def test_statements_of_a_page_do_not_grow_with_rows(client: Browser, world: World, form: UUID) -> None:
    counted: list[int] = []
    event.listen(world.house.uow.engine, "before_cursor_execute", lambda *_: counted.append(1))
    first = filing.filed(world, form)
    client.sign_in("li")

    def statements(url: str) -> int:
        client.get(url)
        counted.clear()
        assert client.get(url).status_code == 200
        return len(counted)

    few = [statements("/records"), statements(f"/records/{first}")]
    for new in ("一", "二"):
        filing.filed(world, form)
        filing.corrected(world, first, new=new)
    assert [statements("/records"), statements(f"/records/{first}")] == few
