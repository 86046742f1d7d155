"""`docctl disposal show|certificate|register|clear-server`: lists, and what is left of them (R-6, R-7)."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import Answer, Table, pairs
from docctl.cli.command import Noun
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_OUT

if TYPE_CHECKING:
    from uuid import UUID

    from docctl.queries.disposal import DisposalPage
    from docctl.queries.disposal_items import ItemLine


def add_reads(noun: Noun) -> None:
    """Add the commands that read to the noun."""
    for command in (show, certificate, register, clear):
        noun.add_command(command)


_reads = Noun("disposal")


@_reads.command("show", permission="disposal.view")
@click.argument("number")
def show(desk: Desk, number: str) -> Answer:
    """Show a disposal list with its items and the opinions of the functions (R-6)."""
    page = page_of(desk, number)
    facts = [
        ("number", page.number),
        ("title", page.title),
        ("state", desk.state(page.status)),
        ("reason", _why(desk, page)),
        *((f"step_{one.name}", _who(desk, one)) for one in page.steps if one.at),
        ("certificate", page.certificate_number),
        ("content", signed_content(page)),
    ]
    lines = pairs((desk.label(name), value) for name, value in facts)
    opinions = [
        (one.unit_name, desk.words.t(f"cli.opinion.{one.opinion or 'open'}"), one.given_by, one.comment)
        for one in page.checks
    ]
    lines += _table(desk, ("unit", "opinion", "name", "comment"), opinions)
    items = [
        (
            one.number,
            desk.words.t(f"cli.item.{one.status}"),
            one.keep_until,
            one.class_name,
            one.title if one.record_id else desk.words.t("cli.hidden"),
            _note(desk, one),
        )
        for one in page.items
    ]
    lines += _table(desk, ("number", "state", "keep_until", "class", "title", "note"), items)
    return Answer(data_of(page) | {"reason": _why(desk, page)}, lines)


def _note(desk: Desk, item: ItemLine) -> str:
    """Return why an item was spared or taken out, or which holds are on it (R-5, S-7)."""
    from docctl.queries.record_holds import held_words

    if item.holds:
        return " ".join(held_words(desk.words, item.holds, is_held=False))
    return item.reason if item.spared_by is None else desk.words.refusal(item.spared_by).sentence


def _why(desk: Desk, page: DisposalPage) -> str:
    """Return why a list stands still: what stopped it, or the reason it was rejected with (R-4, R-7)."""
    if page.status == "stopped" and page.stopped is not None:
        return desk.words.refusal(page.stopped).sentence
    return page.rejected_reason


@_reads.command("certificate", permission="disposal.view", changes=True)
@click.argument("number")
@click.argument("target", type=FILE_OUT)
def certificate(desk: Desk, number: str, target: Path) -> Answer:
    """Take the certificate of a list that was carried out into a file (R-6, X-2)."""
    from docctl.services.disposal.certificate import open_certificate

    page = page_of(desk, number)
    found = open_certificate(page.list_id, by=desk.caller(), house=desk.house)
    with found.open() as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
    data = {"number": page.number, "certificate": found.number, "file": target}
    return desk.done("certificate", data, number=found.number, file=str(target))


def _table(desk: Desk, head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return Table([desk.label(name) for name in head], rows).lines()


def _who(desk: Desk, step: Any) -> str:
    return f"{step.person} {desk.local(step.at):%Y-%m-%d %H:%M}".strip()


@_reads.command("register", permission="system.operate", who="operator")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def register(desk: Desk, path: Path) -> Answer:
    """Write which records were destroyed, for a restore that does not know of it (R-7)."""
    from docctl.jobs.destructions import write_register

    count = write_register(desk.house, path)
    return desk.done("register_written", {"path": path, "records": count}, n=count, path=str(path))


@_reads.command("clear-server", permission="system.operate", who="operator", changes=True)
def clear(desk: Desk) -> Answer:
    """Let a PostgreSQL server forget what was deleted: old rows, and where it may be its log (R-7)."""
    from docctl.services.disposal.clear import clear_server

    cleared = clear_server(by=desk.caller(), house=desk.house)
    log = desk.words.t("cli.done.log_cleared" if cleared.log else "cli.done.log_not_cleared")
    said = desk.words.t("cli.done.server_cleared", n=cleared.tables)
    return Answer({"tables": cleared.tables, "log": cleared.log}, [said, log])


def page_of(desk: Desk, number: str) -> DisposalPage:
    """Return a list with all its items; raise NotFound for none and for those outside (R-6, X-3)."""
    from docctl.queries.by_name import list_numbered

    with desk.read() as session:
        list_id = list_numbered(session, number).id
    return page_by_id(desk, list_id)


def page_by_id(desk: Desk, list_id: UUID) -> DisposalPage:
    """Return a list with all its items, page by page."""
    from dataclasses import replace

    from docctl.queries.disposal import disposal_page

    with desk.read() as session:
        page = disposal_page(session, desk.actor, list_id)
        items = list(page.items)
        while len(items) < page.total:
            items += disposal_page(session, desk.actor, list_id, page=len(items) // 100 + 1).items
    return replace(page, items=tuple(items))


def signed_content(page: DisposalPage) -> str:
    """Return the hash that a signature on the list signs now (V-13)."""
    return page.approved_sha256 or page.manifest_sha256


def told(desk: Desk, done: str, list_id: UUID) -> Answer:
    """Say what became of a list, as the database has it now."""
    page = page_by_id(desk, list_id)
    return desk.done(done, data_of(page), number=page.number, title=page.title)


def data_of(page: DisposalPage) -> dict[str, Any]:
    """Return a list as JSON shows it; of hidden items only the number (X-3)."""
    return {
        "number": page.number,
        "title": page.title,
        "state": page.status,
        "as_of": page.as_of,
        "content_sha256": signed_content(page),
        "certificate": page.certificate_number,
        "steps": [
            {"step": one.name, "state": one.state, "person": one.person, "at": one.at} for one in page.steps
        ],
        "checks": [
            {
                "unit": one.unit_name,
                "opinion": one.opinion,
                "comment": one.comment,
                "by": one.given_by,
                "at": one.given_at,
            }
            for one in page.checks
        ],
        "items": [
            {
                "number": one.number,
                "title": one.title,
                "state": one.status,
                "keep_until": one.keep_until,
                "class": one.class_name,
                "held": one.is_held,
                "holds": [{"number": held.number, "name": held.name, "key": held.key} for held in one.holds],
                "hidden": one.record_id is None,
                "destroyed_at": one.destroyed_at,
            }
            for one in page.items
        ],
    }
