"""Short ways to drafts whose texts were looked through, and to the answers of their findings (D-12)."""

from __future__ import annotations

import json
from uuid import UUID

from docctl.domain.check_content import shipped_checks
from docctl.domain.draft_checks import Check
from docctl.jobs.check_texts import check_texts
from docctl.jobs.cite_texts import cite_texts
from docctl.jobs.wait import settle
from docctl.models.documents import Document, Revision
from docctl.queries.draft_checks import DraftChecks, Finding, draft_checks
from docctl.services.revisions.checks import AnswerChecks, answer_checks
from docctl.services.revisions.revise import EditRevision, edit_revision
from tests import rules
from tests.world import World, docx_bytes

TEXT = (
    "1 目的\n为使文件有效。\n4 要求\n4.1 各部门应及时填写记录。\n4.2 见附录B。\n"
    "4.4 按《采购控制程序》执行。\n"
    "5 相关文件\n《文件控制程序》"
)


def read(world: World) -> None:
    """Let the worker read and look through what waits."""
    settle(world.house)
    while cite_texts(world.house) or check_texts(world.house):
        pass


def must_answer(world: World, *checks: Check, without: tuple[str, ...] = ()) -> None:
    """Bring checks into force whose findings must be settled; all without names."""
    content = shipped_checks()
    content["checks"] |= {one.value: "answer" for one in checks or tuple(Check)}
    content["without"] = list(without)
    rules.approved(world, json.dumps(content), kind="checks", reason="发布前检查")
    world.clock.forward(minutes=1)


def of(world: World, revision_id: UUID, who: str = "chen") -> DraftChecks:
    """Return the checks of a revision as somebody sees them."""
    with world.house.uow.read() as session:
        revision = session.get_one(Revision, revision_id)
        document = session.get_one(Document, revision.document_id)
        return draft_checks(session, world.by(who).actor, document, revision, at=world.clock())


def found(world: World, revision_id: UUID) -> dict[str, set[str]]:
    """Return what was found, by check."""
    told: dict[str, set[str]] = {}
    for one in of(world, revision_id).findings:
        told.setdefault(one.check.value, set()).add(one.what)
    return told


def answer(
    world: World, revision_id: UUID, *findings: Finding, who: str = "chen", reopens: bool = False
) -> int:
    names = tuple(one.name for one in findings)
    cmd = AnswerChecks(revision_id, names, "按客户要求保留", reopens)
    return answer_checks(cmd, by=world.by(who), house=world.house)


def put_in(world: World, revision_id: UUID, words: str) -> None:
    """Put another file in the place of a draft's."""
    row = world.revision(revision_id)
    cmd = EditRevision(
        revision_id=revision_id,
        row_version=row.row_version,
        title=row.title,
        uploads=(world.upload("chen", docx_bytes(*words.split("\n"))),),
    )
    edit_revision(cmd, by=world.by("chen"), house=world.house)
    read(world)


def drafted(world: World, words: str = TEXT, title: str = "记录控制程序") -> UUID:
    """Return a draft whose text was read and looked through."""
    made = world.draft(title)
    put_in(world, made, words)
    return made
