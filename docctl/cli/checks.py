"""`docctl checks`: what is to be mended or answered in a revision before it is issued (D-12)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_OUT
from docctl.domain.draft_checks import Check
from docctl.domain.verdicts import NotFound

if TYPE_CHECKING:
    from docctl.queries.document_page import DocumentPage
    from docctl.queries.draft_checks import Finding

checks = Noun("checks")

_HEAD = ("finding", "check", "clause", "quote", "expected", "state", "reason")
_CHECKS = click.Choice([one.value for one in Check])
#: So many characters of a finding's name are shown, and enough to name it.
_SHORT = 12


@checks.command("list", permission="revision.checks", changes=True)
@click.argument("number")
@option("--revision", "label", default="")
@option("--check", "kinds", type=_CHECKS, multiple=True)
@option("--open", "only_open", is_flag=True)
@option("--xlsx", type=FILE_OUT, default=None)
def list_(
    desk: Desk, number: str, label: str, kinds: tuple[str, ...], only_open: bool, xlsx: Path | None
) -> Answer:
    """List what is to be mended or answered in the newest revision, or the one named (D-12, X-2)."""
    from docctl.cli.registers import write_register

    page = _page(desk, number, label)
    found = [one for one in _chosen(page, kinds) if one.is_open or not only_open]
    rows = [_cells(desk, one) for one in found]
    if xlsx is not None:
        write_register(desk, xlsx, "xlsx", "checks", _HEAD, rows, as_of=None)
    data = {
        "number": page.number,
        "revision": page.revision.label,
        "checked": page.checks.is_checked,
        "pending": page.checks.is_pending,
        "holding": page.checks.holding,
        "refused": page.checks.refused.key if page.checks.refused is not None else None,
        "findings": [_data(one) for one in found],
    }
    lines = [*Table([desk.label(name) for name in _HEAD], rows).lines()] if rows else []
    return Answer(data, [*lines, *_said(desk, page)])


def _page(desk: Desk, number: str, label: str) -> DocumentPage:
    """Return the document on a revision; its findings quote it, so the read is in the trail before (X-2)."""
    from docctl.queries.document_page import document_page
    from docctl.services.content.open import open_content

    with desk.read() as session:
        named = names.revision(desk, session, number, label)
        page = document_page(
            session,
            desk.actor,
            at=desk.house.clock(),
            zone=desk.house.zone,
            revision_id=named.revision_id,
        )
    if not page.is_insider:
        raise NotFound("revision")
    if page.main is not None and page.checks.findings:
        open_content(page.revision.id, by=desk.caller(), house=desk.house)
    return page


def _chosen(page: DocumentPage, kinds: tuple[str, ...]) -> list[Finding]:
    return [one for one in page.checks.findings if not kinds or one.check in kinds]


def _cells(desk: Desk, one: Finding) -> tuple[Any, ...]:
    t, answer = desk.words.t, one.answer
    return (
        one.name[:_SHORT],
        t(f"checks.name.{one.check.value}"),
        one.clause,
        one.quote or one.what,
        one.expected(t),
        t(f"checks.state.{one.state}"),
        answer.reason if answer else "",
    )


def _data(one: Finding) -> dict[str, Any]:
    answer = one.answer
    return {
        "finding": one.name,
        "check": one.check.value,
        "about": one.what,
        "quote": one.quote,
        "clause": one.clause or None,
        "page": one.page or None,
        "times": one.times,
        "open": one.is_open,
        "must": one.must,
        "answer": answer and {"by": answer.by, "at": answer.at, "reason": answer.reason},
    }


def _said(desk: Desk, page: DocumentPage) -> list[str]:
    t, found = desk.words.t, page.checks
    if not found.is_checked:
        return [t("checks.not_checked")]
    lines = [t("checks.pending")] if found.is_pending else []
    if found.findings:
        lines.append(t("checks.summary", open=len(found.open), answered=len(found.answered)))
    elif not found.is_pending:
        lines.append(t("checks.nothing"))
    return lines + ([str(desk.words.refusal(found.refused))] if found.refused is not None else [])


@checks.command("answer", permission="revision.answer", changes=True)
@click.argument("number")
@click.argument("findings", nargs=-1)
@option("--revision", "label", default="")
@option("--check", "kinds", type=_CHECKS, multiple=True)
@option("--reason", required=True)
@option("--reopen", is_flag=True)
def answer(
    desk: Desk,
    number: str,
    findings: tuple[str, ...],
    label: str,
    kinds: tuple[str, ...],
    reason: str,
    reopen: bool,
) -> Answer:
    """Answer findings with one reason: those named, or all open ones of the checks named (D-12)."""
    from docctl.services.revisions.checks import AnswerChecks, answer_checks

    if not findings and not kinds:
        raise click.UsageError("FINDINGS | --check")
    page = _page(desk, number, label)
    chosen = [one.name for one in _chosen(page, kinds) if kinds and one.is_open != reopen]
    for short in findings:
        fitting = [one.name for one in page.checks.findings if one.name.startswith(short)]
        if len(fitting) != 1 or len(short) < _SHORT:
            raise NotFound("finding")
        chosen += fitting
    cmd = AnswerChecks(page.revision.id, tuple(dict.fromkeys(chosen)), reason, reopen)
    count = answer_checks(cmd, by=desk.caller(), house=desk.house)
    data = {"number": page.number, "revision": page.revision.label, "findings": list(cmd.findings)}
    key = "checks_reopened" if reopen else "checks_answered"
    return desk.done(key, data, n=count, number=page.number)
