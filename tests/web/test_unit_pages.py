"""Pages of a unit: head, functions, posts and their holders (O-1, O-3, A-15)."""

from __future__ import annotations

from datetime import timedelta

from docctl.domain.class_content import FUNCTIONS
from docctl.models.organisation import Unit
from tests.web.conftest import Browser
from tests.world import World


def test_o_3_a_post_is_added_taken_and_left_and_the_past_stays(client: Browser, world: World) -> None:
    client.sign_in("admin")
    unit = f"/people/units/{world.units['SC']}"
    assert client.submit(f"{unit}/posts/new", {"name": "检验员"}).status_code == 303
    assert client.submit(f"{unit}/posts/new", {"name": "检验员"}).status_code == 422
    page = client.page(unit)
    take = page.xpath(f"//a[starts-with(@href, '{unit}/posts/') and not(contains(@href, 'new'))]/@href")[0]
    today = world.house.today()
    person = str(world.people["wang"])
    assert client.submit(take, {"person_id": person, "from_on": today.isoformat()}).status_code == 303
    again = client.submit(take, {"person_id": person, "from_on": today.isoformat()})
    assert again.status_code == 422
    assert "王强" in again.text
    holder = client.page(unit).xpath(f"//a[starts-with(@href, '{unit}/holders/')]/@href")[0]
    early = client.submit(holder, {"until_on": (today - timedelta(days=1)).isoformat()})
    assert early.status_code == 422
    assert client.submit(holder, {"until_on": today.isoformat()}).status_code == 303
    text = client.page(unit).text_content()
    assert "王强" in text
    assert today.isoformat() in text


def test_r_6_a_unit_answers_for_each_function_that_a_class_may_ask(client: Browser, world: World) -> None:
    unit = f"/people/units/{world.units['SC']}"
    client.sign_in("admin")
    client.submit(f"{unit}/duties", {"head_id": str(world.people["li"]), "functions": list(FUNCTIONS)})
    with world.house.uow.read() as session:
        assert sorted(session.get_one(Unit, world.units["SC"]).functions) == sorted(FUNCTIONS)


def test_o_1_a_unit_gets_its_head_and_functions(client: Browser, world: World) -> None:
    client.sign_in("admin")
    unit = f"/people/units/{world.units['SC']}"
    answer = client.submit(f"{unit}/duties", {"head_id": str(world.people["li"]), "functions": ["safety"]})
    assert answer.status_code == 303
    text = client.page(unit).text_content()
    assert "李秀兰" in text
    assert "安全管理" in text


def test_o_2_a_unit_is_renamed_named_and_shown_as_of_a_day(client: Browser, world: World) -> None:
    client.sign_in("admin")
    unit = f"/people/units/{world.units['SC']}"
    form = client.page(f"{unit}/change")
    before = form.xpath("//input[@name='name']/@value")[0]
    given = {
        "name": "制造部",
        "kind": "plant",
        "parent_id": str(world.units["ZH"]),
        "from_on": world.house.today().isoformat(),
        "reason": "",
        "row_version": form.xpath("//input[@name='row_version']/@value")[0],
    }
    answer = client.submit(f"{unit}/change", given)
    assert answer.status_code == 422
    assert 'value="制造部"' in answer.text
    world.clock.forward(days=1)
    client.sign_in("admin")
    given |= {"reason": "机构调整", "from_on": world.house.today().isoformat()}
    assert client.submit(f"{unit}/change", given).status_code == 303
    text = client.page(unit).text_content()
    assert "工厂" in text
    assert before in text
    assert client.submit(f"{unit}/names", {"name": "制造"}).status_code == 303
    assert client.submit(f"{unit}/names", {"name": "制 造"}).status_code == 422
    page = client.page(f"{unit}/names")
    end = page.xpath("//form[contains(@action, '/end')]/@action")
    assert len(end) == 1
    assert client.submit(f"{unit}/names", action=end[0]).status_code == 303
    yesterday = (world.house.today() - timedelta(days=1)).isoformat()
    assert "又名" in client.page("/people/units").text_content()
    then = client.page(f"/people/units?on={yesterday}")
    names = [cell.text_content() for cell in then.cssselect("td.k-title")]
    assert any(one.startswith(before) for one in names)


