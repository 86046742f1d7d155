"""The one place that names concrete backends and puts the house together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from minio import Minio

from docctl.config import PREFIX, Settings, WrongSetting
from docctl.domain.mailing import When
from docctl.domain.notes import KEPT_KINDS, PROBE_KIND
from docctl.jobs.backup.tools import Tools
from docctl.memory import keep_freed_memory
from docctl.reading.pool import ReaderPool
from docctl.reading.programs import Installed
from docctl.services.audit.keys import KeyFile
from docctl.services.audit.witness import Witness
from docctl.services.content.texts import INFO, Texts
from docctl.services.database import ServerConnections, open_database, open_server
from docctl.services.gate import FairGate, OpenGate
from docctl.services.house import House
from docctl.services.index.here import HereFile
from docctl.services.mailing.server import MailServer
from docctl.services.measures import Measures
from docctl.services.people.passwords import Passwords
from docctl.services.setup import is_encrypted, is_sample
from docctl.services.staging import Staging
from docctl.services.uow import UnitOfWork
from search.api import SearchEngine
from storage.api import Area, ObjectStore
from storage.encrypted import EncryptedStore
from storage.errors import KeyStoreForeign, MasterKeyWrong
from storage.keyring import KeyRing
from storage.keyring_sqlite import SqliteKeyRing
from storage.local import LocalStore
from storage.master import MasterFile
from storage.probe import Probe, unlocked
from storage.s3.bucket import Bucket
from storage.s3.buckets import prepare
from storage.s3.connection import Credential, Endpoint, clock_of, connect
from storage.s3.probing import probe as probe_bucket
from storage.s3.store import S3Store


def recovery_tools(clock: Callable[[], datetime] | None = None) -> Tools:
    """Return what a restore builds its houses with."""
    now = clock or system_clock
    return Tools(
        build=lambda settings: build(settings, clock=now),
        open_keys=lambda settings: open_keys(settings, now),
        open_store=lambda root, keys: _store_of(LocalStore(root, clock=now), keys),
        open_file=open_database,
        clock=now,
    )


def _store_of(objects: ObjectStore, keys: KeyRing | None) -> ObjectStore:
    plain = (*KEPT_KINDS, PROBE_KIND)
    return EncryptedStore(objects, keys, plain=plain) if keys else objects


def system_clock() -> datetime:
    """Return the time of the machine, UTC; the clock is no setting."""
    return datetime.now(UTC)


def build(settings: Settings, *, clock: Callable[[], datetime] = system_clock) -> House:
    """Return the house for these settings; only tests and the sample company bring their own clock."""
    keep_freed_memory()
    data = settings.data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data.stat().st_uid == os.getuid():
        data.chmod(0o700)  # a folder that was there before may have been open to others
    scratch = data / "scratch"
    scratch.mkdir(mode=0o700, exist_ok=True)
    measures = Measures()
    uow = _unit_of_work(settings, clock, measures)
    if settings.storage == "s3" and is_sample(uow.engine):
        raise WrongSetting("DOCCTL_STORAGE: a sample company stays on the local store")
    if settings.storage == "s3" and not settings.s3_encryption and is_encrypted(uow.engine):
        raise WrongSetting(f"{PREFIX}S3_ENCRYPTION: off, but files are encrypted: they could not be read")
    objects, probe = _s3(settings, clock, scratch) if settings.storage == "s3" else _local(data, clock)
    keys = open_keys(settings, clock) if settings.storage == "local" or settings.keys_database_url else None
    uow.carried[INFO] = Texts(keys)
    return House(
        uow=uow,
        objects=_store_of(objects, keys),
        keys=keys,
        search=_engine(settings.search_engine, data / "index"),
        here=HereFile(data, host=settings.host),
        staging=Staging(data / "staging", limit=settings.upload_limit_mb << 20),
        pool=ReaderPool(
            workers=settings.readers,
            scratch=scratch,
            programs=Installed(office=settings.office, ocr=settings.ocr, scratch=scratch),
        ),
        passwords=Passwords(),
        clock=clock,
        zone=settings.zone,
        language=settings.language,
        public_url=settings.public_url,
        scrub_every=timedelta(days=settings.scrub_days),
        audit_keys=KeyFile(settings.audit_key_file),
        witness=Witness(folder) if (folder := settings.witness_folder) else None,
        scratch=scratch,
        data=data,
        objects_folder=data / "objects" if settings.storage == "local" else None,
        probe=probe,
        measures=measures,
        clocks=_clocks(settings, uow) if clock is system_clock else {},
        key_backup_days=settings.key_backup_days,
        watched=settings.import_folder,
        import_days=settings.import_days,
        is_shared=settings.database_url is not None,
        mail=mail_server(settings),
        mail_default=When(settings.mail_default),
        mail_hour=settings.mail_hour,
        webhook_networks=settings.webhook_networks,
    )


def mail_server(settings: Settings) -> MailServer | None:
    """Return the server that takes e-mail, where one is set up; nothing is asked of it yet."""
    if settings.smtp_host is None or settings.smtp_from is None:
        return None
    login = (settings.smtp_user, settings.smtp_password or "") if settings.smtp_user else None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.smtp_from,
        here=urlsplit(settings.public_url).hostname or "localhost",
        login=login,
        ca_file=settings.smtp_ca_file,
    )


def _engine(name: str, folder: Path) -> SearchEngine:
    """Return the search engine; only the chosen one is loaded: the other need not be there."""
    if name == "whoosh":
        from search.whoosh import WhooshEngine

        return WhooshEngine(folder)
    from search.tantivy import TantivyEngine

    return TantivyEngine(folder)


def _clocks(settings: Settings, uow: UnitOfWork) -> dict[str, Callable[[], datetime]]:
    """Return the clocks of the servers that this installation works with (R-4)."""
    found: dict[str, Callable[[], datetime]] = {}
    if settings.database_url:
        found["database"] = uow.server_time
    if settings.storage == "s3":
        found["store"] = clock_of(_endpoint(settings))
    return found


def open_keys(settings: Settings, clock: Callable[[], datetime]) -> KeyRing:
    """Return the key store; raise WrongSetting where the master key is missing or not its own."""
    master = MasterFile(settings.master_key)
    try:
        if not settings.keys_database_url:
            return SqliteKeyRing(settings.data / "keys" / "keys.db", master=master, clock=clock)
        from storage.keyring_postgresql import PostgresKeyRing  # the driver is for those who use it

        return PostgresKeyRing(ServerConnections(settings.keys_database_url), master=master, clock=clock)
    except MasterKeyWrong as error:
        raise WrongSetting(f"{PREFIX}MASTER_KEY_FILE: {error}") from error
    except KeyStoreForeign as error:
        raise WrongSetting(f"{PREFIX}KEYS_DATABASE_URL: {error}") from error


def _unit_of_work(settings: Settings, clock: Callable[[], datetime], measures: Measures) -> UnitOfWork:
    if not settings.database_url:
        engine = open_database(settings.data / "docctl.db")
        return UnitOfWork(engine, clock=clock, gate=FairGate(settings.data / "write.lock"), measures=measures)
    owner = None
    if settings.migration_url:
        role = unquote(urlsplit(settings.database_url).username or "")
        owner = open_server(settings.migration_url, application=role)
    engine = open_server(settings.database_url)
    return UnitOfWork(engine, clock=clock, gate=OpenGate(), owner=owner, measures=measures)


def _local(data: Path, clock: Callable[[], datetime]) -> tuple[ObjectStore, Callable[[bool], Probe]]:
    objects = LocalStore(data / "objects", clock=clock)
    objects.sweep_temp(older_than=timedelta(0))  # what a crash left; live writers are recognised
    return objects, lambda _: unlocked(at=clock())


def _s3(
    settings: Settings, clock: Callable[[], datetime], scratch: Path
) -> tuple[ObjectStore, Callable[[bool], Probe]]:
    """Return the store in S3; nothing is asked of the server yet, so a start does not wait for it."""
    client = _client(settings, settings.s3_access_key, settings.s3_secret_key)
    holder = _client(settings, settings.s3_hold_access_key, settings.s3_hold_secret_key)
    grace = timedelta(days=settings.s3_grace_days)
    buckets = {
        Area.RECORDS: Bucket(settings.s3_records_bucket or "", client, holder),
        Area.DERIVED: Bucket(settings.s3_derived_bucket or "", client, holder),
    }
    store = S3Store(buckets, clock=clock, grace=grace, scratch=scratch)
    return store, lambda far: probe_bucket(buckets[Area.RECORDS], clock=clock, grace=grace, far=far)


def prepare_store(settings: Settings) -> None:
    """Make the buckets that are missing and look at those that are there; a folder needs nothing (R-4)."""
    if settings.storage == "s3":
        prepare(
            _client(settings, settings.s3_access_key, settings.s3_secret_key),
            records=settings.s3_records_bucket or "",
            derived=settings.s3_derived_bucket or "",
            grace=timedelta(days=settings.s3_grace_days),
        )


def _client(settings: Settings, access_key: str | None, secret_key: str | None) -> Minio:
    return connect(_endpoint(settings), Credential(access_key or "", secret_key or ""))


def _endpoint(settings: Settings) -> Endpoint:
    return Endpoint(settings.s3_endpoint or "", settings.s3_region)
