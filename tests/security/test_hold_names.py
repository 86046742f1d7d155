"""A hold's number, name and reason are for those who read holds; others learn that one stands (R-5, X-3)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.jobs.wait import settle
from tests.cli.terminal import Terminal
from tests.filing import a_form, corrected, filed, held, lifted, row, sheet
from tests.security.conftest import token_of
from tests.web.browser import Browser, words_of
from tests.world import World

#: What a hold is called, why it stands, its number.
NAMES = ("华远电器诉讼", "法院来函", "DJ-2026-001")
HELD = "已被保全冻结"

READERS = ["li", "wang"]
INSIDERS = ["zhou", "zhao"]


@pytest.fixture
def record(world: World) -> UUID:
    """Return a record under a hold, with a correction that waits."""
    found = filed(world, a_form(world), who="li")
    corrected(world, found, who="wang", new="别的标题")
    held(world, found)
    settle(world.house)
    return found


def tells(text: str) -> list[str]:
    return [one for one in NAMES if one in text]


@pytest.mark.parametrize("username", READERS)
def test_r_5_a_reader_of_the_record_sees_that_it_is_held_and_no_more(
    client: Browser, world: World, record: UUID, username: str
) -> None:
    client.sign_in(username)
    shown = client.get(f"/records/{record}")
    assert HELD in words_of(shown)
    number = row(world, record).number
    for path in ("", "?reads=1", "/why", "/correct", "/void", "/accept", "/reading"):
        assert tells(client.get(f"/records/{record}{path}").text) == [], path
    for path in (f"/search?q={number}", "/records", "/records?state=held", "/"):
        assert tells(client.get(path).text) == [], path
    assert client.page("/search?q=华远电器诉讼").cssselect("main [data-row]") == []


@pytest.mark.parametrize("username", READERS)
def test_r_5_no_command_tells_a_reader_the_name_of_a_hold(
    terminal: Terminal, world: World, record: UUID, username: str
) -> None:
    number = row(world, record).number
    shown = terminal.ok("records", "show", number, user=username)
    assert (shown["held"], shown["holds"]) == (True, [])
    assert HELD in terminal.run("records", "show", number, "--as", username).output
    events = terminal.ok("events", number, user=username)["events"]
    (placed,) = [one for one in events if one["action"] == "record.held"]
    assert placed["facts"] == {"number": number}
    for words in (
        ("records", "show", number),
        ("events", number, "--reads"),
        ("retention", "explain", number),
        ("records", "list"),
        ("records", "void", number, "--reason", "x"),
        ("disposal", "propose", number, "--title", "x"),
        ("search", number),
    ):
        result = terminal.run(*words, "--as", username, "--json")
        assert tells(result.stdout + result.stderr) == [], words


@pytest.mark.parametrize("username", INSIDERS)
def test_r_5_who_reads_holds_sees_their_names_on_the_record(
    client: Browser, terminal: Terminal, world: World, record: UUID, username: str
) -> None:
    client.sign_in(username)
    text = words_of(client.get(f"/records/{record}"))
    assert "DJ-2026-001 华远电器诉讼" in text
    assert HELD not in text
    number = row(world, record).number
    assert terminal.ok("records", "show", number, user=username)["holds"] == ["DJ-2026-001"]
    events = terminal.ok("events", number, user=username)["events"]
    (placed,) = [one for one in events if one["action"] == "record.held"]
    assert placed["facts"] == {"number": number, "hold": "DJ-2026-001", "name": "华远电器诉讼"}


def test_r_5_the_trail_tells_an_administrator_no_name_of_a_hold(
    client: Browser, world: World, record: UUID
) -> None:
    client.sign_in("admin")
    for path in ("/trail", f"/trail?item={row(world, record).number}", f"/trail?item={record}"):
        assert tells(client.get(path).text) in ([], ["DJ-2026-001"]), path  # a number alone is no secret
    client.sign_in("zhou")
    assert "华远电器诉讼" in client.get("/trail?kind=hold").text


def test_r_5_a_refusal_for_a_hold_does_not_name_it(client: Browser, world: World, record: UUID) -> None:
    client.sign_in("li")
    text = client.get(f"/records/{record}").text
    assert "解除冻结后再决定" in text  # why the keeper cannot decide now
    data = {"csrf_token": token_of(client), "ids": str(record), "title": "到期", "record_ids": str(record)}
    assert tells(client.post("/retention/lists/new", data=data).text) == []
    sheet(world, record, "wang")
    assert tells(client.get(f"/records/{record}").text) == []


def test_r_5_a_lifted_hold_leaves_no_word_to_a_reader(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    lifted(world, held(world, record))
    client.sign_in("li")
    text = client.get(f"/records/{record}").text
    assert HELD not in text
    assert tells(text) == []
    client.sign_in("zhou")
    assert "华远电器诉讼" in client.get(f"/records/{record}").text
