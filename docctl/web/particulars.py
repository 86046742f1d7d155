"""What else a revision says of itself, as a form sends it (D-14, A-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol
from uuid import UUID

from docctl.domain.amounts import read_amount, write_amount
from docctl.domain.particulars import Particulars, read_systems
from docctl.queries.document_choices import Choice, units
from docctl.web.context import house

#: Beside which field a refusal stands.
PARTICULARS: Final[Mapping[str, str]] = {
    "A-7.amount_unread": "amount",
    "D-14.system_unknown": "systems",
}


class Typed(Protocol):
    """A form with these fields."""

    @property
    def drafting_unit_id(self) -> UUID | None:
        """Which unit drafted it; None leaves that of the document."""

    @property
    def systems(self) -> tuple[str, ...]:
        """Codes of management systems."""

    @property
    def amount(self) -> str:
        """For how much."""


def particulars_of(typed: Typed) -> Particulars:
    """Return what was typed; raise RuleRefused for what cannot be read."""
    amount = write_amount(read_amount(typed.amount)) if typed.amount else ""
    return Particulars(typed.drafting_unit_id, read_systems(typed.systems), amount)


def units_to_name() -> Sequence[Choice]:
    """Return the units that can have drafted a document."""
    with house().uow.read() as session:
        return units(session)
