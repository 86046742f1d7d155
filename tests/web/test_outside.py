"""Every page as somebody from outside: nothing but what was granted shows anywhere (O-7, X-3)."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from docctl.domain.partners import PARTNERS_SEE
from docctl.domain.permissions import can_ever
from docctl.jobs.projection import follow
from docctl.services.people.actors import actor_of
from docctl.web.context import PERMISSION
from tests.filing import a_form, filed
from tests.partners import a_partner, bound, shared
from tests.web.browser import Browser
from tests.web.test_permissions_walk import address, rules
from tests.world import World

#: What stands in things that were not granted, and must stand on no page.
SECRETS = ("密件夜莺", "品质部", "生产部", "客服部", "欧阳雪", "王强", "周明", "钱进", "李秀兰")


def company(world: World) -> tuple[str, str]:
    """Make hidden things, and a document and a form shared with the organisation; return their numbers."""
    world.issued(world.draft("密件夜莺 规程", number="QP-77", text="密件夜莺"))
    world.draft("密件夜莺 草案", number="QP-78")
    form = a_form(world, title="密件夜莺 表单")
    filed(world, form, title="密件夜莺 记录")
    a_partner(world)
    until = world.house.today() + timedelta(days=3)
    bound(world, until)
    given = world.issued(world.draft("供方须知", number="QP-80", unit="ZH", text="交货要求"))
    shared(world, "document", world.document_of(given).id, until)
    while follow(world.house):
        pass
    return str(world.document_of(given).id), str(given)


def test_o_7_no_page_shows_anything_that_was_not_granted(client: Browser, app: Flask, world: World) -> None:
    document, revision = company(world)
    client.sign_in("gast")
    opened = set()
    for rule in rules(app, "GET"):
        answer = client.get(address(rule, world))
        if answer.mimetype == "text/html":
            told = "\n".join(line for line in answer.text.splitlines() if "可指定字段" not in line)
            assert not any(one in told for one in SECRETS), rule
        if answer.status_code == 200:
            opened.add(rule.endpoint)
        elif (
            rule.endpoint not in PARTNERS_SEE
            and "docctl_public" not in app.view_functions[rule.endpoint].__dict__
        ):
            assert answer.status_code in {403, 404}, rule
    assert opened >= {"inbox.page", "outside.own", "records.register", "search.page", "account.show"}
    for place in (f"/documents/{document}", f"/documents/revisions/{revision}", "/mine"):
        text = client.get(place).text
        assert "供方须知" in text
        assert not any(one in text for one in SECRETS[:1]), place
    for query in ("密件夜莺", "QP-77", "unit:PZ", "规程", "记录"):
        found = client.page(f"/search?q={query}&kind=").cssselect("main")[0].text_content()
        assert "密件夜莺 规程" not in found
        assert "密件夜莺 记录" not in found
    assert "供方须知" in client.page("/search?q=供方须知").text_content()
    assert "QP-77" not in client.get("/search/suggest?q=QP").text
    assert "QP-80" in client.get("/search/suggest?q=QP").text
    nav = {one.get("href") for one in client.page("/mine").cssselect("nav a")}
    assert {"/", "/mine", "/records", "/search"} <= nav
    assert not nav & {"/documents", "/people", "/settings", "/trail", "/retention"}
    assert client.get("/documents").status_code == 403
    assert client.get("/people/outside").status_code == 403


def test_o_7_what_partners_may_open_is_named_and_there(app: Flask, world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    assert app.view_functions.keys() >= PARTNERS_SEE
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people["gast"], world.house.clock())
    for one in PARTNERS_SEE:
        assert can_ever(actor, app.view_functions[one].__dict__[PERMISSION]), one


def test_o_7_every_form_is_closed_to_who_is_outside_but_the_named(
    client: Browser, app: Flask, world: World
) -> None:
    a_partner(world)
    bound(world, world.house.today())
    client.sign_in("gast")
    token = client.page("/account").cssselect("[name=csrf_token]")[0].get("value")
    for rule in rules(app, "POST"):
        if rule.endpoint in PARTNERS_SEE or "docctl_public" in app.view_functions[rule.endpoint].__dict__:
            continue
        answer = client.post(address(rule, world), data={"csrf_token": token})
        assert answer.status_code in {403, 404}, rule


def test_o_7_a_session_ends_with_the_day(client: Browser, world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    client.sign_in("gast")
    assert client.get("/mine").status_code == 200
    world.clock.forward(hours=11)
    assert client.get("/mine").status_code == 200
    world.clock.forward(hours=4)
    assert client.get("/mine").status_code == 303


def test_o_7_people_are_bound_and_items_shared_on_the_pages(client: Browser, world: World) -> None:
    client.sign_in("admin")
    assert "还没有外部单位" in client.page("/people/outside").text_content()
    unit = a_partner(world)
    issued = world.issued(world.draft("供方须知"))
    number = world.document_of(issued).number
    client.sign_in("admin")
    here = f"/people/outside/{unit}"
    assert "GYS供应商" in client.page("/people/outside").text_content()
    person = f"{here}/people/{world.people['gast']}"
    today = world.house.today().isoformat()
    assert client.submit(person, {"purpose": "", "until_on": today}).status_code == 422
    early = client.submit(person, {"purpose": "项目", "until_on": "2026-03-01"})
    assert early.status_code == 422
    assert 'value="项目"' in early.text
    assert client.submit(person, {"purpose": "项目", "until_on": today}).status_code == 303
    assert "有效" in client.page(here).text_content()
    assert client.get(f"{here}/share").status_code == 403
    client.sign_in("zhao")
    given = {"number": "QP-99", "purpose": "项目", "until_on": today}
    assert client.submit(f"{here}/share", given).status_code == 422
    assert client.submit(f"{here}/share", given | {"number": number}).status_code == 303
    page = client.page(here)
    assert "供方须知" in page.text_content()
    (end,) = page.xpath("//form[contains(@action, '/shares/')]/@action")
    assert client.submit(here, action=end).status_code == 303
    assert "已终止" in client.page(here).text_content()
    (end,) = client.page(here).xpath("//form[contains(@action, '/end')]/@action")
    assert client.submit(here, action=end).status_code == 303
    assert "已到期" in client.page(here).text_content()
    client.sign_in("wang")
    for place in ("/people/outside", here, person, f"{here}/share", "/mine"):
        assert client.get(place).status_code in {403, 404}
