"""The first story of docctl in the browser: one procedure and one record, from cradle to grave."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document as Docx
from playwright.sync_api import FilePayload

from docctl.queries.audit import verify
from docctl.services.audit.watch import believe
from tests.story.conftest import DeskFor
from tests.story.stage import Desk, Stage
from tests.world import docx_bytes

pytestmark = pytest.mark.browser

#: Words of the record that must be nowhere at the end; number and class stay as the residual entry.
SECRET = ("zqxmark7731", "独角兽密文", "海豚联系人")
PHRASE = "独角兽密文"


def places_with(folder: Path, words: tuple[str, ...]) -> list[str]:
    """Return every file of the data folder in which one of the words stands, in any encoding."""
    wanted = {
        form
        for word in words
        for text in (word, word.upper(), json.dumps(word)[1:-1])
        for form in (text.encode(), text.encode("utf-16-le"), text.encode("gb18030"))
    }
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    )


def text_inside(docx: bytes) -> str:
    """Return the text of all parts of a docx, headers and footers too."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        assert package.testzip() is None
        parts = [name for name in package.namelist() if name.startswith("word/") and name.endswith(".xml")]
        return "".join(re.sub(r"<[^>]+>", "", package.read(name).decode()) for name in parts)


def through_all_signatures(desk: Desk, revision: str, on: date) -> None:
    """Take a draft from its author into force, each signing with their own password."""
    desk.sign_in("chen")
    desk.open(revision)
    desk.follow("/submit")
    desk.sign(reviewer_id="欧阳雪", approver_id="赵敏")
    desk.sign_in("ouyang")
    desk.page.click(f'main a[href^="{revision}"]')  # it waits in the inbox
    if not desk.path.endswith("/review"):
        desk.follow("/review")
    desk.sign(comment="内容合适")
    desk.sign_in("zhao")
    desk.page.click(f'main a[href^="{revision}"]')
    if not desk.path.endswith("/approve"):
        desk.follow("/approve")
    desk.sign()
    desk.sign_in("chen")
    desk.page.click(f'main a[href^="{revision}"]')
    if not desk.path.endswith("/issue"):
        desk.follow("/issue")
    desk.send(effective_on=on.isoformat())


def upload_document(desk: Desk, name: str, data: bytes, **values: str) -> str:
    """Upload a new document as chen; return the address of its first revision."""
    desk.sign_in("chen")
    desk.open("/documents")
    desk.follow("/documents/new")
    desk.attach("file", name, data)
    desk.send(**values)
    assert "/documents/revisions/" in desk.path
    return desk.path


def a_refused_file(desk: Desk) -> None:
    """A file that is no document is told at once, and the form is not sent as if it had none."""
    desk.sign_in("chen")
    desk.open("/documents/new")
    program = FilePayload(name="程序.docx", mimeType="application/octet-stream", buffer=b"MZ" + bytes(3000))
    desk.page.set_input_files("#f-file", program)
    desk.page.locator(".upload .failed").first.wait_for()
    desk.page.locator("main form button[type=submit]").last.click()
    assert desk.path == "/documents/new"
    assert desk.page.evaluate("document.activeElement.id") == "f-file"


def search(desk: Desk, words: str) -> list[str]:
    """Search by the box of the page; return what the hits say."""
    desk.open("/")
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(words)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(lambda url: "/search" in url)
    return desk.page.locator("main [data-row]").all_inner_texts()


