"""Pages of the other names of a document (N-9)."""

from __future__ import annotations

from tests.web.browser import Browser, words_of
from tests.world import World


def test_n_9_a_name_is_given_found_and_ended_from_the_page(client: Browser, world: World) -> None:
    revision = world.issued(world.draft("供方管理程序"))
    world.draft("生产控制程序")
    document = world.document_of(revision).id
    where = f"/documents/{document}/names"
    client.sign_in("wang")
    assert not client.page(f"/documents/{document}").cssselect(f"a[href='{where}']")
    assert client.get(where).status_code == 403
    client.sign_in("chen")
    assert client.page(f"/documents/{document}").cssselect(f"a[href='{where}']")
    assert "没有其他名称" in words_of(client.get(where))
    answer = client.submit(where, {"text": "生产控制程序", "kind": "former"})
    assert answer.status_code == 422
    assert "“生产控制程序”是 QP-02 的名称" in answer.text
    answer = client.submit(where, {"text": "采购程序", "kind": "short"}, follow_redirects=True)
    assert "文件现在也叫“采购程序”" in answer.text
    shown = words_of(client.get(f"/documents/{document}"))
    assert "采购程序简称" in shown.replace(" ", "")
    assert client.get("/documents/find?number=採購程序").status_code == 303
    (link,) = client.page(where).cssselect("main a[href$='/end']")
    assert client.submit(link.get("href"), {"reason": ""}).status_code == 422
    answer = client.submit(link.get("href"), {"reason": "误加"}, follow_redirects=True)
    assert "该名称已停用" in answer.text
    assert client.get(link.get("href")).status_code == 404
