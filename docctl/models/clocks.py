"""What runs out: the columns of a row that has a limit, counted by a working calendar (W-1, W-2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

#: How a clock names its calendar where its limit asks none: natural hours, days, weeks.
NATURAL: Final = "natural"


class Clocked:
    """A row with a clock: until when, UTC, and by which calendar; nothing while it does not run.

    `due_on` is the last day in the company's time zone; `is_provisional` says that the count reaches a year
    whose holidays are not announced.
    """

    due_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    calendar: Mapped[str] = mapped_column(String(40), default=NATURAL)
    is_provisional: Mapped[bool] = mapped_column(default=False)
