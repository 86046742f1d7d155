"""How passwords are kept and checked: argon2id, hashed before any transaction (A-3, A-15)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: Shortest password, in characters (NIST SP 800-63B asks for at least 8 and no composition rules).
SHORTEST = 10


class Passwords:
    """Argon2id with 19 MiB, two passes, one lane: about 20 ms on the smallest machine."""

    def __init__(self, *, memory_kib: int = 19456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        # Spelt out, not computed: checking against it costs what a real one costs, making it nothing.
        salt, digest = "A" * 22, "A" * 43
        self._nobody = f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"

    def hash(self, password: str) -> str:
        """Return the hash to store."""
        return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Say whether the password is right; takes as long for a person that does not exist."""
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return stored is not None


def may_use_password(password: str, *, username: str) -> Verdict:
    """Say whether somebody may choose this password."""
    if len(password) < SHORTEST:
        return Refused("A-15", "password_too_short", {"shortest": SHORTEST})
    if len(password) > 200:
        return Refused("A-15", "password_too_long", {"longest": 200})
    if username and username.casefold() in password.casefold():
        return Refused("A-15", "password_has_name")
    if len(set(password)) < 5:
        return Refused("A-15", "password_too_simple")
    return Allowed()
