"""Whether this process may be sent people: each part asked once at a time, and never waited for long.

An answer is kept for a moment, so that a stranger who asks without pause asks nothing of database or store.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from docctl.jobs import lease
from docctl.models.trail import AuditHead
from docctl.queries.copies import copies
from docctl.services.house import House
from docctl.services.schema import schema_state
from storage.api import Area, Key, KeyMissing, ObjectMissing, uuid7

log = logging.getLogger(__name__)

#: All parts together are waited for this long, in seconds.
PATIENCE: Final = 2.0
#: An answer stands for this long, in seconds.
KEPT: Final = 1.0
#: A worker that has not renewed its lease for so long is not at work: a long step may take its time.
SEEN: Final = timedelta(minutes=2)

OK: Final = "ok"
SLOW: Final = "slow"
FAILED: Final = "failed"

Part = Callable[[House], bool]


def _schema(house: House) -> bool:
    return schema_state(house.uow.reader).is_ready


def _database(house: House) -> bool:
    """Take a write transaction and read in it; nothing is written."""
    return house.uow.write(lambda session: session.scalar(select(AuditHead.id))) is not None


def _store(house: House) -> bool:
    """Ask for an object that cannot be there; a store that is away says so instead."""
    try:
        house.objects.stat(Key(Area.RECORDS, "probe", UUID(int=0), 0, uuid7()), "0")
    except ObjectMissing:
        return True
    return False


def _keys(house: House) -> bool:
    """Ask for a key that cannot be there; without a key store nothing is asked."""
    if house.keys is not None:
        with suppress(KeyMissing):
            house.keys.get(UUID(int=0))
    return True


def _search(house: House) -> bool:
    """Say whether the index answers, or somebody is there who makes it anew (S-4).

    Where several hosts work, that is who follows on this host, not who holds the lease.
    """
    if house.search.state in {"ready", "empty"}:
        return True
    if not house.is_shared:
        return lease.is_held(house)
    here = house.here.read()
    with house.uow.read() as session:
        found = copies(session, at=house.clock())
    return any(here is not None and one.id == here.id and not one.is_silent for one in found)


def _worker(house: House) -> bool:
    """Say whether any worker was seen lately."""
    return lease.was_seen(house, within=SEEN)


#: What must hold before people are sent here, by the name shown; one line for each.
PARTS: Final[Mapping[str, Part]] = {
    "schema": _schema,
    "database": _database,
    "store": _store,
    "keys": _keys,
    "search": _search,
}
#: What must hold as well where this process is meant to do the worker's part.
WITH_WORKER: Final[Mapping[str, Part]] = {**PARTS, "worker": _worker}


@dataclass(slots=True)
class _Asking:
    """One part being asked in a thread of its own."""

    thread: threading.Thread
    answer: str = SLOW


class Readiness:
    """Asks the parts of one house; safe to use from many threads."""

    def __init__(self, house: House, parts: Mapping[str, Part], *, patience: float = PATIENCE) -> None:
        self._house = house
        self._parts = parts
        self._patience = patience
        self._mutex = threading.Lock()
        self._asking: dict[str, _Asking] = {}
        self._known: dict[str, str] = {}
        self._until = float("-inf")

    def __call__(self) -> Mapping[str, str]:
        """Return each part with `ok`, `failed` or `slow`, after `patience` seconds at most.

        While one caller asks, the others get the answer before, or that everything is slow.
        """
        if not self._mutex.acquire(blocking=not self._known, timeout=-1 if self._known else self._patience):
            return self._known or dict.fromkeys(self._parts, SLOW)
        try:
            if time.monotonic() >= self._until:
                self._known = self._ask()
                self._until = time.monotonic() + KEPT
            return self._known
        finally:
            self._mutex.release()

    def _ask(self) -> dict[str, str]:
        deadline = time.monotonic() + self._patience
        for name in self._parts:
            if name not in self._asking:  # one that was too slow last time is not asked twice
                self._asking[name] = self._begin(name)
        found = {}
        for name in self._parts:
            one = self._asking[name]
            one.thread.join(max(0.0, deadline - time.monotonic()))
            found[name] = SLOW if one.thread.is_alive() else one.answer
            if not one.thread.is_alive():
                del self._asking[name]
        return found

    def _begin(self, name: str) -> _Asking:
        def ask() -> None:
            try:
                asking.answer = OK if self._parts[name](self._house) else FAILED
            except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the part is not ready
                log.warning("not ready", extra={"fields": {"part": name, "error": type(error).__name__}})
                asking.answer = FAILED

        asking = _Asking(threading.Thread(target=ask, name=f"docctl-ready-{name}", daemon=True))
        asking.thread.start()
        return asking
