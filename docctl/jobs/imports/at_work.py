"""Telling that this host works on its imports, also while a step of them takes minutes (I-1)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from docctl.domain.verdicts import RuleRefused
from docctl.services.house import House
from docctl.services.imports.presence import EVERY, is_fresh, renew

log = logging.getLogger(__name__)


@contextmanager
def at_work(house: House) -> Iterator[None]:
    """Renew the lease of this host until the work within is done; nobody gives its runs up meanwhile.

    It is not given back: a minute later it has ended by itself.
    """
    done = threading.Event()
    _tell(house)
    thread = threading.Thread(target=_go_on, args=(house, done), name="docctl-at-work", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _go_on(house: House, done: threading.Event) -> None:
    while not done.wait(EVERY.total_seconds()):
        try:
            _tell(house)
        except Exception:  # the work itself goes on, and says what is wrong
            log.warning("that this host works on imports cannot be told", exc_info=True)


def _tell(house: House) -> None:
    host, now = house.here.host, house.clock()
    with house.uow.read() as session:
        if is_fresh(session, host, now):
            return
    try:
        house.uow.write(lambda session: renew(session, host, now))
    except RuleRefused as error:  # a full disk, or no database: the work will meet it too
        log.warning("that this host works on imports cannot be told: %s", error.refused.key)


__all__ = ["at_work"]
