"""What every command has: its permission, its common options, its help in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Literal

import click

from docctl.cli.answers import Answer
from docctl.cli.desk import Desk, Machine
from docctl.cli.failures import explained
from docctl.cli.words import t

#: Who gives the command: a person (`--as` is needed), whoever holds the machine, or either.
Who = Literal["person", "operator", "either"]

_AS: Final = "as_user"
_COMMON: Final = (_AS, "password_fd", "seen", "no_wait", "json_here")
JSON_KEY: Final = "docctl.json"


class Option(click.Option):
    """An option whose help stands in the translations under its name."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return flags and help."""
        self.help = t(f"cli.option.{self.name}", self.help or "")
        return super().get_help_record(ctx)


class Action(click.Command):
    """One command: a permission of the table, and a function `fn(desk, …) -> Answer`.

    `signs` asks for the person's password, `changes` waits for the projections.
    """

    def __init__(
        self,
        *args: Any,
        permission: str,
        who: Who = "person",
        signs: bool = False,
        changes: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.permission, self.who, self.signs, self.changes = permission, who, signs, changes
        self.key = self.name or ""
        self.params += _common(who, signs=signs, changes=changes)

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002  # as click calls it
        """Return the line of the list of commands."""
        return t(f"cli.help.{self.key}")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sentence that says what the command does."""
        self.help = t(f"cli.help.{self.key}")
        super().format_help_text(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the function at a desk of its own, tell its answer, wait for what follows the change."""
        common = {name: ctx.params.pop(name, None) for name in _COMMON}
        machine = ctx.find_object(Machine)
        if machine is None:
            machine = Machine()
            ctx.call_on_close(machine.close)
        desk = Desk(
            machine,
            as_user=common[_AS] or "",
            password_fd=common["password_fd"],
            seen=common["seen"] or "",
            as_json=bool(common["json_here"] or ctx.meta.get(JSON_KEY)),
        )
        with explained(desk):
            assert self.callback is not None
            if self.who != "operator":
                _require_ever(desk, self.permission)
            try:
                answer: Answer = ctx.invoke(self.callback, desk, **ctx.params)
            except BaseException:
                with suppress(Exception):  # the sweep takes what cannot be let go of now
                    desk.forget_staged()
                raise
            desk.tell(answer)
            if self.changes and not common["no_wait"]:
                desk.settle()
        ctx.exit(answer.code)


class Noun(click.Group):
    """The commands of one noun."""

    command_class = Action

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command and tell it where its help stands."""
        super().add_command(cmd, name)
        if isinstance(cmd, Action):
            cmd.key = f"{self.name}_{name or cmd.name}".replace("-", "_")

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002  # as click calls it
        """Return the line of the list of commands."""
        return t(f"cli.help.{self.name}")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sentence that says what the noun is."""
        self.help = t(f"cli.help.{self.name}")
        super().format_help_text(ctx, formatter)


def option(*flags: str, **kwargs: Any) -> Callable[[Any], Any]:
    """Add an option whose help stands in the translations."""
    return click.option(*flags, cls=Option, **kwargs)


def _require_ever(desk: Desk, permission: str) -> None:
    """Raise RuleRefused where the person's roles can never grant it, before any number is looked up (X-3)."""
    from docctl.domain.permissions import can_ever
    from docctl.domain.verdicts import Refused, RuleRefused

    if not can_ever(desk.actor, permission):
        raise RuleRefused(Refused("X-1", "not_permitted", {"permission": permission}))


def _common(who: Who, *, signs: bool, changes: bool) -> list[click.Parameter]:
    found: list[click.Parameter] = []
    if who != "operator":
        found.append(Option(["--as", _AS], required=who == "person", metavar="USER"))
    if signs:
        found.append(Option(["--password-fd"], type=click.IntRange(min=0), metavar="N"))
        found.append(Option(["--seen"], metavar="SHA256"))
    if changes:
        found.append(Option(["--no-wait"], is_flag=True))
    found.append(Option(["--json", "json_here"], is_flag=True))
    return found
