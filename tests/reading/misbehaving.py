"""What a reader may do when a file defeats it; run in the children only."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def echo(value: object) -> object:
    return value


def pid() -> int:
    return os.getpid()


def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def spin() -> None:
    while True:
        pass


def hold_the_interpreter(seconds: int) -> None:
    """Sleep in C without letting other Python threads run."""
    ctypes.PyDLL(None).sleep(seconds)


def eat_memory() -> int:
    return len(bytearray(4 << 30))


def crash() -> None:
    os.abort()


def leave() -> None:
    os._exit(0)


def print_noise() -> str:
    print("noise")
    sys.stdout.flush()
    os.write(1, b"more noise")
    return "said"


def garble() -> None:
    """Write on every open descriptor, as code that took the child over would."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, b"\xff" * 64)
        except OSError:
            continue
    time.sleep(5)


def connect() -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def interfaces() -> list[str]:
    """Name the network interfaces that the kernel would use for this process, however it asks."""
    lines = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    return [line.split(":")[0].strip() for line in lines]


def start_a_process() -> None:
    subprocess.run(["/bin/true"], check=True)


def write_much() -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(2 << 20)
        file.seek(2 << 20)
        file.write(b"x")


def leave_a_file() -> str:
    (Path.cwd() / "rest").write_text("secret")
    Path(tempfile.mkdtemp(), "rest").write_text("secret")
    return str(Path.cwd())


def fail_with(words: str) -> None:
    raise RuntimeError(words)


def environment() -> list[str]:
    return sorted(os.environ)


def much_text(length: int) -> str:
    return "x" * length
