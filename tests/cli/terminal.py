"""A terminal for tests: commands run in this process on a house whose clock can be moved."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import click
from click.testing import CliRunner, Result

from docctl.cli.command import Action
from docctl.cli.desk import Machine
from docctl.cli.program import program
from docctl.config import Settings
from docctl.services.house import House
from tests.world import PASSWORD

#: Commands that ask for a password.
SIGNING = {
    ("documents", "submit"),
    ("documents", "review"),
    ("documents", "approve"),
    ("records", "accept"),
    ("records", "correct"),
    ("records", "decide"),
    ("disposal", "check"),
    ("disposal", "approve"),
    ("disposal", "execute"),
    ("disposal", "witness"),
}


@dataclass
class Terminal:
    """Runs `docctl …`; what signs gets its password through a pipe."""

    house: House
    settings: Settings | None = None
    #: Skip the projections after a change; reading uploads starts child processes.
    no_wait: bool = False

    def run(self, *args: object, secret: str | None = None) -> Result:
        """Run a command and return what came of it."""
        words = [str(one) for one in args]
        if self.no_wait and changes(words):
            words.append("--no-wait")
        descriptor = None
        if secret is not None:
            reading, descriptor = os.pipe()
            os.write(descriptor, secret.encode() + b"\n")
            os.close(descriptor)
            words += ["--password-fd", str(reading)]
        try:
            return CliRunner().invoke(program, words, obj=Machine(self.house, self.settings))
        finally:
            if secret is not None:
                os.close(reading)

    def ok(self, *args: object, user: str = "", password: str = PASSWORD) -> Any:
        """Run a command that must work and return its JSON."""
        words = [str(one) for one in args]
        secret = password if tuple(words[:2]) in SIGNING else None
        person = ["--as", user] if user else []
        result = self.run(*words, *person, "--json", secret=secret)
        assert result.exit_code == 0, result.stderr or result.output or result.exception
        return json.loads(result.stdout)

    def refused(self, *args: object, user: str = "", password: str = PASSWORD) -> tuple[int, str]:
        """Run a command that must fail; return its exit code and the key of its sentence."""
        words = [str(one) for one in args]
        secret = password if tuple(words[:2]) in SIGNING else None
        person = ["--as", user] if user else []
        result = self.run(*words, *person, secret=secret)
        assert result.exit_code != 0, result.output
        assert len(result.stderr.splitlines()) == 1, result.stderr
        return result.exit_code, result.stderr.split(": ")[0]


def changes(words: list[str]) -> bool:
    """Say whether a command changes something and waits for the projections."""
    ctx = click.Context(program)
    command = program.get_command(ctx, words[0])
    if isinstance(command, click.Group) and len(words) > 1:
        command = command.get_command(ctx, words[1])
    return isinstance(command, Action) and command.changes
