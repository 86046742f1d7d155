"""Pages of the number register: gaps and what explains them (N-3, N-5)."""

from __future__ import annotations

from tests.web.browser import Browser, words_of
from tests.world import World


def test_n_5_the_keeper_of_the_department_explains_a_gap_from_the_list(client: Browser, world: World) -> None:
    world.draft(number="QP-03", unit="SC")
    client.sign_in("wang")
    assert not client.page("/documents/numbers/gaps").cssselect("a[href*=explain]")
    assert client.get("/documents/numbers/explain").status_code == 403
    client.sign_in("ouyang")  # the keeper of another one
    assert not client.page("/documents/numbers/gaps").cssselect("a[href*=explain]")
    client.sign_in("li")
    (link,) = client.page("/documents/numbers/gaps").cssselect("main a[href*=explain]")
    assert link.get("href") == "/documents/numbers/explain?number=QP-01&last=QP-02"
    where = "/documents/numbers/explain"
    answer = client.submit(where, {"number": "QP-01", "last": "QP-03", "reason": "旧台账撕页"})
    assert answer.status_code == 422
    assert "QP-03 不在同一段断号里" in answer.text
    assert "旧台账撕页" in answer.text
    answer = client.submit(
        where, {"number": "QP-01", "last": "QP-02", "reason": "旧台账撕页"}, follow_redirects=True
    )
    assert "已说明从 QP-01 起 2 个断号" in answer.text
    assert "没有断号" in answer.text
    assert "旧台账撕页" in words_of(client.get("/documents/numbers?state=voided"))
