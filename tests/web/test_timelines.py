"""What happened to people, units and holds, on their pages (T-1)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.domain.retention_schedule import BUILT_IN
from docctl.models.records import Record
from tests import filing
from tests.web.conftest import Browser
from tests.world import World

TIMELINE = "section.timeline li"


def told(client: Browser, address: str) -> list[str]:
    """Return a page's entries, newest first, each on one line."""
    return [" ".join(one.text_content().split()) for one in client.page(address).cssselect(TIMELINE)]


def test_t_1_a_persons_page_tells_roles_with_their_names(client: Browser, world: World) -> None:
    client.sign_in("admin")
    person = f"/people/{world.people['wang']}"
    client.submit(f"{person}/roles/new", {"role": "keeper", "unit_id": str(world.units["SC"])})
    newest = told(client, person)[0]
    assert "提名角色" in newest
    assert "记录保管" in newest


def test_t_1_sign_ins_are_told_only_where_asked_for(client: Browser, world: World) -> None:
    client.sign_in("wang")
    client.sign_in("admin")
    person = f"/people/{world.people['wang']}"
    assert not any("登录" in one for one in told(client, person))
    assert "登录" in told(client, f"{person}?reads=1")[0]


def test_t_1_a_units_page_tells_its_posts_and_functions(client: Browser, world: World) -> None:
    client.sign_in("admin")
    unit = f"/people/units/{world.units['SC']}"
    client.submit(f"{unit}/posts/new", {"name": "检验员"})
    client.submit(f"{unit}/duties", {"head_id": str(world.people["li"]), "functions": ["safety"]})
    newest, before, *_ = told(client, unit)
    assert "职能：安全管理" in newest
    assert "岗位 检验员" in before


def test_t_1_a_holds_page_tells_placing_and_lifting_with_reasons(client: Browser, world: World) -> None:
    form = filing.a_form(world)
    filed = [filing.filed(world, form) for _ in range(2)]
    with world.house.uow.read() as session:
        numbers = [session.get_one(Record, one).number for one in filed]
    client.sign_in("zhou")
    typed = {"name": "张某投诉", "reason": "法院已受理", "numbers": "\n".join(numbers)}
    page = client.submit("/retention/holds/new", typed).headers["Location"]
    client.submit(f"{page}/lift", {"reason": "已结案"})
    newest, first = told(client, page)
    assert "已结案" in newest
    assert "法院已受理" in first
    assert "2 份记录" in first


@pytest.mark.parametrize("before", ["1", "9" * 15, "-1", "²", "x" * 40])
def test_nonsense_in_the_address_breaks_no_timeline(client: Browser, world: World, before: str) -> None:
    client.sign_in("admin")
    for kind, item in (("people", world.people["wang"]), ("people/units", world.units["SC"])):
        assert client.get(f"/{kind}/{UUID(str(item))}?before={before}").status_code == 200


def test_every_function_of_the_schedule_has_its_words(client: Browser, world: World) -> None:
    client.sign_in("admin")
    unit = f"/people/units/{world.units['SC']}"
    functions = sorted({name for one in BUILT_IN for name in one.functions})
    client.submit(f"{unit}/duties", {"head_id": "", "functions": functions})
    assert "functions." not in told(client, unit)[0]


@pytest.mark.parametrize("reads", ["", "&reads=1"])
def test_t_1_an_earlier_stretch_leads_back_and_its_end_is_not_called_the_beginning(
    client: Browser, world: World, reads: str
) -> None:
    client.sign_in("admin")
    person = f"/people/{world.people['wang']}"
    page = client.page(f"{person}?before=1{reads}")
    assert "没有更早的经过" in page.text_content()
    (link,) = page.xpath("//section[@class='timeline']//a[text()='最新的经过']")
    assert link.get("href") == person + reads.replace("&", "?")
    newest = client.page(link.get("href"))
    assert not newest.xpath("//a[text()='最新的经过']")
