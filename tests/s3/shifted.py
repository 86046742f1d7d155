"""docctl, its store and their clock moved by years together: a gateway and commands that read it from a file.

libfaketime stands between the programs and the clock; what measures durations is left alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import Commands, password_pipe
from tests.s3.serving import SCRIPT

DOCCTL = str(Path(sys.executable).with_name("docctl"))
ROOT = str(SCRIPT.parents[1])


def library() -> str:
    """Return where libfaketime lies; a visible skip without it, a failure where CI is set."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if found:
        return str(found[0])
    reason = "libfaketime is not there: apt-get install faketime"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Shift:
    """A clock in a file, ahead of the real one or behind it; those who look at it see the same."""

    def __init__(self, file: Path, *, start: datetime) -> None:
        self._file = file
        self.by = start - datetime.now(UTC)
        self._write()

    def forward(self, days: int) -> None:
        """Move it on for everybody who looks."""
        self.by += timedelta(days=days)
        self._write()

    def _write(self) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.by.total_seconds():+.0f}\n")
        new.replace(self._file)  # nobody reads half of it

    @property
    def environment(self) -> dict[str, str]:
        """What a program is started with to see this clock."""
        return {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(Path(__file__).with_name("asleep")),
        }

    @property
    def now(self) -> datetime:
        """What it says."""
        return datetime.now(UTC) + self.by


@contextmanager
def clock_file() -> Iterator[Path]:
    """Give a file for a clock that every user of the machine can read, a server's own user too."""
    with tempfile.TemporaryDirectory(prefix="docctl-clock-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "clock"


@dataclass(frozen=True)
class Installed(Commands):
    """`docctl` as it is installed, a process for each command, in an environment of its own."""

    environment: Mapping[str, str]

    def run(self, *args: object, secret: str | None = None) -> Answered:
        """Run a command and return what came of it."""
        with password_pipe(secret) as option:
            passed = [int(option[1])] if option else []
            done = subprocess.run(
                [DOCCTL, *map(str, args), *option],
                env={**os.environ, **self.environment},
                capture_output=True,
                text=True,
                pass_fds=passed,
                timeout=120,
                check=False,
            )
        return Answered(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Answered:
    """What a process of a command answered."""

    exit_code: int
    stdout: str
    stderr: str


@contextmanager
def gateway(shift: Shift, file: Path) -> Iterator[list[str]]:
    """Start a store whose gateway sees the shifted clock; give the folder of its script and its address."""
    environment = {**os.environ, "S3_CLOCK": str(file), "FAKETIME_LIBRARY": library()}
    folder, url = subprocess.run(
        [SCRIPT, "start"], check=True, capture_output=True, text=True, timeout=200, env=environment
    ).stdout.split()
    try:
        yield [folder, url]
    finally:
        subprocess.run([SCRIPT, "stop", folder], check=True, timeout=60)


def ask(shift: Shift, code: str, *args: str) -> str:
    """Run a few lines of Python that see the shifted clock; return what they print.

    The gateway looks at its clock only every few seconds: until it sees what we see, it refuses.
    """
    until = time.monotonic() + 60
    while True:
        done = subprocess.run(
            [sys.executable, "-c", code, *args],
            env={**os.environ, **shift.environment, "PYTHONPATH": ROOT},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout.strip()
        assert "RequestTimeTooSkewed" in done.stderr, done.stderr
        assert time.monotonic() < until, done.stderr
        time.sleep(0.5)
