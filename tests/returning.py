"""Routes with a formal check, and revisions that came back, for tests (A-9)."""

from __future__ import annotations

import json
from uuid import UUID

from docctl.domain.form_check import Answer
from docctl.domain.roles import Role
from docctl.domain.route_text import read_routes
from docctl.queries.document_page import DocumentPage, document_page
from docctl.services.revisions.sign import CheckForm, ReturnRevision, form_check_revision, return_revision
from tests import rules
from tests.delegating import may_sign
from tests.world import World

POINTS = ("编号与版本一致", "附件齐全", "引用文件现行有效")
CHECKED = (
    "# 全部\nform_check 形式审查 | person wang | 1 working_days | may_repeat\n"
    + "".join(f"- {one}\n" for one in POINTS)
    + "review | role reviewer | 3 working_days\napprove | role approver | 3 working_days"
)


def check_routes(world: World) -> int:
    """Let every document be checked formally by 王强 first, who is a reviewer."""
    may_sign(world, "wang", Role.REVIEWER)
    return rules.approved(world, json.dumps(read_routes({"routes": CHECKED})), kind="routes")


def said(*good: bool | None, remark: str = "") -> tuple[Answer, ...]:
    return tuple(Answer(one, remark if one is False else "") for one in good)


def checked(world: World, revision_id: UUID, *good: bool | None, who: str = "wang") -> UUID:
    """Pass the formal check with what is said of its points."""
    seen = world.signing(revision_id)
    cmd = CheckForm(revision_id, seen.row_version, seen.seen_sha256, answers=said(*good))
    return form_check_revision(cmd, by=world.by(who), house=world.house)


def returned(
    world: World,
    revision_id: UUID,
    who: str = "ouyang",
    reason: str = "页码有误",
    items: tuple[str, ...] = (),
    answers: tuple[Answer, ...] = (),
) -> UUID:
    """Return a revision with the reason and the list."""
    version = world.revision(revision_id).row_version
    cmd = ReturnRevision(revision_id, version, reason, None, "", items, answers)
    return return_revision(cmd, by=world.by(who), house=world.house)


def page(world: World, revision_id: UUID, who: str = "chen") -> DocumentPage:
    """Return the page of a revision as a person sees it."""
    with world.house.uow.read() as session:
        actor, at, zone = world.by(who).actor, world.clock(), world.house.zone
        return document_page(session, actor, at=at, zone=zone, revision_id=revision_id)
