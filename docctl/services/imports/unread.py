"""Lines of what was brought and never read whole: a run that ends while it still receives (I-1)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, Outcome, RunState
from docctl.models.base import new_id
from docctl.models.imports import ImportFile, ImportRun
from docctl.services.caller import Caller


def note_unread(session: Session, run: ImportRun, by: Caller, outcome: Outcome) -> None:
    """Give each upload that was not taken apart to its end a line, where the run ends now (I-1).

    Where somebody else brought the files, from a folder, the folder has it: nobody knows what else it held.
    """
    if run.state is not RunState.RECEIVING:
        return
    found = select(ImportFile.path).where(ImportFile.run_id == run.id)
    brought = run.uploads or [[run.name, 0]]
    there = set(session.scalars(found.where(ImportFile.path.in_([name for name, _ in brought]))))
    last = session.scalar(select(func.max(ImportFile.ordinal)).where(ImportFile.run_id == run.id)) or 0
    unread = [(name, size) for name, size in brought if name not in there]
    for ordinal, (name, size) in enumerate(unread, start=last + 1):
        session.add(
            ImportFile(
                id=new_id(),
                run_id=run.id,
                ordinal=ordinal,
                path=name,
                size=size,
                state=FileState.DONE,
                outcome=outcome.value,
                rule="I-1",
                code="never_read",
                params={"name": name},
                done_at=by.at,
            )
        )
    run.total += len(unread)
    run.read += len(unread)


__all__ = ["note_unread"]
