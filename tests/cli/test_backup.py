"""Backup, rehearsal and restore: nothing acknowledged is lost, nothing destroyed comes back (T-2, R-7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from docctl import wiring
from docctl.cli.desk import Machine
from docctl.cli.program import program
from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.sealer import seal_round
from docctl.models.content import ItemFile
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.records import Record
from docctl.queries.epochs import epoch_pages
from docctl.services.epochs.accept import AcceptEpoch, accept_epoch
from docctl.services.house import House
from storage.api import Key
from tests import filing
from tests.cli.terminal import Terminal
from tests.world import Clock, World, build_house


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backup"


class Recovery:
    """`docctl restore` where no house is open."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock

    def run(self, *args: object) -> tuple[int, Any, str]:
        """Run a command; return exit code, JSON, what it said on stderr."""
        machine = Machine(None, self.settings, wiring.recovery_tools(self.clock))
        done = CliRunner().invoke(program, [*(str(one) for one in args), "--json"], obj=machine)
        machine.close()
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout) if done.stdout else None, done.stderr

    def ok(self, *args: object) -> Any:
        """Run a command that must work."""
        code, data, said = self.run(*args)
        assert code == 0, (data, said)
        return data

    def refused(self, *args: object) -> str:
        """Run a command that must be refused; return the key of its sentence."""
        code, _, said = self.run(*args)
        assert code == 3, said
        return said.split(": ")[0]


@pytest.fixture
def recovery(settings: Settings, clock: Clock) -> Recovery:
    return Recovery(settings, clock)


@contextmanager
def reopened(settings: Settings, clock: Clock) -> Iterator[World]:
    house = build_house(settings, clock)
    try:
        yield World.of(house, clock)
    finally:
        house.close()


def read(house: House, row: ItemFile) -> bytes:
    with house.objects.open(Key.parse(row.object_key), row.object_version) as stream:
        return stream.read()


def files(house: House) -> dict[str, bytes]:
    with house.uow.read() as session:
        rows = session.scalars(select(ItemFile)).all()
    return {one.object_key: read(house, one) for one in rows}


def accept(world: World, *people: str) -> None:
    for who in people:
        by = world.by(who)
        with world.house.uow.read() as session:
            page = epoch_pages(session, by.actor)[0]
        accept_epoch(AcceptEpoch(page.number, page.content_sha256), by=by, house=world.house)


def test_t_3_what_was_filed_before_a_backup_is_back_and_nothing_else(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, settings: Settings, clock: Clock
) -> None:
    form = filing.a_form(world)
    kept = [filing.filed(world, form) for _ in range(3)]
    made = terminal.ok("backup", place)
    assert (made["objects"], made["problems"]) == (made["copied"], [])
    before = files(world.house)
    lost = filing.filed(world, form)
    lost_number = filing.row(world, lost).number
    world.house.close()
    assert recovery.refused("restore", place) == "restore.occupied"
    done = recovery.ok("restore", place, "--over", "SLJM")
    assert (done["epoch"], done["lost_events"] > 0, done["numbers"]) == (1, True, 1)
    assert (Path(done["aside"]) / "docctl.db").exists()
    with reopened(settings, clock) as again:
        assert files(again.house) == before
        for one in kept:
            assert filing.row(again, one).status is RecordStatus.COMPLETED
        with again.house.uow.read() as session:
            assert session.get(Record, lost) is None
            voided = session.scalars(select(NumberEntry).where(NumberEntry.shown == lost_number)).one()
        assert voided.state is NumberState.VOIDED
        with pytest.raises(RuleRefused, match=r"T-2\.epoch_open"):
            filing.filed(again, form)
        accept(again, "zhao")
        with pytest.raises(RuleRefused, match=r"T-2\.epoch_open"):
            filing.filed(again, form)
        with pytest.raises(RuleRefused, match=r"T-2\.epoch_second_person"):
            accept(again, "zhao")
        accept(again, "zhou")
        fresh = filing.row(again, filing.filed(again, form)).number
        assert fresh > lost_number


def test_t_2_a_rehearsal_changes_nothing_and_finds_what_is_missing(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    filing.filed(world, filing.a_form(world))
    seal_round(world.house)
    terminal.ok("backup", place)
    found = recovery.ok("restore", place, "--check", "--every-file")
    assert found["ok"]
    assert found["keys"] == found["items"] > 0
    assert found["opened"] == found["rows"]
    victim = next(one for one in (place / "objects" / "records").rglob("*.*") if one.suffix != ".state")
    victim.chmod(0o600)
    victim.write_bytes(b"x" * victim.stat().st_size)
    code, found, _ = recovery.run("restore", place, "--check")
    assert code == 1
    assert found["problems"][0]["code"] == "object_changed"
