"""`docctl documents list|show|file`: what a person sees, and a stamped copy (D-3, D-7, X-3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table, pairs
from docctl.cli.command import Noun, option
from docctl.cli.copy_steps import copy_data, copy_words
from docctl.cli.desk import Desk
from docctl.cli.document_files import file_data, role_of
from docctl.cli.external_signatures import external_data, external_words
from docctl.cli.forms import annex_data
from docctl.cli.kinds import DAY, FILE_OUT
from docctl.cli.returns import return_data, return_words

if TYPE_CHECKING:
    from docctl.queries.documents import RegisterRow
    from docctl.queries.open_steps import OpenStep
    from docctl.queries.revision_files import FileLine
    from docctl.queries.revision_views import RevisionView

_HEAD = ("number", "revision", "state", "effective", "unit", "title")


def add_reads(noun: Noun) -> None:
    """Add the commands that read to the noun."""
    for command in (list_, show, file):
        noun.add_command(command)


_reads = Noun("documents")


@_reads.command("list", permission="document.list")
@option("--as-of", type=DAY, default=None)
@option("--state", default="")
@option("--type", "type_code", default="")
@option("--unit", default="")
@option("--applies-to", default="", metavar="UNIT")
@option("--text", default="")
@option("--origin", type=click.Choice(["own", "external"]), default=None)
@option("--system", default="")
@option("--drafting", default="")
@option("--forms", is_flag=True)
@option("--obsolete", is_flag=True)
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    as_of: date | None,
    state: str,
    type_code: str,
    unit: str,
    applies_to: str,
    text: str,
    origin: str | None,
    system: str,
    drafting: str,
    forms: bool,
    obsolete: bool,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List the documents that the person may see, now or as of a day (D-7, X-3)."""
    from docctl.cli.registers import write_lines
    from docctl.domain.particulars import read_systems
    from docctl.queries.by_name import type_named, unit_named
    from docctl.queries.document_lists import list_columns, list_lines, listed
    from docctl.queries.documents import RegisterFilter, document_register

    with desk.read() as session:
        wanted = RegisterFilter(
            text=text,
            type_id=type_named(session, type_code).id if type_code else None,
            unit_id=unit_named(session, unit).id if unit else None,
            applies_to=unit_named(session, applies_to).id if applies_to else None,
            state=state,
            origin=origin or "",
            system="".join(read_systems([system])),
            drafting_id=unit_named(session, drafting).id if drafting else None,
            forms=forms,
            with_obsolete=obsolete,
            as_of=as_of,
        )
        found = document_register(
            session, desk.actor, wanted, at=desk.house.clock(), zone=desk.house.zone, page_size=None
        )
    rows = [_row(desk, one) for one in found.rows]
    for target, kind in ((xlsx, "xlsx"), (docx, "docx")):
        if target is not None:
            which = listed(wanted)
            lines = list_lines(which, found.rows, desk.words, english=desk.words.language == "en")
            name, columns = desk.words.t(f"documents.list.{which}"), list_columns(which, desk.words)
            write_lines(desk, target, kind, name, columns, lines, as_of=as_of)
    data = {
        "as_of": as_of,
        "total": found.total,
        "documents": [
            {
                "number": one.number,
                "title": one.title,
                "revision": one.label,
                "state": one.state,
                "obsolete": one.is_obsolete,
                "effective": one.effective_on,
                "cancelled": one.cancelled_on,
                "type": one.type_name,
                "unit": one.unit_name,
                "external": one.is_external,
                "issuer": one.issuer or None,
                "issuer_number": one.issuer_number or None,
                "retention_class": one.class_name or None,
            }
            for one in found.rows
        ],
    }
    table = Table([desk.label(name) for name in _HEAD], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])


def _row(desk: Desk, one: RegisterRow) -> tuple[str | date | None, ...]:
    state = desk.state(one.state)
    return one.number, one.label, state, one.effective_on, one.unit_name, one.title


def _step(one: OpenStep) -> dict[str, Any]:
    return {
        "meaning": one.meaning,
        "name": one.name,
        "assignee": one.assignee,
        "due": one.due_on,
        "due_at": one.due_at,
        "calendar": one.calendar,
        "provisional": one.is_provisional,
        "delegable": one.delegable,
        "delegable_post": one.delegable_post,
    }


