"""The child process that parses: one function call at a time, answered in JSON.

It limits itself before it reads the first request: memory, processor time, file size, open files,
no network, no further processes; it ends when its parent ends. Started by `child.Child`.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import resource
import struct
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from docctl.reading import launch
from docctl.reading.errors import ReadingFailed

HEADER: Final = struct.Struct(">Q")
_FORBIDDEN: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")


def main() -> None:
    """Serve requests from standard input until it ends."""
    settings = json.loads(sys.argv[1])
    launch.die_with_parent(settings["lifeline"])
    answers = _private_output()
    launch.isolate()
    for name in settings["preload"]:
        importlib.import_module(name)
    sys.addaudithook(_refuse_outside)
    launch.limit(memory_mb=settings["memory_mb"], file_mb=settings["file_mb"], open_files=64)
    _send(answers, {"ready": True})
    while (request := _receive(sys.stdin.buffer)) is not None:
        _grant_processor_time(settings["seconds"])
        _send(answers, answer(request["function"], request["kwargs"]))


def answer(function: str, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Call the function; whatever it raises becomes a code, since a file may provoke anything."""
    try:
        module, _, attribute = function.partition(":")
        target = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        return {"error": "crash", "detail": repr(error)}
    try:
        return {"result": target(**kwargs)}
    except ReadingFailed as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": "memory", "detail": "MemoryError"}
    except Exception as error:  # noqa: BLE001 - the message may quote the file, so only its type leaves
        return {"error": "unreadable", "detail": type(error).__name__}


def _private_output() -> BinaryIO:
    """Keep standard output for answers only; what libraries print goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


def _refuse_outside(event: str, args: object) -> None:  # noqa: ARG001 - the shape of an audit hook
    """Refuse sockets and processes from Python, also where leaving the network was not allowed."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)


def _grant_processor_time(seconds: float) -> None:
    """Let a request use as much processor time as it has by the clock, and a little more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _receive(source: BinaryIO) -> Any:
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    return json.loads(source.read(HEADER.unpack(header)[0]))


def _send(target: BinaryIO, message: Mapping[str, Any]) -> None:
    try:
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    except MemoryError:
        body = b'{"error": "memory", "detail": "MemoryError"}'
    view = memoryview(HEADER.pack(len(body)) + body)
    while view:
        view = view[target.write(view) :]


if __name__ == "__main__":
    main()
