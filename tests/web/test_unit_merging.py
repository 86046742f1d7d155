"""Pages of a unit that goes into others: chosen, listed, refused with what was chosen kept (O-2)."""

from __future__ import annotations

from datetime import timedelta

from tests.web.conftest import Browser
from tests.world import World


def test_o_2_a_unit_is_split_thing_by_thing(client: Browser, world: World) -> None:
    draft = world.draft("作业指导书", unit="SC")
    number = world.document_of(draft).number
    client.sign_in("admin")
    unit = f"/people/units/{world.units['SC']}"
    assert "并入、拆分" in client.page(unit).text_content()
    first = client.page(f"{unit}/into")
    assert str(world.units["KF"]) in first.xpath("//input[@name='into']/@value")
    assert str(world.units["SC"]) not in first.xpath("//input[@name='into']/@value")
    where = f"{unit}/into?into={world.units['KF']}&into={world.units['PZ']}"
    page = client.page(where)
    assert number in page.text_content()
    goes = page.xpath("//select[@name='goes']/option[@selected]/@value")
    assert all(one.endswith(str(world.units["KF"])) for one in goes)
    given = {
        "into": [str(world.units["KF"]), str(world.units["PZ"])],
        "goes": [one for one in goes if not one.startswith("document:")],
        "from_on": world.house.today().isoformat(),
        "reason": "机构调整",
        "closes": "1",
        "row_version": page.xpath("//input[@name='row_version']/@value")[0],
    }
    left = client.submit(where, given, action=f"{unit}/into")
    assert left.status_code == 422
    assert "还有 1 项没有去向" in left.text
    again = client.submit(where, given | {"reason": ""}, action=f"{unit}/into")
    assert again.status_code == 422
    assert 'value="">' in again.text
    to = str(world.units["PZ"])
    sent = [one if not one.startswith("document:") else one[:-36] + to for one in goes]
    assert client.submit(where, given | {"goes": sent}, action=f"{unit}/into").status_code == 303
    assert world.document_of(draft).unit_id == world.units["PZ"]
    shown = client.page(unit).text_content()
    assert (world.house.today() - timedelta(days=1)).isoformat() in shown
    assert "拆分到其他部门" in shown
    assert "归入 KF、PZ" in shown
    assert "SC 的名称" in client.page(f"/people/units/{world.units['KF']}/names").text_content()
    assert "SC 的名称" in client.page(f"/people/units/{world.units['KF']}").text_content()
    assert "已于" in client.page(f"{unit}/into").text_content()


def test_o_2_who_is_no_administrator_moves_nothing(client: Browser, world: World) -> None:
    client.sign_in("zhao")
    assert client.get(f"/people/units/{world.units['SC']}/into").status_code in {403, 404}
