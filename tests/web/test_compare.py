"""The comparison of two revisions: by page, by command, with the reads noted (V-5, X-2, X-3)."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import pytest
from docx import Document as Docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from flask import Flask
from sqlalchemy import func, select

from docctl.jobs.effects import read_upload
from docctl.models.content import FileReading, ItemFile
from docctl.models.trail import EventRow
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.cli.terminal import Terminal
from tests.reading.uploads_made import a_pdf
from tests.web.browser import Browser, words_of
from tests.world import World, docx_bytes

FIRST = (
    "目的",
    "规范文件的控制。",
    "质量部每月检查一次文件的使用情况。",
    "作废文件由质量部收回并登记。",
    "记录保存三年。",
)
SECOND = (
    "目的",
    "作废文件由质量部收回并登记。",
    "规范文件的控制。",
    "质量部每季检查一次文件的使用情况。",
    "记录保存三年。",
    "本程序由质量部解释。",
)


def read_all(world: World) -> None:
    """Let the worker read what was uploaded."""
    with world.house.uow.read() as session:
        read = set(session.scalars(select(FileReading.file_id)))
        ids = [one for one in session.scalars(select(ItemFile.id)) if one not in read]
    for one in ids:
        list(read_upload(world.house, {"file_id": str(one)}))


def revised(world: World, first: UUID, data: bytes, name: str = "b.docx", title: str = "") -> UUID:
    return revise_document(
        ReviseDocument(
            document_id=world.document_of(first).id,
            change_what="检查的周期",
            change_reason="试行情况",
            uploads=(world.upload("chen", data, name),),
            title=title,
        ),
        by=world.by("chen"),
        house=world.house,
    )


@pytest.fixture
def two(world: World) -> tuple[UUID, UUID]:
    """Return a revision in force and the draft after it, both read."""
    first = world.issued(world.draft("文件控制程序", text="\n".join(FIRST)))
    second = revised(world, first, docx_bytes("文件控制程序", "\n".join(SECOND)), title="文件和资料控制程序")
    read_all(world)
    return first, second


def reads(world: World, revision_id: UUID) -> int:
    with world.house.uow.read() as session:
        found = select(func.count()).where(
            EventRow.action == "revision.read", EventRow.subject_version == str(revision_id)
        )
        return session.scalar(found) or 0


def lines(client: Browser, address: str) -> list[str]:
    """Return the changed lines of the page, struck in brackets, new in angles."""
    page = client.page(address)
    for one in page.cssselect(".cl del"):
        one.text = "[" + (one.text or "")
        one.tail = "]" + (one.tail or "")
    for one in page.cssselect(".cl ins"):
        one.text = "<" + (one.text or "")
        one.tail = ">" + (one.tail or "")
    return [" ".join("".join(one.itertext()).split()) for one in page.cssselect(".cl[data-row]")]


def test_v_5_the_page_shows_what_changed_against_the_revision_in_force(
    client: Browser, world: World, two: tuple[UUID, UUID]
) -> None:
    first, second = two
    client.sign_in("chen")
    assert lines(client, f"/documents/revisions/{second}/compare?view=inline") == [
        "1 移来 作废文件由质量部收回并登记。",
        "2 修改 质量部每[月]<季>检查一次文件的使用情况。",
        "1 移走 [作废文件由质量部收回并登记。]",
        "3 新增 <本程序由质量部解释。>",
    ]
    page = client.page(f"/documents/revisions/{second}/compare")
    assert page.cssselect("select[name=with] option[selected]")[0].get("value") == str(first)
    facts = {
        one.cssselect("th")[0].text: [cell.text_content() for cell in one.cssselect("td")]
        for one in page.cssselect(".compare-facts tbody tr")
    }
    assert facts["名称"] == ["文件控制程序", "文件和资料控制程序"]
    assert facts["版本/修订"] == ["A/0", "A/1"]
    assert facts["修改原因"] == ["—", "试行情况"]
    assert "归口部门" not in facts
    assert "归口部门" in words_of(client.get(f"/documents/revisions/{second}/compare?facts=1"))


def test_v_5_side_by_side_each_text_is_whole_on_its_side(
    client: Browser, world: World, two: tuple[UUID, UUID]
) -> None:
    client.sign_in("chen")
    page = client.page(f"/documents/revisions/{two[1]}/compare")
    left, right = (
        [
            one.cssselect(".cl-text")[side].text_content()
            for one in page.cssselect(".changed-text .cl:not(.cl-head)")
        ]
        for side in (0, 1)
    )
    assert [one for one in left if one][-5:] == list(FIRST)
    assert [one for one in right if one][-6:] == list(SECOND)


def test_x_2_both_reads_are_in_the_trail_once(client: Browser, world: World, two: tuple[UUID, UUID]) -> None:
    first, second = two
    client.sign_in("ouyang")
    for _ in range(2):
        assert client.get(f"/documents/revisions/{second}/compare").status_code == 200
    assert (reads(world, first), reads(world, second)) == (1, 1)


def test_x_3_a_reader_compares_nothing_that_is_not_theirs(
    client: Browser, world: World, two: tuple[UUID, UUID]
) -> None:
    first, second = two
    other = world.issued(world.draft("别的程序", number="QP-55"))
    client.sign_in("wang")
    for address in (
        f"/documents/revisions/{second}/compare",
        f"/documents/revisions/{second}/compare?with={first}",
        f"/documents/revisions/{first}/compare?with={second}",
        f"/documents/revisions/{first}/compare?with={other}",
        f"/documents/revisions/{first}/compare?with={uuid4()}",
    ):
        assert client.get(address).status_code == 404, address
    assert (reads(world, first), reads(world, second), reads(world, other)) == (0, 0, 0)
    words = words_of(client.get(f"/documents/revisions/{first}/compare"))  # the only one that they know
    assert "没有可对照的其他版本" in words
    assert "文件和资料" not in words


def test_v_5_revisions_of_two_documents_are_not_compared(
    client: Browser, world: World, two: tuple[UUID, UUID]
) -> None:
    other = world.issued(world.draft("别的程序", number="QP-55"))
    client.sign_in("chen")
    assert client.get(f"/documents/revisions/{two[1]}/compare?with={other}").status_code == 404
    assert client.get(f"/documents/revisions/{two[1]}/compare?with=nonsense&part=x&view=y").status_code == 200


def test_v_5_who_reviews_is_led_to_the_changes(client: Browser, world: World, two: tuple[UUID, UUID]) -> None:
    first, second = two
    world.submitted(second)
    client.sign_in("ouyang")
    page = client.page(f"/documents/revisions/{second}/review")
    (link,) = page.cssselect(f"a[href='/documents/revisions/{second}/compare?with={first}']")
    assert client.get(link.get("href")).status_code == 200
    assert f"/documents/revisions/{second}/compare" in client.get(f"/documents/revisions/{second}").text


def table_docx(rows: int, term: str) -> bytes:
    """Return a docx with a text box, tracked changes and a table of so many rows."""
    document = Docx()
    paragraph = document.add_paragraph("受控文件清单")
    for tag, words in (("w:ins", "新增的话"), ("w:del", "删掉的话")):
        change = OxmlElement(tag)
        run = OxmlElement("w:r")
        inner = OxmlElement("w:t" if tag == "w:ins" else "w:delText")
        inner.text = words
        run.append(inner)
        change.append(run)
        paragraph._p.append(change)  # the library has no words for it
    box = OxmlElement("w:txbxContent")
    boxed = OxmlElement("w:p")
    run = OxmlElement("w:r")
    inner = OxmlElement("w:t")
    inner.text = f"框内：保存{term}"
    run.append(inner)
    boxed.append(run)
    box.append(boxed)
    holder = document.add_paragraph().add_run()._r
    picture = OxmlElement("w:pict")
    picture.append(box)
    holder.append(picture)
    table = document.add_table(rows=0, cols=3)
    grid = table._tbl
    for at in range(rows):
        row = OxmlElement("w:tr")
        for words in (str(at + 1), f"第{at}号记录", term if at == rows // 2 else "三年"):
            cell, inside, run, said = (OxmlElement(tag) for tag in ("w:tc", "w:p", "w:r", "w:t"))
            said.text = words
            said.set(qn("xml:space"), "preserve")
            run.append(said)
            inside.append(run)
            cell.append(inside)
            row.append(cell)
        grid.append(row)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_v_5_thousands_of_rows_tracked_changes_and_text_boxes(client: Browser, world: World) -> None:
    first = world.issued(world.draft("清单"))
    second = revised(world, first, table_docx(3000, "三年"))
    world.clock.forward(days=1)
    world.issued(second)
    third = revised(world, first, table_docx(3000, "十年"), "c.docx")
    read_all(world)
    client.sign_in("chen")
    answer = client.get(f"/documents/revisions/{third}/compare?view=inline")
    assert lines(client, f"/documents/revisions/{third}/compare?view=inline") == [
        "1 修改 框内：保存[三]<十>年",
        "2 修改 1501第1500号记录[三]<十>年",
    ]
    assert "删掉的话" not in answer.text  # tracked changes count as accepted
    assert len(answer.text) < 200_000  # what is the same is only counted


def test_v_5_a_pdf_without_text_has_its_facts_and_hashes_compared(client: Browser, world: World) -> None:
    first = world.issued(world.draft("扫描件"))
    second = revised(world, first, a_pdf(""), "scan.pdf")
    read_all(world)
    client.sign_in("chen")
    words = words_of(client.get(f"/documents/revisions/{second}/compare"))
    assert "A/1 的文件里没有文字" in words
    with world.house.uow.read() as session:
        sha256 = session.scalars(select(ItemFile.sha256).where(ItemFile.owner_id == second)).one()
    assert sha256 in words


def test_v_5_a_file_that_is_still_read_says_so(client: Browser, world: World) -> None:
    first = world.issued(world.draft("读取中"))
    second = revised(world, first, docx_bytes("别的"))
    client.sign_in("chen")
    assert "正在读取" in words_of(client.get(f"/documents/revisions/{second}/compare"))


def test_v_5_the_same_file_is_told_by_its_hash(client: Browser, world: World) -> None:
    data = docx_bytes("不变")
    first = revised(world, world.issued(world.draft("不变的")), data)
    world.clock.forward(days=1)
    world.issued(first)
    second = revised(world, first, data, "other-name.docx")
    client.sign_in("chen")
    assert "用同一个文件" in words_of(client.get(f"/documents/revisions/{second}/compare"))


def test_v_5_the_command_tells_the_same(world: World, app: Flask, two: tuple[UUID, UUID]) -> None:
    terminal = Terminal(world.house, no_wait=True)
    found = terminal.ok("documents", "compare", "QP-01", user="chen")
    assert (found["from"]["revision"], found["to"]["revision"]) == ("A/0", "A/1")
    assert {"fact": "title", "from": "文件控制程序", "to": "文件和资料控制程序"} in found["facts"]
    (file,) = found["files"]
    assert [one["kind"] for one in file["changes"]] == ["moved", "changed", "added"]
    assert file["changes"][1]["pieces"] == [
        [["same", "质量部每"], ["removed", "月"], ["added", "季"], ["same", "检查一次文件的使用情况。"]]
    ]
    told = terminal.run("documents", "compare", "QP-01", "--as", "chen").stdout
    assert "~ 4 → 5  质量部每[-月-]{+季+}检查一次文件的使用情况。" in told
    turned = terminal.ok("documents", "compare", "QP-01", "--from", "A/1", "--revision", "A/0", user="chen")
    assert (turned["from"]["revision"], turned["to"]["revision"]) == ("A/1", "A/0")
    assert terminal.refused("documents", "compare", "QP-01", "--from", "A/1", user="wang")[0] == 4
    assert terminal.refused("documents", "compare", "QP-01", user="wang") == (3, "V-5.nothing_to_compare")
