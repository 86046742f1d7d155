"""Pages of annexes and source: put on a draft, shown with a document, taken along (V-13, D-3, X-3)."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from lxml import html
from pikepdf import Pdf

from docctl.jobs.wait import settle
from tests import filing
from tests.services.test_annexes import PNG, annex, arranged, revised, there, with_annexes
from tests.web.browser import filled
from tests.web.conftest import Browser, words_of
from tests.world import World, docx_bytes


def address(revision_id: UUID) -> str:
    return f"/documents/revisions/{revision_id}/files"


def stepped(client: Browser, url: str, answer: Any, act: str, **changes: Any) -> Any:
    """Press a button of the page as it came back."""
    (form,) = html.fromstring(answer.text).cssselect("main form[method=post]")
    return client.post(url, data={**filled(form), **changes, "act": act})


def file(text: str, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(docx_bytes(text)), name


def test_v_13_annexes_are_put_on_ordered_and_named_without_any_script(client: Browser, world: World) -> None:
    draft = world.draft()
    client.sign_in("chen")
    url = address(draft)
    assert f'href="{url}"' in client.get(f"/documents/revisions/{draft}").text
    answer = stepped(
        client,
        url,
        client.get(url),
        "save",
        annexes=[file("流程图", "流程图.docx"), file("名词表", "名词表.docx")],
        source=file("原稿", "原稿.docx"),
    )
    assert answer.status_code == 303
    assert [name for *_, name in there(world, draft)][1:] == ["流程图.docx", "名词表.docx", "原稿.docx"]
    answer = stepped(client, url, client.get(url), "up:1", title=["流程图", "名词表"])
    assert answer.status_code == 200
    assert [title for _, title, _ in there(world, draft)][1:] == ["", "", ""]  # nothing before it is saved
    answer = stepped(client, url, answer, "source")
    answer = stepped(client, url, answer, "save")
    assert answer.status_code == 303
    assert there(world, draft)[1:] == [
        ("annex", "名词表", "名词表.docx"),
        ("annex", "流程图", "流程图.docx"),
    ]
    answer = stepped(client, url, client.get(url), "drop:0")
    answer = stepped(client, url, answer, "instead:0")
    answer = stepped(client, url, answer, "save", instead=file("新图", "新图.docx"))
    assert answer.status_code == 303
    assert there(world, draft)[1:] == [("annex", "流程图", "新图.docx")]


def test_v_13_what_was_chosen_and_typed_is_kept_where_one_file_is_refused(
    client: Browser, world: World
) -> None:
    draft = with_annexes(world)
    client.sign_in("chen")
    url = address(draft)
    answer = stepped(
        client,
        url,
        client.get(url),
        "save",
        title=["主流程", "名词"],
        annexes=[file("样表", "样表.docx"), (io.BytesIO(PNG), "坏.docx")],
    )
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert "坏.docx" in words_of(answer)
    assert [one.get("value") for one in page.cssselect("input[name=title]")] == ["主流程", "名词"]
    assert len(page.cssselect("input[name=annexes_id][checked]")) == 1
    more = [file("第二张", "二.docx"), file("第三张", "三.docx")]
    answer = stepped(client, url, answer, "down:1", annexes=more)  # what is kept stands before what comes
    answer = stepped(client, url, answer, "save", annexes=[file("第四张", "四.docx")])
    assert answer.status_code == 303
    names = [title or name for _, title, name in there(world, draft)][1:]
    assert names == ["主流程", "名词", "样表.docx", "二.docx", "三.docx", "四.docx"]


def test_v_13_the_same_file_twice_is_told_beside_the_field(client: Browser, world: World) -> None:
    draft = with_annexes(world)
    client.sign_in("chen")
    url = address(draft)
    answer = stepped(client, url, client.get(url), "save", annexes=[file("流程图", "另名.docx")])
    assert answer.status_code == 422
    assert "“另名.docx”与“流程图.docx”内容相同" in words_of(answer)
    answer = stepped(client, url, client.get(url), "save", title=["长" * 201, ""])
    assert answer.status_code == 422
    assert html.fromstring(answer.text).cssselect("#e-title0")


@pytest.mark.parametrize("act", ["up:x", "down:99", "drop:-1", "instead:9", "weg", "up:" + "9" * 5000])
def test_v_13_a_button_that_is_none_changes_nothing(client: Browser, world: World, act: str) -> None:
    draft = with_annexes(world)
    client.sign_in("chen")
    answer = stepped(client, address(draft), client.get(address(draft)), act)
    assert answer.status_code == 200
    assert len(there(world, draft)) == 3


def test_v_13_a_document_lists_its_files_and_opens_an_annex(client: Browser, world: World) -> None:
    draft = arranged(world, with_annexes(world), [annex(world, "样表内容", name="样表.docx")])
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    picture = world.upload("chen", PNG, name="图.png").as_annex()
    revision = world.issued(arranged(world, draft, [source, picture]))
    settle(world.house)
    client.sign_in("wang")
    here = f"/documents/revisions/{revision}"
    page = client.get(here)
    shown = words_of(page)
    for word in ("附件1", "流程图", "附件3", "样表.docx", "图.png", "非受控"):
        assert word in shown
    assert "原稿.docx" not in page.text
    file_id = filing.files(world, revision)[3].id
    opened = client.get(f"{here}?file={file_id}")
    assert "样表内容" in words_of(opened)
    assert client.get(f"{here}/reading?file={file_id}").json["done"]
    got = client.get(f"{here}/files/{file_id}/download")
    assert got.status_code == 200
    assert "attachment" in got.headers["Content-Disposition"]
    source_id = filing.files(world, revision)[-1].id
    assert client.get(f"{here}?file={source_id}").status_code == 404
    assert client.get(f"{here}/files/{source_id}/download").status_code in {403, 404}
    assert client.get(f"{here}?file={revision}").status_code == 404
    client.sign_in("chen")
    assert "原稿.docx" in client.get(here).text
    assert client.get(f"{here}/files/{source_id}/download").data == docx_bytes("原稿")


def test_v_13_a_new_revision_shows_the_annexes_it_begins_with(client: Browser, world: World) -> None:
    first = world.issued(with_annexes(world))
    client.sign_in("chen")
    url = f"/documents/revisions/{first}/revise"
    answer = client.get(url)
    page = html.fromstring(answer.text)
    assert len(page.cssselect("input[name=annexes][checked]")) == 2
    kept = filing.files(world, first)[2].id
    (form,) = page.cssselect("main form[method=post]")
    data = {
        **filled(form),
        "change_what": "改",
        "change_reason": "改",
        "file": file("新正文", "新.docx"),
        "annexes": [str(kept)],
        "attached": [file("样表", "样表.docx"), file("名词表", "另名.docx")],
    }
    answer = client.post(url, data=data)
    assert answer.status_code == 422
    assert "“名词表.docx”与“另名.docx”内容相同" in words_of(answer)
    (form,) = html.fromstring(answer.text).cssselect("main form[method=post]")
    data = filled(form)
    assert data["annexes"] == str(kept)
    assert len(data["attached_id"]) == 2
    data["attached_id"] = data["attached_id"][:1]
    answer = client.post(url, data=data)
    assert answer.status_code == 303
    second = UUID(answer.headers["Location"].rsplit("/", 1)[1])
    assert [name for *_, name in there(world, second)] == ["新.docx", "名词表.docx", "样表.docx"]


def test_v_13_from_the_page_of_an_older_revision_the_annexes_of_the_newest_go_on(
    client: Browser, world: World
) -> None:
    first = world.issued(with_annexes(world))
    second = arranged(world, revised(world, first), [annex(world, "样表")])
    world.clock.forward(days=1)
    world.issued(second)
    client.sign_in("chen")
    url = f"/documents/revisions/{first}/revise"
    page = html.fromstring(client.get(url).text)
    offered = [one.get("value") for one in page.cssselect("input[name=annexes][checked]")]
    assert offered == [str(one.id) for one in filing.files(world, second)[1:]]
    (form,) = page.cssselect("main form[method=post]")
    data = {**filled(form), "change_what": "改", "change_reason": "改", "file": file("第三版", "三.docx")}
    answer = client.post(url, data=data)
    assert answer.status_code == 303
    third = UUID(answer.headers["Location"].rsplit("/", 1)[1])
    names = [name for *_, name in there(world, third)]
    assert names == ["三.docx", "流程图.docx", "名词表.docx", "样表.docx"]


def test_v_13_a_new_document_takes_its_annexes_at_once(client: Browser, world: World) -> None:
    client.sign_in("chen")
    (form,) = html.fromstring(client.get("/documents/new").text).cssselect("main form[method=post]")
    data = {
        **filled(form),
        "type_id": str(world.types["procedure"]),
        "title": "检验程序",
        "unit_id": str(world.units["PZ"]),
        "file": file("正文", "正文.docx"),
        "attached": [(io.BytesIO(PNG), "图.png"), file("名词表", "名词表.docx")],
        "source": file("原稿", "原稿.docx"),
    }
    answer = client.post("/documents/new", data=data)
    assert answer.status_code == 303
    made = UUID(answer.headers["Location"].rsplit("/", 1)[1])
    assert there(world, made) == [
        ("main", "", "正文.docx"),
        ("annex", "", "图.png"),
        ("annex", "", "名词表.docx"),
        ("source", "", "原稿.docx"),
    ]


def test_a_3_who_signs_sees_all_files(client: Browser, world: World) -> None:
    revision = world.submitted(with_annexes(world))
    client.sign_in("ouyang")
    shown = words_of(client.get(f"/documents/revisions/{revision}/review"))
    assert "附件1 流程图、附件2 名词表.docx" in shown


def test_v_13_more_files_than_may_be_are_refused_and_told(client: Browser, world: World) -> None:
    draft = world.draft()
    client.sign_in("chen")
    url = address(draft)
    (form,) = html.fromstring(client.get(url).text).cssselect("main form[method=post]")
    data = {**filled(form), "act": "save"}
    some = [(io.BytesIO(f"附件 {n}".encode()), f"{n}.txt") for n in range(51)]
    answer = client.post(url, data={**data, "annexes": some})
    assert answer.status_code == 422
    assert "附件最多 50 个，现有 51 个" in words_of(answer)
    assert len(html.fromstring(answer.text).cssselect("input[name=annexes_id][checked]")) == 51
    assert len(there(world, draft)) == 1


def test_v_13_an_annex_without_text_is_shown_and_says_so(client: Browser, world: World) -> None:
    scan = world.upload("chen", blank_pdf(), name="扫描件.pdf").as_annex()
    revision = world.issued(arranged(world, world.draft(), [scan]))
    settle(world.house)
    client.sign_in("wang")
    file_id = filing.files(world, revision)[1].id
    page = client.page(f"/documents/revisions/{revision}?file={file_id}")
    assert page.cssselect("iframe.pdf")
    assert "没有可检索的文字" in page.text_content()
    shown = client.get(f"/documents/revisions/{revision}/files/{file_id}")
    assert shown.headers["Content-Type"] == "application/pdf"


def blank_pdf() -> bytes:
    out = io.BytesIO()
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()
