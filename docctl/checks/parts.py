"""Checks of the parts: schema, store, index, worker, deliveries, due jobs, stored files, uploads."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from docctl.checks.check import Bench, Check, Grade, Said
from docctl.domain.notes import PROBE_KIND
from docctl.domain.verdicts import Refused
from docctl.jobs import lease
from docctl.jobs.projection import lag
from docctl.models.trail import EventRow
from docctl.queries.epochs import waits
from docctl.queries.search import FAR
from docctl.services.imports.watched import goes_to, waits_for_room
from docctl.services.schema import schema_state
from storage.api import Area, Key

_PROBE: Final = b"docctl looks whether it can write, read and remove here"

#: An older backup than this means that nobody makes them.
BACKUP_OLD: Final = timedelta(days=7)
#: What has failed or been due for so long does not mend itself.
STUCK: Final = timedelta(days=1)


def _schema(bench: Bench) -> Said:
    state = schema_state(bench.house.uow.reader)
    if state.current != state.newest:
        return "other", {"current": state.current or "—", "newest": state.newest or "—"}
    if state.missing_guards:
        return "no_guards", {"count": len(state.missing_guards), "first": state.missing_guards[0]}
    return "ok", {"current": state.current or "—"}


def _store(bench: Bench) -> Said:
    store = bench.house.objects
    key = Key.new(Area.DERIVED, PROBE_KIND, UUID(int=0), 0)
    stored = store.put(key, io.BytesIO(_PROBE), retain_until=None)
    try:
        with store.open(key, stored.version) as source:
            same = source.read() == _PROBE
    finally:
        store.destroy(key)
    return ("ok" if same else "other"), {}


def _index(bench: Bench) -> Said:
    engine = bench.house.search
    state = engine.state
    if state == "damaged":
        return "damaged", {}
    behind = max(0, lag(bench.house))
    if state == "empty" and behind == 0:
        return "empty", {}
    return ("behind" if behind > FAR else "ok"), {"count": engine.count(), "behind": behind}


def _worker(bench: Bench) -> Said:
    until = bench.state.worker_until
    now = bench.house.clock()
    if until is None:
        return "none", {}
    return ("ok" if until > now else "gone"), {"at": until - lease.LENGTH}


def _deliveries(bench: Bench) -> Said:
    state = bench.state
    if not state.failing or state.failing_since is None:
        return "ok", {"count": state.waiting}
    params = {"count": state.failing, "since": state.failing_since}
    return ("stuck" if bench.house.clock() - state.failing_since > STUCK else "failing"), params


def _due(bench: Bench) -> Said:
    state = bench.state
    if state.jobs_failing and state.jobs_failing_since is not None:
        params = {"count": state.jobs_failing, "since": state.jobs_failing_since}
        return (
            "failing_long" if bench.house.clock() - state.jobs_failing_since > STUCK else "failing"
        ), params
    if not state.jobs_late or state.jobs_late_since is None:
        return "ok", {"count": state.jobs}
    params = {"count": state.jobs_late, "since": state.jobs_late_since}
    return ("stuck" if bench.house.clock() - state.jobs_late_since > STUCK else "late"), params


def _files(bench: Bench) -> Said:
    state = bench.state
    if state.files_unsound:
        return "unsound", {"count": state.files_unsound}
    if state.files_late:
        return "late", {"count": state.files_late, "days": bench.settings.scrub_days}
    if state.files_oldest is None:
        return "none", {}
    return "ok", {"count": state.files, "at": state.files_oldest}


def _watched(bench: Bench) -> Said:
    watched = bench.house.watched
    if not watched:
        return "none", {}
    with bench.house.uow.read() as session:
        for one in watched:
            params = {"folder": one.path, "unit": one.unit, "type": one.type}
            if isinstance(found := goes_to(session, one), Refused):
                return _NOT_TAKEN[found.code], params
            if not os.access(one.path, os.R_OK | os.W_OK | os.X_OK):
                return "closed", params
            if (waits := waits_for_room(bench.house, one)) is not None:
                return "no_room", {**waits.params, **params}
    return "ok", {"count": len(watched), **params}


_NOT_TAKEN: Final = {"watched_unit": "no_unit", "watched_type": "no_type", "watched_gone": "gone"}


def _uploads(bench: Bench) -> Said:
    state = bench.state
    if state.uploads_over:
        return "over", {"count": state.uploads_over}
    return "ok", {"count": state.uploads, "mib": f"{state.uploads_size / (1 << 20):.1f}"}


def _backup(bench: Bench) -> Said:
    at = bench.state.backup_at
    if at is None:
        with bench.house.uow.read() as session:
            since = session.scalar(select(EventRow.recorded_at).where(EventRow.seq == 1))
        is_young = since is None or bench.house.clock() - since <= BACKUP_OLD
        return ("young" if is_young else "none"), {}
    return ("old" if bench.house.clock() - at > BACKUP_OLD else "ok"), {"at": at}


def _epoch(bench: Bench) -> Said:
    with bench.house.uow.read() as session:
        return ("waits" if waits(session) else "ok"), {}


PARTS: Final = (
    Check("schema", _schema, {"ok": Grade.OK, "other": Grade.WRONG, "no_guards": Grade.WRONG}),
    Check("store", _store, {"ok": Grade.OK, "other": Grade.WRONG}),
    Check(
        "index",
        _index,
        {"ok": Grade.OK, "empty": Grade.OK, "behind": Grade.WARNING, "damaged": Grade.WRONG},
    ),
    Check("worker", _worker, {"ok": Grade.OK, "none": Grade.WARNING, "gone": Grade.WARNING}),
    Check("deliveries", _deliveries, {"ok": Grade.OK, "failing": Grade.WARNING, "stuck": Grade.WRONG}),
    Check(
        "due",
        _due,
        {
            "ok": Grade.OK,
            "late": Grade.WARNING,
            "stuck": Grade.WRONG,
            "failing": Grade.WARNING,
            "failing_long": Grade.WRONG,
        },
    ),
    Check(
        "files",
        _files,
        {"ok": Grade.OK, "none": Grade.OK, "late": Grade.WARNING, "unsound": Grade.WRONG},
    ),
    Check(
        "watched",
        _watched,
        {
            "ok": Grade.OK,
            "none": Grade.OK,
            "no_unit": Grade.WRONG,
            "no_type": Grade.WRONG,
            "gone": Grade.WRONG,
            "closed": Grade.WRONG,
            "no_room": Grade.WARNING,
        },
    ),
    Check("uploads", _uploads, {"ok": Grade.OK, "over": Grade.WARNING}),
    Check(
        "backup",
        _backup,
        {"ok": Grade.OK, "young": Grade.OK, "none": Grade.WARNING, "old": Grade.WARNING},
    ),
    Check("epoch", _epoch, {"ok": Grade.OK, "waits": Grade.WARNING}),
)
