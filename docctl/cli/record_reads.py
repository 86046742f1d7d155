"""`docctl records list|show`: records as a person sees them, with all their values (C-2, S-1, X-3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_OUT
from docctl.domain.verdicts import Refused, RuleRefused

if TYPE_CHECKING:
    from docctl.queries.record_page import RecordPage

_HEAD = ("number", "state", "occurred", "keep_until", "unit", "form", "title")


def add_reads(noun: Noun) -> None:
    """Add the commands that read to the noun."""
    for command in (list_, show):
        noun.add_command(command)


_reads = Noun("records")


@_reads.command("list", permission="record.list")
@option("--form", default="", metavar="NUMBER")
@option("--choice", "choices", multiple=True, metavar="FIELD=VALUE")
@option("--unit", default="")
@option("--state", default="")
@option("--class", "class_code", default="")
@option("--year", type=int, default=None)
@option("--text", default="")
@option("--key", "keys", default="", metavar="KIND=VALUE")
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    form: str,
    choices: tuple[str, ...],
    unit: str,
    state: str,
    class_code: str,
    year: int | None,
    text: str,
    keys: str,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List the records that the person may see, those of a form also by what they answer (S-1, X-3)."""
    from docctl.cli.registers import Beside, listed
    from docctl.domain.form_definition import merged
    from docctl.domain.form_values import options_in
    from docctl.queries.by_name import class_named, unit_named
    from docctl.queries.record_lists import AnswerColumns
    from docctl.queries.records import RecordFilter, record_register, with_answers
    from docctl.queries.search_form_fields import definitions_known
    from docctl.queries.shared_keys import KEY_KINDS

    if choices and not form:
        raise click.UsageError("--choice, --form")
    pairs = [names.key(one, option="--choice", metavar="FIELD=VALUE") for one in choices]

    key = names.key(keys) if keys else None
    if key and key[0] not in KEY_KINDS:
        raise RuleRefused(Refused("F-3", "no_such_key", {"kind": key[0]}))
    with desk.read() as session:
        form_id = names.item(desk, session, form, "document").item_id if form else None
        asked = definitions_known(session, desk.actor, form_id, at=desk.house.clock())
        wanted = RecordFilter(
            text=text,
            form_id=form_id,
            choices=options_in(asked, pairs),
            unit_id=unit_named(session, unit).id if unit else None,
            class_id=class_named(session, class_code, at=desk.house.clock()).id if class_code else None,
            state=state,
            year=year,
            key=key,
            sort="occurred" if key else "number",
            descending=False,
        )
        today, zone = desk.house.today(), desk.house.zone
        found = with_answers(
            session, record_register(session, desk.actor, wanted, today=today, zone=zone, page_size=None)
        )
    answered = AnswerColumns(desk.words, merged(asked) if form else None)
    rows: list[tuple[str | date | None, ...]] = [
        (
            one.number,
            desk.state(one.state),
            one.occurred_on,
            one.keep_until,
            one.unit_name,
            one.form_number,
            one.title,
        )
        for one in found.rows
    ]
    data = {
        "total": found.total,
        "records": [
            {
                "number": one.number,
                "title": one.title,
                "state": one.state,
                "held": one.is_held,
                "late": one.is_late,
                "form": one.form_number,
                "form_revision": one.form_label,
                "unit": one.unit_name,
                "occurred": one.occurred_on,
                "filed": one.filed_on,
                "filed_by": one.filer,
                "medium": one.medium,
                "keep_until": one.keep_until,
                "permanent": one.is_permanent,
                "answers": {each.field: list(each.chosen) for each in one.answers},
            }
            for one in found.rows
        ],
    }
    beside = Beside(answered.columns(), [answered.cells(one.answers) for one in found.rows])
    return listed(desk, "records", _HEAD, rows, data, as_of=None, xlsx=xlsx, docx=docx, beside=beside)


