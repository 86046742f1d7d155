"""What may stand where a command asks for a day, a time or a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

#: Nearer the ends of the calendar a time zone leads out of it.
_YEARS: Final = range(1000, 9001)


class _Day(click.ParamType[date]):
    """A day as 2026-11-20."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.year not in _YEARS:
            self.fail(f"{value!r} is no day like 2026-11-20", param, ctx)
        return found


class _Moment(click.ParamType[datetime]):
    """A time as `2026-11-20 14:30`; without an offset it is the company's time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        found: datetime | None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.year not in _YEARS:
            self.fail(f"{value!r} is no time like 2026-11-20 14:30", param, ctx)
        return found


DAY: Final = _Day()
MOMENT: Final = _Moment()
FILE_IN: Final = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
FILE_OUT: Final = click.Path(dir_okay=False, writable=True, path_type=Path)
