"""Reading the mark of a printed copy from outside: what it is worth, and no guessing (D-3, X-3)."""

from __future__ import annotations

import re
from typing import Final

from docctl.domain.verdicts import NotFound, require
from docctl.queries.copy_mark import CopyMark, copy_mark
from docctl.services.house import House
from docctl.services.people.throttle import mark_keys, may_try, note_failure

_MARK: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def read_mark(house: House, mark: str, *, address: str) -> CopyMark:
    """Return what a copy is worth now; raise NotFound for no such mark, RuleRefused for too many of those.

    Whoever reads a mark that is one is not counted: a shop floor shares an address.
    """
    keys, at = mark_keys(address), house.clock()
    with house.uow.read() as session:
        require(may_try(session, keys, at=at))
        if _MARK.fullmatch(mark):
            try:
                return copy_mark(session, mark, at=at)
            except NotFound:
                pass
    house.uow.write(lambda session: note_failure(session, keys, at=at))
    raise NotFound("copy")
