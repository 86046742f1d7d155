"""Findings of a revision's text answered with a reason, and the question whether any stands open (D-12)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.draft_checks import may_answer
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.checks import CheckAnswer
from docctl.models.documents import Document, DocumentType, Revision
from docctl.queries.draft_checks import draft_checks, draft_facts
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AnswerChecks:
    """Answer findings, by their names, with one reason; `reopens`: they stand open again, for that reason."""

    revision_id: UUID
    findings: tuple[str, ...]
    reason: str
    reopens: bool = False


@use_case("revision.answer")
def answer_checks(session: Session, cmd: AnswerChecks, by: Caller) -> int:
    """Answer findings of a revision that is under way, or open answered ones again; return how many (D-12).

    The same finding in the next file of the draft has this answer too. Raises Conflict where one of them is
    no longer found: the text was read anew meanwhile.
    """
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    facts = facts_of(session, document, revision, by)
    if not facts.insider:
        raise NotFound("revision")
    authorise(by.actor, "revision.answer", facts)
    chosen = dict.fromkeys(cmd.findings)
    type_code = session.get_one(DocumentType, document.type_id).code
    require(may_answer(draft_facts(document, revision, type_code), cmd.reason, len(chosen)))
    found = {one.name: one for one in draft_checks(session, by.actor, document, revision, at=by.at).findings}
    if any(one not in found for one in chosen):
        raise Conflict(Refused("D-12", "found_no_longer"))
    if cmd.reopens and any(found[one].is_open for one in chosen):
        raise RuleRefused(Refused("D-12", "open_already"))
    reason = " ".join(cmd.reason.split())
    counted: dict[str, int] = {}
    for name in chosen:
        one = found[name]
        counted[one.check.value] = counted.get(one.check.value, 0) + 1
        session.add(
            CheckAnswer(
                revision_id=revision.id,
                kind=one.check,
                finding=name,
                is_settled=not cmd.reopens,
                reason=reason,
                answered_by=by.person_id,
                answered_at=by.at,
            )
        )
    record(
        session,
        by,
        "revision.checks_reopened" if cmd.reopens else "revision.checks_answered",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "checks": counted,
            "findings": sorted(chosen),
        },
        detail={"reason": reason},
    )
    return len(chosen)


def require_settled(session: Session, by: Caller, document: Document, revision: Revision) -> None:
    """Raise RuleRefused while findings stand open that must be mended or answered (D-12)."""
    refused = draft_checks(session, by.actor, document, revision, at=by.at).refused
    if refused is not None:
        raise RuleRefused(refused)
