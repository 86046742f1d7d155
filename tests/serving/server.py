"""gunicorn as an installation runs it, and browsers that reach it over the network."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
from flask import Flask

from tests.web.browser import Browser, browser

ROOT = Path(__file__).parents[2]


class Server:
    """A gunicorn with two workers, on a port of its own unless one is given."""

    def __init__(self, environment: Mapping[str, str], *, port: int = 0) -> None:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("DOCCTL_")}
        environ |= environment
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"]
        command += [
            "--workers",
            "2",
            "--threads",
            "4",
            "--timeout",
            "100",
            "--graceful-timeout",
            "10",
            "--no-control-socket",
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(lambda: any("Listening at" in line for line in self.lines) and len(self.workers()) == 2)
        (port,) = re.findall(r"Listening at: http://127\.0\.0\.1:(\d+)", "".join(self.lines))
        self.port = int(port)
        until(lambda: self.browser().get("/ready").status_code == 200)

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines += self.process.stderr

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes; what these start for themselves is deeper."""
        return psutil.Process(self.process.pid).children()

    def browser(self) -> Browser:
        """Return a browser whose requests go to the server over the network."""
        return browser_to(self.port)

    def kill(self) -> None:
        """End all of its processes as a crash does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def browser_to(port: int) -> Browser:
    """Return a browser whose requests go over the network to whoever listens on a port."""

    def forward(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read()
        headers = {
            key[5:].replace("_", "-").title(): value
            for key, value in environ.items()
            if key.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        headers["Host"] = f"127.0.0.1:{port}"
        http = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            http.request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], body, headers)
            answer = http.getresponse()
            found = answer.read()
        finally:
            http.close()
        start(f"{answer.status} {answer.reason}", answer.getheaders())
        return [found]

    relay = Flask("relay")
    relay.wsgi_app = forward  # type: ignore[method-assign]
    return browser(relay)


def until(holds: Callable[[], bool], seconds: float = 200.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError, HTTPException):
            if holds():
                return
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)