def a_procedure(desk: Desk, stage: Stage, today: date) -> str:
    """A procedure: numbered, signed by three, superseded at an instant without any job."""
    a_refused_file(desk)
    first = upload_document(
        desk,
        "顾客投诉处理程序.docx",
        docx_bytes("1 目的", "本程序规定顾客投诉的登记和处理。"),
        type_id="程序",
        title="顾客投诉处理程序",
        unit_id="品质部",
    )
    assert "QP-01" in desk.words()
    through_all_signatures(desk, first, today)
    desk.sign_in("wang")
    desk.open("/documents")
    desk.page.click("main [data-row] a")
    stage.settle()
    desk.page.reload()
    said = desk.words()
    assert "现行" in desk.words(".head")
    assert "本程序规定顾客投诉的登记和处理" in said

    desk.sign_in("chen")
    desk.open(first)
    desk.follow("/revise")
    desk.attach("file", "顾客投诉处理程序.docx", docx_bytes("1 目的", "二十四小时内回复顾客。"))
    desk.send(change_what="规定回复时限", change_reason="管理评审要求")
    second = desk.path
    assert second != first
    through_all_signatures(desk, second, today + timedelta(days=3))

    # Nobody works in the background now: only the clock decides what is in force.
    stage.settle()
    stage.rest()
    stage.clock.now = datetime.combine(today + timedelta(days=3), datetime.min.time(), stage.house.zone)
    stage.clock.forward(seconds=-1)
    desk.sign_in("wang")
    desk.open(first)
    assert "现行" in desk.words(".head")
    assert desk.open(second) == 404
    stage.clock.forward(seconds=1)
    desk.open(first)  # obsolete: no longer for staff, who are led on
    assert desk.path == second
    assert "您打开的版本已作废，这是现行版本" in desk.words("main")
    assert "现行" in desk.words(".head")
    desk.open("/documents")
    assert [("A/1" in row) for row in desk.page.locator("main [data-row]").all_inner_texts()] == [True]
    desk.sign_in("chen")
    desk.open(first)
    assert "已作废" in desk.words(".head")
    assert "作废" in desk.words(".sheet")
    stage.clock.forward(hours=9)
    stage.work()
    return second


def a_stamped_copy(desk: Desk, revision: str) -> None:
    """Staff read it in the browser and take a stamped copy, never the file itself."""
    desk.sign_in("wang")
    desk.open(revision)
    assert "二十四小时内回复顾客" in desk.words()
    assert desk.page.locator('main form[action$="/source"]').count() == 0
    desk.follow("/copy")
    copy = desk.download("main form button[type=submit]")
    inside = text_inside(copy)
    for words in ("QP-01", "A/1", "受控", "王强", "二十四小时内回复顾客"):
        assert words in inside
    assert Docx(io.BytesIO(copy)).paragraphs


def a_record(desk: Desk, stage: Stage) -> tuple[str, str]:
    """A record filed under the form in force, accepted by the keeper; return its address and number."""
    form = upload_document(
        desk,
        "顾客投诉处理单.docx",
        docx_bytes("顾客投诉处理单", "日期", "结论"),
        type_id="记录表格",
        title="顾客投诉处理单",
        unit_id="品质部",
        parent_id="QP-01",
        class_id="顾客投诉记录",
    )
    through_all_signatures(desk, form, stage.house.today())
    desk.sign_in("wang")
    desk.open("/records/new")
    desk.page.click("main [data-row] a")
    text = f"顾客来电：{PHRASE} ZQXMARK7731，外壳划伤。处理：更换外壳。" * 3
    desk.attach("file", "投诉.docx", docx_bytes("顾客投诉处理单", text))
    desk.send(
        title="外壳划伤投诉",
        occurred_at=(stage.clock() - timedelta(hours=2))
        .astimezone(stage.house.zone)
        .strftime("%Y-%m-%dT%H:%M"),
        stated_person="海豚联系人",
        batch="B-2026-03",
        remarks=PHRASE,
    )
    record = desk.path
    number = desk.page.locator(".head .number").inner_text()
    assert number
    stage.settle()
    assert places_with(stage.data, SECRET)
    desk.sign_in("li")
    desk.open(record)
    assert "更换外壳" in desk.words()
    desk.follow("/accept")
    desk.sign()
    assert "李秀兰" in desk.words()
    return record, number


