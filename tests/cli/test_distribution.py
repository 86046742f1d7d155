"""Distribution by command: the list, copies and what becomes of them, readers (D-1, D-2, D-4, D-8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import handing as h
from tests.cli.terminal import Terminal
from tests.world import World


def test_d_8_a_list_is_made_by_command_and_signed_with_the_revision(terminal: Terminal, world: World) -> None:
    draft = world.draft()
    number = world.document_of(draft).number
    add = ("distribution", "add", number)
    terminal.ok(*add, "--to-unit", "SC", "--copies", 2, "--to-read", user="chen")
    terminal.ok(*add, "--to-unit", "SC", "--at-place", "公告栏", user="chen")
    found = terminal.ok(*add, "--to-person", "wang", "--on-screen", user="chen")
    assert [(one["holder"], one["medium"], one["copies"]) for one in found["list"]] == [
        ("生产部", "paper", 2),
        ("公告栏（生产部）", "posted", 1),
        ("王强", "screen", 1),
    ]
    assert terminal.refused(*add, "--to-person", "wang", "--on-screen", user="chen") == (
        3,
        "D-8.listed_twice",
    )
    assert terminal.refused(*add, user="chen")[0] == 2
    assert terminal.refused(*add, "--to-unit", "SC", "--to-post", "没有", user="chen")[0] == 4
    terminal.ok("distribution", "remove", number, 2, user="chen")
    assert terminal.refused("distribution", "remove", number, 9, user="chen")[0] == 4
    world.issued(draft)
    shown = terminal.ok("distribution", "show", number, user="chen")
    assert [one["copy"] for one in shown["copies"]] == ["001", "002", "003"]
    assert {one["name"] for one in shown["readers"]} == {"李秀兰", "王强"}
    assert terminal.refused("distribution", "remove", number, 1, user="chen") == (3, "D-2.reason_needed")
    changed = terminal.ok("distribution", "remove", number, 1, "--reason", "合并", user="chen")
    assert changed["revision_counts"]["recalled"] == 2
    assert "合并" not in terminal.run("distribution", "show", number, "--as", "zhang").stdout
    more = terminal.ok(*add, "--to-unit", "KF", "--reason", "新业务", user="chen")
    assert more["list"][-1]["reason"] == "新业务"


def test_d_4_a_reader_confirms_by_command(terminal: Terminal, world: World) -> None:
    first = h.distributed(world, h.to_person(world, reads=True))
    number = world.document_of(first).number
    assert terminal.ok("distribution", "read", number, user="wang")["read"] is True
    assert terminal.refused("distribution", "read", number, user="wang") == (
        3,
        "D-4.acknowledged_already",
    )
    (one,) = terminal.ok("distribution", "show", number, user="chen")["readers"]
    assert one["read_at"].startswith("2026-03-02")
    before = terminal.ok("distribution", "show", number, "--as-of", "2026-03-01", user="chen")
    assert before["readers"] == []


@pytest.fixture
def number(world: World) -> str:
    first = h.distributed(world, h.to_unit(world, copies=4))
    return world.document_of(first).number


def test_d_2_what_becomes_of_copies_by_command(
    terminal: Terminal, world: World, number: str, tmp_path: Path
) -> None:
    assert terminal.ok("copies", "receive", number, "1", user="li")["state"] == "received"
    note = ("copies", "receive", number, "2", "--receiver", "王强", "--on", "2026-03-02")
    assert terminal.ok(*note, user="chen")["state"] == "received"
    assert terminal.refused("copies", "receive", number, "2", "--on", "2026-03-03", user="chen")[0] == 3
    assert terminal.refused("copies", "receive", number, "1", user="zhang")[0] == 4
    assert (
        terminal.ok("copies", "recall", number, "1", "--reason", "离岗", user="chen")["state"] == "recalled"
    )
    assert terminal.refused("copies", "return", number, "1", user="li") == (3, "D-2.control_takes_back")
    assert terminal.ok("copies", "return", number, "1", user="chen")["state"] == "returned"
    assert terminal.refused("copies", "return", number, "1", user="chen") == (3, "D-2.already_closed")
    destroy = ("copies", "destroy", number, "2", "--reason", "破损")
    assert terminal.refused(*destroy, user="chen") == (3, "D-2.witness_needed")
    assert terminal.ok(*destroy, "--witness", "li", user="chen")["state"] == "destroyed"
    assert terminal.refused("copies", "lose", number, "9" * 20, "--reason", "搬迁", user="li")[0] == 4
    assert terminal.ok("copies", "lose", number, "3", "--reason", "搬迁", user="li")["state"] == "lost"
    found = terminal.ok("copies", "list", user="chen")
    assert [one["state"] for one in found["copies"]] == ["returned", "destroyed", "lost", "issued"]
    assert [one["copy"] for one in terminal.ok("copies", "list", "--recalls", user="chen")["copies"]] == [
        "001"
    ]
    target = tmp_path / "list.docx"
    terminal.ok("copies", "list", "--state", "lost", "--docx", target, user="chen")
    assert target.read_bytes().startswith(b"PK")
    assert terminal.refused("copies", "list", "--state", "poem", user="chen")[0] == 2
    counts = "已发放 4，在外 1（应回收 0），已收回 1，已销毁 1，已遗失 1"
    assert counts in terminal.run("distribution", "show", number, "--as", "chen").stdout
