"""Pages of rosters: set with a refusal kept, tried out, ended (O-3)."""

from __future__ import annotations

from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from tests.web.conftest import Browser
from tests.world import World


def test_o_3_a_roster_is_set_tried_and_ended(client: Browser, world: World) -> None:
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    today = world.house.today()
    for one in ("wang", "li"):
        cmd = HoldPost(post, world.people[one], today)
        take_post(cmd, by=world.by("admin"), house=world.house)
    client.sign_in("admin")
    assert "还没有岗位排了值班表" in client.page("/people/rosters").text_content()
    here = f"/people/units/{world.units['SC']}/posts/{post}/duty"
    assert here in client.get(f"/people/units/{world.units['SC']}").text
    assert "全部任职人" in client.page(here).text_content()
    given = {
        "person_id": str(world.people["wang"]),
        "weekdays": ["1", "2", "3", "4", "5"],
        "starts": "08:00",
        "ends": "20:00",
        "shift": "早班",
        "from_on": today.isoformat(),
    }
    assert client.submit(here, given).status_code == 303
    other = given | {"person_id": str(world.people["li"]), "starts": "19:00", "ends": "08:00"}
    again = client.submit(here, other)
    assert again.status_code == 422
    assert "王强 当班" in again.text
    assert 'value="19:00"' in again.text
    assert client.submit(here, other | {"starts": "8点"}).status_code == 422
    assert client.submit(here, other | {"starts": "20:00", "weekdays": []}).status_code == 422
    assert client.submit(here, other | {"starts": "20:00"}).status_code == 303
    assert "当班：李秀兰" in client.page(f"{here}?at={today.isoformat()}T20:00").text_content()
    assert "当班：王强" in client.page(f"{here}?at={today.isoformat()}T19:59").text_content()
    listed = client.page("/people/rosters").text_content()
    assert "王强" in listed
    (end, _) = client.page(here).xpath(f"//a[starts-with(@href, '{here}/')]/@href")
    assert client.submit(end, {"until_on": "2020-01-01"}).status_code == 422
    assert client.submit(end, {"until_on": today.isoformat()}).status_code == 303
    client.sign_in("wang")
    for place in ("/people/rosters", here, end):
        assert client.get(place).status_code in {403, 404}
