"""Checking one stored file now, at a person's word: after it was brought back, say (T-3)."""

from __future__ import annotations

from uuid import UUID

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.content import ItemFile
from docctl.queries.objects import file_problem
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.objects.fixity import NoteFixity, note_recheck
from storage.api import StoreUnavailable


def recheck_file(file_id: UUID, *, by: Caller, house: House) -> str:
    """Read a stored file again and keep the result; return its problem, "" where it is sound (T-3).

    Only a file with a noted problem is checked: those are listed to whoever may verify, and of others
    nobody learns whether they are there (X-3). Raises NotFound for them, RuleRefused for who may not
    verify and where the store cannot be reached.
    """
    authorise(by.actor, "audit.verify", Facts())
    with house.uow.read() as session:
        row = session.get(ItemFile, file_id)
        if row is None or row.destroyed_at is not None or not row.problem:
            raise NotFound("file")
    try:
        problem = file_problem(row, house.objects)
    except StoreUnavailable as error:
        raise RuleRefused(Refused("request", "store_unavailable")) from error
    note_recheck(NoteFixity(((row.id, problem),)), by=by, house=house)
    return problem
