"""What else a revision says of itself, as a form sends it (D-14, A-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfRevision:
    """What every form of a revision asks beside its own fields: how long it is valid, and its particulars."""

    valid_to: date | None = None
    is_trial: bool = False
    drafting_unit_id: UUID | None = None
    systems: tuple[str, ...] = ()
    amount: str = ""


def particulars_of(typed: SaidOfRevision) -> Particulars:
    """Return what was typed; raise RuleRefused for what cannot be read."""
    amount = write_amount(read_amount(typed.amount)) if typed.amount else ""
    return Particulars(typed.drafting_unit_id, read_systems(typed.systems), amount)


def units_to_name() -> Sequence[Choice]:
    """Return the units that can have drafted a document."""
    with house().uow.read() as session:
        return units(session)
