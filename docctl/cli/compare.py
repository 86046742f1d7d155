"""`docctl documents compare`: what changed between two revisions, as text or JSON (V-5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, one_line
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.domain.comparison import Block, Comparison, Entry
    from docctl.queries.compare_files import FilePair, FileSide
    from docctl.queries.compare_revisions import Compared


def add_compare(noun: Noun) -> None:
    """Add the command to the noun."""
    noun.add_command(compare)


_reads = Noun("documents")


@_reads.command("compare", permission="revision.read", changes=True)
@click.argument("number")
@option("--from", "from_label", default="")
@option("--revision", "label", default="")
def compare(desk: Desk, number: str, from_label: str, label: str) -> Answer:
    """Compare two revisions: the newest with the one in force, unless others are named (V-5, X-2)."""
    from docctl.domain.verdicts import Refused, RuleRefused
    from docctl.queries.compare_revisions import base_for, compared
    from docctl.services.content.compare import open_annexes, open_both

    now = desk.house.clock()
    with desk.read() as session:
        after = names.revision(desk, session, number, label).revision_id
        if from_label:
            before: Any = names.revision(desk, session, number, from_label).revision_id
        else:
            before = base_for(session, desk.actor, after, at=now)
    if before is None:
        raise RuleRefused(Refused("V-5", "nothing_to_compare", {"number": number}))
    open_both(before, after, by=desk.caller(), house=desk.house)
    with desk.read() as session:
        found = compared(session, desk.actor, before, after, at=now, zone=desk.house.zone)
    open_annexes(before, after, found.files, by=desk.caller(), house=desk.house)
    return Answer(_data(found), list(_lines(desk, found)))


def _data(found: Compared) -> dict[str, Any]:
    return {
        "number": found.number,
        "title": found.title,
        "from": {"revision": found.before.label, "state": found.before.state},
        "to": {"revision": found.after.label, "state": found.after.state},
        "facts": [
            {"fact": one.name, "from": one.before, "to": one.after} for one in found.facts if one.is_changed
        ],
        "files": [
            {
                "from": _side(one.before),
                "to": _side(one.after),
                "same": one.is_same,
                "compared": one.text is not None,
                "coarse": one.text is not None and one.text.is_coarse,
                "cut": one.is_cut,
                "changes": [] if one.text is None else list(_changes(one.text)),
            }
            for one in found.files
        ],
    }


def _side(one: FileSide | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "name": one.name,
        "role": one.role,
        "annex": one.annex or None,
        "title": one.title or None,
        "size": one.size,
        "sha256": one.sha256,
        "text": one.standing,
    }


def _changes(text: Comparison) -> Iterator[dict[str, Any]]:
    from docctl.domain.comparison import Kind

    for entry in text.entries:
        if entry.kind in {Kind.SAME, Kind.MOVED_AWAY}:
            continue
        yield {
            "kind": "moved" if entry.kind is Kind.MOVED_HERE else entry.kind.value,
            "from": None
            if entry.before is None
            else {"place": entry.before + 1, "cells": text.before[entry.before]},
            "to": None
            if entry.after is None
            else {"place": entry.after + 1, "cells": text.after[entry.after]},
            "pieces": [[[piece.part.value, piece.text] for piece in cell.pieces] for cell in entry.cells],
        }


def _lines(desk: Desk, found: Compared) -> Iterator[str]:
    t = desk.words.t
    yield f"{found.number} {found.title}  " + t(
        "compare.from_to", before=found.before.label, after=found.after.label
    )
    for fact in found.facts:
        if fact.is_changed:
            name = t(f"compare.fact.{fact.name}")
            yield f"{name}  [-{one_line(fact.before)}-] {{+{one_line(fact.after)}+}}"
    for pair in found.files:
        yield from _file_lines(desk, found, pair)


def _file_lines(desk: Desk, found: Compared, pair: FilePair) -> Iterator[str]:
    t = desk.words.t
    yield ""
    place = (
        t("documents.annex", n=pair.side.annex) if pair.side.annex else t(f"compare.role.{pair.side.role}")
    )
    names = [one.called if one else "—" for one in (pair.before, pair.after)]
    yield f"{place}  {' → '.join(names)}"
    if pair.is_same:
        yield t("compare.same_file")
    elif pair.change in {"added", "removed"}:
        yield t(f"compare.file_{pair.change}")
    elif pair.text is not None:
        yield t("compare.count", count=pair.text.changes) if pair.text.changes else t("compare.text_same")
        if pair.is_cut:
            yield t("compare.cut")
        if pair.text.is_coarse:
            yield t("compare.coarse")
        yield from _changed_lines(pair.text)
    else:
        for side, label in ((pair.before, found.before.label), (pair.after, found.after.label)):
            if side is not None and side.standing != "ready":
                yield t(f"compare.standing.{side.standing}", label=label)


def _changed_lines(text: Comparison) -> Iterator[str]:
    """Write struck words as [-…-] and new ones as {+…+}, as people know it from other programs."""
    from docctl.domain.comparison import Kind

    for entry in text.entries:
        if entry.kind is Kind.REMOVED and entry.before is not None:
            yield f"- {entry.before + 1}  {_row(text.before[entry.before])}"
        elif entry.kind is Kind.ADDED and entry.after is not None:
            yield f"+ {entry.after + 1}  {_row(text.after[entry.after])}"
        elif (
            entry.kind in {Kind.CHANGED, Kind.MOVED_HERE}
            and entry.before is not None
            and entry.after is not None
        ):
            sign = "~" if entry.kind is Kind.CHANGED else ">"
            yield f"{sign} {entry.before + 1} → {entry.after + 1}  {_within(entry)}"


def _row(block: Block) -> str:
    return one_line(" | ".join(block))


def _within(entry: Entry) -> str:
    from docctl.domain.word_changes import Part

    marks = {Part.SAME: "{}", Part.REMOVED: "[-{}-]", Part.ADDED: "{{+{}+}}"}
    cells = ("".join(marks[piece.part].format(piece.text) for piece in cell.pieces) for cell in entry.cells)
    return one_line(" | ".join(cells))