@_reads.command("show", permission="record.view")
@click.argument("number")
def show(desk: Desk, number: str) -> Answer:
    """Show a record: facts with all their values, files, holds, until when it is kept (C-2, R-10)."""
    page = page_of(desk, number)
    facts: list[tuple[str, Any]] = [
        ("number", page.number),
        ("title", page.title),
        ("state", desk.state(page.state)),
        ("form", f"{page.form_number} {page.form_label} {page.form_title}"),
        ("unit", page.unit_name),
        ("medium", desk.words.t(f"cli.medium.{page.medium}")),
        ("place", page.place),
    ]
    for fact in page.facts:
        for layer in fact.layers:
            said = layer.value.replace("\n", desk.words.t("search.list_comma")) if fact.label else layer.value
            text = f"~~{said}~~ {layer.initials}" if layer.struck else said
            facts.append((fact.label or fact.field, text))
    facts += [
        ("filed", f"{page.filed_by} {page.filed_at:%Y-%m-%d %H:%M}"),
        ("accepted", page.accepted_at and f"{page.accepted_by} {page.accepted_at:%Y-%m-%d %H:%M}"),
        ("class", f"{page.class_code} {page.class_name} ({page.class_basis})"),
        ("keep_until", desk.label("permanent") if page.is_permanent else page.keep_until),
        *_holds(desk, page),
        *(("file", f"{one.name} ({one.size})") for one in page.files),
        ("destroyed", page.destroyed_at),
        ("content", page.content_sha256),
    ]
    return Answer(data_of(page), pairs((_label(desk, page, name), value) for name, value in facts))


def _label(desk: Desk, page: RecordPage, name: str) -> str:
    """Return the word before a value; a field of the form has its own (F-2)."""
    return name if any(one.label == name for one in page.facts) else desk.label(name)


def _holds(desk: Desk, page: RecordPage) -> list[tuple[str, Any]]:
    """Return the holds that stand; to who may not know them by name, that there is one (R-5)."""
    named = [f"{one.number} {one.name}" for one in page.beside.holds if one.lifted_at is None]
    if page.is_held and not named:
        named = [desk.words.t("records.held")]
    return [("hold", one) for one in named]


def page_of(desk: Desk, number: str) -> RecordPage:
    """Return a record by its number; raise NotFound for a hidden one (X-3)."""
    from docctl.queries.record_page import record_page

    with desk.read() as session:
        found = names.item(desk, session, number, "record")
        return record_page(session, desk.actor, found.item_id, today=desk.house.today(), zone=desk.house.zone)


def data_of(page: RecordPage) -> dict[str, Any]:
    """Return a record as JSON shows it."""
    return {
        "number": page.number,
        "title": page.title,
        "state": page.state,
        "form": page.form_number,
        "form_revision": page.form_label,
        "unit": page.unit_name,
        "medium": page.medium,
        "place": page.place,
        "occurred": page.occurred_on,
        "filed_by": page.filed_by,
        "filed_at": page.filed_at,
        "late": page.is_late,
        "accepted_by": page.accepted_by,
        "accepted_at": page.accepted_at,
        "void_reason": page.void_reason,
        "class": page.class_code,
        "basis": page.class_basis,
        "keep_until": page.keep_until,
        "permanent": page.is_permanent,
        "destroyed_at": page.destroyed_at,
        "content_sha256": page.content_sha256,
        "held": page.is_held,
        "facts": [
            {
                "field": fact.field,
                **({"name": fact.label} if fact.label else {}),
                "values": [
                    {
                        "value": one.value,
                        "struck": one.struck,
                        "at": one.at,
                        "by": one.by,
                        "reason": one.reason,
                    }
                    for one in fact.layers
                ],
            }
            for fact in page.facts
            if fact.layers
        ],
        "corrections": [
            {
                "field": one.field,
                "old": one.old,
                "new": one.new,
                "reason": one.reason,
                "status": one.status,
                "by": one.by,
                "at": one.entered_at,
            }
            for one in page.corrections
        ],
        "files": [
            {"name": one.name, "role": one.role, "size": one.size, "added_by": one.added_by}
            for one in page.files
        ],
        "holds": [one.number for one in page.beside.holds if one.lifted_at is None],
        "lists": [one.number for one in page.beside.lists],
    }
