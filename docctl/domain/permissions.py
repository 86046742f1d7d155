"""Who may do what: permission → alternatives → predicates; what is absent is denied (X-1, X-3).

A use case asks inside its transaction, on locked rows; a page asks the same table to hide or explain
its buttons. `docs/permissions.md` is printed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from docctl.domain.actors import OPERATOR, Actor, Facts, own_right
from docctl.domain.partners import PARTNERS_MAY
from docctl.domain.roles import SIGNING, Role
from docctl.domain.verdicts import NotFound, Refused, RuleRefused

Predicate = Callable[[Actor, Facts], bool]


def signed_in(actor: Actor, _: Facts) -> bool:
    """Anybody who has signed in."""
    return actor.person_id is not None


def partner(actor: Actor, _: Facts) -> bool:
    """The person belongs to an outside organisation, and their last day is not over."""
    return actor.is_outside and actor.is_admitted


def operator(actor: Actor, _: Facts) -> bool:
    """The holder of the machine, or the worker."""
    return actor.is_operator


def visible(_: Actor, facts: Facts) -> bool:
    """The item's access set lets the person see it."""
    return facts.visible


def published(_: Actor, facts: Facts) -> bool:
    """The revision is in force."""
    return facts.published


def insider(_: Actor, facts: Facts) -> bool:
    """The person belongs to those who see drafts and obsolete revisions."""
    return facts.insider


def is_author(actor: Actor, facts: Facts) -> bool:
    """The person prepared or filed the item."""
    return actor.person_id is not None and actor.person_id == facts.author_id


def is_assigned(actor: Actor, facts: Facts) -> bool:
    """The open step waits for this person."""
    return actor.person_id in facts.assignees


def own_unit(actor: Actor, facts: Facts) -> bool:
    """The item belongs to the person's unit."""
    return actor.unit_id is not None and actor.unit_id == facts.unit_id


def signs(actor: Actor, _: Facts) -> bool:
    """The person holds any role that signs."""
    return any(role in SIGNING for role, _scope in actor.roles)


def holds(role: Role) -> Predicate:
    """Build: the person holds the role, for the company or for the item's unit."""

    def predicate(actor: Actor, facts: Facts) -> bool:
        return actor.has(role, facts.unit_id)

    predicate.__name__ = role.value
    predicate.__doc__ = f"The person holds the role {role.value}."
    return predicate


administrator = holds(Role.ADMINISTRATOR)
controller = holds(Role.DOCUMENT_CONTROLLER)
author = holds(Role.AUTHOR)
reviewer = holds(Role.REVIEWER)
approver = holds(Role.APPROVER)
keeper = holds(Role.KEEPER)
manager = holds(Role.RECORDS_MANAGER)
leader = holds(Role.LEADER)
auditor = holds(Role.AUDITOR)

#: permission → alternatives, each a tuple of predicates that must all hold.
PERMISSIONS: Final[Mapping[str, tuple[tuple[Predicate, ...], ...]]] = {
    # people
    "person.add": ((administrator,), (operator,)),
    "person.list": ((administrator,), (operator,), (leader,), (auditor,)),
    **{f"person.{one}": ((administrator,), (operator,)) for one in ("disable", "hand_over", "move", "reset")},
    "person.address": ((administrator,), (operator,)),
    "person.confirm_reset": ((administrator,), (leader,)),
    **dict.fromkeys(("delegation.list", "delegation.see"), ((signed_in,),)),
    **dict.fromkeys(("delegation.give", "delegation.end"), ((is_assigned,), (administrator,))),
    "role.propose": ((administrator,),),
    "role.confirm": ((administrator,), (leader,)),
    "role.revoke": ((administrator,), (leader,)),
    "unit.add": ((administrator,), (operator,)),
    "entity.add": ((administrator,), (operator,)),
    "account.own": ((signed_in,),),
    # outside organisations
    "outside.list": ((administrator,), (operator,), (leader,), (auditor,), (controller,), (manager,)),
    "outside.bind": ((administrator,), (operator,), (leader,)),
    "outside.share": ((leader,),),
    "outside.own": ((partner,),),
    # documents
    "upload.stage": ((signed_in,),),
    "document.create": ((author,), (controller,)),
    "document.import": ((controller,), (operator,)),
    "document.list": ((signed_in,),),
    "document.view": ((visible, published), (insider,)),
    **{f"document.{one}": ((author, own_unit), (controller,)) for one in ("revise", "name")},
    "revision.edit": ((is_author, author), (author, own_unit), (controller, insider)),
    "revision.submit": ((is_author, author), (is_author, controller)),
    "revision.discard": ((is_author, author), (controller,)),
    **{f"revision.{one}": ((is_assigned, reviewer),) for one in ("form_check", "review")},
    "revision.approve": ((is_assigned, approver),),
    "revision.return": ((is_assigned, reviewer), (is_assigned, approver), (controller, insider)),
    **dict.fromkeys(("revision.checks", "revision.external_read"), ((insider,),)),
    "revision.answer": ((is_author, author, insider), (author, own_unit, insider), (controller, insider)),
    **{f"revision.{one}": ((controller,),) for one in ("issue", "suspend", "resume", "withdraw")},
    **{f"revision.{one}": ((visible, published), (insider,)) for one in ("read", "copy")},
    "revision.source": ((controller, insider), (is_author, insider)),
    "revision.external_sign": ((insider, own_right),),
    "revision.external_withdraw": ((is_author, insider), (controller, insider)),
    "revision.history": ((insider,), (visible, published)),
    "step.list": ((signed_in,),),
    "step.remind": ((is_assigned,), (controller, insider)),
    "step.acknowledge": ((is_assigned,),),
    # reviews, and what came back
    **dict.fromkeys(("return.list", "review.list"), ((signed_in,),)),
    "review.plan": ((controller, insider), (is_assigned,)),
    "review.open": ((controller, insider),),
    "review.decide": ((is_assigned,), (controller, insider)),
    # temporary changes
    "change.list": ((signed_in,),),
    "change.write": ((author, own_unit), (controller,)),
    "change.edit": ((is_author,), (controller, insider)),
    "change.submit": ((is_author, author), (is_author, controller), (controller, insider)),
    "change.approve": ((is_assigned, approver),),
    "change.return": ((is_assigned, approver), (controller, insider)),
    "change.revoke": ((controller, insider),),
    "change.discard": ((is_author,), (controller, insider)),
    # change requests
    "request.list": ((signed_in,),),
    "request.ask": ((signed_in, visible), (insider,)),
    **{f"request.{one}": ((is_author,),) for one in ("submit", "take_back", "see")},
    "request.read": ((visible,), (insider,)),
    "request.decide": ((is_assigned,), (controller, insider)),
    # distribution
    "distribution.view": ((insider,),),
    "distribution.list": ((signed_in,),),
    "distribution.draft": ((is_author, author), (author, own_unit), (controller, insider)),
    "distribution.change": ((controller, insider),),
    "reading.remind": ((controller, insider),),
    "copy.view": ((insider,), (is_assigned,)),
    "copy.receive": ((is_assigned,), (controller, insider)),
    "copy.recall": ((controller, insider),),
    "copy.print": ((controller, insider),),
    "copy.return": ((is_assigned,), (controller, insider)),
    "copy.destroy": ((controller, insider),),
    "copy.lose": ((is_assigned,), (controller, insider)),
    "reading.acknowledge": ((is_assigned,),),
    "blank.list": ((signed_in,),),
    "blank.view": ((insider,), (is_assigned,)),
    **{f"blank.{one}": ((controller, insider),) for one in ("register", "issue", "destroy")},
    **dict.fromkeys(
        ("blank.receive", "blank.use", "blank.void", "blank.return", "blank.lose"),
        ((is_assigned,), (controller, insider)),
    ),
    # numbers
    "number.list": ((signed_in,),),
    **{f"number.{one}": ((controller,),) for one in ("reserve", "void")},
    "number.explain": ((controller,), (keeper,)),
    "continuity.list": ((signed_in,),),
    **{f"continuity.{one}": ((controller, insider),) for one in ("declare", "end")},
    "continuity.explain": ((controller, insider), (keeper,)),
    "number.give": ((controller,),),
    "settings.view": ((signed_in,),),
    "settings.propose": ((controller,), (manager,), (administrator,)),
    "settings.approve": ((leader,),),
    "settings.return": ((leader,), (controller,), (manager,), (administrator,)),
    # records
    "record.file": ((signed_in, own_unit), (keeper,)),
    "record.list": ((signed_in,),),
    "record.view": ((visible,),),
    "record.read": ((visible,),),
    "record.download": ((visible,),),
    "record.accept": ((keeper, visible),),
    "record.void": ((is_author, visible), (keeper, visible)),
    "record.correct": ((signed_in, visible, own_unit), (is_author, visible), (keeper, visible)),
    "record.approve_correction": ((keeper, visible),),
    "record.place": ((keeper, visible), (manager, visible)),
    # retention and disposal
    "retention.due": ((manager,), (leader,), (auditor,), (operator,)),
    "retention.explain": ((visible,),),
    "disposal.list": ((manager,), (leader,), (auditor,), (keeper,), (signs,)),
    "disposal.view": ((manager,), (leader,), (auditor,), (is_assigned,), (signs,)),
    "disposal.propose": ((manager,),),
    "disposal.check": ((is_assigned,),),
    "disposal.take_out": ((manager,), (is_assigned,)),
    "disposal.approve": ((leader,),),
    "disposal.reject": ((leader,), (manager,)),
    "disposal.execute": ((manager,), (keeper,)),
    "disposal.witness": ((signs,),),
    "disposal.resume": ((manager,), (operator,)),
    "disposal.run": ((operator,),),
    "hold.place": ((manager,), (leader,)),
    "hold.lift": ((manager,), (leader,)),
    "hold.list": ((manager,), (leader,), (auditor,)),
    "hold.follow": ((operator,),),
    # search, work, trail
    "search.query": ((signed_in,),),
    "search.save": ((signed_in,),),
    "inbox.view": ((signed_in,),),
    "event.list": ((auditor,), (administrator,), (manager,)),
    "event.item": ((visible,), (insider,)),
    **dict.fromkeys(("audit.verify", "audit.export"), ((auditor,), (manager,), (operator,))),
    "objects.check": ((auditor,), (manager,), (operator,)),
    "epoch.view": ((auditor,), (manager,), (leader,), (administrator,), (operator,)),
    "epoch.accept": ((leader,), (manager,), (administrator,)),
    # the machine
    "system.view": ((administrator,), (manager,), (auditor,)),
    "delivery.retry": ((administrator,), (manager,)),
    "mail.manage": ((administrator,), (operator,)),
    "webhook.manage": ((administrator,), (operator,)),
    "system.operate": ((operator,),),
}


