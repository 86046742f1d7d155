"""The pages of formal checks and returns: checked, sent back with a list, ticked, counted (A-9)."""

from __future__ import annotations

from uuid import UUID

from tests.returning import POINTS, check_routes, page, returned
from tests.web.conftest import Browser, words_of
from tests.web.test_documents import REVISIONS
from tests.web.test_record_export import cells
from tests.world import PASSWORD, World


def answered(*good: str, **more: str) -> dict[str, str]:
    points = {f"point_{at}": one for at, one in enumerate(good, start=1)}
    return {"points": str(len(POINTS)), "password": PASSWORD, **points, **more}


def here(revision_id: UUID) -> str:
    return f"{REVISIONS}/{revision_id}"


def test_a_9_a_check_is_refused_with_what_was_typed_then_returned_and_passed(
    client: Browser, world: World
) -> None:
    check_routes(world)
    revision_id = world.submitted(world.draft())
    path = f"{here(revision_id)}/form_check"
    client.sign_in("wang")
    assert client.page(here(revision_id)).cssselect(f'a[href="{path}"]')
    assert not client.page(here(revision_id)).cssselect(f'a[href="{here(revision_id)}/return"]')
    assert all(one in words_of(client.get(path)) for one in POINTS)
    missing = answered("in_order", "in_order", "missing", remark_3="QP-09 已作废")
    answer = client.submit(path, missing)
    assert answer.status_code == 422
    assert "有 1 项缺项" in words_of(answer)
    assert "QP-09 已作废" in answer.get_data(as_text=True)
    answer = client.submit(path, {**missing, "outcome": "return", "to_mend": "封面签字栏\n", "password": ""})
    assert answer.status_code == 303
    client.sign_in("chen")
    words = words_of(client.get(here(revision_id)))
    assert all(
        one in words for one in ("第 1 次退回", "引用文件现行有效 — QP-09 已作废", "封面签字栏", "王强")
    )
    assert "第 1 次退回" in words_of(client.get("/"))
    world.submitted(revision_id)
    client.sign_in("wang")
    assert "封面签字栏" in words_of(client.get(path))  # who signs next sees the list
    both = client.submit(path, {**answered("in_order", "in_order", "in_order"), "to_mend": "页码不对"})
    assert (both.status_code, "页码不对" in both.get_data(as_text=True)) == (422, True)
    assert "请退回，或清空该栏" in words_of(both)
    assert client.submit(path, answered("in_order", "in_order", "in_order")).status_code == 303
    client.sign_in("ouyang")
    assert "封面签字栏" in words_of(client.get(f"{here(revision_id)}/review"))
    assert "曾退回 1 次" in words_of(client.get("/"))


def test_a_9_a_return_with_a_list_and_ticks_that_stay(client: Browser, world: World) -> None:
    revision_id = world.submitted(world.draft())
    client.sign_in("ouyang")
    answer = client.submit(f"{here(revision_id)}/return", {"reason": " ", "to_mend": "\n"})
    assert answer.status_code == 422
    answer = client.submit(f"{here(revision_id)}/return", {"reason": "", "to_mend": "x\n" * 51})
    assert answer.status_code == 422
    assert "最多 50 项" in words_of(answer)
    answer = client.submit(f"{here(revision_id)}/return", {"reason": "", "to_mend": "页码\n签名栏\n附件"})
    assert answer.status_code == 303
    first, second, third = (str(one.id) for one in page(world, revision_id).returns[0].items)
    client.sign_in("chen")
    path = f"{here(revision_id)}/returned"
    assert client.submit(here(revision_id), {"done": [first, second]}, action=path).status_code == 303
    # The list was shown before the second was ticked: that tick stays.
    stale = {"done": [third], "was": [first]}
    assert client.submit(here(revision_id), stale, action=path).status_code == 303
    assert [one.is_done for one in page(world, revision_id).returns[0].items] == [False, True, True]
    shown = client.page(here(revision_id))
    assert len(shown.cssselect("#returned input[name=done][checked]")) == 2
    assert "勾选退回清单的完成情况" in words_of(client.get(here(revision_id)))


def test_a_9_the_register_of_returns_counts_what_one_may_see(client: Browser, world: World) -> None:
    revision_id = world.submitted(world.draft())
    returned(world, revision_id, reason="页码有误", items=("页码", "签名栏"))
    client.sign_in("chen")
    assert client.page("/documents").cssselect('a[href="/documents/returns"]')
    words = words_of(client.get("/documents/returns"))
    assert all(one in words for one in ("退回 1 次", "提交 1 次", "品质部", "程序文件", "页码有误", "0 / 2"))
    assert "该范围内没有退回" in words_of(client.get("/documents/returns?from=2026-03-03"))
    assert "页码有误" in words_of(client.get("/documents/returns?from=2026-03-02&until=2026-03-02"))
    assert "页码有误" in words_of(client.get("/documents/returns?from=nonsense&unit=x&type=x&page=x"))
    assert "页码有误" in cells(client.get("/documents/returns/export?format=xlsx").data)
    sums = cells(client.get("/documents/returns/export?format=xlsx&what=sums").data)
    assert "品质部" in sums
    assert "页码有误" not in sums
    assert client.get("/documents/returns/export?format=docx").status_code == 200
    client.sign_in("zhang")
    words = words_of(client.get("/documents/returns"))
    assert "页码有误" not in words
    assert "还没有退回过" in words
