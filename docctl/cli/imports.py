"""`docctl import`: existing files become documents, each with its report line (I-1 to I-10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.report_lines import report_lines, why

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from docctl.queries.imports import Line
    from docctl.reading.sources import Source

_PATH = click.Path(exists=True, path_type=Path, readable=True)
_FILES: Final = "files"
_HEAD = ("state", "number", "revision", "effective", "title", "path")


class _Import(Noun):
    """`docctl import PATH` is `docctl import files PATH`: what names no command is a path or an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take files in where no command is named."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = [_FILES, *args]
        return super().parse_args(ctx, args)


import_ = _Import("import")


@import_.command(_FILES, permission="document.import", who="either", changes=True)
@click.argument("path", type=_PATH)
@option("--department", "unit", default="")
@option("--type", "type_code", default="procedure")
@option("--class", "class_code", default="")
@option("--dry-run", is_flag=True)
def files(desk: Desk, path: Path, unit: str, type_code: str, class_code: str, dry_run: bool) -> Answer:
    """Read files, a folder or a zip, and import what may go in; or say what would (I-1)."""
    from docctl.domain.permissions import OPERATOR
    from docctl.domain.verdicts import Refused, RuleRefused
    from docctl.jobs.imports.rehearsal import rehearse

    if dry_run:
        unit_id = _unit(desk, unit)
        return _told(desk, _some(rehearse(desk.house, _sources(path), unit_id, tell=_progress(desk))))
    if desk.actor is OPERATOR:
        raise RuleRefused(Refused("I-1", "person_needed"))
    run_id = _start(desk, path, unit, type_code, class_code)
    return _told(desk, _some(_carried_out(desk, run_id, path)), run_id)


@import_.command("give-up", permission="document.import", changes=True)
@click.argument("run", type=click.UUID)
@option("--reason", required=True)
def give_up(desk: Desk, run: UUID, reason: str) -> Answer:
    """End a run whose host is lost, with a line for each file; what was imported stays (I-1)."""
    from docctl.queries.imports import report
    from docctl.services.imports.give_up import GiveUpImport, give_up_import

    give_up_import(GiveUpImport(run, reason), by=desk.caller(), house=desk.house)
    with desk.read() as session:
        return _told(desk, list(report(session, desk.actor, run, at=desk.house.clock())), run)


@import_.command("commit", permission="document.import", changes=True)
@click.argument("run", type=click.UUID)
@option("--all", "takes_all", is_flag=True)
def commit(desk: Desk, run: UUID, takes_all: bool) -> Answer:
    """Import the checked files of a run, or all of them; the others stay open in it (I-1)."""
    from docctl.queries.imports import report, run_line
    from docctl.services.imports.commit import CommitImport, commit_import

    with desk.read() as session:
        row_version = run_line(session, desk.actor, run).row_version
    cmd = CommitImport(run, row_version, only_checked=not takes_all)
    commit_import(cmd, by=desk.caller(), house=desk.house)
    _worked(desk, run)
    _seen(desk, run)
    with desk.read() as session:
        found = run_line(session, desk.actor, run)
        answer = _told(desk, list(report(session, desk.actor, run, at=desk.house.clock())), run)
    if found.is_busy:
        return replace(answer, lines=[*answer.lines, desk.words.t("cli.import_ordered", host=found.host)])
    if found.is_partly_in:
        left = answer.data["totals"]["open"]
        return replace(answer, lines=[*answer.lines, desk.words.t("cli.import_rest", left=left)])
    return answer


def _seen(desk: Desk, run_id: UUID) -> None:
    """Take the result out of the inbox of who gets it here."""
    from docctl.services.imports.notices import SeeResult, see_result

    see_result(SeeResult(run_id), by=desk.caller(), house=desk.house)


def _worked(desk: Desk, run_id: UUID) -> None:
    """Carry out what is ordered of a run where this host has its files; else its own host does."""
    from docctl.domain.imports import RunState
    from docctl.jobs.imports.at_work import at_work
    from docctl.jobs.imports.work import step
    from docctl.queries.imports import run_line

    tell = _progress(desk)
    with at_work(desk.house):
        while True:
            with desk.read() as session:
                run = run_line(session, desk.actor, run_id)
            if run.state != RunState.IMPORTING or run.host != desk.house.here.host:
                return
            tell(run.imported)
            step(desk.house, run_id, RunState.IMPORTING)


