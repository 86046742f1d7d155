"""Checks of the machine: settings, data folder, room, clock, key, child processes, font."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from docctl.checks.check import Bench, Check, Grade, Said
from docctl.printing import typeface

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

#: Less room than this is soon too little; with less than that nothing more should be filed.
LOW: Final = 2 << 30
FULL: Final = 256 << 20

#: A clock so far behind the newest event cannot be right; so far ahead of it is no sign of anything.
BEHIND: Final = timedelta(minutes=1)


def _settings(bench: Bench) -> Said:
    url = urlsplit(bench.settings.public_url)
    params = {"url": bench.settings.public_url, "zone": bench.settings.time_zone}
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        return "no_https", params
    if url.scheme == "https" and not bench.settings.trusted_proxies:
        return "no_proxy", params
    return "ok", params


def _folder(bench: Bench) -> Said:
    found = bench.data.stat()
    params = {"folder": str(bench.data), "mode": f"{stat.S_IMODE(found.st_mode):04o}"}
    if found.st_uid != os.geteuid():
        return "not_ours", params
    return ("open" if stat.S_IMODE(found.st_mode) & 0o077 else "ok"), params


def _space(bench: Bench) -> Said:
    free = shutil.disk_usage(bench.data).free
    params = {"gib": f"{free / (1 << 30):.1f}"}
    if free < FULL:
        return "full", params
    return ("low" if free < LOW else "ok"), params


def _clock(bench: Bench) -> Said:
    now, newest = bench.house.clock(), bench.state.newest_at
    if newest - now > BEHIND:
        return "behind", {"newest": newest, "now": now}
    return "ok", {"now": now, "zone": bench.settings.time_zone}


def _secret(bench: Bench) -> Said:
    path = bench.data / "secret.key"
    if not _is_from_file(bench, path):
        return ("given" if len(bench.settings.secret_key) >= 32 else "short"), {}
    mode = stat.S_IMODE(path.stat().st_mode)
    return ("open" if mode & 0o077 else "ok"), {"mode": f"{mode:04o}", "path": str(path)}


def _is_from_file(bench: Bench, path: Path) -> bool:
    return path.is_file() and path.read_text().strip() == bench.settings.secret_key


def _readers(bench: Bench) -> Said:
    probe = bench.house.scratch / f"probe-{os.getpid()}.txt"
    probe.write_text("docctl")
    try:
        answer = bench.house.pool.run("docctl.reading.text:read", path=str(probe))
    finally:
        probe.unlink(missing_ok=True)
    return ("ok" if answer["text"] == "docctl" else "other"), {"n": bench.settings.readers}


def _programs(bench: Bench) -> Said:
    """Say which programs of others read what docctl does not: without them such files are kept unread."""
    programs = bench.house.pool.programs
    recogniser = programs.recogniser
    params = {"languages": ", ".join(recogniser.languages) if recogniser is not None else ""}
    if recogniser is None:
        return ("neither" if programs.office is None else "no_ocr"), params
    return ("no_office" if programs.office is None else "ok"), params


def _font(_: Bench) -> Said:
    return "ok", {"font": typeface.typeface()}


MACHINE: Final = (
    Check("settings", _settings, {"ok": Grade.OK, "no_https": Grade.WARNING, "no_proxy": Grade.WARNING}),
    Check("folder", _folder, {"ok": Grade.OK, "open": Grade.WRONG, "not_ours": Grade.WRONG}),
    Check("space", _space, {"ok": Grade.OK, "low": Grade.WARNING, "full": Grade.WRONG}),
    Check("clock", _clock, {"ok": Grade.OK, "behind": Grade.WRONG}),
    Check(
        "secret",
        _secret,
        {"ok": Grade.OK, "given": Grade.OK, "short": Grade.WARNING, "open": Grade.WRONG},
    ),
    Check("readers", _readers, {"ok": Grade.OK, "other": Grade.WRONG}),
    Check("programs", _programs, dict.fromkeys(("ok", "no_ocr", "no_office", "neither"), Grade.OK)),
    Check("font", _font, {"ok": Grade.OK}),
)
