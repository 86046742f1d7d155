"""Checks of what several hosts share or lies elsewhere: database, indexes of hosts, locks, heads."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from docctl.checks.check import Bench, Check, Grade, Said
from docctl.jobs.sealer import TAIL_BOUND
from docctl.queries.copies import copies
from docctl.queries.proof import proof_state
from docctl.queries.search import FAR
from docctl.services.schema import schema_state
from storage.probe import Verdict


def _server(bench: Bench) -> Said:
    engine = bench.house.uow.engine
    query = "SELECT sqlite_version()" if engine.dialect.name == "sqlite" else "SHOW server_version"
    with bench.house.uow.read() as session:
        version = str(session.execute(text(query)).scalar_one())
    params = {"name": "SQLite" if engine.dialect.name == "sqlite" else "PostgreSQL", "version": version}
    return ("owns" if schema_state(bench.house.uow.reader).owns_tables else "ok"), params


def _copies(bench: Bench) -> Said:
    house = bench.house
    if not house.is_shared:
        return "alone", {}
    at = house.clock()
    with house.uow.read() as session:
        found = [one for one in copies(session, at=at) if one.forgotten_at is None]
    if not found:
        return "none", {}
    silent = [one for one in found if one.is_silent]
    if silent:
        first = min(silent, key=lambda one: one.seen_at)
        params = {"count": len(silent), "host": first.host, "seen": first.seen_at}
        return ("awaited" if any(one.is_awaited for one in silent) else "silent"), params
    last = max(found, key=lambda one: one.behind)
    params = {
        "count": len(found),
        "host": last.host,
        "behind": last.behind,
        "seconds": round(last.lag(at)),
    }
    return ("behind" if last.behind > FAR else "ok"), params


def _locks(bench: Bench) -> Said:
    """Try the store as a start does; a folder has no locks of its own (R-4)."""
    if bench.settings.storage != "s3":
        return "folder", {}
    found = bench.house.probe(False)
    params = {"verdict": found.verdict.value, "required": bench.settings.s3_require}
    return ("ok" if found.verdict.is_at_least(Verdict(bench.settings.s3_require)) else "weak"), params


def _heads(bench: Bench) -> Said:
    with bench.house.uow.read() as session:
        state = proof_state(session)
    if state.alarm:
        return "alarm", {"reason": state.alarm, "since": state.alarm_at}
    if state.tail_since is not None and bench.house.clock() - state.tail_since > TAIL_BOUND:
        return "late", {"count": state.tail, "since": state.tail_since}
    if state.head is None:
        return "none", {}
    return "ok", {"count": state.head.size, "at": state.head.at}


OUTSIDE: Final = (
    Check("server", _server, {"ok": Grade.OK, "owns": Grade.WRONG}),
    Check(
        "copies",
        _copies,
        {
            "ok": Grade.OK,
            "alone": Grade.OK,
            "none": Grade.WARNING,
            "behind": Grade.WARNING,
            "silent": Grade.WARNING,
            "awaited": Grade.WRONG,
        },
    ),
    Check("locks", _locks, {"ok": Grade.OK, "folder": Grade.OK, "weak": Grade.WRONG}),
    Check("heads", _heads, {"ok": Grade.OK, "none": Grade.OK, "late": Grade.WARNING, "alarm": Grade.WRONG}),
)