def found_by_those_who_may(desk: Desk, stage: Stage, record: str, number: str) -> None:
    """Found by any phrase in it, by whom it is meant for; for others it is not there (X-3)."""
    stage.settle()
    for who in ("wang", "li", "ouyang", "zhou"):
        desk.sign_in(who)
        hits = search(desk, "ZQXMARK7731，外壳")
        if who in {"wang", "li"}:
            assert len(hits) == 1
            assert number in hits[0]
    desk.sign_in("zhang")
    assert search(desk, PHRASE) == []
    desk.open("/records")
    assert number not in desk.words()
    assert desk.open(record) == 404


def a_correction(desk: Desk, record: str) -> None:
    """One fact is wrong: it is struck, and stays legible."""
    desk.sign_in("wang")
    desk.open(record)
    desk.page.click('main a[href*="/correct?field=stated_person"]')
    desk.sign(new="海豚联系人甲", reason="slip")
    assert desk.path == record
    fact = desk.page.locator(".registered div", has_text="海豚联系人甲").first
    assert fact.locator("del").inner_text() == "海豚联系人"
    assert fact.locator("del").evaluate("old => getComputedStyle(old).textDecorationLine") == "line-through"
    assert "王强" in fact.inner_text()


def a_destruction(desk: Desk, stage: Stage, record: str, number: str) -> bytes:
    """Years pass: proposed, checked, approved, executed and witnessed by four; return the certificate."""
    desk.sign_in("zhou")
    desk.open("/retention/due")
    assert number not in desk.words()
    stage.clock.forward(days=5 * 366 + 2)
    stage.house.uow.write(lambda session: believe(session, stage.clock()))
    desk.sign_in("zhou")
    desk.open("/retention/due")
    assert number in desk.words()
    desk.page.locator("main input[name=ids]").first.check()
    desk.page.click(
        'main button[formaction="/retention/due/propose"], main form[action="/retention/due/propose"] button'
    )
    desk.page.wait_for_url(lambda url: "/retention/lists/new" in url)
    desk.send(title="到期记录第一批")
    listed = desk.path
    for who in ("li", "ouyang"):
        desk.sign_in(who)
        desk.page.click(f'main a[href^="{listed}"]')
        if "/check/" not in desk.path:
            desk.page.click('main a[href*="/check/"]')
        desk.sign(opinion="agree")
    desk.sign_in("zhao")
    desk.page.click(f'main a[href^="{listed}"]')
    if not desk.path.endswith("/approve"):
        desk.follow("/approve")
    desk.sign()
    desk.sign_in("li")
    desk.open(listed)
    desk.follow("/execute")
    desk.sign()
    desk.sign_in("chen")  # a fourth person
    desk.open(f"{listed}/witness")
    desk.sign()
    stage.settle()
    desk.sign_in("zhou")
    desk.open(listed)
    desk.page.wait_for_selector(f'main a[href="{listed}/certificate"]')
    assert "已执行" in desk.words()
    return desk.download(f'main a[href="{listed}/certificate"]')


def test_one_procedure_and_one_record_from_cradle_to_grave(desk_for: DeskFor, stage: Stage) -> None:
    desk = desk_for()
    procedure = a_procedure(desk, stage, stage.house.today())
    a_stamped_copy(desk, procedure)
    record, number = a_record(desk, stage)
    found_by_those_who_may(desk, stage, record, number)
    a_correction(desk, record)
    certificate = a_destruction(desk, stage, record, number)

    inside = text_inside(certificate)
    for words in (number, "李秀兰", "欧阳雪", "赵敏", "陈静"):
        assert words in inside
    assert Docx(io.BytesIO(certificate)).tables
    desk.sign_in("li")
    desk.open(record)
    said = desk.words()
    assert number in said
    assert "已销毁" in said
    assert not any(word in said for word in (*SECRET, "更换外壳", "B-2026-03"))
    assert desk.page.locator('main a[href*="/files/"], .registered del').count() == 0
    assert search(desk, PHRASE) == []
    assert search(desk, "ZQXMARK7731，外壳") == []
    with stage.house.uow.read() as session:
        assert verify(session).first_bad is None
    assert places_with(stage.data, SECRET) == []
