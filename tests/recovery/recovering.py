"""`docctl restore` where no house is open, and short ways around it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner
from sqlalchemy import select

from docctl import wiring
from docctl.cli.desk import Machine
from docctl.cli.program import program
from docctl.config import Settings
from docctl.models.content import ItemFile
from docctl.queries.epochs import epoch_pages
from docctl.services.epochs.accept import AcceptEpoch, accept_epoch
from docctl.services.house import House
from storage.api import Key
from tests.world import Clock, World, build_house


@dataclass
class Recovery:
    """Runs commands on settings alone."""

    settings: Settings
    clock: Clock

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

    @contextmanager
    def reopened(self) -> Iterator[World]:
        """Open the restored system."""
        house = build_house(self.settings, self.clock)
        try:
            yield World.of(house, self.clock)
        finally:
            house.close()


def contents(house: House) -> dict[str, bytes]:
    """Return the bytes of every file that a row names."""
    with house.uow.read() as session:
        rows = session.scalars(select(ItemFile)).all()
    found = {}
    for row in rows:
        with house.objects.open(Key.parse(row.object_key), row.object_version) as stream:
            found[row.object_key] = stream.read()
    return found


def accept(world: World, *people: str) -> None:
    """Let people accept the newest epoch."""
    for who in people:
        by = world.by(who)
        with world.house.uow.read() as session:
            page = epoch_pages(session, by.actor)[0]
        accept_epoch(AcceptEpoch(page.number, page.content_sha256), by=by, house=world.house)
