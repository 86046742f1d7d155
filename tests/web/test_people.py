"""Pages of people: two people for what signs, one-time links, why a button cannot be pressed (A-15)."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from lxml import html
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from docctl.domain.roles import Role
from docctl.models.base import new_id
from docctl.models.organisation import Person, RoleGrant
from tests.web.browser import Browser, words_of
from tests.world import World

NEW = "a much better phrase"


def link_in(answer: TestResponse) -> str:
    found = re.search(r"/welcome/[\w-]+", answer.text)
    assert found, words_of(answer)
    return found.group()


def url(world: World, username: str) -> str:
    return f"/people/{world.people[username]}"


def add(client: Browser, world: World, **more: str) -> TestResponse:
    values = {"username": "lin", "name": "林小雨", "unit_id": str(world.units["KF"])}
    return client.submit("/people/new", values | more)


def test_a_15_a_new_person_sets_their_own_password_by_a_link(client: Browser, world: World) -> None:
    client.sign_in("admin")
    answer = add(client, world)
    assert answer.status_code == 200
    link = link_in(answer)
    client.sign_out()
    assert "林小雨，您的用户名是 lin" in words_of(client.get(link))
    done = client.submit(link, {"new_password": NEW, "repeat_password": NEW})
    assert done.headers["Location"] == "/sign-in"
    assert "密码已设置" in words_of(client.get("/sign-in"))
    assert client.sign_in("lin", NEW).status_code == 303


def test_a_15_a_link_works_once_and_three_days(client: Browser, world: World) -> None:
    client.sign_in("admin")
    link = link_in(add(client, world))
    client.sign_out()
    assert client.get("/welcome/invented").status_code == 404
    client.submit(link, {"new_password": NEW, "repeat_password": NEW})
    used = client.get(link)
    assert used.status_code == 404
    assert "链接已使用、已过期或不存在" in words_of(used)
    world.clock.forward(days=1)
    client.sign_in("admin")
    later = link_in(add(client, world, username="lin2"))
    world.clock.forward(hours=71)
    assert client.get(later).status_code == 200
    world.clock.forward(hours=1)
    assert client.get(later).status_code == 404


def test_a_15_no_page_shows_or_keeps_the_link_again(client: Browser, world: World) -> None:
    client.sign_in("admin")
    answer = add(client, world)
    token = link_in(answer).removeprefix("/welcome/")
    person = re.search(r"/people/([\w-]{36})", answer.text)
    assert person
    assert token not in client.get(person.group()).text
    database = (world.house.uow.engine.url.database or "").encode()
    assert database
    with world.house.uow.engine.connect() as connection:
        dump = "".join(
            str(tuple(row))
            for (table,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')
        )
    assert token not in dump


def test_a_form_sent_twice_adds_one_person_and_shows_the_same_link(client: Browser, world: World) -> None:
    client.sign_in("admin")
    form = client.forms("/people/new")[0]
    hidden = {one.get("name"): one.get("value") for one in form.cssselect("input[type=hidden]")}
    values = {**hidden, "username": "lin", "name": "林小雨", "unit_id": str(world.units["KF"])}
    first, second = client.post("/people/new", data=values), client.post("/people/new", data=values)
    assert link_in(first) == link_in(second)
    with world.house.uow.read() as session:
        assert len(session.scalars(select(Person).where(Person.username == "lin")).all()) == 1


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"username": "Chen"}, "username", "已有人使用"),
        ({"username": "陈静"}, "username", "小写字母开头"),
        ({"username": "x"}, "username", "小写字母开头"),
        ({"name": "  "}, "name", "请填写此项"),
        ({"name": "林" * 101}, "name", "最多 100"),
        ({"unit_id": ""}, "unit_id", "请填写此项"),
        ({"unit_id": "x"}, "unit_id", "请从列表中选择"),
        ({"name": "林\x00雨"}, "name", "控制字符"),
    ],
    ids=["taken", "not latin", "too short", "blank", "too long", "no unit", "no id", "control"],
)
def test_a_refused_person_keeps_what_was_typed_with_the_reason_beside(
    client: Browser, world: World, typed: dict[str, str], field: str, sentence: str
) -> None:
    client.sign_in("admin")
    answer = add(client, world, email="lin@example.test", **typed)
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert sentence in page.get_element_by_id(f"e-{field}").text_content()
    assert page.get_element_by_id("f-email").get("value") == "lin@example.test"
    assert page.cssselect(f".error-summary a[href='#f-{field}']")


def test_a_15_a_role_that_signs_waits_for_a_second_person(client: Browser, world: World) -> None:
    client.sign_in("admin")
    page = url(world, "wang")
    answer = client.submit(f"{page}/roles/new", {"role": "reviewer"})
    assert answer.headers["Location"] == page
    shown = words_of(client.get(page))
    assert "已提名，等待第二人确认" in shown
    assert "不能确认：须由另一人确认" in shown  # the proposer sees why not
    assert "王强" in words_of(client.get("/people?only=waiting"))
    client.sign_in("zhao")
    (form,) = [one for one in client.forms(page) if one.get("action", "").endswith("/confirm")]
    assert client.submit(page, action=form.get("action")).status_code == 303
    assert "赵敏于 2026-03-02 09:00 确认" in words_of(client.get(page))


def test_a_15_the_proposer_cannot_confirm_by_hand_either(client: Browser, world: World) -> None:
    client.sign_in("admin")
    page = url(world, "wang")
    client.submit(f"{page}/roles/new", {"role": "approver"})
    grant = re.search(r"/roles/([\w-]{36})/revoke", client.get(page).text)
    assert grant
    token = client.page(page).cssselect("[name=csrf_token]")[0].get("value")
    answer = client.post(f"{page}/roles/{grant[1]}/confirm", data={"csrf_token": token})
    assert answer.status_code == 422
    assert "须由另一人确认" in words_of(answer)
    assert "A-15" in words_of(answer)


def test_a_15_nobody_proposes_a_role_for_themselves(client: Browser, world: World) -> None:
    client.sign_in("admin")
    answer = client.submit(f"{url(world, 'admin')}/roles/new", {"role": "approver"})
    assert answer.status_code == 422
    assert "不能给自己提名" in words_of(answer)


def test_a_keeper_needs_a_unit(client: Browser, world: World) -> None:
    client.sign_in("admin")
    page = f"{url(world, 'wang')}/roles/new"
    answer = client.submit(page, {"role": "keeper"})
    assert "“记录保管员”按部门担任" in words_of(answer)
    chosen = html.fromstring(answer.text).cssselect("input[name=role][checked]")
    assert [one.get("value") for one in chosen] == ["keeper"]
    unit = {"role": "keeper", "unit_id": str(world.units["SC"])}
    assert client.submit(page, unit).status_code == 303


def test_a_15_a_reset_goes_through_link_and_second_person(client: Browser, world: World) -> None:
    client.sign_in("admin")
    page = url(world, "chen")
    link = link_in(client.submit(f"{page}/reset"))
    assert client.sign_in("chen").status_code == 422  # the old password is over
    client.sign_in("zhao")
    assert "本人还没有用链接设置新密码" in words_of(client.get(page))
    client.sign_out()
    client.submit(link, {"new_password": NEW, "repeat_password": NEW})
    client.sign_in("chen", NEW)
    assert "您的密码于 2026-03-02 09:00 被孙丽重置" in words_of(client.get("/account"))
    client.sign_in("ouyang")  # heads the unit
    assert "陈静的密码于 2026-03-02 09:00 被孙丽重置" in words_of(client.get("/account"))
    client.sign_in("admin")
    assert "不能确认是本人：须由另一人确认" in words_of(client.get(page))
    client.sign_in("zhao")
    assert client.submit(page, action=f"{page}/confirm-reset").status_code == 303
    with world.house.uow.read() as session:
        assert not session.get_one(Person, world.people["chen"]).reset_confirm_needed


def test_an_account_is_closed_after_saying_what_stays(client: Browser, world: World) -> None:
    client.sign_in("admin")
    page = url(world, "wang")
    assert "已有的签名和经过保留不变" in words_of(client.get(f"{page}/disable"))
    assert client.submit(f"{page}/disable").status_code == 303
    shown = words_of(client.get(page))
    assert "已停用" in shown
    assert "提名角色" not in shown
    assert "不能停用账户：不能停用自己的账户" in words_of(client.get(url(world, "admin")))


def test_who_may_only_look_sees_why_not(client: Browser, world: World) -> None:
    client.sign_in("qian")
    shown = words_of(client.get("/people"))
    assert "不能新增人员：您的岗位没有这项权限（新增人员）" in shown
    assert not client.page(url(world, "chen")).cssselect("main form[method=post]")
    assert client.get("/people/new").status_code == 403


def test_o_1_a_unit_is_added_under_its_parent(client: Browser, world: World) -> None:
    client.sign_in("admin")
    values = {"name": "采购部", "code": "cg", "parent_id": str(world.units["ZH"])}
    assert client.submit("/people/units/new", values).status_code == 303
    assert "CG采购部 部门 综合办公室" in words_of(client.get("/people/units"))
    again = client.submit("/people/units/new", values | {"name": "别的部"})
    assert again.status_code == 422
    assert "代号 CG 已由采购部使用" in words_of(again)


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1", "没有这个人"])
def test_a_search_for_people_takes_signs_as_they_are(client: Browser, text: str) -> None:
    client.sign_in("admin")
    answer = client.get("/people", query_string={"text": text})
    assert "没有符合条件的人员" in words_of(answer)


def test_the_register_pages_and_counts_exactly_with_the_same_number_of_statements(
    client: Browser, world: World
) -> None:
    client.sign_in("admin")
    few = statements(client, world)

    def more(session: object) -> None:
        for number in range(111):
            session.add(  # type: ignore[attr-defined]
                Person(
                    id=new_id(),
                    username=f"p{number}",
                    name=f"人{number:03}",
                    unit_id=world.units["SC"],
                    created_at=world.clock(),
                )
            )

    world.house.uow.write(more)
    assert statements(client, world) == few
    assert "第 1–50 项，共 120 项" in words_of(client.get("/people"))
    assert "第 101–120 项，共 120 项" in words_of(client.get("/people?page=3"))
    assert "第 101–120 项，共 120 项" in words_of(client.get("/people?page=999"))
    assert client.get("/people?page=-1&only=nonsense").status_code == 200


def statements(client: Browser, world: World) -> int:
    count = 0

    def one(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(world.house.uow.engine, "before_cursor_execute", one)
    try:
        assert client.get("/people").status_code == 200
    finally:
        event.remove(world.house.uow.engine, "before_cursor_execute", one)
    return count


def test_what_people_call_themselves_is_never_markup(client: Browser, world: World) -> None:
    client.sign_in("admin")
    name = "<script>alert(1)</script>"
    answer = add(client, world, name=name)
    person = re.search(r"/people/([\w-]{36})", answer.text)
    assert person
    UUID(person[1])
    for page in (answer, client.get("/people"), client.get(person.group())):
        assert name not in page.text
        assert name in words_of(page)


@pytest.mark.parametrize(
    "page", ["", "?number=QP-04", "?number=%00%FF", "/types", "/retention", "/permissions"]
)
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_settings_are_shown_in_both_languages(client: Browser, page: str, language: str) -> None:
    client.sign_in("wang")
    client.set_cookie("docctl-language", language)
    assert client.get(f"/settings{page}").status_code == 200


def test_n_2_a_number_is_read_by_the_scheme_it_belongs_to(client: Browser) -> None:
    client.sign_in("wang")
    shown = words_of(client.get("/settings?number=qr-1102-2024-0147"))
    assert "表格下的记录（按年） 表格编号 qr-1102 年 2024 顺序号 0147".replace(" ", "") in shown.replace(
        " ", ""
    )
    assert "没有规则能读" in words_of(client.get("/settings?number=!!"))


def test_a_16_who_leaves_hands_over_on_the_page_that_closes_the_account(
    client: Browser, world: World
) -> None:
    world.submitted(world.draft())
    client.sign_in("admin")
    person = world.people["ouyang"]
    assert "2 项未办事项" in words_of(client.get(f"/people/{person}"))
    page = client.page(f"/people/{person}/disable")
    (head,) = page.cssselect("select[name=handed]")  # of the step: nobody else reviews
    assert "没有可以接办的人" in words_of(client.get(f"/people/{person}/disable"))
    assert "没有其他人担任" in words_of(client.get(f"/people/{person}/disable"))
    nobody = next(one.get("value") for one in head.cssselect("option") if one.get("value", "").endswith(":"))
    assert client.submit(f"/people/{person}/disable", {"handed": "step:x:y"}).status_code == 422
    assert client.submit(f"/people/{person}/disable", {"handed": nobody}).status_code == 422  # why?
    gone = {"handed": nobody, "reason": "离职"}
    assert client.submit(f"/people/{person}/disable", gone).status_code == 303
    assert "1 项未办事项" in words_of(client.get(f"/people/{person}"))
    assert "移交离任或卸任人员的未办事项" in client.get("/").text
    left = client.page(f"/people/{person}/hand-over")
    assert len(left.cssselect("tbody tr")) == 1
    assert client.submit(f"/people/{person}/hand-over", {}).status_code == 422


def test_a_16_where_nothing_is_open_the_page_leads_back(client: Browser, world: World) -> None:
    client.sign_in("admin")
    person = world.people["zhang"]
    page = client.page(f"/people/{person}/hand-over")
    (back,) = page.cssselect("main form a.btn")
    assert back.get("href") == f"/people/{person}"
    assert not page.cssselect("main form button")


def test_a_16_somebody_moves_to_another_unit(client: Browser, world: World) -> None:
    client.sign_in("admin")
    person = world.people["zhang"]
    page = client.page(f"/people/{person}/move")
    assert len(page.cssselect("input[name=kept]")) == 1
    here = client.submit(f"/people/{person}/move", {"unit_id": str(world.units["KF"])})
    assert (here.status_code, "此人已在这个部门" in here.text) == (422, True)
    assert client.submit(f"/people/{person}/move", {"unit_id": str(world.units["SC"])}).status_code == 303
    assert "生产部" in words_of(client.get(f"/people/{person}"))
    client.sign_in("wang")
    assert client.get(f"/people/{person}/move").status_code in {403, 404}


def test_a_16_who_loses_a_role_that_steps_need_leads_to_where_they_are_handed_over(
    client: Browser, world: World
) -> None:
    world.submitted(world.draft())
    client.sign_in("admin")
    person = world.people["ouyang"]
    with world.house.uow.read() as session:
        grants = {
            one.role: one.id
            for one in session.scalars(select(RoleGrant).where(RoleGrant.person_id == person))
        }
    here = f"/people/{person}"
    kept = client.submit(here, action=f"{here}/roles/{grants[Role.KEEPER]}/revoke")
    assert kept.headers["Location"] == here  # no step needs it
    lost = client.submit(here, action=f"{here}/roles/{grants[Role.REVIEWER]}/revoke")
    assert lost.headers["Location"] == f"{here}/hand-over"
    assert "已无权签名" in client.get(f"{here}/hand-over").text
    assert "移交离任或卸任人员的未办事项" in client.get("/").text
