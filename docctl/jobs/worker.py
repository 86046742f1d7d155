"""The worker: a thread of the server, or a process; it follows, delivers, does what is due."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from secrets import token_hex
from typing import Final

from docctl.jobs import lease
from docctl.jobs.check_texts import check_texts
from docctl.jobs.cite_texts import cite_texts
from docctl.jobs.copies import Teller
from docctl.jobs.deliveries import Running, deliver
from docctl.jobs.due import work_due
from docctl.jobs.housekeeping import tidy, tidy_host
from docctl.jobs.imports.record_runs import work_record_imports
from docctl.jobs.imports.run_keys import seal_plain_runs
from docctl.jobs.imports.watch import Watcher
from docctl.jobs.imports.work import SLICE, work_imports
from docctl.jobs.outline_texts import outline_texts
from docctl.jobs.outward import Outward
from docctl.jobs.projection import follow
from docctl.jobs.scrub import scrub
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.jobs.sealer import seal_round
from docctl.services.house import House

log = logging.getLogger(__name__)

#: How long the worker sleeps when nobody wakes it, in seconds.
IDLE: Final = 2.0
TIDY_EVERY: Final = 3600.0
SEAL_EVERY: Final = 5.0


class Worker:
    """Runs the followers until stopped; a commit wakes it.

    The index of its host it follows in any case; all else it does while it holds the lease, which it never
    asks for where it `only_follows`.
    """

    def __init__(self, house: House, *, only_follows: bool = False) -> None:
        self._house = house
        self._only_follows = only_follows
        self._tell = Teller(house)
        self._watch = Watcher(house)
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
        self._outward = Outward(house)
        self._wake, self._wake_imports, self._wake_outward = (threading.Event() for _ in range(3))
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        #: What this worker has begun. Whoever takes the lease over begins it again, and whoever is done first
        #: has done it.
        self._running: Running = {}
        self._renewed = self._tidied = self._sealed = float("-inf")
        house.uow.on_commit(lambda _newest: self._wake_all())

    def run_once(self) -> bool:
        """Do one round of everything; say whether there was anything to do."""
        busy = follow(self._house)
        busy = deliver(self._house, self._running) or busy
        busy = work_due(self._house) or busy
        busy = busy or seal_plain_texts(self._house)  # only when nobody waits
        busy = busy or seal_plain_runs(self._house)
        busy = busy or cite_texts(self._house)
        busy = busy or outline_texts(self._house)
        busy = busy or check_texts(self._house)
        busy = busy or scrub(self._house)
        if time.monotonic() - self._sealed > SEAL_EVERY:
            busy = seal_round(self._house) or busy
            self._sealed = time.monotonic()
        if time.monotonic() - self._tidied > TIDY_EVERY:
            tidy(self._house)
            self._tidied = time.monotonic()
        return busy

    def run(self) -> None:
        """Work until `stop`; a fault is logged and the next round begins after a pause."""
        beside = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in (("docctl-imports", self._import), ("docctl-outward", self._send))
        ]
        for one in beside:
            one.start()
        try:
            self._work()
        finally:
            self._stop.set()
            self._wake_imports.set()
            self._wake_outward.set()
            for one in beside:
                one.join(timeout=25)

    def send_once(self) -> bool:
        """Do one round of what goes to other machines; say whether there was anything to do."""
        return self._outward()

    def _send(self) -> None:
        """Send what goes to other machines, beside everything else: they may be slow, or not there."""
        while not self._stop.is_set():
            self._wake_outward.clear()
            try:
                busy = self._has_lease() and self._outward()
            except Exception:
                log.exception("a round of sending failed")
                busy = False
            if not busy:
                self._wake_outward.wait(IDLE)

    def _import(self) -> None:
        """Go on with imports beside everything else: reading a scan takes minutes, and nobody waits for it.

        The files lie on the host that took them in, whoever leads.
        """
        while not self._stop.is_set():
            self._wake_imports.clear()
            try:
                busy = self._watch()
                busy = work_imports(self._house) or busy
                busy = work_record_imports(self._house, seconds=SLICE) or busy
            except Exception:
                log.exception("a round of imports failed")
                busy = False
            if not busy:
                self._wake_imports.wait(IDLE)

    def _wake_all(self) -> None:
        self._wake.set()
        self._wake_imports.set()
        self._wake_outward.set()

    def _has_lease(self) -> bool:
        """Say whether this worker leads, as far as it knows; two who do send one thing once."""
        return time.monotonic() - self._renewed < lease.LENGTH.total_seconds()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                leads = self._leads()
                busy = self.run_once() if leads else follow(self._house)
                if not leads and time.monotonic() - self._tidied > TIDY_EVERY:
                    tidy_host(self._house)  # whoever leads sees its own folders only
                    self._tidied = time.monotonic()
                self._tell()
            except Exception:  # the worker outlives a faulty round
                log.exception("a round of the worker failed")
                busy = False
                self._house.measures.worked("failed")
                self._stop.wait(IDLE)
            else:
                if leads:
                    self._house.measures.worked("busy" if busy else "idle")
            if not busy:
                self._wake.wait(IDLE)
        if not self._only_follows:
            lease.release(self._house, self._holder)

    def _leads(self) -> bool:
        if self._only_follows:
            return False
        if time.monotonic() - self._renewed < lease.LENGTH.total_seconds() / 3:
            return True
        if lease.take(self._house, self._holder):
            self._renewed = time.monotonic()
            return True
        return False

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self.run, name="docctl-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread after its present step."""
        self._stop.set()
        self._wake_all()
        if self._thread is not None:
            self._thread.join(timeout=30)
