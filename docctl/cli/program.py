"""Which commands there are; a noun is loaded when it is called, so that help is quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import click

from docctl.cli.answers import FAILED, WRONG_CALL, Failure, as_json, one_line
from docctl.cli.command import JSON_KEY, Option
from docctl.cli.words import t

#: name → module and attribute, in the order of the help.
COMMANDS: Final = {
    "init": "machine:init",
    "demo": "machine:demo",
    "serve": "machine:serve",
    "worker": "machine:worker",
    "migrate": "machine:migrate",
    "doctor": "doctor:doctor",
    "user": "people:user",
    "unit": "units:unit",
    "entity": "entities:entity",
    "delegation": "delegations:delegation",
    "outside": "partners:outside",
    "post": "units:post",
    "inbox": "work:inbox",
    "mail": "mail:mail",
    "webhooks": "webhooks:webhooks",
    "documents": "documents:documents",
    "import": "imports:import_",
    "numbers": "numbers:numbers",
    "continuity": "continuity:continuity",
    "events": "work:events",
    "distribution": "distribution:distribution",
    "copies": "copies:copies",
    "blanks": "blanks:blanks",
    "checks": "checks:checks",
    "reviews": "reviews:reviews",
    "changes": "changes:changes",
    "requests": "requests:requests",
    "forms": "forms:forms",
    "records": "records:records",
    "search": "search:search",
    "retention": "retention:retention",
    "settings": "settings:settings",
    "disposal": "disposal:disposal",
    "hold": "holds:hold",
    "audit": "proof:audit",
    "objects": "proof:objects",
    "keys": "keys:keys",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "epoch": "epochs:epoch",
    "index": "index:index",
}


class Program(click.Group):
    """The `docctl` command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"docctl.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section(t("cli.commands")):
            formatter.write_dl([(name, t(f"cli.help.{name}")) for name in self.list_commands(ctx)])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what docctl is."""
        self.help = t("cli.help.docctl")
        super().format_help_text(ctx, formatter)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command; a failure is one line on stderr, with `--json` also as JSON."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(given, *rest, **{**extra, "standalone_mode": False})
        except Failure as error:
            code = _say(error, given)
        except click.UsageError as error:
            code = _say(Failure(WRONG_CALL, "command", "wrong_call", _wrong_call(error)), given)
        except click.Abort:
            code = FAILED
        raise SystemExit(code if isinstance(code, int) else 0)


def _wrong_call(error: click.UsageError) -> str:
    help_at = f"{error.ctx.command_path} --help" if error.ctx else "docctl --help"
    return f"{one_line(error.format_message())} ({help_at})"


def _say(error: Failure, given: Sequence[str]) -> int:
    click.echo(error.format_message(), err=True)
    if "--json" in given:
        click.echo(as_json(error.as_data()), err=True)
    return error.exit_code


@click.group(cls=Program, name="docctl")
@click.version_option(package_name="docctl", message="%(version)s")
@click.option("--json", "as_json_flag", is_flag=True, cls=Option)
@click.pass_context
def program(ctx: click.Context, as_json_flag: bool) -> None:
    """Document control and records retention."""
    ctx.meta[JSON_KEY] = as_json_flag
