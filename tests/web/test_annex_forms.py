"""Pages of forms in annexes: added from the draft of the document above, named, seen from both (N-12)."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

from lxml import html

from tests.services.test_annex_forms import added, document, hidden, numbers
from tests.web.browser import filled
from tests.web.conftest import Browser, words_of
from tests.world import World, docx_bytes


def test_n_12_a_form_is_added_from_the_page_of_the_parent(client: Browser, world: World) -> None:
    above = world.draft()
    client.sign_in("chen")
    url = f"/documents/new?annex_of={above}"
    assert f'href="{url}"' in client.get(f"/documents/revisions/{above}/files").text
    answer = client.get(url)
    assert "将列入 QP-01" in words_of(answer)
    (form,) = html.fromstring(answer.text).cssselect("main form[method=post]")
    data = {**filled(form), "title": "检验记录表"}  # its unit is that of the document above
    answer = client.post("/documents/new", data=data)  # no file: it comes back, and still knows its parent
    assert answer.status_code == 422
    (form,) = html.fromstring(answer.text).cssselect("main form[method=post]")
    data = {**filled(form), "file": (io.BytesIO(docx_bytes("检验记录表")), "表.docx")}
    answer = client.post("/documents/new", data=data)
    assert answer.status_code == 303
    made = UUID(answer.headers["Location"].rsplit("/", 1)[1])
    assert world.document_of(made).number == "QP-01-A1"
    assert "QP-01-A1 检验记录表" in words_of(client.get(f"/documents/revisions/{above}"))
    shown = words_of(client.get(f"/documents/revisions/{made}"))
    assert "所属附件" in shown
    assert "QP-01 记录控制程序" in shown


def test_n_12_a_draft_says_which_forms_it_names(client: Browser, world: World) -> None:
    above = world.draft()
    first, second = added(world, above), added(world, above, "抽样表")
    client.sign_in("chen")
    url = f"/documents/revisions/{above}/annex-forms"
    (form,) = html.fromstring(client.get(url).text).cssselect("main form[method=post]")
    data = {**filled(form), "forms": [str(document(world, second))]}
    assert client.post(url, data=data).status_code == 303
    assert numbers(world, above) == ["QP-01-A2"]
    answer = client.post(url, data={**data, "request_id": str(uuid4())})  # somebody was faster
    assert answer.status_code == 422
    assert numbers(world, above) == ["QP-01-A2"]
    assert document(world, first)
    client.sign_in("wang")
    assert client.get(url).status_code in {403, 404}
    assert client.get(f"/documents/new?annex_of={above}").status_code in {403, 404}


def test_x_3_forms_that_the_editor_may_not_see_are_told_to_stay(client: Browser, world: World) -> None:
    above = world.draft()
    first, second = added(world, above), added(world, above, "抽样表")
    hidden(world, second)
    client.sign_in("chen")
    url = f"/documents/revisions/{above}/annex-forms"
    answer = client.get(url)
    assert "QP-01-A2" in words_of(answer)
    assert "抽样表" not in words_of(answer)
    (form,) = html.fromstring(answer.text).cssselect("main form[method=post]")
    assert client.post(url, data={**filled(form), "forms": []}).status_code == 303
    assert numbers(world, above) == ["QP-01-A2"]
    assert document(world, first)


def test_n_12_what_the_withdrawal_touches_names_them(client: Browser, world: World) -> None:
    above = world.draft()
    form = added(world, above)
    world.issued(form)
    world.issued(above)
    client.sign_in("chen")
    shown = words_of(client.get(f"/documents/revisions/{above}/withdraw"))
    assert "QP-01-A1 检验记录表 附表" in shown or "QP-01-A1 检验记录表附表" in shown
    assert "附表" in words_of(client.get(f"/documents/{document(world, above)}/impact"))


def test_n_12_only_a_draft_has_the_page(client: Browser, world: World) -> None:
    above = world.issued(world.draft())
    client.sign_in("chen")
    assert client.get(f"/documents/revisions/{above}/annex-forms").status_code == 422
    assert client.get("/documents/new?annex_of=" + str(world.units["PZ"])).status_code == 404
