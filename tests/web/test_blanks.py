"""Pages of printed blanks: the form's page, the register, a print, its numbers (D-10)."""

from __future__ import annotations

import io
from datetime import timedelta

from docx import Document as Docx
from werkzeug.test import TestResponse

from tests import printed as p
from tests.handing import followed
from tests.web.browser import Browser
from tests.web.test_record_export import cells
from tests.world import World


def text(client: Browser, path: str) -> str:
    return " ".join(client.page(path).text_content().split())


def send(client: Browser, path: str, **values: str) -> TestResponse:
    return client.submit(path, values)


def test_d_10_from_the_page_of_a_form_to_the_last_number(client: Browser, world: World) -> None:
    revision = p.form_revision(world)
    client.sign_in("chen")
    assert "登记印制" in text(client, f"/documents/revisions/{revision}")
    new = f"/documents/blanks/new/{revision}"
    typed = {"first": "XJ-0001", "last": "XJ-0020", "book_size": "0", "printed_on": "2026-03-02"}
    bad = send(client, new, **{**typed, "first": "XJ-A"})
    assert bad.status_code == 422
    assert "末尾不是" in bad.text
    assert 'value="XJ-0020"' in bad.text  # what was typed is kept
    assert send(client, new, **typed).status_code == 303
    (row,) = p.prints(world)
    here = f"/documents/blanks/{row.id}"
    twice = send(client, new, **{**typed, "first": "XJ-0020", "last": "XJ-0021"})
    assert twice.status_code == 422
    assert "XJ-0001 – XJ-0020" in twice.text
    unit = str(world.units["SC"])
    issue = {"first": "1", "last": "10", "unit_id": unit, "on": "2026-03-02"}
    assert send(client, f"{here}/issue", **issue).status_code == 303
    again = send(client, f"{here}/issue", **issue)
    assert again.status_code == 422
    assert "已经发放" in again.text
    client.sign_in("li")
    assert "签收" in text(client, here)
    issue_id = p.page(world, row.id).issues[0].issue_id
    receive = f"{here}/issues/{issue_id}/receive"
    assert client.page(receive) is not None
    assert send(client, receive, on="2026-03-02").status_code == 303
    assert send(client, f"{here}/use", first="1", last="9", on="2026-03-02").status_code == 303
    refused = send(client, f"{here}/return", first="10", on="2026-03-02", reason="剩余")
    assert refused.status_code == 422
    assert "交给文控" in refused.text
    no_reason = send(client, f"{here}/void", first="10", on="2026-03-02")
    assert (no_reason.status_code, "请填写原因" in no_reason.text) == (422, True)
    client.sign_in("chen")
    witness = send(client, f"{here}/destroy", first="11", last="20", on="2026-03-02", reason="印错")
    assert (witness.status_code, "见证" in witness.text) == (422, True)
    done = send(
        client, f"{here}/destroy", first="11", last="20", on="2026-03-02", reason="印错", witness="ouyang"
    )
    assert done.status_code == 303
    assert send(client, f"{here}/lose", first="10", on="2026-03-02", reason="搬迁").status_code == 303
    shown = text(client, here)
    for word in ("已了结", "XJ-0009", "遗失", "搬迁", "欧阳雪", "与印制数相符"):
        assert word in shown
    assert "印制 20，未了结 0" in text(client, f"/documents/revisions/{revision}")


def test_d_10_the_register_filters_adds_up_and_goes_into_files(client: Browser, world: World) -> None:
    client.sign_in("chen")
    assert "还没有印制空白表格" in text(client, "/documents/blanks")
    revision = p.form_revision(world)
    form = world.document_of(revision).id
    first = p.printed(world, revision, "XJ-0001", "XJ-0020")
    p.out(world, first, "1", "10")
    p.printed(world, revision, "XK-0001", "XK-0030")
    other = p.printed(world, p.form_revision(world, "另一表", number="QR-3302"), "YB-1", "YB-9")
    p.ended(world, "destroy", other, "1", "9")
    assert "3 批" in text(client, "/documents/blanks")
    whole = text(client, f"/documents/blanks?document={form}")
    assert "QR-3301 的全部批次" in whole
    assert "2 批" in whole
    for query, count in (
        ("state=settled", 1),
        ("state=open", 2),
        ("state=recalled", 0),
        ("state=poem", 3),
        (f"unit={world.units['SC']}", 1),
        (f"unit={world.units['KF']}", 0),
        ("text=另一", 1),
        ("text=XK-", 1),
        ("page=9", 3),
    ):
        assert f"{count} 批" in text(client, f"/documents/blanks?{query}"), query
    sheet = cells(client.get("/documents/blanks/export?format=xlsx").data)
    assert "XJ-0001 – XJ-0020" in sheet
    assert "已了结" in sheet
    paper = Docx(io.BytesIO(client.get("/documents/blanks/export?format=docx&state=settled").data))
    told = " ".join(cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    assert "QR-3302" in told
    assert "QR-3301" not in told


def test_d_10_after_the_revision_a_print_says_what_must_still_be_accounted_for(
    client: Browser, world: World
) -> None:
    revision = p.form_revision(world)
    print_id = p.printed(world, revision, "XJ-0001", "XJ-0020")
    p.out(world, print_id, "1", "10")
    world.clock.now += timedelta(days=1)
    followed(world, revision)
    client.sign_in("chen")
    shown = text(client, f"/documents/blanks/{print_id}")
    assert "还有 20 个号码须交代去向" in shown
    assert "本版已不再有效" in shown  # why nothing goes out, before the click
    assert "回收空白表格" in text(client, "/")
    client.sign_in("li")
    assert "交代空白表格" in text(client, "/")
    assert "XJ-0011" not in text(client, f"/documents/blanks/{print_id}")  # what lies in store is control's
    client.sign_in("li")
    assert "还有 10 个号码须交代去向" in text(client, f"/documents/blanks/{print_id}")


def test_d_10_a_page_of_ends_is_paged(client: Browser, world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    p.out(world, print_id, "1", "60")
    p.ended(world, "use", print_id, "1", "60")
    client.sign_in("chen")
    assert "XJ-0051" not in text(client, f"/documents/blanks/{print_id}")
    assert "XJ-0051" in text(client, f"/documents/blanks/{print_id}?page=2")
