"""A terminal for tests: commands run in this process on a house whose clock can be moved."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

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
    ("documents", "external-sign"),
    ("documents", "submit"),
    ("documents", "form-check"),
    ("documents", "review"),
    ("documents", "approve"),
    ("changes", "submit"),
    ("changes", "approve"),
    ("records", "accept"),
    ("records", "correct"),
    ("records", "decide"),
    ("disposal", "check"),
    ("disposal", "approve"),
    ("disposal", "execute"),
    ("disposal", "witness"),
    ("epoch", "accept"),
    ("settings", "approve"),
}


class Done(Protocol):
    """What came of a command."""

    exit_code: int

    @property
    def stdout(self) -> str: ...

    @property
    def stderr(self) -> str: ...


class Commands(ABC):
    """Gives `docctl …` in whatever way; what signs gets its password through a pipe."""

    @abstractmethod
    def run(self, *args: object, secret: str | None = None) -> Done:
        """Run a command and return what came of it."""

    def ok(self, *args: object, user: str = "", password: str = PASSWORD) -> Any:
        """Run a command that must work and return its JSON."""
        result = self._said(args, user, password, "--json")
        assert result.exit_code == 0, result.stderr or result.stdout or vars(result)
        return json.loads(result.stdout)

    def refused(self, *args: object, user: str = "", password: str = PASSWORD) -> tuple[int, str]:
        """Run a command that must fail; return its exit code and the key of its sentence."""
        result = self._said(args, user, password)
        assert result.exit_code != 0, result.stdout
        assert len(result.stderr.splitlines()) == 1, result.stderr
        return result.exit_code, result.stderr.split(": ")[0]

    def _said(self, args: tuple[object, ...], user: str, password: str, *more: str) -> Done:
        words = [str(one) for one in args]
        secret = password if tuple(words[:2]) in SIGNING else None
        return self.run(*words, *(["--as", user] if user else []), *more, secret=secret)


@dataclass
class Terminal(Commands):
    """Commands in this process, on a house whose clock can be moved."""

    house: House
    settings: Settings | None = None
    #: Skip the projections after a change; reading uploads starts child processes.
    no_wait: bool = False

    def run(self, *args: object, secret: str | None = None) -> Result:
        """Run a command and return what came of it."""
        words = [str(one) for one in args]
        if self.no_wait and changes(words):
            words.append("--no-wait")
        with password_pipe(secret) as option:
            return CliRunner().invoke(program, [*words, *option], obj=Machine(self.house, self.settings))


@contextmanager
def password_pipe(secret: str | None) -> Iterator[list[str]]:
    """Give the option by which a command reads a secret from a pipe; nothing without one."""
    if secret is None:
        yield []
        return
    reading, writing = os.pipe()
    os.write(writing, secret.encode() + b"\n")
    os.close(writing)
    try:
        yield ["--password-fd", str(reading)]
    finally:
        os.close(reading)


def changes(words: list[str]) -> bool:
    """Say whether a command changes something and waits for the projections."""
    ctx = click.Context(program)
    command = program.get_command(ctx, words[0])
    if isinstance(command, click.Group) and len(words) > 1:
        command = command.get_command(ctx, words[1])
    return isinstance(command, Action) and command.changes