@_reads.command("show", permission="document.view")
@click.argument("number")
@option("--revision", "label", default="")
def show(desk: Desk, number: str, label: str) -> Answer:
    """Show a document with one of its revisions (V-2, X-3)."""
    from docctl.queries.changes import changes_beside
    from docctl.queries.document_page import document_page

    with desk.read() as session:
        document = names.item(desk, session, number, "document")
        chosen = names.revision(desk, session, number, label).revision_id if label else None
        page = document_page(
            session,
            desk.actor,
            at=desk.house.clock(),
            zone=desk.house.zone,
            document_id=document.item_id,
            revision_id=chosen,
        )
        revision_id, at, zone = page.revision.id, desk.house.clock(), desk.house.zone
        changes = changes_beside(session, revision_id, at=at, zone=zone)
    one = page.revision
    data = {
        "number": page.number,
        "title": one.title,
        "revision": one.label,
        "state": one.state,
        "obsolete": one.is_obsolete,
        "type": page.type_name,
        "unit": page.unit_name,
        "scope": list(page.scope),
        "drafting": page.drafting_unit or None,
        "systems": list(one.systems),
        "amount": one.amount or None,
        "number_on_issue": (page.number_coming.after or None) if page.number_coming else None,
        "effective": one.effective_from,
        "until": one.effective_until,
        "suspended": one.suspended[1] and {"since": one.suspended[1], "reason": one.suspend_reason},
        "content_sha256": one.manifest_sha256,
        "change": {"what": one.change_what, "reason": one.change_reason, "basis": one.change_basis},
        "step": _step(page.steps[0]) if page.steps else None,
        "steps": [_step(one) for one in page.steps],
        "revisions": [{"revision": line.label, "state": line.state} for line in page.revisions],
        "signatures": [
            {
                "meaning": line.meaning,
                "name": line.name,
                "for": line.principal,
                "unit": line.unit,
                "at": line.at,
                "content_sha256": line.content_sha256,
            }
            for line in page.signatures
        ],
        "returns": [return_data(line) for line in page.returns],
        "external_signatures": [external_data(line) for line in page.external],
        "copied_to": [copy_data(line) for line in page.copies],
        "changes": [
            {"change": each.ordinal, "place": each.place, "text": each.text, "last": each.last_day}
            for each in changes
        ],
        "files": [file_data(line) for line in page.files],
        "annex_forms": annex_data(page),
        "in_annex_of": [{"number": line.number, "revision": line.label} for line in page.in_annex_of],
        "actions": [line.name for line in page.actions if line.refused is None],
    }
    facts = [
        ("number", page.number),
        ("title", one.title),
        ("revision", one.label),
        ("state", desk.state(one.state)),
        ("type", page.type_name),
        ("unit", page.unit_name),
        ("scope", ", ".join(page.scope)),
        ("drafting", page.drafting_unit if page.drafting_unit != page.unit_name else ""),
        ("systems", ", ".join(one.systems)),
        ("amount", one.amount),
        ("number_on_issue", page.number_coming.after if page.number_coming else ""),
        ("effective", one.effective_from),
        ("until", one.effective_until),
        ("suspended", _suspended(one)),
        ("content", one.manifest_sha256),
        *((f"meaning_{line.meaning}", f"{line.shown} {line.at:%Y-%m-%d %H:%M}") for line in page.signatures),
        *(("returned", return_words(desk, line)) for line in page.returns),
        *(("external_signature", external_words(desk, line)) for line in page.external),
        *(("told", copy_words(desk, line)) for line in page.copies),
        *(("change", f"{each.ordinal} {each.place}: {each.text}") for each in changes),
        *(("file", _file(desk, line)) for line in page.files),
        *(("annex_form", f"{line.number} {line.title} {line.label}") for line in page.annex_forms),
        *(("in_annex_of", f"{line.number} {line.label}") for line in page.in_annex_of),
    ]
    return Answer(data, pairs((desk.label(name), value) for name, value in facts))


def _file(desk: Desk, one: FileLine) -> str:
    title = f"{one.title} " if one.title else ""
    return f"{role_of(desk, one)}: {title}{one.name} ({one.size})"


def _suspended(one: RevisionView) -> str | None:
    since = one.suspended[1]
    return f"{since:%Y-%m-%d} {one.suspend_reason}" if since else None


@_reads.command("file", permission="revision.copy", changes=True)
@click.argument("number")
@click.argument("target", type=FILE_OUT)
@option("--revision", "label", default="")
@option("--reference", is_flag=True)
@option("--annex", "annex", type=click.IntRange(min=1), default=None)
@option("--source", "source", is_flag=True)
def file(
    desk: Desk, number: str, target: Path, label: str, reference: bool, annex: int | None, source: bool
) -> Answer:
    """Take a stamped copy of a revision into a file, or an annex or the source of it (D-3, V-4, X-2)."""
    from docctl.cli.file_taking import taken
    from docctl.queries.people import frame_facts
    from docctl.services.content.copies import take_copy

    if (annex is not None) + source + reference > 1:
        raise click.UsageError(desk.words.t("cli.one_file"))
    if annex is not None or source:
        return taken(desk, number, target, label, annex)
    with desk.read() as session:
        found = names.revision(desk, session, number, label, wanted="in_force")
        is_demo = frame_facts(session, desk.actor).is_demo
    copy = take_copy(
        found.revision_id,
        by=desk.caller(),
        house=desk.house,
        words=desk.words,
        for_reference=reference,
        is_demo=is_demo,
    )
    target = copy.write_to(target)
    data = {
        "number": found.number,
        "revision": found.label,
        "file": target,
        "stamp": copy.word,
        "media_type": copy.media_type,
    }
    return desk.done("copied", data, number=found.number, revision=found.label, file=str(target))
