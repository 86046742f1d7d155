"""What goes to other programs, where to, and how they see that it came from us (T-1)."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from docctl.domain.event_nouns import NOUNS
from docctl.domain.verdicts import Allowed, Refused, Verdict

Network = IPv4Network | IPv6Network

#: After so many failures in a row an endpoint is paused.
MOST_FAILURES: Final = 10
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)

_LONGEST: Final = 500
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_EVENT: Final = re.compile(r"([a-z_]+)\.([a-z_]+|\*)")
_LOOPBACK: Final = frozenset({"localhost"})

#: Facts of an event that go out: codes, numbers and days. No title, no reason, no name of anybody; what is
#: not named here stays in the house.
FACTS: Final = frozenset(
    {
        *("number", "label", "revision", "kind", "type", "state", "status", "form", "class", "medium"),
        *("effective_from", "effective_until", "valid_until", "due", "old_due", "from", "until", "on"),
        *("supersedes", "round", "copy", "copies", "count", "items", "decision", "outcome", "cause"),
        *("calendar", "files", "sha256", "size", "version", "records", "list"),
    }
)

#: Addresses that stand for others inside a network, whatever the registry says of them.
_DISGUISED: Final = tuple(
    ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


def may_be_url(url: str) -> Verdict:
    """Say whether a webhook may go there: https, or http to this machine; no user, no fragment."""
    wrong = Refused("webhook", "url_unfit", {"longest": _LONGEST})
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return wrong
    host = parts.hostname or ""
    fits = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST
    if not fits or not _HOST.fullmatch(host) or port == 0 or "@" in parts.netloc or parts.fragment:
        return wrong
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return Allowed()
    return Refused("webhook", "https_needed") if parts.scheme == "http" else wrong


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine by its name or address."""
    if host.casefold() in _LOOPBACK:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may_reach(address: str, allowed: Sequence[Network]) -> bool:
    """Say whether an address may be connected to: a public one, or one of a network that is allowed."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in one for one in allowed if one.version == found.version):
        return True
    if any(found in one for one in _DISGUISED if one.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def may_watch(events: Sequence[str], known: Collection[str]) -> Verdict:
    """Say whether events may be asked for: `noun.verb` of the trail, or `noun.*` for all of a noun."""
    if not events:
        return Refused("webhook", "events_needed")
    for one in events:
        found = _EVENT.fullmatch(one)
        if found is None or found[1] not in NOUNS or (found[2] != "*" and one not in known):
            return Refused("webhook", "event_unknown", {"event": one[:60]})
    return Allowed()


def wants(events: Iterable[str], action: str) -> bool:
    """Say whether an event is one of those asked for."""
    return any(one == action or (one.endswith(".*") and action.startswith(one[:-1])) for one in events)


def body_of(delivery: str, event: Mapping[str, Any] | None, at: datetime) -> bytes:
    """Return what is sent, the same however often it is tried; without an event it is a test."""
    said: dict[str, Any] = {"delivery": delivery, "test": event is None, "at": at.isoformat()}
    if event is not None:
        said["event"] = event
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def public_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of an event that may leave the house."""
    return {name: value for name, value in sorted(facts.items()) if name in FACTS and _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, int | bool) or (isinstance(value, str) and len(value) <= 200)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return HMAC-SHA256 over the timestamp, a dot and the body, as hex."""
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


__all__ = [
    "FACTS",
    "FIRST_PAUSE",
    "LONGEST_PAUSE",
    "MOST_FAILURES",
    "Network",
    "body_of",
    "is_loopback",
    "may_be_url",
    "may_reach",
    "may_watch",
    "public_facts",
    "signature",
    "wants",
]
