"""A real server on loopback with a clock that tests move, and Debian's chromium in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, Request, sync_playwright
from werkzeug.serving import make_server

from docctl.app import create_app
from docctl.config import Settings
from docctl.jobs.wait import settle
from docctl.jobs.worker import Worker
from docctl.services.house import House
from tests.world import PASSWORD, Clock, build_house

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Stage:
    """The running server: its address, its house, its clock, its worker."""

    def __init__(self, url: str, house: House, clock: Clock, data: Path) -> None:
        self.url = url
        self.house = house
        self.clock = clock
        self.data = data
        self.worker: Worker | None = None

    def work(self) -> None:
        """Start the worker."""
        self.worker = Worker(self.house)
        self.worker.start()

    def rest(self) -> None:
        """Stop the worker: what happens now happens without any job."""
        if self.worker is not None:
            self.worker.stop()
        self.worker = None

    def settle(self) -> None:
        """Wait until everything that follows has followed."""
        assert settle(self.house)


@contextmanager
def running(data: Path, clock: Clock) -> Iterator[Stage]:
    """Serve the data folder with a worker thread."""
    placeholder = Settings(data=data, secret_key="x" * 40)
    house = build_house(placeholder, clock)
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True)
    settings = Settings(data=data, secret_key="x" * 40, public_url=f"http://127.0.0.1:{server.server_port}")
    server.app = create_app(settings, house)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stage = Stage(settings.public_url, house, clock, data)
    stage.work()
    try:
        yield stage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        stage.rest()
        house.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Desk:
    """One person at one browser; what the browser complains of is kept in `errors`."""

    def __init__(
        self,
        browser: Browser,
        stage: Stage,
        *,
        width: int = 1440,
        locale: str = "zh-CN",
        script: bool = True,
        dark: bool = False,
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            locale=locale,
            accept_downloads=True,
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        self.context.set_default_timeout(15_000)
        self.stage = stage
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._heard)
        self.page.on("requestfailed", self._failed)

    def _heard(self, line: ConsoleMessage) -> None:
        expected = "status of 4" in line.text  # a page that is asked for on purpose and refused
        if line.type in {"error", "warning"} and not expected:
            self.errors.append(f"{self.page.url}: {line.text}")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in str(request.failure):  # a page that was left, a download
            self.errors.append(f"{request.url}: {request.failure}")

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in, in place of whoever sat here."""
        self.context.clear_cookies()
        self.open("/sign-in")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def open(self, path: str) -> int:
        """Open a page; return its status."""
        answer = self.page.goto(self.stage.url + path)
        assert answer is not None
        return answer.status

    @property
    def path(self) -> str:
        """The address at which this desk is, without the host."""
        return self.page.url.removeprefix(self.stage.url)

    def words(self, where: str = "main") -> str:
        """Return the text that stands on the page."""
        return " ".join(self.page.locator(where).first.inner_text().split())

    def attach(self, field: str, name: str, data: bytes) -> None:
        """Choose a file and wait until it has been taken."""
        file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.page.set_input_files(f"#f-{field}", file)
        self.page.wait_for_function("name => document.getElementsByName(name)[0].value", arg=f"{field}_id")

    def follow(self, path: str) -> None:
        """Press the link of the content that leads to this path."""
        self.page.locator(f'main a[href$="{path}"]:visible').first.click()
        self.page.wait_for_url(lambda url: path in url)

    def fill(self, **values: str) -> None:
        """Fill in fields by name: text, day, choice by its words' beginning, radio by its value."""
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]:not([type=hidden])")
            kind = field.first.evaluate("field => field.tagName + ' ' + field.type")
            if kind.startswith("SELECT"):
                options = field.first.locator("option").all_inner_texts()
                field.first.select_option(label=next(one for one in options if value in one))
            elif kind.endswith("radio"):
                field.and_(self.page.locator(f'[value="{value}"]')).check()
            else:
                field.first.fill(value)

    def send(self, **values: str) -> None:
        """Fill in the form, send it, and see that it was taken."""
        self.fill(**values)
        before = self.page.url
        self.page.locator("main form[method=post] .form-end button[type=submit]").first.click()
        self.page.wait_for_function(
            "before => location.href !== before || document.querySelector('.error-summary')", arg=before
        )
        problems = self.page.locator(".error-summary")
        assert problems.count() == 0, (before, problems.all_inner_texts())

    def sign(self, **values: str) -> None:
        """Sign with one's own password."""
        self.send(**values, password=PASSWORD)

    def download(self, press: str) -> bytes:
        """Press what hands out a file, and return its bytes."""
        with self.page.expect_download() as waiting:
            self.page.locator(press).first.click()
        return Path(waiting.value.path()).read_bytes()
