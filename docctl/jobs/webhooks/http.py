"""One POST to an address that was looked at first: no redirects, an end in any case, a short answer (T-1)."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from docctl.domain.webhooks import Network, may_reach

#: How long each step may take, and all of it together, in seconds.
STEP: Final = 5.0
WHOLE: Final = 15.0
#: So much of an answer is read; nobody looks at it.
ANSWER: Final = 2048


class HookFailed(Exception):
    """It was not taken; `reason` is one line without any secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[Network]) -> int:
    """Send a body; return the status of an answer that takes it (2xx), raise HookFailed for all else.

    The name is resolved once, what it resolves to is checked, and that very address is connected to: a name
    that changes between looking and connecting leads nowhere else.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        plain = socket.create_connection((_address(host, port, allowed), port), timeout=STEP)
        with _ended(plain):
            channel = (
                ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_tls else plain
            )
            with channel:
                return _asked(channel, host, port, path, body, headers, is_tls=is_tls)
    except ssl.SSLCertVerificationError as error:
        raise HookFailed(f"certificate not trusted: {error.verify_message}") from error
    except TimeoutError as error:
        raise HookFailed("no answer in time") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise HookFailed((getattr(error, "strerror", None) or type(error).__name__)[:200]) from error


def _address(host: str, port: int, allowed: Sequence[Network]) -> str:
    """Return the address to connect to; one that must not be reached refuses the name whole."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HookFailed("no such host") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(may_reach(one, allowed) for one in addresses):
        raise HookFailed("address not allowed: it lies in a private network")
    return addresses[0]


class _ended:  # noqa: N801  # read as a phrase
    """Close a connection after the whole time: whoever answers a byte now and then keeps nobody."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._timer = threading.Timer(WHOLE, self._end)
        self._timer.daemon = True

    def _end(self) -> None:
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._channel.close()


def _asked(
    channel: socket.socket,
    host: str,
    port: int,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    is_tls: bool,
) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=STEP)
    connection.sock = channel
    usual = port == (443 if is_tls else 80)
    name = f"[{host}]" if ":" in host else host
    connection.request(
        "POST", path, body, {"Host": name if usual else f"{name}:{port}", "Connection": "close", **headers}
    )
    answer = connection.getresponse()
    answer.read(ANSWER)
    if not 200 <= answer.status < 300:
        raise HookFailed(f"answered {answer.status}")
    return answer.status
