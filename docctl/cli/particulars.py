"""The options by which a command says who drafted a revision, for which systems, for how much (D-14, A-7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from docctl.cli.command import option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.domain.particulars import Particulars
    from docctl.models.documents import Revision


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said; None for what it did not name."""

    drafting: str | None
    systems: tuple[str, ...]
    amount: str | None

    def __bool__(self) -> bool:
        return self != Said(None, (), None)

    def read(self, desk: Desk, before: Revision | None = None) -> Particulars:
        """Return it over what a revision says already; raise RuleRefused for what cannot be read."""
        from docctl.domain.amounts import read_amount, write_amount
        from docctl.domain.particulars import Particulars, read_systems, systems_in
        from docctl.queries.by_name import unit_named

        unit_id = before.drafting_unit_id if before else None
        if self.drafting is not None:
            with desk.read() as session:
                unit_id = unit_named(session, self.drafting).id if self.drafting else None
        systems = systems_in(before.systems) if before else ()
        amount = before.amount if before else ""
        if self.amount is not None:
            amount = write_amount(read_amount(self.amount)) if self.amount else ""
        return Particulars(unit_id, read_systems(self.systems) if self.systems else systems, amount)


def with_particulars(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, and its function what they say as `said`."""

    @wraps(command)
    def with_said(
        *args: Any, drafting: str | None, system: tuple[str, ...], amount: str | None, **more: Any
    ) -> Any:
        return command(*args, said=Said(drafting, system, amount), **more)

    for add in (option("--amount"), option("--system", multiple=True), option("--drafting")):
        add(with_said)
    return with_said
