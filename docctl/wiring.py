"""The one place that names concrete backends and puts the house together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from docctl.config import Settings
from docctl.reading.pool import ReaderPool
from docctl.services.audit.keys import KeyFile
from docctl.services.audit.witness import Witness
from docctl.services.database import open_database
from docctl.services.gate import FairGate
from docctl.services.house import House
from docctl.services.people.passwords import Passwords
from docctl.services.staging import Staging
from docctl.services.uow import UnitOfWork
from search.tantivy import TantivyEngine
from storage.local import LocalStore


def system_clock() -> datetime:
    """Return the time of the machine, UTC; the clock is no setting."""
    return datetime.now(UTC)


def build(settings: Settings, *, clock: Callable[[], datetime] = system_clock) -> House:
    """Return the house for these settings; only tests and the sample company bring their own clock."""
    data = settings.data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data.stat().st_uid == os.getuid():
        data.chmod(0o700)  # a folder that was there before may have been open to others
    scratch = data / "scratch"
    scratch.mkdir(mode=0o700, exist_ok=True)
    objects = LocalStore(data / "objects", clock=clock)
    objects.sweep_temp(older_than=timedelta(0))  # what a crash left; live writers are recognised
    engine = open_database(data / "docctl.db")
    return House(
        uow=UnitOfWork(engine, clock=clock, gate=FairGate(data / "write.lock")),
        objects=objects,
        search=TantivyEngine(data / "index"),
        staging=Staging(data / "staging", limit=settings.upload_limit_mb << 20),
        pool=ReaderPool(workers=settings.readers, scratch=scratch),
        passwords=Passwords(),
        clock=clock,
        zone=settings.zone,
        language=settings.language,
        public_url=settings.public_url,
        scrub_every=timedelta(days=settings.scrub_days),
        audit_keys=KeyFile(settings.audit_key_file),
        witness=Witness(folder) if (folder := settings.witness_folder) else None,
        scratch=scratch,
    )
