"""Copy-to steps on pages: the tester, the submission, one click by who is asked, the list, xlsx (A-10)."""

from __future__ import annotations

from tests.services.test_copy_steps import COPIED, approve, copied, issue, told
from tests.services.test_routes import routes
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.world import World


def test_a_10_the_tester_says_who_is_told_and_when(client: Browser, world: World) -> None:
    routes(world, COPIED)
    client.sign_in("chen")
    shown = client.page("/settings/rules/routes?type=procedure&unit=SC").cssselect(".tester")[0]
    words = shown.text_content()
    assert all(one in words for one in ("抄送给谁？", "王强", "抄报", "张伟", "发布时"))
    answer = client.submit(
        "/settings/rules/routes/edit",
        {"routes": "# 一\ninform | person wang", "reason": "x"},
    )
    assert answer.status_code == 422
    assert "只有抄送步骤" in answer.text


def test_a_10_one_click_or_a_remark(client: Browser, world: World) -> None:
    revision = copied(world)
    here = f"/documents/revisions/{revision}"
    client.sign_in("wang")
    assert "知悉抄送" in words_of(client.get("/"))
    page = client.page(here)
    assert page.cssselect(f'form[action="{here}/acknowledge"]')
    long = client.submit(f"{here}/acknowledge", {"remark": "长" * 501})
    assert long.status_code == 422
    assert "长" * 501 in long.text
    assert client.submit(f"{here}/acknowledge", {"remark": "已转告班组"}).status_code == 303
    page = client.page(here)
    assert not page.cssselect(f'form[action="{here}/acknowledge"]')
    assert "已转告班组" in page.text_content()
    assert "您已确认知悉" in words_of(client.get(f"{here}/acknowledge"))
    assert told(world, revision)[0] == ("王强", True, True)


def test_a_10_open_copies_are_listed_as_far_as_one_may_see(client: Browser, world: World) -> None:
    revision = copied(world)
    approve(world, revision)
    issue(world, revision)
    client.sign_in("chen")
    words = words_of(client.get("/documents/told"))
    assert "王强" in words
    assert "张伟" in words
    assert client.get("/documents/told/list.xlsx").data[:2] == b"PK"
    client.sign_in("zhang")
    words = words_of(client.get("/documents/told"))
    assert "抄报" in words
    assert "王强" not in words
