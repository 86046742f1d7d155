"""`docctl search` counts, widens, sorts, offers what is near; `index verify` names items (S-3, S-4, S-6)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from docctl.jobs.entries import record_entries, record_key
from docctl.jobs.wait import settle
from tests.asking import asking
from tests.beginnings import begun, settings_after
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed, row
from tests.places import Place
from tests.world import World


def two_records(world: World) -> str:
    form = a_form(world)
    one = filed(world, form, title="业主来电")
    filed(world, form, title="外壳划伤")
    settle(world.house)
    return row(world, one).number


settings = settings_after(number=two_records)


@pytest.fixture
def number(world: World, founded: Place) -> str:
    return begun(founded, two_records)[1]


def test_s_3_counts_stand_beside_the_hits(terminal: Terminal, number: str) -> None:
    found = terminal.ok("search", "kind:record", "--counts", "--sort", "number", user="wang")
    assert (found["total"], found["counts"]["kind"]) == (2, {"record": 2})
    said = terminal.run("search", "kind:record", "--counts", "--as", "wang").stdout
    assert "种类: 记录 2" in said
    assert "部门: 生产部 2" in said  # by name, as pages do
    assert (found["counts"]["unit"], found["counts"]["state"]) == ({"SC": 2}, {"completed": 2})
    assert "counts" not in terminal.ok("search", "kind:record", user="wang")


def test_s_6_synonyms_on_request(terminal: Terminal, number: str) -> None:
    assert terminal.ok("search", "title:客户", user="wang")["total"] == 0
    assert terminal.ok("search", "title:客户", "--synonyms", user="wang")["hits"][0]["number"] == number
    said = terminal.run("search", "title:客户", "--synonyms", "--as", "wang").stdout
    assert "同义词：业主" in said


def test_s_3_near_numbers_are_offered(terminal: Terminal, number: str) -> None:
    slipped = f"{number}9"
    found = terminal.ok("search", slipped, user="wang")
    assert number in [one["number"] for one in found["near"]]
    assert number in terminal.run("search", slipped, "--as", "wang").stdout


def test_s_1_a_search_that_cannot_be_read_is_refused(terminal: Terminal, number: str) -> None:
    assert terminal.refused("search", "(记录", user="wang") == (3, "S-1.unclosed_bracket")


def test_s_4_verify_names_each_item_that_differs(terminal: Terminal, world: World, number: str) -> None:
    engine = world.house.search
    missing = next(name for name in engine.ids() if name.startswith("record:"))
    engine.apply([], [missing], position=engine.position())
    told = terminal.run("index", "verify")
    assert told.exit_code == 1
    assert missing in told.stdout
    assert "缺少" in told.stdout
    terminal.ok("index", "rebuild")
    assert terminal.ok("index", "verify")["items"] == []


def test_s_4_verify_says_what_it_could_not_compare(terminal: Terminal, world: World, number: str) -> None:
    filed(world, a_form(world, number="QR-1103", title="另一表"))
    told = terminal.run("index", "verify")
    assert (told.exit_code, "索引完整" in told.stdout, "个事件未跟上" in told.stdout) == (0, True, True)
    settle(world.house)
    assert "未跟上" not in terminal.run("index", "verify").stdout
    (generation,) = (world.house.data / "index" / "generations").iterdir()
    largest = max(generation.glob("*.idx"), key=lambda one: one.stat().st_size)
    whole = largest.read_bytes()
    largest.write_bytes(whole[:9] + bytes([whole[9] ^ 255]) + whole[10:])
    told = terminal.run("index", "verify")
    assert told.exit_code == 1
    assert told.stdout.strip() == "索引文件不是写入时的样子。可运行 docctl index rebuild 重建。"


def test_s_4_verify_names_a_record_whose_choice_is_wrong_in_the_index(
    terminal: Terminal, world: World
) -> None:
    form = asking(world)
    right, wrong = (filed(world, form, choices=(("f1", (one,)),)) for one in ("合格", "不合格"))
    settle(world.house)
    assert terminal.ok("index", "verify")["items"] == []
    with world.house.uow.read() as session:
        (entry,) = record_entries(session, [wrong], world.house.zone)
    ((field, option),) = entry.choices
    assert option == "o2"
    engine = world.house.search
    engine.apply([replace(entry, choices=((field, "o1"),))], [], position=engine.position())
    assert terminal.ok("search", "检验结论:合格", user="wang")["total"] == 2  # as the index has it
    told = terminal.run("index", "verify", "--json")
    assert told.exit_code == 1
    (named,) = json.loads(told.stdout)["items"]
    assert (named["number"], named["id"]) == (row(world, wrong).number, record_key(wrong))
    assert row(world, right).number not in told.stdout
    terminal.ok("index", "rebuild")
    assert terminal.ok("index", "verify")["items"] == []
    assert terminal.ok("search", "检验结论:合格", user="wang")["total"] == 1
