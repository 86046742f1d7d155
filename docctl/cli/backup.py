"""`docctl backup` and `docctl restore`: the whole system, into a folder and back (T-2, T-3, R-7)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import FAILED, Answer
from docctl.cli.command import Action, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.jobs.backup.findings import Problem, Rehearsal
    from docctl.jobs.backup.seen import Seen

_FOLDER = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
_IN_FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)
_IN_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command("backup", cls=Action, permission="system.operate", who="operator")
@_FOLDER
def backup(desk: Desk, folder: Path) -> Answer:
    """Write database and stored files into a folder elsewhere, while people work; no keys (T-3)."""
    from docctl.jobs.backup.make import back_up

    made = back_up(folder, by=desk.caller(), house=desk.house, progress=_progress(desk))
    data = {
        "folder": made.folder,
        "events": made.events,
        "objects": made.objects,
        "copied": made.copied,
        "removed": made.removed,
        "size": made.size,
        "storage": made.storage,
        "problems": made.problems,
    }
    where = "backed_up" if made.storage == "local" else "backed_up_s3"
    lines = [
        desk.words.t(
            f"cli.done.{where}",
            folder=str(folder),
            n=made.events,
            objects=made.objects,
            copied=made.copied,
            mib=_mib(made.size),
        )
    ]
    if made.problems:
        lines.append(desk.words.t("cli.backup_not_copied", n=len(made.problems), first=made.problems[0]))
    return Answer(data, lines, FAILED if made.problems else 0)


@click.command("restore", cls=Action, permission="system.operate", who="operator")
@_FOLDER
@option("--check", is_flag=True)
@option("--keys", "key_folder", type=_IN_FOLDER, metavar="DIR")
@option("--register", "register_file", type=_IN_FILE, metavar="FILE")
@option("--over", default="", metavar="CODE")
@option("--without-keys", is_flag=True)
@option("--every-file", is_flag=True)
@option("--scratch", default="", metavar="DATABASE")
def restore(
    desk: Desk,
    folder: Path,
    check: bool,
    key_folder: Path | None,
    register_file: Path | None,
    over: str,
    without_keys: bool,
    every_file: bool,
    scratch: str,
) -> Answer:
    """Bring a backup back in a new epoch, or with `--check` only try it (T-2, R-7)."""
    if check:
        return _check(desk, folder, key_folder, scratch, every_file)
    if every_file or scratch:
        raise click.UsageError(desk.words.t("cli.only_with_check"))
    from docctl.jobs.backup.asked import Options
    from docctl.jobs.backup.restore import restore as restore_backup

    tools = desk.machine.recovery
    done = restore_backup(
        folder.absolute(),
        settings=desk.machine.settings,
        tools=tools,
        by=desk.operator(tools.clock()),
        options=Options(over, key_folder, register_file, without_keys),
        progress=_progress(desk),
    )
    data = {
        "epoch": done.epoch,
        "events": done.events,
        "lost_events": done.lost_events,
        "numbers": done.numbers,
        "objects": done.objects,
        "without_row": done.unnamed,
        "destroyed_again": done.destroyed_again,
        "missing": done.missing,
        "aside": done.aside,
        "sources": done.sources,
    }
    say = desk.words.t
    lines = [
        say("cli.done.restored", n=done.events, epoch=done.epoch, objects=done.objects),
        *_lost_lines(desk, done.lost_events, done.numbers, done.unnamed, done.destroyed_again, done.sources),
    ]
    if done.missing:
        lines.append(say("cli.restore_missing", n=done.missing))
    if done.aside is not None:
        lines.append(say("cli.restore_aside", folder=str(done.aside)))
    lines.append(say("cli.restore_accept"))
    return Answer(data, lines)


def _check(desk: Desk, folder: Path, key_folder: Path | None, scratch: str, every_file: bool) -> Answer:
    from docctl.jobs.backup.check import rehearse

    found = rehearse(
        folder.absolute(),
        settings=desk.machine.settings,
        tools=desk.machine.recovery,
        keys=key_folder,
        scratch=scratch,
        every_file=every_file,
        progress=_progress(desk),
    )
    say = desk.words.t
    lines = [
        say("cli.backup_of", company=found.company, at=desk.words.instant(found.made_at)),
        say(
            "cli.backup_counts",
            n=found.events,
            heads=found.heads,
            objects=found.objects,
            keys=found.keys,
            items=found.items,
            opened=found.opened,
        ),
        *(_sentence(desk, one) for one in (*found.problems, *found.notes)),
    ]
    if found.schema_after and found.schema_after != found.schema:
        lines.append(say("cli.backup_migrates", old=found.schema, new=found.schema_after))
    if found.seen is not None:
        seen = found.seen
        lines += _lost_lines(
            desk, seen.lost_events, len(seen.numbers), len(seen.objects), len(seen.again), seen.sources
        )
    lines.append(say("cli.backup_ok" if found.ok else "cli.backup_bad"))
    return Answer(_as_data(found), lines, 0 if found.ok else FAILED)


def _sentence(desk: Desk, one: Problem) -> str:
    return desk.words.t(f"cli.backup_problem.{one.code}", default=None, **one.params)


def _lost_lines(
    desk: Desk, events: int, numbers: int, objects: int, destroyed: int, sources: Any
) -> list[str]:
    say = desk.words.t
    names = [desk.words.t(f"cli.seen_in.{one}") for one in sources]
    if not names:
        return [say("cli.nothing_to_compare")]
    lines = [say("cli.compared_with", names=say("cli.list_comma").join(names))]
    lines.append(say("cli.lost_events", n=events) if events else say("cli.lost_nothing"))
    if numbers:
        lines.append(say("cli.lost_numbers", n=numbers))
    if objects:
        lines.append(say("cli.lost_objects", n=objects))
    if destroyed:
        lines.append(say("cli.lost_destroyed", n=destroyed))
    return lines


def _as_data(found: Rehearsal) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "made_at": found.made_at,
        "company": found.company,
        "events": found.events,
        "heads": found.heads,
        "objects": found.objects,
        "rows": found.rows,
        "keys": found.keys,
        "items": found.items,
        "opened": found.opened,
        "schema": found.schema,
        "schema_after": found.schema_after,
        "problems": [{"code": one.code, **one.params} for one in found.problems],
        "notes": [{"code": one.code, **one.params} for one in found.notes],
        "would_lose": _as_lost(found.seen) if found.seen is not None else None,
    }


def _as_lost(seen: Seen) -> dict[str, Any]:
    return {
        "events": seen.lost_events,
        "epochs": {str(epoch): to for epoch, to in sorted(seen.lost.items())},
        "numbers": [one.shown for one in seen.numbers],
        "without_row": seen.objects,
        "destroyed": len(seen.again),
        "sources": seen.sources,
    }


def _progress(desk: Desk) -> Callable[[str, int, int], None]:
    """Tell on stderr how far it is: on a terminal on one line, else nothing."""
    if not sys.stderr.isatty():
        return lambda _part, _done, _of: None

    def tell(part: str, done: int, of: int) -> None:
        share = f" {done * 100 // of} %" if of else ""
        click.echo(f"\r\x1b[K{desk.words.t(f'cli.part.{part}')}{share}", nl=done >= of > 0, err=True)

    return tell


def _mib(size: int) -> str:
    return f"{size / (1 << 20):,.1f}"


__all__ = ["backup", "restore"]
