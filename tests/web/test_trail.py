"""The trail: who may read it, what it shows of whom, and whether it holds (T-1, T-2, X-3)."""

from __future__ import annotations

import ast
import sqlite3
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.domain.event_nouns import NOUNS
from docctl.i18n import LANGUAGES, sentences
from docctl.jobs.sealer import seal_round
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.queries.events import EventFilter, event_register
from docctl.services.objects.check import AskCheck, ask_check
from docctl.web import trail
from storage.api import Area, Key
from tests.filing import a_form, filed, row
from tests.web.conftest import Browser, words_of
from tests.world import World

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("who", "status"), [("qian", 200), ("admin", 200), ("zhou", 200), ("wang", 403), ("zhao", 403)]
)
def test_t_1_the_trail_is_for_those_who_look_after_it(client: Browser, who: str, status: int) -> None:
    client.sign_in(who)
    assert client.get("/trail").status_code == status


def test_t_1_the_newest_event_stands_first_with_who_and_what(client: Browser, world: World) -> None:
    world.issued(world.draft())
    client.sign_in("qian")
    rows = client.page("/trail").cssselect("tr[data-row]")
    assert "登录" in rows[0].text_content()
    assert "钱进" in rows[0].text_content()
    text = " ".join(rows[1].text_content().split())
    assert "发布" in text
    assert "记录控制程序" in text


def test_x_3_what_is_hidden_is_a_number_and_no_more(client: Browser, world: World) -> None:
    record = filed(world, a_form(world), title="外壳划伤")
    number = row(world, record).number
    for who, seen in (("qian", True), ("zhou", True), ("admin", False)):
        client.sign_in(who)
        page = client.page(f"/trail?item={number}")
        assert number in page.cssselect("main table")[0].text_content()
        assert ("外壳划伤" in page.text_content()) is seen
        assert bool(page.cssselect(f"a[href='/records/{record}']")) is seen
    with world.house.uow.read() as session:
        wanted = EventFilter(item=number)
        actor = world.by("admin").actor
        found = event_register(session, actor, wanted, at=world.clock(), zone=world.house.zone)
    assert all(not one.facts and not one.detail and one.is_hidden for one in found.events)


def test_t_1_the_trail_is_narrowed_by_person_kind_item_and_day(client: Browser, world: World) -> None:
    revision = world.issued(world.draft())
    number = world.document_of(revision).number
    client.sign_in("qian")

    def count(query: str) -> int:
        return len(client.page(f"/trail?{query}").cssselect("tr[data-row]"))

    assert count(f"item={number}") == 5
    assert count(f"item={number}&person={world.people['ouyang']}") == 1
    assert count("kind=session") == 1
    today = world.house.today()
    assert count(f"item={number}&from={today}&until={today}") == 5
    assert count("until=2026-03-01") == 0
    assert count("from=2026-03-03") == 0
    assert count("item=nothing-of-ours") == 0


def test_t_1_pages_follow_each_other_without_gap(client: Browser, world: World) -> None:
    for place in range(14):
        world.approved(world.draft(f"程序 {place}"))
    client.sign_in("qian")
    seen: list[int] = []
    address = "/trail"
    while address:
        page = client.page(address)
        seen += [int(one.get("id")[1:]) for one in page.cssselect("tr[data-row] [id^=e]")]
        more = page.cssselect(".pages a[rel=next]")
        address = more[0].get("href") if more else ""
    assert seen == list(range(max(seen), 0, -1))
    assert len(seen) > 50


def test_t_2_a_sound_trail_is_said_to_hold(client: Browser, world: World) -> None:
    client.sign_in("qian")
    answer = client.submit("/trail", action="/trail/verify", follow_redirects=True)
    assert "核对完毕" in words_of(answer)


def test_t_2_a_broken_trail_names_the_first_bad_event(client: Browser, world: World) -> None:
    world.issued(world.draft())
    client.sign_in("qian")
    with sqlite3.connect(str(world.house.uow.engine.url.database)) as raw:
        raw.execute("DROP TRIGGER t_1_event_update")
        raw.execute("UPDATE event SET actor_name = '别人' WHERE seq = 4")
    raw.close()
    answer = client.submit("/trail", action="/trail/verify", follow_redirects=True)
    assert "第 4 条的内容被改动" in words_of(answer)