def test_o_4_a_legal_entity_is_added_renamed_and_listed(client: Browser, world: World) -> None:
    client.sign_in("admin")
    given = {"code": "NB", "name": "宁波公司", "unit_code": "1", "unit_name": "宁波综合部"}
    answer = client.submit("/people/entities/new", given)
    assert answer.status_code == 422
    assert 'value="宁波公司"' in answer.text
    assert client.submit("/people/entities/new", given | {"unit_code": "NBZ"}).status_code == 303
    page = client.page("/people/entities")
    link = page.xpath("//a[contains(@href, '/rename')]/@href")[1]
    yesterday = (world.house.today() - timedelta(days=1)).isoformat()
    renamed = {"name": "宁波股份公司", "from_on": yesterday, "reason": "工商变更"}
    assert client.submit(link, renamed | {"reason": ""}).status_code == 422
    assert client.submit(link, renamed).status_code == 303
    text = client.page("/people/entities").text_content()
    assert "宁波股份公司" in text
    assert "宁波公司 至" in text
    assert "NBZ 宁波综合部" in client.page("/people/units/new").text_content()
    client.sign_in("wang")
    assert client.get("/people/entities").status_code in {403, 404}
    assert client.get(link).status_code in {403, 404}


def test_o_3_leaders_in_charge_are_named_listed_and_ended(client: Browser, world: World) -> None:
    client.sign_in("admin")
    assert "还没有指定分管领导" in client.page("/people/leaders").text_content()
    today = world.house.today().isoformat()
    given = {"person_id": str(world.people["zhao"]), "from_on": today, "unit_ids": []}
    answer = client.submit("/people/leaders/new", given)
    assert answer.status_code == 422
    assert "请至少选择一个部门" in answer.text
    given["unit_ids"] = [str(world.units["SC"]), str(world.units["PZ"])]
    assert client.submit("/people/leaders/new", given).status_code == 303
    page = client.page("/people/leaders")
    ends = page.xpath("//a[contains(@href, '/end')]/@href")
    assert len(ends) == 2
    assert "赵敏" in client.page(f"/people/units/{world.units['SC']}").text_content()
    tomorrow = (world.house.today() + timedelta(days=1)).isoformat()
    early = (world.house.today() - timedelta(days=1)).isoformat()
    assert client.submit(ends[0], {"until_on": early}).status_code == 422
    assert client.submit(ends[0], {"until_on": today}).status_code == 303
    coming = given | {"person_id": str(world.people["li"]), "from_on": tomorrow}
    assert client.submit("/people/leaders/new", coming).status_code == 303
    (drops, *_) = client.page("/people/leaders").xpath("//a[contains(@href, '/drop')]/@href")
    assert "取消李秀兰的分管安排" in client.page(drops).text_content()
    assert client.submit(drops, {}).status_code == 303
    assert client.get(drops).status_code == 404
    client.sign_in("wang")
    for place in ("/people/leaders", "/people/leaders/new", ends[1]):
        assert client.get(place).status_code in {403, 404}


def test_o_1_what_is_open_in_a_unit_is_said_before_it_is_closed(client: Browser, world: World) -> None:
    client.sign_in("admin")
    page = client.page(f"/people/units/{world.units['SC']}/close")
    assert "还有未了的" in page.text_content()
    assert not page.cssselect("textarea[name=reason]")
    given = {"code": "CG", "name": "采购部", "parent_id": str(world.units["ZH"])}
    assert client.submit("/people/units/new", given).status_code == 303
    link = client.page("/people/units").xpath("//a[normalize-space()='CG']/@href")[0]
    today = world.house.today().isoformat()
    assert client.submit(f"{link}/close", {"until_on": today, "reason": ""}).status_code == 422
    assert client.submit(f"{link}/close", {"until_on": today, "reason": "合并"}).status_code == 303
    assert today in client.page(link).text_content()
    assert client.submit(f"{link}/close", {"reason": "误撤销"}).status_code == 303
    assert "撤销" in client.page(link).cssselect("main")[0].text_content()


def test_who_is_no_administrator_changes_no_unit(client: Browser, world: World) -> None:
    client.sign_in("wang")
    unit = f"/people/units/{world.units['SC']}"
    assert client.get(f"{unit}/duties").status_code in {403, 404}
    assert client.get(f"{unit}/posts/new").status_code in {403, 404}
    assert client.get(f"{unit}/change").status_code in {403, 404}
    assert client.get(f"{unit}/names").status_code in {403, 404}
