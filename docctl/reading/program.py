"""A program of others under limits: started in a group and a folder of its own, ended as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from docctl.reading import launch
from docctl.reading.errors import ReadingFailed

_SCRIPT: Final = str(Path(launch.__file__).absolute())


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one program may use: processor time in seconds, memory and written files in MB."""

    processor_seconds: int
    memory_mb: int
    file_mb: int
    open_files: int = 256


class Program:
    """A started program without network; it ends with us, and `end` ends it with all it started."""

    def __init__(
        self,
        command: Sequence[str],
        bounds: Bounds,
        *,
        folder: Path,
        more: dict[str, str] | None = None,
    ) -> None:
        """Start it in `folder`, which is also its home; `more` is added to its environment."""
        self._ending = threading.Lock()
        theirs, self._lifeline = os.pipe()
        settings = {**asdict(bounds), "lifeline": theirs}
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - a program we found
                [sys.executable, "-I", "-S", _SCRIPT, json.dumps(settings), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=_environment(folder) | (more or {}),
                pass_fds=(theirs,),
                start_new_session=True,
            )
        except OSError:
            os.close(self._lifeline)
            raise
        finally:
            os.close(theirs)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def end(self) -> None:
        """Kill it with all it started; may be called twice and from any thread."""
        with self._ending:
            if self._lifeline < 0:
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            os.close(self._lifeline)
            self._lifeline = -1


def run(
    command: Sequence[str],
    bounds: Bounds,
    *,
    folder: Path,
    seconds: float,
    more: dict[str, str] | None = None,
) -> None:
    """Run a program to its end; raise `ReadingFailed` where it fails or takes longer."""
    started = Program(command, bounds, folder=folder, more=more)
    name = Path(command[0]).name
    try:
        status = started.process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise ReadingFailed("timeout", name) from None
    finally:
        started.end()
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise ReadingFailed("timeout", f"{name}: processor time")
    if status:
        raise ReadingFailed("unreadable", f"{name}: {status}")


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }
