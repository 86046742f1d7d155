"""Who acts, and on what: what a permission may depend on (X-1, O-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from docctl.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the roles held at this instant, or the system itself."""

    person_id: UUID | None
    name: str
    username: str = ""
    unit_id: UUID | None = None
    roles: frozenset[tuple[Role, UUID | None]] = frozenset()
    is_operator: bool = False
    #: Of an outside organisation: may do nothing until admitted, then only what partners may (O-7).
    is_outside: bool = False
    is_admitted: bool = False
    #: What is shared with the organisation at this instant.
    shares: frozenset[UUID] = frozenset()

    def has(self, role: Role, unit_id: UUID | None = None) -> bool:
        """Say whether the role is held for the whole company, or for this unit."""
        return (role, None) in self.roles or (unit_id is not None and (role, unit_id) in self.roles)


#: The installation's own hand: the worker, and commands run by whoever holds the machine.
OPERATOR: Final = Actor(person_id=None, name="docctl", is_operator=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a permission may depend on; a use case fills in what its item has."""

    unit_id: UUID | None = None
    author_id: UUID | None = None
    assignees: frozenset[UUID] = frozenset()
    visible: bool = True
    published: bool = False
    insider: bool = False
    #: They are an insider only while they may sign a step for somebody (A-8).
    stands_in: bool = False


def own_right(_: Actor, facts: Facts) -> bool:
    """The person does not know the item only because they may sign it for somebody."""
    return not facts.stands_in
