"""Where the counters stand, noted beside the heads elsewhere: a restore then gives no number twice (N-1)."""

from __future__ import annotations

import io
from secrets import token_hex
from typing import Final, Literal
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import select

from docctl.domain.heads import Head
from docctl.domain.notes import COUNTERS_KIND, counters_note
from docctl.models.numbers import Counter
from docctl.services.house import House
from docctl.services.uow import UnitOfWork
from storage.api import Area, Key

Where = Literal["store", "witness"]

#: What this process has noted in each place: size of the head, and values. A note holds what is new since
#: then; the first one of a process holds all.
_NOTED: Final[WeakKeyDictionary[UnitOfWork, dict[Where, tuple[int, dict[str, int]]]]] = WeakKeyDictionary()


def note_counters(house: House, head: Head, where: Where) -> None:
    """Note the counters beside a head that has just been put somewhere (N-1).

    Raises StorageError or SealFault where the place cannot be used.
    """
    noted = _NOTED.setdefault(house.uow, {})
    size, before = noted.get(where, (0, {}))
    if size == head.size:
        return
    with house.uow.read() as session:
        rows = session.execute(select(Counter.scope, Counter.value).order_by(Counter.scope)).all()
    now = {one.scope: one.value for one in rows}
    changed = {scope: value for scope, value in now.items() if before.get(scope) != value}
    text = counters_note(head.epoch, head.size, house.clock(), changed)
    if where == "store":
        key = Key.new(Area.RECORDS, COUNTERS_KIND, UUID(head.origin.removeprefix("docctl:")), head.size)
        house.objects.put(key, io.BytesIO(text.encode()), retain_until=None)
    elif house.witness is not None:
        house.witness.note("counters", f"{head.epoch:03d}-{head.size:012d}-{token_hex(4)}", text)
    noted[where] = head.size, now


__all__ = ["note_counters"]
