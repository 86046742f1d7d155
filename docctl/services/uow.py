"""The two kinds of transaction: `read()` for pages, `write(fn)` for use cases."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from docctl.domain.verdicts import Conflict, Refused, RuleRefused
from docctl.services.gate import FairGate, GateBusy
from docctl.services.trail import number_events

T = TypeVar("T")
Clock = Callable[[], datetime]

_GUARD = re.compile(r"guard (\S+) (\w+)")


class UnitOfWork:
    """Opens sessions; the only code that commits."""

    def __init__(self, engine: Engine, *, clock: Clock, gate: FairGate) -> None:
        self._engine = engine
        self._reader = engine.execution_options(docctl_mode="read")
        self._writer = engine.execution_options(docctl_mode="write")
        self._clock = clock
        self._gate = gate
        self._listeners: list[Callable[[int], None]] = []

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and the checks of the machine."""
        return self._engine

    @property
    def gate(self) -> FairGate:
        """The write gate, for measuring waits."""
        return self._gate

    def on_commit(self, listener: Callable[[int], None]) -> None:
        """Call `listener(newest event number)` after each commit that recorded events."""
        self._listeners.append(listener)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state that cannot write."""
        with Session(self._reader, autoflush=False, expire_on_commit=False) as session:
            yield session

    def write(self, fn: Callable[[Session], T]) -> T:
        """Run `fn(session)` and commit; run it again where the database asks for it.

        `fn` has no effect outside its session. Raise `Conflict` when three more tries did not help,
        and `RuleRefused` where a guard of the database or a full disk refused.
        """
        pauses = iter((0.02, 0.1, 0.5))
        while True:
            try:
                return self._once(fn)
            except GateBusy as error:
                raise Conflict(Refused("request", "busy")) from error
            except (StaleDataError, DBAPIError) as error:
                refused = _refusal(error)
                if refused is not None:
                    raise RuleRefused(refused) from error
                if not _is_transient(error):
                    raise
                if (pause := next(pauses, None)) is None:
                    stale = isinstance(error, StaleDataError)
                    code = "changed_meanwhile" if stale else "busy"
                    raise Conflict(Refused("request", code)) from error
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret

    def _once(self, fn: Callable[[Session], T]) -> T:
        with self._gate(), Session(self._writer, expire_on_commit=False) as session:
            result = fn(session)
            newest = number_events(session, now=self._clock())
            session.commit()
        if newest is not None:
            for listener in self._listeners:
                listener(newest)
        return result


def _is_transient(error: Exception) -> bool:
    if isinstance(error, StaleDataError):
        return True
    text = str(error).lower()
    return isinstance(error, OperationalError) and ("locked" in text or "busy" in text)


def _refusal(error: Exception) -> Refused | None:
    """Return the rule behind a guard's refusal or a disk that fails, or None for anything else."""
    if isinstance(error, OperationalError):
        said = str(error.orig)
        if "disk is full" in said:
            return Refused("request", "disk_full")
        if "disk I/O error" in said:
            return Refused("request", "disk_failed")
    if isinstance(error, IntegrityError) and (found := _GUARD.search(str(error.orig))):
        return Refused("guard", "refused", {"rule": found[1], "guard": found[2]})
    return None
