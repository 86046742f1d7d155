"""How fast passwords may be tried: counters of their own for signing in and for signing (A-3).

Whoever guesses at the door, from wherever, does not keep a person who is inside from signing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.models.organisation import SignInAttempt
from docctl.services.caller import Caller

#: Wrong passwords before the first pause: under a name from one address, from one address under any
#: names (an office shares it), under a name from anywhere (SP 800-63B: at most 100), signing in a session;
#: marks of copies that are none, from one address.
FREE: Final[Mapping[str, int]] = {"pair": 5, "address": 30, "name": 100, "sign": 5, "mark": 20}
WINDOW: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(minutes=15)


def sign_in_keys(name: str, address: str) -> tuple[str, ...]:
    """Return what a try to sign in counts under: name and address, the address, the name."""
    who, place = _shown(name), _place(address)
    return f"pair:{who}:{_short(place)}", f"address:{place}", f"name:{who}"


def signing_keys(by: Caller) -> tuple[str, ...]:
    """Return what a try to sign counts under: the person in this session, or at this machine."""
    where = by.session or f"{by.channel}:{by.system_user}"
    return (f"sign:{by.person_id}:{_short(where)}",)


def mark_keys(address: str) -> tuple[str, ...]:
    """Return what a mark of a copy that is none counts under: the address."""
    return (f"mark:{_place(address)}",)


def may_try(session: Session, keys: tuple[str, ...], *, at: datetime) -> Verdict:
    """Say whether a password may be tried now for these names and addresses."""
    until = [
        row.blocked_until
        for key in keys
        # A pause that is longer than any was begun by a clock that was far ahead.
        if (row := session.get(SignInAttempt, key))
        and row.blocked_until
        and at < row.blocked_until <= at + LONGEST
    ]
    if until:
        return Refused("A-3", "too_many_tries", {"minutes": max(1, round((max(until) - at).seconds / 60))})
    return Allowed()


def note_failure(session: Session, keys: tuple[str, ...], *, at: datetime) -> None:
    """Count a wrong password; from the limit of its kind on each one doubles the pause."""
    for key in keys:
        row = session.get(SignInAttempt, key, with_for_update=True)  # guesses at once all count
        if row is None or abs(at - row.since) > WINDOW:  # also where the clock was far ahead
            if row is None:
                row = SignInAttempt(key=key, failures=0, since=at)
                session.add(row)
            row.failures, row.since, row.blocked_until = 0, at, None
        row.failures += 1
        free = FREE[key.partition(":")[0]]
        if row.failures >= free:
            pause = min(LONGEST, timedelta(seconds=15 * 2 ** (row.failures - free)))
            row.blocked_until = at + pause


def note_success(session: Session, keys: tuple[str, ...]) -> None:
    """Forget the failures that a right password explains; an address keeps its count."""
    for key in keys:
        if (row := session.get(SignInAttempt, key)) and not key.startswith("address:"):
            session.delete(row)


def forget_name(session: Session, name: str) -> None:
    """Forget all failed sign-ins under a name: its person has just chosen a new password."""
    who = _shown(name)
    named = SignInAttempt.key.startswith(f"pair:{who}:", autoescape=True)
    session.execute(delete(SignInAttempt).where(named | (SignInAttempt.key == f"name:{who}")))


def _shown(name: str) -> str:
    """Return a name as people read it, or a digest of what else was typed."""
    plain = 0 < len(name) <= 60 and name.isascii() and name.isprintable() and ":" not in name
    return name if plain else sha256(name.encode()).hexdigest()


def _place(address: str) -> str:
    """Return what one client can call its own: an address, of version 6 the network of 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), 64), strict=False))
    return str(found)


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]