def test_t_2_a_check_that_takes_too_long_says_how_far_it_came(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "PATIENCE", -1.0)
    client.sign_in("zhou")
    answer = client.submit("/trail", action="/trail/verify", follow_redirects=True)
    assert "docctl audit verify" in words_of(answer)


def test_t_2_an_administrator_reads_the_trail_but_does_not_judge_it(client: Browser) -> None:
    client.sign_in("admin")
    assert not client.page("/trail").cssselect("form[action='/trail/verify']")


@pytest.mark.parametrize("nonsense", ["before=x", "person=x", "kind=x", "from=x", "until=0001-01-01"])
def test_nonsense_in_the_address_counts_as_absent(client: Browser, nonsense: str) -> None:
    client.sign_in("qian")
    assert client.get(f"/trail?{nonsense}").status_code == 200


@cache
def recorded() -> set[str]:
    """Return every action that the code records."""
    found: set[str] = set()
    for path in (ROOT / "docctl").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record" and len(call.args) > 2:
                action = call.args[2]
                branches = [action.body, action.orelse] if isinstance(action, ast.IfExp) else [action]
                found |= {one.value for one in branches if isinstance(one, ast.Constant)}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_t_1_every_event_has_its_words(language: str) -> None:
    assert len(recorded()) > 40
    assert not {action for action in recorded() if f"events.{action}" not in sentences(language)}


def test_every_kind_of_event_can_be_asked_for() -> None:
    kinds = {action.split(".")[0] for action in recorded()} - {"company", "note"}
    assert kinds <= {*NOUNS}


# --- store and register


@pytest.mark.parametrize(("who", "status"), [("qian", 200), ("zhou", 200), ("admin", 403), ("wang", 403)])
def test_t_3_the_comparison_is_for_auditor_and_records_manager(
    client: Browser, who: str, status: int
) -> None:
    client.sign_in(who)
    assert client.get("/trail/objects").status_code == status


def test_t_3_a_comparison_runs_in_the_background_and_shows_its_result(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    settle(world.house)
    client.sign_in("qian")
    assert "还没有对照过" in client.page("/trail/objects").text_content()
    answer = client.submit("/trail/objects", action="/trail/objects", follow_redirects=True)
    assert "正在对照" in answer.text
    settle(world.house)
    assert "每个文件都与登记相符" in client.page("/trail/objects").text_content()
    with world.house.uow.read() as session:
        file = session.scalars(select(ItemFile).where(ItemFile.owner_id == record)).one()
    lost = world.house.objects
    world.clock.forward(days=3)
    lost.destroy(Key.parse(file.object_key))
    lost.put(Key.new(Area.RECORDS, "record", record, 9), BytesIO(b"nobody's"), retain_until=None)
    client.sign_in("qian")
    client.submit("/trail/objects", action="/trail/objects")
    settle(world.house)
    rows = client.page("/trail/objects").cssselect("tr[data-row]")
    text = [" ".join(one.text_content().split()) for one in rows]
    assert any("缺失" in one and row(world, record).number in one for one in text)
    assert any("不属于任何条目" in one for one in text)


def test_t_3_one_comparison_at_a_time(world: World) -> None:
    by = world.by("qian")
    assert ask_check(AskCheck(), by=by, house=world.house) is True
    world.clock.forward(seconds=1)
    assert ask_check(AskCheck(), by=world.by("zhou"), house=world.house) is False
    settle(world.house)
    world.clock.forward(seconds=1)
    assert ask_check(AskCheck(), by=world.by("qian"), house=world.house) is True


def test_t_2_the_reason_of_an_alarm_is_told_in_words(client: Browser, world: World) -> None:
    seal_round(world.house)
    world.clock.forward(days=40)
    seal_round(world.house)
    client.sign_in("qian")
    text = words_of(client.get("/trail"))
    assert "系统时钟跳变，或长时间停机" in text
    assert "clock_leapt" not in text
