"""Long work of the worker done in one go: its steps, one after the other."""

from __future__ import annotations

from uuid import UUID

from docctl.jobs.check import check_steps
from docctl.jobs.disposal import disposal_steps
from docctl.services.house import House


def run_disposal(house: House, list_id: UUID) -> None:
    """Carry a witnessed list to its end."""
    for _ in disposal_steps(house, {"list_id": str(list_id)}):
        pass


def run_check(house: House) -> None:
    """Compare store and rows."""
    for _ in check_steps(house, {}):
        pass