def _sources(path: Path) -> Iterator[Source]:
    from docctl.reading.sources import folder_files, packed_files, shown_name
    from docctl.services.imports.room import is_archive

    if path.is_file() and is_archive(path.name):
        return packed_files(path, shown_name(path))
    return folder_files(path)


def _unit(desk: Desk, unit: str) -> UUID | None:
    """Return where files go that name no unit: the one named, else the person's own."""
    from docctl.queries.by_name import unit_named

    with desk.read() as session:
        return unit_named(session, unit).id if unit else desk.actor.unit_id


def _start(desk: Desk, path: Path, unit: str, type_code: str, class_code: str) -> UUID:
    from docctl.queries.by_name import class_named, type_named
    from docctl.reading.sources import shown_name
    from docctl.services.imports.room import require_room
    from docctl.services.imports.start import StartImport, start_import

    unit_id = _unit(desk, unit)
    assert unit_id is not None
    with desk.read() as session:
        type_id = type_named(session, type_code).id
        kept = class_named(session, class_code, at=desk.house.clock()).id if class_code else None
    if path.is_file():
        require_room(desk.house, [(path, path.name)])
    source = "archive" if path.is_file() else "folder"
    name = shown_name(path.resolve()) or str(path)
    cmd = StartImport(name, source, unit_id, type_id, kept)
    return start_import(cmd, by=desk.caller(), house=desk.house)


def _carried_out(desk: Desk, run_id: UUID, path: Path) -> list[Line]:
    """Receive, read and import a run to its end, whoever else works on it meanwhile."""
    from docctl.domain.imports import RunState
    from docctl.jobs.imports.at_work import at_work
    from docctl.jobs.imports.work import receive, step
    from docctl.queries.imports import report, run_line
    from docctl.services.imports.commit import CommitImport, commit_import

    receive(desk.house, run_id, _sources(path))
    tell = _progress(desk)
    with at_work(desk.house):
        while True:
            with desk.read() as session:
                run = run_line(session, desk.actor, run_id)
            tell(run.imported if run.state == RunState.IMPORTING else run.read)
            if run.state == RunState.CHECKING:
                commit_import(CommitImport(run_id), by=desk.caller(), house=desk.house)
            elif run.is_busy:
                step(desk.house, run_id, RunState(run.state))
            else:
                break
    _seen(desk, run_id)
    with desk.read() as session:
        return list(report(session, desk.actor, run_id, at=desk.house.clock()))


def _some(lines: list[Line]) -> list[Line]:
    from docctl.domain.verdicts import Refused, RuleRefused

    if not lines:
        raise RuleRefused(Refused("I-1", "nothing_found"))
    return lines


def _progress(desk: Desk) -> Any:
    def tell(done: int) -> None:
        if not desk.as_json and done:
            click.echo(desk.words.t("cli.import_progress", count=done), err=True)

    return tell


def _told(desk: Desk, lines: list[Line], run_id: UUID | None = None) -> Answer:
    from docctl.queries.imports import totals

    messages = [why(desk, line.rule, line.code, line.params) for line in lines]
    counted = totals(lines)
    data: dict[str, Any] = {
        "files": [line.as_json(message) for line, message in zip(lines, messages, strict=True)],
        "totals": counted,
    }
    if run_id is not None:
        data["run"] = str(run_id)
    rows = [_row(desk, line) for line in lines]
    return Answer(data, report_lines(desk, _HEAD, rows, messages, "imports.outcome", counted))


def _row(desk: Desk, line: Line) -> tuple[object, ...]:
    chosen = line.chosen
    return (
        desk.words.t(f"imports.outcome.{line.status}"),
        chosen.get("number", ""),
        chosen.get("label", ""),
        chosen.get("effective", ""),
        chosen.get("title", ""),
        line.path,
    )
