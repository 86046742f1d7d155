"""`docctl documents mend|returns`: what came back, and what of it is done (A-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.document_files import page_at
from docctl.cli.kinds import DAY, FILE_OUT
from docctl.cli.revisions_told import told

if TYPE_CHECKING:
    from docctl.domain.form_check import Answer as PointAnswer
    from docctl.queries.return_register import ReturnFilter, ReturnRow
    from docctl.queries.returns import ReturnLine

_HEAD = (
    "number",
    "revision",
    "unit",
    "type",
    "times",
    "step",
    "who",
    "returned_on",
    "items",
    "done",
    "title",
)
_SUMS = ("unit", "type", "returns", "revisions", "returned_again", "items")


def add_returns(noun: Noun) -> None:
    """Add the commands about returns to the noun."""
    for command in (mend, returns):
        noun.add_command(command)


def answers_of(desk: Desk, number: str, in_order: str, missing: tuple[str, ...]) -> tuple[PointAnswer, ...]:
    """Return what is said of the points of a formal check, by their places; none where nothing is (A-9).

    Raises UsageError for a place that there is not, or one that is said to be both.
    """
    from docctl.domain.form_check import Answer as Said

    if not in_order and not missing:
        return ()
    page = page_at(desk, number, "")
    points = page.steps[0].points if page.steps else ()
    said = [Said(None)] * len(points)
    places = range(1, len(points) + 1)
    good = [str(one) for one in places] if in_order == "all" else in_order.split(",") if in_order else []
    for place, is_good in [*((one, True) for one in good), *((one, False) for one in missing)]:
        at, _, remark = place.partition("=")
        if not (at.strip().isascii() and at.strip().isdigit() and int(at) in places):
            raise click.UsageError(f"{place!r}: 1 … {len(points)}")
        if said[int(at) - 1].in_order is not None:
            raise click.UsageError(f"{place!r}: 2 ×")
        said[int(at) - 1] = Said(is_good, remark.strip())
    return tuple(said)


_returns = Noun("documents")


@_returns.command("mend", permission="revision.edit", changes=True)
@click.argument("number")
@click.argument("items", type=click.IntRange(min=1), nargs=-1, required=True)
@option("--undone", is_flag=True)
def mend(desk: Desk, number: str, items: tuple[int, ...], undone: bool) -> Answer:
    """Tick items of the list with which a draft came back, by their places (A-9)."""
    from docctl.domain.verdicts import NotFound
    from docctl.services.revisions.returns import TickItems, tick_items

    with desk.read() as session:
        found = names.revision(desk, session, number)
    page = page_at(desk, number, found.label)
    by_place = {one.ordinal: one.id for one in page.returns[0].items} if page.returns else {}
    if not by_place.keys() >= set(items):
        raise NotFound("return item")
    chosen = tuple(by_place[one] for one in dict.fromkeys(items))
    cmd = TickItems(found.revision_id, undone=chosen) if undone else TickItems(found.revision_id, chosen)
    return told(desk, "mended", tick_items(cmd, by=desk.caller(), house=desk.house))


@_returns.command("returns", permission="return.list")
@option("--from", "returned_from", type=DAY, default=None)
@option("--until", "returned_until", type=DAY, default=None)
@option("--unit", default="")
@option("--type", "type_code", default="")
@option("--sums", is_flag=True)
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def returns(
    desk: Desk,
    returned_from: date | None,
    returned_until: date | None,
    unit: str,
    type_code: str,
    sums: bool,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List what was returned in a period, or its sums by department and type (A-9, X-3)."""
    from docctl.cli.registers import listed
    from docctl.queries.by_name import type_named, unit_named
    from docctl.queries.paging import every_row
    from docctl.queries.return_register import ReturnFilter, ReturnRegister, return_register

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        type_id = type_named(session, type_code).id if type_code else None
        wanted = ReturnFilter(returned_from, returned_until, unit_id, type_id)
        if sums:
            return _sums(desk, session, wanted, xlsx, docx)

        def ask(page: int, size: int) -> ReturnRegister:
            asked = replace(wanted, page=page)
            return return_register(session, desk.actor, asked, zone=desk.house.zone, page_size=size)

        found = list(every_row(ask))
    rows = [_cells(desk, one) for one in found]
    data = {
        "from": returned_from,
        "until": returned_until,
        "total": len(found),
        "returns": [_data(one) for one in found],
    }
    return listed(desk, "returns", _HEAD, rows, data, as_of=None, xlsx=xlsx, docx=docx)


def _sums(desk: Desk, session: Any, wanted: ReturnFilter, xlsx: Path | None, docx: Path | None) -> Answer:
    from docctl.cli.registers import listed
    from docctl.queries.return_register import return_sums

    found = return_sums(session, desk.actor, wanted, zone=desk.house.zone)
    rows = [(one.unit, one.type_name, one.returns, one.revisions, one.again, one.items) for one in found]
    data = {
        "from": wanted.first,
        "until": wanted.last,
        "total": sum(one.returns for one in found),
        "sums": [
            {
                "unit": one.unit,
                "type": one.type_name,
                "returns": one.returns,
                "revisions": one.revisions,
                "returned_again": one.again,
                "items": one.items,
            }
            for one in found
        ],
    }
    return listed(desk, "return_sums", _SUMS, rows, data, as_of=None, xlsx=xlsx, docx=docx)


def step_words(desk: Desk, meaning: str, name: str) -> str:
    """Return at which step something was returned."""
    return name or desk.words.t(f"lateness.step.{meaning}" if meaning else "returns.by_control")


def _cells(desk: Desk, one: ReturnRow) -> tuple[Any, ...]:
    return (
        one.number,
        one.label,
        one.unit,
        one.type_name,
        one.times,
        step_words(desk, one.meaning, one.step),
        one.who,
        one.at.date(),
        one.items,
        one.done,
        one.title,
    )


def _data(one: ReturnRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "revision": one.label,
        "title": one.title,
        "unit": one.unit,
        "type": one.type_name,
        "times": one.times,
        "step": one.meaning or None,
        "step_name": one.step,
        "by": one.who,
        "at": one.at,
        "reason": one.reason,
        "items": one.items,
        "done": one.done,
    }


def return_words(desk: Desk, one: ReturnLine) -> str:
    """Return with what a revision came back, in lines."""
    t = desk.words.t
    head = f"{t('returns.nth', count=one.ordinal)} {one.at:%Y-%m-%d} {one.who}"
    lines = [f"{head} ({step_words(desk, one.meaning, one.step)}) {one.reason}".rstrip()]
    lines += [f"{'☑' if each.is_done else '☐'} {each.ordinal} {each.text}" for each in one.items]
    return "; ".join(lines)


def return_data(one: ReturnLine) -> dict[str, Any]:
    """Return the same as data."""
    return {
        "times": one.ordinal,
        "step": one.meaning or None,
        "step_name": one.step,
        "by": one.who,
        "at": one.at,
        "reason": one.reason,
        "items": [
            {"item": each.ordinal, "text": each.text, "done": each.is_done, "done_by": each.done_by}
            for each in one.items
        ],
    }
