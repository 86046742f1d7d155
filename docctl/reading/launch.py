"""Limits that a process sets itself before it touches a file from outside, and keeps to its end.

Run as a script, it limits itself and becomes another program: LibreOffice, Tesseract. So it imports the
standard library only and starts in a few milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_NEW_NETWORK: Final = 0x40000000
_NEW_USER: Final = 0x10000000
_NO_NEW_PRIVILEGES: Final = 38
_MEGABYTE: Final = 1 << 20


def die_with_parent(lifeline: int, *, whole_group: bool = False) -> None:
    """Ask the kernel for SIGIO, whose default is death, when the parent's end of the pipe closes.

    It strikes also while a library holds the interpreter. PR_SET_PDEATHSIG would not do: it follows
    the *thread* that started this process, and the web server's threads come and go.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp() if whole_group else os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def isolate() -> None:
    """Leave the network and give up privileges to come, as far as the system allows it."""
    libc = ctypes.CDLL(None)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_NETWORK) != 0 and libc.unshare(_NEW_USER | _NEW_NETWORK) == 0:
        _stay(user, group)
    os.nice(5)  # pages first, parsing second


def limit(*, memory_mb: int, file_mb: int, open_files: int) -> None:
    """Set hard limits that this process cannot raise again."""
    for what, most in (
        (resource.RLIMIT_AS, memory_mb * _MEGABYTE),
        (resource.RLIMIT_FSIZE, file_mb * _MEGABYTE),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _stay(user: int, group: int) -> None:
    """Keep the ids that programs name their files by, also in the namespace that left the network."""
    own = Path("/proc/self")
    with contextlib.suppress(OSError):
        (own / "setgroups").write_text("deny")
        (own / "uid_map").write_text(f"{user} {user} 1")
        (own / "gid_map").write_text(f"{group} {group} 1")


def _become(settings: Mapping[str, Any], command: list[str]) -> None:
    die_with_parent(settings["lifeline"], whole_group=True)
    isolate()
    limit(
        memory_mb=settings["memory_mb"],
        file_mb=settings["file_mb"],
        open_files=settings["open_files"],
    )
    seconds = settings["processor_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.execv(command[0], command)  # noqa: S606 - the program that the parent found


if __name__ == "__main__":
    _become(json.loads(sys.argv[1]), sys.argv[2:])
