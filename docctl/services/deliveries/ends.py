"""How a delivery to the world outside ends where it was not done, and what is kept of it then (A-4)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from docctl.models.work import Delivery

#: The receiver refused it for good; it waited too long; somebody gave it up; nothing was left to tell.
REFUSED: Final = "refused"
EXPIRED: Final = "expired"
GIVEN_UP: Final = "given_up"
NOT_NEEDED: Final = "not_needed"

#: Kinds that go to other machines over the network: worked apart, so that nobody waits for those.
MAIL: Final = "mail"
WEBHOOK: Final = "webhook"
OUTWARD: Final = frozenset({MAIL, WEBHOOK})


def end(row: Delivery, outcome: str, at: datetime, *, error: str = "") -> None:
    """Let a delivery end; "" where it was done. A code that it carried is forgotten."""
    row.done_at, row.outcome, row.last_error = at, outcome, error[:300]
    if "code" in row.payload:
        row.payload = {name: value for name, value in row.payload.items() if name != "code"}
