"""One child process that reads: how it starts, is asked, and is ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from docctl.reading.deadlines import Deadline
from docctl.reading.errors import ReadingFailed
from docctl.reading.worker import HEADER

#: An idle child has an empty pipe of this size, so writing a request never waits.
_LONGEST_REQUEST: Final = 60_000
_LONGEST_ANSWER: Final = 96 << 20
_STARTING: Final = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: seconds for each request, memory and size of written files in MB.

    What it waits for a processor does not count as its time (`docctl.reading.deadlines`).
    """

    seconds: float
    memory_mb: int
    file_mb: int


class Child:
    """A started worker. One thread at a time asks; any thread may `stop`."""

    def __init__(self, limits: Limits, *, preload: tuple[str, ...], scratch: Path | None = None) -> None:
        self.served = 0
        self._limits = limits
        self._ending = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="docctl-reader-", dir=scratch))
        theirs, self._lifeline = os.pipe()
        settings = {**asdict(limits), "preload": preload, "lifeline": theirs}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "docctl.reading.worker", json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env=_environment(self._folder),
                pass_fds=(theirs,),
                start_new_session=True,  # Ctrl-C is for the parent to handle
                bufsize=0,
            )
        except OSError:
            os.close(self._lifeline)
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        finally:
            os.close(theirs)
        self._started = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs and has its folder: old work files are cleared away."""
        return self._process.poll() is None and self._folder.is_dir()

    def wait_ready(self) -> None:
        """Wait until it has limited itself and loaded its readers, on no request's time."""
        if not self._started:
            try:
                self._read_message(Deadline(self.pid, _STARTING))
            except ReadingFailed as failed:
                if failed.code == "timeout":  # it says nothing about a file
                    raise ReadingFailed("busy", "starting") from None
                raise
            self._started = True

    def ask(self, function: str, kwargs: dict[str, Any]) -> Any:
        """Run one function in the child; every bad end of that is a `ReadingFailed`."""
        self.wait_ready()
        body = json.dumps({"function": function, "kwargs": kwargs}, default=os.fspath).encode()
        if len(body) > _LONGEST_REQUEST:
            raise ValueError("requests name files, they do not carry them")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(HEADER.pack(len(body)) + body)
        except BrokenPipeError:
            raise ReadingFailed("crash", "ended while idle") from None
        answer = self._read_message(Deadline(self.pid, self._limits.seconds))
        self.served += 1
        self._forget()
        if "error" in answer:
            raise ReadingFailed(str(answer["error"]), str(answer.get("detail", "")))
        return answer["result"]

    def stop(self) -> None:
        """End the process only; for a thread other than the one that waits for an answer."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def kill(self) -> None:
        """End it with its pipes and folder, while nobody waits for it; may be called twice."""
        with self._ending:
            self.stop()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            if self._lifeline >= 0:
                os.close(self._lifeline)
                self._lifeline = -1
            shutil.rmtree(self._folder, ignore_errors=True)

    def _read_message(self, deadline: Deadline) -> dict[str, Any]:
        """Read one message; the child is not trusted, a hostile file may have taken it over."""
        (size,) = HEADER.unpack(self._read(HEADER.size, deadline))
        if size > _LONGEST_ANSWER:
            raise ReadingFailed("too_long", f"{size} bytes")
        try:
            message = json.loads(self._read(size, deadline))
        except (ValueError, RecursionError):
            raise ReadingFailed("crash", "garbled answer") from None
        if not isinstance(message, dict) or not message.keys() & {"ready", "result", "error"}:
            raise ReadingFailed("crash", "garbled answer")
        return message

    def _read(self, size: int, deadline: Deadline) -> bytes:
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(source, select.POLLIN)
        chunks = bytearray()
        while len(chunks) < size:
            if not poll.poll(deadline.left() * 1000):
                continue
            chunk = os.read(source, min(size - len(chunks), 1 << 20))
            if not chunk:
                raise self._ended()
            chunks += chunk
        return bytes(chunks)

    def _ended(self) -> ReadingFailed:
        """Tell from its last signal why the child ended by itself."""
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return ReadingFailed("crash", "closed its output")
        if status == -signal.SIGXCPU:
            return ReadingFailed("timeout", "processor time")
        if status == -signal.SIGKILL:
            return ReadingFailed("memory", "killed by the system")
        return ReadingFailed("crash", f"status {status}")

    def _forget(self) -> None:
        """Empty the private folder, so that no part of one file is left for the next."""
        for entry in self._folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def _environment(folder: Path) -> dict[str, str]:
    """What the child may know: where the code is that its parent runs, and its own folder."""
    code = dict.fromkeys(str(Path(entry).absolute()) for entry in sys.path)
    return {
        "PYTHONPATH": os.pathsep.join(code),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        # glibc gives each thread an arena of 64 MB address space, which the limit would count
        "MALLOC_ARENA_MAX": "1",
    }