def allows(actor: Actor, permission: str, facts: Facts) -> bool:
    """Say whether any alternative of the permission holds; an unknown permission is denied.

    Of an outside organisation only who is admitted may do anything, and only what partners may (O-7).
    """
    if actor.is_outside and not (actor.is_admitted and permission in PARTNERS_MAY):
        return False
    return any(
        all(predicate(actor, facts) for predicate in alternative)
        for alternative in PERMISSIONS.get(permission, ())
    )


def can_ever(person: Actor, permission: str) -> bool:
    """Say whether the person's roles could grant the permission on some item at all (X-1).

    Page and command ask this first, so that what is hidden and what is missing get the same answer (X-3).
    """
    scopes: set[UUID | None] = {person.unit_id, None} | {scope for _, scope in person.roles}
    return any(
        allows(
            person,
            permission,
            Facts(
                unit_id=scope,
                author_id=person.person_id,
                assignees=frozenset({person.person_id} if person.person_id else ()),
                published=True,
                insider=True,
            ),
        )
        for scope in scopes
    )


def authorise(actor: Actor, permission: str, facts: Facts) -> None:
    """Raise `NotFound` for what the person may not see, `RuleRefused` for what they may not do (X-3)."""
    if allows(actor, permission, facts):
        return
    if not (facts.visible or facts.insider):
        raise NotFound(permission)
    raise RuleRefused(Refused("X-1", "not_permitted", {"permission": permission}))


def why_not(actor: Actor, permission: str, facts: Facts) -> Refused | None:
    """Return the refusal a button explains before the click, or None where it is allowed."""
    if allows(actor, permission, facts):
        return None
    return Refused("X-1", "not_permitted", {"permission": permission})


__all__ = [
    "OPERATOR",
    "PERMISSIONS",
    "Actor",
    "Facts",
    "Predicate",
    "allows",
    "authorise",
    "can_ever",
    "why_not",
]
