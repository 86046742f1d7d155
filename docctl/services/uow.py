"""The two kinds of transaction: `read()` for pages, `write(fn)` for use cases."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from docctl.domain.verdicts import Conflict, Refused
from docctl.services.database import end_reading, reader, writer
from docctl.services.faults import is_transient, last_refusal, refusal_of
from docctl.services.gate import Gate, GateBusy
from docctl.services.measures import Measures
from docctl.services.trail import number_events

T = TypeVar("T")
Clock = Callable[[], datetime]


class UnitOfWork:
    """Opens sessions; the only code that commits."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        gate: Gate,
        owner: Engine | None = None,
        measures: Measures | None = None,
    ) -> None:
        self._engine = engine
        self._owner = owner or engine
        self._reader, self._writer = reader(engine), writer(engine)
        self._clock = clock
        self._gate = gate
        self._measures = measures or Measures()
        self._listeners: list[Callable[[int], None]] = []
        #: What every session carries along in `Session.info`; `wiring` puts it there.
        self.carried: dict[Any, Any] = {}

    @property
    def engine(self) -> Engine:
        """The engine, for the checks of the machine."""
        return self._engine

    @property
    def reader(self) -> Engine:
        """The engine whose connections only read, for the checks of the machine."""
        return self._reader

    @property
    def owner(self) -> Engine:
        """The engine for migrations: on PostgreSQL of the role that owns the tables."""
        return self._owner

    @property
    def gate(self) -> Gate:
        """The write gate, for measuring waits."""
        return self._gate

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
        self._owner.dispose()

    def on_commit(self, listener: Callable[[int], None]) -> None:
        """Call `listener(newest event number)` after each commit that recorded events."""
        self._listeners.append(listener)

    def server_time(self) -> datetime:
        """Return what the clock of the PostgreSQL server says, UTC."""
        with self._engine.connect() as connection:
            now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state that cannot write.

        Raise `RuleRefused` where there is no database to read from.
        """
        try:
            with Session(self._reader, autoflush=False, expire_on_commit=False, info=self.carried) as session:
                try:
                    yield session
                finally:
                    end_reading(session)
        except (DBAPIError, NoFreeConnection) as error:
            if (refused := refusal_of(error)) is None:
                raise
            raise refused from error

    def write(self, fn: Callable[[Session], T]) -> T:
        """Run `fn(session)` and commit; run it again where the database asks for it.

        `fn` has no effect outside its session. Raise `Conflict` when three more tries did not help,
        and `RuleRefused` where a guard of the database or a full disk refused, or no database answers. Where
        the connection was lost while committing, nobody knows the outcome: a repeat with the same request id
        gets the first answer, or is carried out.
        """
        pauses = iter((0.02, 0.1, 0.5))
        while True:
            try:
                return self._once(fn)
            except GateBusy as error:
                raise Conflict(Refused("request", "busy")) from error
            except (StaleDataError, DBAPIError, NoFreeConnection) as error:
                if (refused := refusal_of(error)) is not None:
                    raise refused from error
                if not is_transient(error):
                    raise
                if (pause := next(pauses, None)) is None:
                    if (refused := last_refusal(error)) is None:
                        raise
                    raise refused from error
                self._measures.tried_again("stale" if isinstance(error, StaleDataError) else "busy")
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret

    def _once(self, fn: Callable[[Session], T]) -> T:
        asked = time.monotonic()
        with self._gate(), Session(self._writer, expire_on_commit=False, info=self.carried) as session:
            self._measures.waited(time.monotonic() - asked)
            result = fn(session)
            newest = number_events(session, now=self._clock())
            session.commit()
        if newest is not None:
            for listener in self._listeners:
                listener(newest)
        return result
