"""How far the numbers of a series reach in the register, by whatever scheme they were given (N-3, N-6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.number_schemes import Scheme
from docctl.domain.number_series import common_prefix, place_of
from docctl.domain.numbering import counter_scope
from docctl.models.numbers import NumberEntry

#: Sorts after every sign that a normal form has; both databases compare bytes.
_LAST: Final = "\U0010ffff"
#: So many rows are fetched at once.
_BATCH: Final = 1000


def highest_in_series(session: Session, scheme: Scheme, values: Mapping[str, str], entity_id: UUID) -> int:
    """Return the highest sequence of a series among all numbers of the register that read so, or 0 (N-6)."""
    entity = str(entity_id)
    scope, begins = counter_scope(scheme, values, entity), common_prefix(scheme, values)
    query = select(NumberEntry.normal).where(
        NumberEntry.entity_id == entity_id, NumberEntry.normal >= begins, NumberEntry.normal < begins + _LAST
    )
    highest = 0
    for form in session.scalars(query.execution_options(yield_per=_BATCH)):
        place = place_of(scheme, form, entity)
        if place is not None and place.scope == scope:
            highest = max(highest, place.sequence)
    return highest
