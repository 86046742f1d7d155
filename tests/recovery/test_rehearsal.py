"""What a rehearsal finds in a backup that is not whole: each kind by the name of its file (T-3)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from docctl.jobs.backup import check_keys
from docctl.jobs.backup.manifest import file_hash
from docctl.models.content import ItemFile
from storage.api import Key
from tests import filing
from tests.cli.terminal import Terminal
from tests.recovery.recovering import Recovery
from tests.tampering import past_the_guards
from tests.world import World

#: A dump of PostgreSQL is opened in a database beside: `test_server.py`.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def backup(world: World, terminal: Terminal, place: Path) -> list[str]:
    """Back a company with six files up; return their keys in order."""
    form = filing.a_form(world)
    for _ in range(5):
        filing.filed(world, form)
    terminal.ok("backup", place)
    with world.house.uow.read() as session:
        return list(session.scalars(select(ItemFile.object_key).order_by(ItemFile.object_key)))


def problems(recovery: Recovery, place: Path) -> list[tuple[str, str]]:
    code, found, said = recovery.run("restore", place, "--check", "--every-file")
    assert found is not None, said
    told = [(one["code"], one.get("name", "")) for one in found["problems"]]
    assert code == (1 if told else 0)
    return told


def change_lines(place: Path, change: Any) -> None:
    """Change the list of files as who can write the backup would, with a hash that fits."""
    (listed,) = place.glob("runs/*/objects.jsonl")
    lines = [json.loads(line) for line in listed.read_text().splitlines()]
    listed.write_text("".join(json.dumps(one) + "\n" for one in change(lines)))
    manifest = json.loads((place / "manifest.json").read_text())
    size, digest = file_hash(listed)
    manifest["files"]["objects.jsonl"] = {"size": size, "sha256": digest}
    manifest["objects"]["count"] = len(change(lines))
    (place / "manifest.json").write_text(json.dumps(manifest))


def lose_keys(recovery: Recovery, *names: str) -> None:
    """Take keys out of the key store, as nothing of docctl does."""
    with closing(sqlite3.connect(recovery.settings.data / "keys" / "keys.db")) as raw, raw:
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {trigger}")
        for name in names:
            done = raw.execute("DELETE FROM item_key WHERE item = ?", (Key.parse(name).item_id.bytes,))
            assert done.rowcount == 1


def test_t_3_a_whole_backup_has_no_problem(recovery: Recovery, place: Path, backup: list[str]) -> None:
    assert problems(recovery, place) == []
    assert len(backup) == 6


@pytest.mark.parametrize("which", [0, 3, 5], ids=["first", "middle", "last"])
def test_t_3_a_row_whose_file_is_not_listed_is_named(
    recovery: Recovery, place: Path, backup: list[str], which: int
) -> None:
    change_lines(place, lambda lines: [one for one in lines if one["key"] != backup[which]])
    assert problems(recovery, place) == [("row_without_object", backup[which])]


@pytest.mark.parametrize("field", ["sha256", "size", "version"])
def test_t_3_a_row_that_says_something_else_than_the_list_is_named(
    recovery: Recovery, place: Path, backup: list[str], field: str
) -> None:
    def change(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        other = {"sha256": "0" * 64, "size": 1, "version": "0" * 32}[field]
        return [one | ({field: other} if one["key"] == backup[2] else {}) for one in lines]

    change_lines(place, change)
    assert ("row_without_object", backup[2]) in problems(recovery, place)


@pytest.mark.parametrize("page", [1, 2, 500])
def test_r_7_an_item_without_a_key_is_named_once(
    recovery: Recovery, place: Path, backup: list[str], page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_keys, "_PAGE", page)
    found = recovery.run("restore", place, "--check", "--every-file")[1]
    assert (found["items"], found["keys"]) == (6, 6)
    lose_keys(recovery, backup[1], backup[4])
    assert problems(recovery, place) == [("key_missing", backup[1]), ("key_missing", backup[4])]


def test_t_3_a_file_that_its_key_does_not_open_is_named(
    world: World, recovery: Recovery, place: Path, terminal: Terminal
) -> None:
    form = filing.a_form(world)
    filing.filed(world, form)
    with world.house.uow.read() as session:
        row = session.scalars(select(ItemFile).order_by(ItemFile.object_key)).first()
    assert row is not None
    with past_the_guards(world.house) as raw:
        raw.execute("UPDATE item_file SET sha256 = ? WHERE object_key = ?", ("0" * 64, row.object_key))
    terminal.ok("backup", place)
    assert problems(recovery, place) == [("not_decrypted", row.object_key)]
