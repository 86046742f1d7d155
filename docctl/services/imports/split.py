"""One file that holds several documents, taken apart where a person confirms it (I-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import Choice, FileState, RunAction, may_move_run
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.imports import ImportFile
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.facts.child import facts_in_child
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.imports.contents import Contents
from docctl.services.imports.entities import Entities
from docctl.services.imports.histories import follow_changes, group_all
from docctl.services.imports.propose import propose, units_by_name
from docctl.services.imports.runs import lock_run
from docctl.services.registry import Prepared, use_case

#: A piece shorter than this, in characters, is no document.
LEAST: Final = 40


@dataclass(frozen=True, slots=True)
class SplitFile:
    """Take a file apart at half-open places of its text; each piece has a line of its own from then on.

    `facts` of the pieces are found before the transaction.
    """

    run_id: UUID
    file_id: UUID
    pieces: Sequence[tuple[str, int, int]]
    facts: Sequence[Mapping[str, Any]] = ()
    item_id: UUID = field(default_factory=new_id)


def _reading(cmd: SplitFile, by: Caller, house: House) -> Prepared[SplitFile]:
    """Find the facts of each piece in a child process."""
    del by
    with house.uow.read() as session:
        row = session.get(ImportFile, cmd.file_id)
        if row is None or row.run_id != cmd.run_id:
            raise NotFound("file")
        text, path = Contents(session, row.run_id).read(row, "text").text, row.path
    folder = house.scratch / f"split-{cmd.item_id}"
    folder.mkdir(mode=0o700)
    try:
        facts = [
            facts_in_child(house.pool, folder, text[start:end], title or path)
            for title, start, end in cmd.pieces
        ]
    except ReadingFailed as failed:
        if failed.code in OURS:
            raise RuleRefused(Refused("request", "busy")) from failed
        raise RuleRefused(Refused("I-6", "facts_not_found")) from failed
    finally:
        folder.rmdir()
    return Prepared(replace(cmd, facts=facts), lambda: None, lambda: None)


@use_case("document.import", before=_reading)
def split_file(session: Session, cmd: SplitFile, by: Caller) -> int:
    """Split a file; the whole is left out, its pieces keep file and place as origin (I-3)."""
    run = lock_run(session, cmd.run_id, by.at)
    authorise(by.actor, "document.import", Facts(unit_id=run.unit_id))
    require(may_move_run(run.state, RunAction.CHANGE))
    contents = Contents(session, run.id)
    group_all(session, run.id, contents)
    whole = session.get(ImportFile, cmd.file_id)
    if whole is None or whole.run_id != run.id or whole.state is not FileState.READ:
        raise RuleRefused(Refused("I-1", "not_in_run"))
    if whole.piece_of is not None or session.scalar(
        select(ImportFile.id).where(ImportFile.piece_of == whole.id).limit(1)
    ):
        raise RuleRefused(Refused("I-3", "already_split"))
    text = contents.read(whole, "text").text
    if not cmd.pieces or any(
        not 0 <= start < end <= len(text) or end - start < LEAST for _, start, end in cmd.pieces
    ):
        raise RuleRefused(Refused("I-3", "no_piece", {"least": LEAST}))
    units = units_by_name(session, Entities.beside(session, run.unit_id).default)
    changed = [(str(whole.id), "choice")]
    last = session.scalar(select(func.max(ImportFile.ordinal)).where(ImportFile.run_id == run.id)) or 0
    for place, ((title, start, end), found) in enumerate(zip(cmd.pieces, cmd.facts, strict=True), start=1):
        facts = dict(found)
        sketch = list(facts.pop("sketch", ()))
        chosen = propose(facts, units)
        piece = ImportFile(
            id=new_id(),
            run_id=run.id,
            ordinal=last + place,
            path=f"{whole.path[-980:]} #{place}",
            size=whole.size,
            sha256=whole.sha256,
            media_type=whole.media_type,
            state=FileState.READ,
            piece_of=whole.id,
            piece_start=start,
            piece_end=end,
        )
        chosen = {**chosen, "title": chosen.get("title") or title} if title else chosen
        contents.keep(piece, facts=facts, chosen=chosen, sketch=sketch, text=text[start:end])
        session.add(piece)
        changed.append((str(piece.id), "number"))
    whole.choice = Choice.LEAVE_OUT
    follow_changes(session, run.id, changed, [whole.group_key], contents)
    run.total += len(cmd.pieces)
    run.read += len(cmd.pieces)
    return len(cmd.pieces)
