"""Pages of the number register: gaps and what explains them (N-3, N-5)."""

from __future__ import annotations

from tests.services.test_number_following import made, manual, revised
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


def test_n_7_the_pages_say_what_the_number_will_be_before_it_changes(client: Browser, world: World) -> None:
    first = manual(world)
    client.sign_in("chen")
    assert "发布后编号变为 QM/XX-C-2026" in words_of(client.get(f"/documents/revisions/{first}/revise"))
    second = world.approved(revised(world, first))
    here = f"/documents/revisions/{second}"
    assert "发布后编号QM/XX-C-2026" in words_of(client.get(here))
    assert "QM/XX-B-2026 变为 QM/XX-C-2026" in words_of(client.get(f"{here}/issue"))
    answer = client.submit(f"{here}/issue", follow_redirects=True)
    assert "QM/XX-C-2026" in words_of(answer)
    assert "编号随发布改变" in answer.text
    assert world.document_of(first).number == "QM/XX-C-2026"
    answer = client.get("/documents/find?number=QM/XX-B-2026")
    assert str(world.document_of(first).id) in answer.headers["Location"]


def test_n_7_a_clash_stands_beside_the_button_before_the_click(client: Browser, world: World) -> None:
    first = manual(world)
    second = world.approved(revised(world, first, days=1))
    made(world, "另一本", number="QM/XX-C-2026")
    client.sign_in("chen")
    assert "而该编号属于 QM/XX-C-2026" in client.get(f"/documents/revisions/{second}").text
    answer = client.submit(f"/documents/revisions/{second}/issue")
    assert answer.status_code == 422
    assert "而该编号属于 QM/XX-C-2026" in answer.text


def test_n_3_numbers_are_reserved_ahead_and_the_rest_is_released(client: Browser, world: World) -> None:
    client.sign_in("chen")
    where = "/documents/numbers/reserve"
    assert "没有预留过编号" in words_of(client.get("/documents/numbers/reservations"))
    typed = {"type_id": str(world.types["procedure"]), "reason": "新工厂", "count": "201"}
    answer = client.submit(where, typed)
    assert (answer.status_code, "不能是 201 个" in answer.text) == (422, True)
    answer = client.submit(where, typed | {"count": "3", "for_person": "无此人"})
    assert answer.status_code == 422
    answer = client.submit(
        where, typed | {"count": "3", "for_person": "李秀兰", "until": "2026-12-31"}, follow_redirects=True
    )
    assert "已预留 3 个编号：QP-01 至 QP-03" in answer.text
    assert "李秀兰" in words_of(answer)
    world.draft(number="QP-02", author="li", unit="SC")
    (link,) = client.page("/documents/numbers/reservations").cssselect("main a[href*='/void']")
    answer = client.submit(link.get("href"), {"reason": "不建了"}, follow_redirects=True)
    assert "已作废 2 个编号" in answer.text
    assert not client.page("/documents/numbers/reservations").cssselect("main a[href*='/void']")
