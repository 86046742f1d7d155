"""What one call of a command works with: the house, the person who acts, their password, their words."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import Answer, as_json
from docctl.cli.words import words

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from docctl.config import Settings
    from docctl.domain.permissions import Actor
    from docctl.i18n import Translator
    from docctl.jobs.backup.tools import Tools
    from docctl.services.caller import Caller
    from docctl.services.files import Attached
    from docctl.services.house import House


class Machine:
    """The installation: opened when first needed; tests bring a house with a clock of their own."""

    def __init__(
        self,
        house: House | None = None,
        settings: Settings | None = None,
        recovery: Tools | None = None,
    ) -> None:
        self._house, self._settings, self._is_ours = house, settings, house is None
        self._recovery = recovery

    @property
    def settings(self) -> Settings:
        """The settings; a wrong one raises WrongSetting."""
        if self._settings is None:
            from docctl.config import Settings

            self._settings = Settings.from_env()
        return self._settings

    @property
    def house(self) -> House:
        """The house of these settings."""
        if self._house is None:
            from docctl import wiring

            self._house = wiring.build(self.settings)
        return self._house

    @property
    def recovery(self) -> Tools:
        """What a restore builds its houses with; no house is opened for it."""
        if self._recovery is None:
            from docctl import wiring

            self._recovery = wiring.recovery_tools()
        return self._recovery

    def close(self) -> None:
        """Let go of a house that was opened here."""
        if self._house is not None and self._is_ours:
            self._house.close()
            self._house = None


@dataclass
class Desk:
    """One call of one command."""

    machine: Machine
    as_user: str = ""
    password_fd: int | None = None
    seen: str = ""
    as_json: bool = False
    language: str = ""
    _staged: list[UUID] = field(default_factory=list)

    @property
    def house(self) -> House:
        """The house."""
        return self.machine.house

    @property
    def words(self) -> Translator:
        """The words of the person who acts, else of the installation."""
        from zoneinfo import ZoneInfo

        house = self.machine._house  # noqa: SLF001  # an error may come before there is one
        return words(self.language, house.zone if house else ZoneInfo("UTC"))

    def read(self) -> AbstractContextManager[Session]:
        """A session on one state that cannot write."""
        return self.house.uow.read()

    @cached_property
    def actor(self) -> Actor:
        """The person of `--as`, or the operator; raise NotFound for a name that nobody has."""
        from docctl.domain.permissions import OPERATOR
        from docctl.queries.by_name import person_named
        from docctl.services.people.actors import actor_of

        if not self.as_user:
            return OPERATOR
        with self.read() as session:
            person = person_named(session, self.as_user)
            self.language = person.language or self.house.language
            return actor_of(session, person.id, self.house.clock())

    def caller(self, *, password: str | None = None) -> Caller:
        """Return who acts, through the command line, as which user of the machine."""
        from docctl.services.caller import Caller

        return Caller(
            actor=self.actor,
            at=self.house.clock(),
            channel="cli",
            system_user=_system_user(),
            password=password,
            zone=self.house.zone,
        )

    def operator(self, at: datetime) -> Caller:
        """Return who holds the machine, where no house is open yet."""
        from dataclasses import replace

        from docctl.services.caller import the_system

        return replace(the_system(at, channel="cli"), system_user=_system_user())

    def signer(self, what: str) -> Caller:
        """Return who acts with their password; `what` is said before it is asked for (A-3)."""
        return self.caller(password=self.password(what))

    def password(self, what: str) -> str:
        """Read a password from `--password-fd` or the terminal; never from an argument (A-3)."""
        if self.password_fd is not None:
            return next(lines_of(self.password_fd), "")
        self._require_terminal()
        click.echo(what, err=True)
        prompt = self.words.t("cli.password", name=self.actor.name or self.as_user)
        return getpass.getpass(f"{prompt} ")

    def asking(self, descriptor: int | None) -> Callable[[str], str]:
        """Return how secrets are asked for: on the terminal, or line by line from a file descriptor."""
        if descriptor is not None:
            lines = lines_of(descriptor)
            return lambda _key: next(lines, "")
        self._require_terminal()
        return lambda key: getpass.getpass(f"{self.words.t(key)} ")

    def _require_terminal(self) -> None:
        try:
            os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        except OSError as error:
            raise click.UsageError(self.words.t("cli.no_terminal")) from error

    def signed(self, present: str) -> str:
        """Return the hash that is signed: the present one, unless `--seen` names another content (A-3)."""
        seen = self.seen.strip().casefold()
        if not seen or (len(seen) >= 8 and present.startswith(seen)):
            return present
        return seen

    def stage(self, path: Path, *, for_document: bool = False) -> Attached:
        """Stage a file of this machine for its item (F-3)."""
        from docctl.services.files import Attached
        from docctl.services.uploads import stage_upload

        with path.open("rb") as source:
            upload_id: UUID = stage_upload(
                source,
                name=path.name,
                by=self.caller(),
                house=self.house,
                for_document=for_document,
            )
        self._staged.append(upload_id)
        return Attached(upload_id)

    def forget_staged(self) -> None:
        """Let go of files that were staged for a command which then failed: nobody can name them again."""
        from docctl.services.uploads import drop_uploads

        if self._staged:
            drop_uploads(tuple(self._staged), by=self.caller(), house=self.house)

    def moment(self, value: datetime) -> datetime:
        """Return an aware time: without an offset it was the company's."""
        return value if value.tzinfo is not None else value.replace(tzinfo=self.house.zone)

    def local(self, value: datetime | None) -> datetime | None:
        """Return an instant in the company's time zone."""
        return value.astimezone(self.house.zone) if value else None

    def label(self, name: str) -> str:
        """Return the word over a column or before a value."""
        return self.words.t(f"cli.label.{name}")

    def state(self, name: str) -> str:
        """Return the word for a state."""
        return self.words.t(f"shell.state.{name}")

    def tell(self, answer: Answer) -> None:
        """Write the answer: JSON for scripts, lines for people."""
        if self.as_json:
            click.echo(as_json(answer.data))
        else:
            for line in answer.lines:
                click.echo(line)

    def settle(self) -> None:
        """Wait until the projections have passed the change; do their work where no worker does."""
        from docctl.jobs.wait import settle

        if not settle(self.house):
            click.echo(self.words.t("cli.not_settled"), err=True)

    def done(self, key: str, data: dict[str, Any], **params: object) -> Answer:
        """Return the answer of a change: one sentence under `cli.done.<key>`."""
        return Answer(data, [self.words.t(f"cli.done.{key}", default=None, **params)])


def lines_of(descriptor: int) -> Iterator[str]:
    """Yield the lines of a file descriptor that the caller of the command opened."""
    try:
        with os.fdopen(descriptor, "r", encoding="utf-8", errors="replace", closefd=False) as source:
            for line in source:
                yield line.rstrip("\r\n")
    except OSError as error:
        raise click.UsageError(f"--password-fd {descriptor}: {error.strerror}") from error


def _system_user() -> str:
    try:
        return getpass.getuser()[:60]
    except (OSError, KeyError):  # a user without a name
        return str(os.getuid())
