"""`docctl index rebuild|verify|status|forget`: the search index, which can always be made again (S-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import FAILED, Answer, Table
from docctl.cli.command import Noun
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.copies import CopyState

index = Noun("index")

#: So many differences are listed for people; JSON has all of them.
_TOLD = 100


@index.command("status", permission="system.operate", who="operator")
def status(desk: Desk) -> Answer:
    """Say how the index is and how far it has come (S-4)."""
    engine = desk.house.search
    behind = _lag(desk)
    data: dict[str, Any] = {
        "state": engine.state,
        "entries": engine.count(),
        "position": engine.position(),
        "behind": behind,
    }
    state = desk.words.t(f"cli.index_state.{engine.state}")
    lines = [desk.words.t("cli.index_status", state=state, n=data["entries"], behind=behind)]
    found = _copies(desk)
    if found:
        data["copies"] = [
            {
                "id": str(one.id),
                "host": one.host,
                "state": one.state,
                "entries": one.entries,
                "position": one.position,
                "behind": one.behind,
                "behind_seconds": round(one.lag(desk.house.clock())),
                "seen_at": one.seen_at,
                "silent": one.is_silent,
                "awaited": one.is_awaited,
                "forgotten_at": one.forgotten_at,
            }
            for one in found
        ]
        head = ("host", "id", "state", "entries", "behind", "seen_at", "note")
        rows = [
            (
                one.host,
                str(one.id)[-12:],
                desk.words.t(f"cli.index_state.{one.state}"),
                one.entries,
                one.behind,
                one.seen_at,
                desk.words.t(f"cli.copy_note.{one.note}") if one.note else "",
            )
            for one in found
        ]
        lines += Table([desk.label(name) for name in head], rows).lines()
    return Answer(data, lines)


@index.command("rebuild", permission="system.operate", who="operator", changes=True)
def rebuild(desk: Desk) -> Answer:
    """Make the index anew from the database (S-4)."""
    from docctl.jobs.projection import rebuild as rebuild_index

    count = rebuild_index(desk.house)
    return desk.done("rebuilt", {"entries": count}, n=count)


@index.command("forget", permission="system.operate", who="operator", changes=True)
@click.argument("copy")
def forget(desk: Desk, copy: str) -> Answer:
    """Let no disposal list wait any more for the copy of a host that does not come back (R-7)."""
    from docctl.domain.verdicts import NotFound
    from docctl.services.index.copies import ForgetCopy, forget_copy

    there = [one for one in _copies(desk) if one.forgotten_at is None]
    found = [one for one in there if one.host == copy or str(one.id).endswith(copy.lower())]
    if len(found) > 1:
        raise click.UsageError(desk.words.t("cli.several_copies", host=copy))
    if not found:
        raise NotFound("index_copy")
    forget_copy(ForgetCopy(found[0].id, desk.house.clock()), by=desk.caller(), house=desk.house)
    return desk.done("forgotten", {"host": found[0].host, "id": str(found[0].id)}, host=found[0].host)


@index.command("verify", permission="system.operate", who="operator")
def verify(desk: Desk) -> Answer:
    """Read the whole index and compare each of its entries with the database (S-4)."""
    from docctl.jobs.comparison import PROBLEMS, compare

    found = compare(desk.house)
    problems = {name: found.ids(name) for name in PROBLEMS}
    data = {
        "ok": found.ok,
        "state": found.state,
        "intact": found.intact,
        "entries": found.entries,
        **problems,
        "items": found.differences,
        "behind": found.behind,
    }
    if not found.intact:
        # Readable files that are not as they were written are damaged too.
        line = desk.words.t(f"cli.index_unusable.{'empty' if found.state == 'empty' else 'damaged'}")
    else:
        counts: dict[str, Any] = {name: len(ids) for name, ids in problems.items()}
        key = "cli.index_ok" if found.ok else "cli.index_bad"
        line = desk.words.t(key, n=found.entries, **counts)
    head = [desk.label(name) for name in ("problem", "number", "title", "id")]
    rows = [
        (desk.words.t(f"cli.index_problem.{one.problem}"), one.number, one.title, one.id)
        for one in found.differences[:_TOLD]
    ]
    lines = [line]
    if found.intact and found.behind > 0:
        lines.append(desk.words.t("cli.index_behind", n=found.behind))
    if without := len(problems["unreadable"]):
        lines.append(desk.words.t("cli.index_unreadable", n=without))
    if len(found.differences) > without:
        lines.append(desk.words.t("cli.index_helps"))
    lines += Table(head, rows).lines()
    if len(found.differences) > _TOLD:
        lines.append(desk.words.t("cli.index_more", n=len(found.differences) - _TOLD))
    return Answer(data, lines, 0 if found.ok else FAILED)


def _copies(desk: Desk) -> list[CopyState]:
    from docctl.queries.copies import copies

    with desk.read() as session:
        return copies(session, at=desk.house.clock())


def _lag(desk: Desk) -> int:
    from docctl.jobs.projection import lag

    return lag(desk.house)
