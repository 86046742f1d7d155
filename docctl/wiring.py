"""The one place that names concrete backends and puts the house together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from docctl.config import PREFIX, Settings, WrongSetting
from docctl.reading.pool import ReaderPool
from docctl.services.database import open_database
from docctl.services.gate import FairGate
from docctl.services.house import House
from docctl.services.people.passwords import Passwords
from docctl.services.staging import Staging
from docctl.services.uow import UnitOfWork
from search.tantivy import TantivyEngine
from storage.encrypted import EncryptedStore
from storage.errors import MasterKeyWrong
from storage.keyring import KeyRing
from storage.keyring_sqlite import SqliteKeyRing
from storage.local import LocalStore
from storage.master import MasterFile


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
    keys = open_keys(settings, clock)
    engine = open_database(data / "docctl.db")
    return House(
        uow=UnitOfWork(engine, clock=clock, gate=FairGate(data / "write.lock")),
        objects=EncryptedStore(objects, keys),
        keys=keys,
        search=TantivyEngine(data / "index"),
        staging=Staging(data / "staging", limit=settings.upload_limit_mb << 20),
        pool=ReaderPool(workers=settings.readers, scratch=scratch),
        passwords=Passwords(),
        clock=clock,
        zone=settings.zone,
        language=settings.language,
        public_url=settings.public_url,
        scrub_every=timedelta(days=settings.scrub_days),
        scratch=scratch,
        key_backup_days=settings.key_backup_days,
    )


def open_keys(settings: Settings, clock: Callable[[], datetime]) -> KeyRing:
    """Return the key store; raise WrongSetting where the master key is missing or not its own."""
    folder = settings.data / "keys"
    try:
        return SqliteKeyRing(folder / "keys.db", master=MasterFile(settings.master_key), clock=clock)
    except MasterKeyWrong as error:
        raise WrongSetting(f"{PREFIX}MASTER_KEY_FILE: {error}") from error
