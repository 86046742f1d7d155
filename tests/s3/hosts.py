"""Hosts of one installation as processes: pages and worker of each, with a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.s3.shifted import DOCCTL, Installed
from tests.serving.server import Server, browser_to, until
from tests.web.browser import Browser


@dataclass
class Host:
    """A host by name; what it runs is started one by one."""

    name: str
    folder: Path
    shared: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    gunicorn: Server | None = None
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """What all hosts have in common, and what is this one's own."""
        return {**self.shared, "DOCCTL_DATA": str(self.folder / "data"), "DOCCTL_HOST": self.name}

    @property
    def docctl(self) -> Installed:
        """Return the program as it is installed on this host."""
        return Installed(self.environment)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a program of this host that runs on: `worker`, or `serve`."""
        self.folder.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [DOCCTL, *words],
                env={**os.environ, **self.environment, **more},
                stderr=log,
                start_new_session=True,
            )
        self.running[words[0]] = process
        return process

    def serve(self, *, with_worker: bool) -> None:
        """Start the pages by `docctl serve`."""
        self.start("serve", "--port", "0", DOCCTL_WORKER="on" if with_worker else "off")
        until(lambda: re.search(r"http://127\.0\.0\.1:(\d+)", self.log.read_text()))
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.log.read_text())
        assert found is not None
        self.port = int(found[1])

    def serve_by_gunicorn(self) -> None:
        """Start the pages by gunicorn; what keeps the index of the host must run."""
        self.gunicorn = Server({**self.environment, "DOCCTL_WORKER": "off"})
        self.port = self.gunicorn.port

    def browser(self, username: str) -> Browser:
        """Return a browser on the pages of this host in which somebody signed in."""
        found = browser_to(self.port)
        found.sign_in(username)
        return found

    def end(self, program: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self.running.pop(program)
        os.killpg(process.pid, how)
        process.wait(60)

    def close(self) -> None:
        """End all that runs here."""
        for program in list(self.running):
            self.end(program, signal.SIGKILL)
        if self.gunicorn is not None:
            self.gunicorn.kill()


def hits(page: Browser, words: str) -> list[str]:
    """Return the titles that the search page of a host shows."""
    return [one.text_content() for one in page.page(f"/search?q={quote(words)}").cssselect(".cards .what")]


def until_found(page: Browser, words: str, bound: float) -> float:
    """Wait until a host finds something; return after how many seconds it did."""
    began = time.monotonic()
    until(lambda: hits(page, words), bound)
    return time.monotonic() - began
