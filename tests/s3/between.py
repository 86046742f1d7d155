"""A server that stands between a client and the real one and does what bad servers and networks do."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    #: Of the body only so much is sent, then the line is cut.
    cut_at: int | None = None
    #: Seconds between single bytes of the body.
    drip: float = 0


class Reset(Exception):
    """The line is reset."""


class Silence(Exception):
    """Nothing is answered for a while; then the line is reset."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


def error(status: int, code: str) -> Answer:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'.encode()
    return Answer(status, body, [("Content-Type", "application/xml")])


class Between:
    """`before` may answer instead of the real server; `after` may change what that one answered."""

    def __init__(self, real: str) -> None:
        self.real = urlsplit(real)
        self.before: Callable[[Asked], Answer | None] = lambda _: None
        self.after: Callable[[Asked, Answer], Answer] = lambda _, answer: answer
        self.asked: list[Asked] = []
        self.lines: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def honest(self) -> None:
        self.before = lambda _: None
        self.after = lambda _, answer: answer

    def start(self) -> None:
        between = self

        class Handler(_Handler):
            owner = between

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for line in tuple(self.lines):  # those that were kept open end too
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Between

    def setup(self) -> None:
        super().setup()
        self.owner.lines.add(self.connection)

    def finish(self) -> None:
        self.owner.lines.discard(self.connection)
        with suppress(OSError):  # the line may be gone
            super().finish()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _any(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.owner.asked.append(asked)
        try:
            answer = self.owner.before(asked)
            if answer is None:
                answer = self.owner.after(asked, self._forwarded(body))
            self._send(answer)
        except Silence as silence:
            time.sleep(silence.seconds)
            self._reset()
        except Reset:
            self._reset()

    def _forwarded(self, body: bytes) -> Answer:
        connection = HTTPConnection(str(self.owner.real.hostname), self.owner.real.port, timeout=30)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            return Answer(found.status, found.read(), _end_to_end(found.headers, self.command))
        finally:
            connection.close()

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        for name, value in answer.headers:
            self.send_header(name, value)
        if "content-length" not in names:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.drip:
            for at in range(len(answer.body)):
                self.wfile.write(answer.body[at : at + 1])
                self.wfile.flush()
                time.sleep(answer.drip)
        elif answer.cut_at is not None:
            self.wfile.write(answer.body[: answer.cut_at])
            self.wfile.flush()
            self._reset()
        else:
            self.wfile.write(answer.body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


for _method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler._any)


def _end_to_end(headers: HTTPMessage, method: str) -> list[tuple[str, str]]:
    kept = [
        (name, value)
        for name, value in headers.items()
        if name.lower() not in {"connection", "transfer-encoding", "keep-alive"}
    ]
    # The length of a HEAD is that of the object; of all else it is counted anew.
    return [one for one in kept if method == "HEAD" or one[0].lower() != "content-length"]


@contextmanager
def standing_between(real: str) -> Iterator[Between]:
    between = Between(real)
    between.start()
    try:
        yield between
    finally:
        between.stop()
