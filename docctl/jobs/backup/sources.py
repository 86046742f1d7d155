"""Where a restore asks what lies beyond a backup: present system, store, witness, keys (T-2, R-7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.domain.notes import COUNTERS_KIND, DESTRUCTION_KIND, HEAD_KIND
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup.manifest import Manifest
from docctl.jobs.backup.seen import (
    Seen,
    begin,
    look_at_absent,
    look_at_counters,
    look_at_destructions,
    look_at_heads,
    look_at_objects,
    look_at_present,
    register_lines,
    still_there,
)
from docctl.jobs.backup.tools import Tools
from docctl.jobs.proof import stored_notes
from docctl.services.audit.faults import SealFault
from docctl.services.audit.witness import Witness
from docctl.services.database import reader
from storage.api import Area, ObjectStore
from storage.copies import bytes_of, versions_in
from storage.keyring import KeyRing
from storage.keys import Key

_LARGEST = 1 << 24


def look(
    session: Session,
    manifest: Manifest,
    *,
    settings: Settings,
    tools: Tools,
    keys: KeyRing | None,
    store: ObjectStore | None = None,
    register: Path | None = None,
) -> Seen:
    """Return what is known beyond a restored state; `session` is on that state.

    `store` is the store in S3; files of a local one are looked for in the data folder and in the backup.
    """
    seen = begin(session)
    origin = f"docctl:{manifest.company_id}"
    with present(settings, manifest, tools) as now:
        if now is not None:
            look_at_present(seen, session, now)
    if store is not None:
        look_at_heads(seen, _in_store(store, HEAD_KIND), origin=origin, source="store")
        look_at_destructions(seen, _in_store(store, DESTRUCTION_KIND), source="store")
        look_at_counters(seen, _in_store(store, COUNTERS_KIND), source="store")
    for name, root in (("store", settings.data / "objects"), ("backup", manifest.objects_folder)):
        if store is None:
            look_at_heads(seen, _in_folder(root, HEAD_KIND), origin=origin, source=name)
            look_at_destructions(seen, _in_folder(root, DESTRUCTION_KIND), source=name)
            look_at_counters(seen, _in_folder(root, COUNTERS_KIND), source=name)
    if (folder := settings.witness_folder) is not None:
        witness = Witness(folder)
        with suppress(SealFault):
            look_at_heads(seen, (text for _, text in witness.heads()), origin=origin, source="witness")
            look_at_destructions(seen, witness.notes("destroyed"), source="witness")
            look_at_counters(seen, witness.notes("counters"), source="witness")
    look_at_absent(seen, manifest)
    if register is not None:
        look_at_destructions(seen, register_lines(register), source="register")
    if keys is not None:
        tombstones = set(keys.tombstones())
        seen.destroyed |= tombstones
        if tombstones:
            seen.sources.append("keys")
    stored: Iterator[Key]
    if store is not None:
        stored = (one.key for one in store.list(Area.RECORDS))
    else:
        stored = (key for key, _ in versions_in(settings.data / "objects"))
    look_at_objects(seen, session, stored)
    seen.again = still_there(session, seen.destroyed)
    seen.sources = list(dict.fromkeys(seen.sources))
    return seen


@contextmanager
def present(settings: Settings, manifest: Manifest, tools: Tools) -> Iterator[Session | None]:
    """Yield a session on the system as it is now; None where there is none, or it cannot be read."""
    path = settings.data / "docctl.db"
    if manifest.database != "sqlite" or settings.database_url or not path.is_file():
        yield None
        return
    engine = tools.open_file(path)
    session = _readable(engine)
    try:
        yield session
    finally:
        if session is not None:
            session.close()
        engine.dispose()


def _readable(engine: Engine) -> Session | None:
    session = Session(reader(engine))
    try:
        begin(session)
    except (DBAPIError, ValueError):
        session.close()
        return None
    return session


def _in_store(store: ObjectStore, kind: str) -> Iterator[str]:
    return (text for _, text in stored_notes(store, kind, most=_LARGEST))


def _in_folder(root: Path, kind: str) -> Iterator[str]:
    for key, version in versions_in(root, Area.RECORDS, f"{kind}/"):
        if (data := bytes_of(root, key, version)) is not None:
            yield data.decode("utf-8", "replace")


def beside(settings: Settings, database: str) -> str:
    """Return the address of another database of the same server, for the role that owns tables."""
    url = settings.migration_url or settings.database_url
    if not url:
        raise RuleRefused(Refused("restore", "no_server"))
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def application(settings: Settings) -> str:
    """Return the role that works with the tables."""
    return unquote(urlsplit(settings.database_url or "").username or "")


__all__ = ["application", "beside", "look", "present"]
