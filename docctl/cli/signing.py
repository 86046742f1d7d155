"""`docctl documents form-check|review|approve|return`: one's own step, or another's (A-2, A-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.returns import answers_of
from docctl.cli.revisions_told import told, what_is_signed

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from docctl.services.revisions.sign import SignRevision


@dataclass(frozen=True, slots=True)
class Said:
    """What is said with a signature: a comment, and why it is late (A-13)."""

    comment: str
    late_reason: str


def add_signing(noun: Noun) -> None:
    """Add the commands that sign a step, or return what it is of, to the noun."""

    @noun.command("form-check", permission="revision.form_check", signs=True, changes=True)
    @click.argument("number")
    @option("--in-order", "points_in_order", default="", metavar="1,2|all")
    @option("--missing", "points_missing", multiple=True, metavar="N=REMARK")
    @option("--comment", default="")
    @option("--for", "for_user", default="", metavar="USER")
    @option("--late-reason", default="")
    def form_check(
        desk: Desk,
        number: str,
        points_in_order: str,
        points_missing: tuple[str, ...],
        comment: str,
        for_user: str,
        late_reason: str,
    ) -> Answer:
        """Sign that every point of a formal check is in order (A-9)."""
        from docctl.services.revisions.sign import CheckForm, form_check_revision

        answers = answers_of(desk, number, points_in_order, points_missing)

        def use_case(cmd: SignRevision, **more: Any) -> UUID:
            signed = (cmd.revision_id, cmd.row_version, cmd.seen_sha256, cmd.comment, cmd.for_id)
            return form_check_revision(CheckForm(*signed, cmd.late_reason, answers), **more)

        said = Said(comment, late_reason)
        return _signed(desk, number, "form_check", "form_checked", said, for_user, use_case)

    @noun.command("review", permission="revision.review", signs=True, changes=True)
    @click.argument("number")
    @option("--comment", default="")
    @option("--for", "for_user", default="", metavar="USER")
    @option("--late-reason", default="")
    def review(desk: Desk, number: str, comment: str, for_user: str, late_reason: str) -> Answer:
        """Sign the newest revision as reviewed (A-2, A-3)."""
        from docctl.services.revisions.sign import review_revision

        return _signed(
            desk, number, "review", "reviewed", Said(comment, late_reason), for_user, review_revision
        )

    @noun.command("approve", permission="revision.approve", signs=True, changes=True)
    @click.argument("number")
    @option("--comment", default="")
    @option("--for", "for_user", default="", metavar="USER")
    @option("--late-reason", default="")
    def approve(desk: Desk, number: str, comment: str, for_user: str, late_reason: str) -> Answer:
        """Sign the newest revision as approved (A-2, A-3)."""
        from docctl.services.revisions.sign import approve_revision

        return _signed(
            desk, number, "approve", "approved", Said(comment, late_reason), for_user, approve_revision
        )

    @noun.command("return", permission="revision.return", changes=True)
    @click.argument("number")
    @option("--reason", default="")
    @option("--item", "to_mend", multiple=True)
    @option("--in-order", "points_in_order", default="", metavar="1,2|all")
    @option("--missing", "points_missing", multiple=True, metavar="N=REMARK")
    @option("--for", "for_user", default="", metavar="USER")
    @option("--late-reason", default="")
    def return_(
        desk: Desk,
        number: str,
        reason: str,
        to_mend: tuple[str, ...],
        points_in_order: str,
        points_missing: tuple[str, ...],
        for_user: str,
        late_reason: str,
    ) -> Answer:
        """Return the newest revision to its author with why, or a list of what is missing (A-9, V-6)."""
        from docctl.domain.returning import items_in
        from docctl.services.revisions.sign import ReturnRevision, return_revision

        with desk.read() as session:
            found = names.revision(desk, session, number)
            whose = _whose(session, for_user)
        answers = answers_of(desk, number, points_in_order, points_missing)
        items = items_in("\n".join(to_mend))
        cmd = ReturnRevision(found.revision_id, found.row_version, reason, whose, late_reason, items, answers)
        return told(desk, "returned", return_revision(cmd, by=desk.caller(), house=desk.house))


def _whose(session: Session, username: str) -> UUID | None:
    """Return whose step it is, where one signs for another (A-8)."""
    from docctl.queries.by_name import person_named

    return person_named(session, username).id if username else None


def _signed(
    desk: Desk, number: str, meaning: str, done: str, said: Said, for_user: str, use_case: Any
) -> Answer:
    from docctl.domain.verdicts import Refused, RuleRefused
    from docctl.services.revisions.sign import SignRevision

    with desk.read() as session:
        found = names.revision(desk, session, number)
        whose = _whose(session, for_user)
    if found.manifest_sha256 is None:  # nothing to sign: a draft, as the table of moves says
        raise RuleRefused(Refused("V-6", "no_such_move", {"state": "draft", "action": meaning}))
    by = desk.signer(what_is_signed(desk, meaning, found, found.manifest_sha256))
    signed = desk.signed(found.manifest_sha256)
    cmd = SignRevision(found.revision_id, found.row_version, signed, said.comment, whose, said.late_reason)
    return told(desk, done, use_case(cmd, by=by, house=desk.house))
