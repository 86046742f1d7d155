"""The same on a server: a dump of one snapshot, restored into an empty database (T-2, T-3, N-1, R-7)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.notes import destruction_note
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.proof import verify_trail
from docctl.jobs.sealer import keep_head
from docctl.jobs.wait import settle
from docctl.models.organisation import SessionRow
from docctl.models.records import Record, RecordFact
from docctl.services.epochs import replay
from tests import filing, postgres
from tests.cli.terminal import Terminal
from tests.lists import proposed_list, witnessed_list
from tests.places import database_of, new_place
from tests.recovery.recovering import Recovery, accept, contents
from tests.world import World

pytestmark = pytest.mark.postgresql_only


def on_a_new_database(settings: Settings, tmp_path: Path) -> Settings:
    """Return the same installation with an empty database."""
    fresh = new_place(tmp_path / "unused").settings
    return replace(settings, database_url=fresh.database_url, migration_url=fresh.migration_url)


def test_r_7_n_1_an_older_dump_comes_back_without_what_was_destroyed_since(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, tmp_path: Path
) -> None:
    witnessed_list(world)
    kept = filing.filed(world, filing.a_form(world, number="QR-1190"))
    before = contents(world.house)
    terminal.ok("backup", place)
    settle(world.house)  # the list is carried out
    lost = filing.row(world, filing.filed(world, filing.row(world, kept).form_id)).number
    keep_head(world.house)
    world.house.close()

    assert recovery.refused("restore", place, "--over", "SLJM") == "restore.database_in_use"
    new = Recovery(on_a_new_database(recovery.settings, tmp_path), recovery.clock)
    assert new.refused("restore", place) == "restore.occupied"
    done = new.ok("restore", place, "--over", "SLJM")
    assert (done["epoch"], done["lost_events"] > 0) == (1, True)
    assert done["without_row"] == 2  # the lost record, and the certificate of the lost destruction
    with new.reopened() as again:
        with pytest.raises(RuleRefused, match=r"T-2\.epoch_open"):
            filing.filed(again, filing.row(again, kept).form_id)
        accept(again, "zhao", "zhou")
        settle(again.house)  # what was under way goes on
        with again.house.uow.read() as session:
            gone = session.scalars(select(Record.id).where(Record.status == RecordStatus.DESTROYED)).all()
            assert len(gone) == 2
            facts = select(func.count()).where(RecordFact.record_id.in_(gone))
            assert session.scalar(facts) == 0
            assert session.scalar(select(func.count()).select_from(SessionRow)) == 0
        after = contents(again.house)
        assert {key: after[key] for key in before if key in after}.items() <= before.items()
        assert filing.row(again, filing.filed(again, filing.row(again, kept).form_id)).number > lost
        again.clock.forward(minutes=6)
        keep_head(again.house)
        assert verify_trail(again.house).ok


def test_r_7_a_restore_killed_before_everything_is_destroyed_again_goes_on(
    terminal: Terminal,
    world: World,
    place: Path,
    recovery: Recovery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An epoch beside records that should be gone would let people read them, and refuse the same command."""
    _, records = proposed_list(world)
    terminal.ok("backup", place)
    register = tmp_path / "register.jsonl"
    register.write_text(destruction_note("", world.clock(), [(one, "") for one in records]))
    world.house.close()
    new = Recovery(on_a_new_database(recovery.settings, tmp_path), recovery.clock)
    command = ("restore", place, "--over", "SLJM", "--register", register)
    with monkeypatch.context() as patch:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(replay, "erase", killed)
        assert new.run(*command)[0]
    assert new.ok(*command)["destroyed_again"] == len(records)
    with new.reopened() as again, again.house.uow.read() as session:
        states = session.scalars(select(Record.status).where(Record.id.in_(records)))
        assert set(states) == {RecordStatus.DESTROYED}


def test_t_3_a_dump_is_rehearsed_and_opened_in_a_database_beside(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, tmp_path: Path
) -> None:
    filing.filed(world, filing.a_form(world))
    terminal.ok("backup", place)
    found = recovery.ok("restore", place, "--check")
    assert [one["code"] for one in found["notes"]] == ["not_opened"]
    scratch = database_of(new_place(tmp_path / "scratch").settings)
    found = recovery.ok("restore", place, "--check", "--scratch", scratch, "--every-file")
    assert (found["ok"], found["keys"], found["opened"]) == (True, found["items"], found["rows"])
    assert found["events"] > 0
    code, _, said = recovery.run("restore", place, "--check", "--scratch", scratch)
    assert (code, said.split(": ")[0]) == (3, "restore.database_in_use")
    dump = next((place / "runs").iterdir()) / "docctl.dump"
    dump.chmod(0o600)
    dump.write_bytes(dump.read_bytes()[:-100])
    code, found, _ = recovery.run("restore", place, "--check")
    assert (code, found["problems"][0]["code"]) == (1, "file_changed")


def test_a_password_is_never_on_a_command_line(terminal: Terminal, place: Path, server: str) -> None:
    """The tools get it through their environment: what they are called with is seen by all of the machine."""
    assert postgres.SERVER in os.environ
    assert server
    from sqlalchemy import make_url

    from docctl.jobs.backup import database

    seen: list[list[str]] = []

    def note(arguments: list[str], **options: object) -> object:
        seen.append([*arguments, str("secret-word" in str(options.get("env")))])

        class Done:
            returncode, stderr = 0, ""

        return Done()

    url = make_url("postgresql://somebody:secret-word@host/name")
    original = database.subprocess.run
    database.subprocess.run = note  # type: ignore[assignment]
    try:
        database.run_tool("pg_dump", url, "--version")
    finally:
        database.subprocess.run = original
    assert "secret-word" not in " ".join(seen[0][:-1])
    assert seen[0][-1] == "True"
