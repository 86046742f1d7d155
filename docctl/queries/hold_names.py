"""Who may know a hold by name: whoever reads the register of holds; others know that one stands (R-5, X-3).

A name such as that of a lawsuit tells more than that a record is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from docctl.domain.permissions import Actor, Facts, allows

#: Events of a record that name a hold, and what of their facts does.
_NAMING: Final = frozenset({"record.held", "record.hold_came_late", "record.released"})
_NAMES: Final = frozenset({"hold", "name", "key"})


def names_holds(actor: Actor) -> bool:
    """Say whether the person may know number, name and reason of the holds on a record."""
    return allows(actor, "hold.list", Facts())


def known_facts(action: str, facts: Mapping[str, Any], *, named: bool) -> Mapping[str, Any]:
    """Return an event's facts, without the hold's name where the reader may not know it."""
    if named or action not in _NAMING:
        return facts
    return {name: value for name, value in facts.items() if name not in _NAMES}
