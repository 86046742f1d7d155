"""The pages of delegations, and what they change on those of documents (A-2, A-8)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from docctl.domain.roles import Role
from docctl.models.delegations import Delegation
from tests.delegating import delegated, may_sign, signature
from tests.services.test_routes import REST, routes
from tests.web.browser import Browser, words_of
from tests.world import PASSWORD, World

HERE = "/account/delegations"


def typed(world: World, of: str, to: str, days: int = 7) -> dict[str, str]:
    today = world.house.today()
    return {
        "principal_id": str(world.people[of]),
        "delegate_id": str(world.people[to]),
        "from_on": today.isoformat(),
        "until_on": (today + timedelta(days=days - 1)).isoformat(),
        "reason": "到外地出差",
    }


def test_a_2_who_is_away_delegates_and_the_delegate_is_told(client: Browser, world: World) -> None:
    may_sign(world, "wang", Role.REVIEWER)
    client.sign_in("ouyang")
    assert "没有委托" in words_of(client.get(HERE))
    too_long = client.submit(f"{HERE}/new", typed(world, "ouyang", "wang", days=93))
    assert (too_long.status_code, "最长 92 天" in words_of(too_long)) == (422, True)
    assert "到外地出差" in too_long.text  # what was typed stays
    assert client.submit(f"{HERE}/new", typed(world, "ouyang", "wang")).status_code == 303
    listed = words_of(client.get(HERE))
    for one in ("本人", "王强", "有效", "全部待签步骤", "到外地出差"):
        assert one in listed
    client.sign_in("wang")
    assert "知悉委托代签" in words_of(client.get("/"))
    assert "由您代 欧阳雪 签名" in words_of(client.get(HERE))
    assert client.submit(HERE, action=f"{HERE}/seen").status_code == 303
    assert "知悉委托代签" not in words_of(client.get("/"))


def test_a_8_the_delegate_signs_from_the_inbox_and_the_page_says_for_whom(
    client: Browser, world: World
) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    here = f"/documents/revisions/{revision}"
    client.sign_in("wang")
    assert "审核 代 欧阳雪" in words_of(client.get("/"))
    assert "您可以代 欧阳雪 签名" in words_of(client.get(here))
    sheet = client.get(f"{here}/review")
    assert "王强 代 欧阳雪" in words_of(sheet)
    wrong = client.submit(f"{here}/review", {"password": "wrong", "comment": "同意此稿"})
    assert (wrong.status_code, "同意此稿" in wrong.text) == (422, True)
    assert client.submit(f"{here}/review", {"password": PASSWORD}).status_code == 303
    assert signature(world, revision, "review").on_behalf_of == world.people["ouyang"]
    page = client.get(here)
    assert "王强（代 欧阳雪）" in words_of(page)
    assert "代 欧阳雪" in words_of(client.get(f"{here}?reads=1"))


def test_a_8_a_delegate_returns_a_revision(client: Browser, world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    client.sign_in("wang")
    answer = client.submit(f"/documents/revisions/{revision}/return", {"reason": "缺少附表"})
    assert answer.status_code == 303
    assert world.revision(revision).status == "draft"


def test_a_2_an_end_asks_why_and_others_find_nothing(client: Browser, world: World) -> None:
    key = delegated(world, "ouyang", "wang")
    client.sign_in("li")
    assert client.get(f"{HERE}/{key}/end").status_code == 404
    assert "欧阳雪" not in words_of(client.get(HERE))
    client.sign_in("ouyang")
    empty = client.submit(f"{HERE}/{key}/end", {"reason": " "})
    assert empty.status_code == 422
    assert client.submit(f"{HERE}/{key}/end", {"reason": "提前回来"}).status_code == 303
    assert "提前回来" in words_of(client.get(HERE))


def test_a_2_the_register_answers_for_a_past_day(client: Browser, world: World) -> None:
    delegated(world, "ouyang", "wang", days=1)
    first = world.house.today()
    world.clock.forward(days=9)
    client.sign_in("admin")
    assert "王强" in words_of(client.get("/people/delegations"))
    assert "王强" in words_of(client.get(f"/people/delegations?on={first}"))
    assert "王强" not in words_of(client.get(f"/people/delegations?on={first + timedelta(days=1)}"))
    client.sign_in("wang")
    assert client.get("/people/delegations").status_code in {403, 404}


def test_a_2_a_head_enters_one_for_who_is_away(client: Browser, world: World) -> None:
    may_sign(world, "wang", Role.REVIEWER)
    client.sign_in("zhao")
    assert client.submit(f"{HERE}/new", typed(world, "ouyang", "wang")).status_code == 303
    assert "赵敏 登记于" in words_of(client.get(HERE))
    client.sign_in("ouyang")
    assert "由 王强 代您签名" in words_of(client.get(HERE))


def test_a_8_routes_say_what_can_be_delegated_and_the_tester_shows_it(client: Browser, world: World) -> None:
    marked = REST.replace("role approver | 3 working_days", "role approver | 3 working_days | delegate never")
    routes(world, marked)
    client.sign_in("chen")
    shown = words_of(client.get("/settings/rules/routes?type=procedure&unit=PZ"))
    assert "不可代签" in shown
    assert "delegate never" in shown
    revision = world.submitted(world.draft())
    assert "不可代签" not in words_of(client.get(f"/documents/revisions/{revision}"))  # the review is free


def test_a_15_why_who_delegated_leaves_has_a_bound_and_stays_as_typed(client: Browser, world: World) -> None:
    delegated(world, "ouyang", "wang")
    client.sign_in("admin")
    here = f"/people/{world.people['ouyang']}/disable"
    why = "因" * 501
    too_long = client.submit(here, {"reason": why})
    assert (too_long.status_code, why in too_long.text) == (422, True)
    assert "原因最多 500 个字" in words_of(too_long)
    assert client.submit(here, {"reason": why[1:]}).status_code == 303


def test_a_2_a_delegation_begins_within_a_year(client: Browser, world: World) -> None:
    may_sign(world, "wang", Role.REVIEWER)
    client.sign_in("ouyang")
    cmd = typed(world, "ouyang", "wang")
    day = (world.house.today() + timedelta(days=367)).isoformat()
    far = client.submit(f"{HERE}/new", {**cmd, "from_on": day, "until_on": day})
    assert (far.status_code, "提前 366 天" in words_of(far), "到外地出差" in far.text) == (422, True, True)


def test_d_7_lists_of_delegations_go_on_after_fifty(client: Browser, world: World) -> None:
    first = world.house.today()

    def work(session: Session) -> None:
        for day in range(51):
            on = first + timedelta(days=day)
            session.add(
                Delegation(
                    principal_id=world.people["ouyang"],
                    delegate_id=world.people["wang"],
                    from_on=on,
                    until_on=on,
                    begins_at=world.clock() + timedelta(days=day),
                    ends_at=world.clock() + timedelta(days=day, hours=1),
                    reason=f"第{day}次",
                    given_at=world.clock(),
                )
            )

    world.house.uow.write(work)
    for who, here in (("ouyang", HERE), ("admin", "/people/delegations")):
        client.sign_in(who)
        page = client.page(here)
        assert "第0次" not in words_of(client.get(here))
        (on,) = page.cssselect("nav.pages a[rel=next]")
        assert "第0次" in words_of(client.get(on.get("href")))
        ends = page.cssselect("td a[href$='/end']")
        assert len(ends) == 50
    client.sign_in("qian")  # reads the register, and ends nothing of others
    assert not client.page("/people/delegations").cssselect("td a[href$='/end']")
