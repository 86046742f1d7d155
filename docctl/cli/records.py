"""`docctl records`: filed under a form, accepted, corrected by strike-through, voided (F-1, F-17, C-1)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_IN, MOMENT
from docctl.cli.record_import import add_import
from docctl.cli.record_reads import add_reads, data_of, page_of

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from docctl.domain.form_values import Chosen
    from docctl.queries.record_layers import CorrectionLine
    from docctl.queries.record_page import RecordPage

records = Noun("records")
add_reads(records)
add_import(records)


@records.command("file", permission="record.file", changes=True)
@click.argument("files", nargs=-1, required=True, type=FILE_IN)
@option("--form", required=True, metavar="NUMBER")
@option("--title", required=True)
@option("--occurred", required=True, type=MOMENT)
@option("--received", type=MOMENT, default=None)
@option("--person", default="")
@option("--channel", default="")
@option("--outside-number", default="")
@option("--remarks", default="")
@option("--unit", default="")
@option("--medium", type=click.Choice(["electronic", "paper"]), default="electronic")
@option("--place", default="")
@option("--key", "keys", multiple=True, metavar="KIND=VALUE")
@option("--choice", "choices", multiple=True, metavar="FIELD=VALUE")
@option("--repeated", is_flag=True)
def file(
    desk: Desk,
    files: tuple[Path, ...],
    form: str,
    title: str,
    occurred: datetime,
    received: datetime | None,
    person: str,
    channel: str,
    outside_number: str,
    remarks: str,
    unit: str,
    medium: str,
    place: str,
    keys: tuple[str, ...],
    choices: tuple[str, ...],
    repeated: bool,
) -> Answer:
    """File a record with its registration data; the first file is the main one (F-1, F-3, F-5)."""
    from docctl.models.content import FileRole
    from docctl.queries.by_name import unit_named
    from docctl.services.files import Attached
    from docctl.services.records.file import FileRecord, file_record

    with desk.read() as session:
        form_id = names.item(desk, session, form, "document").item_id
        unit_id = unit_named(session, unit).id if unit else None
        chosen = _chosen(desk, session, form_id, choices)
    cmd = FileRecord(
        form_id=form_id,
        title=title,
        occurred_at=desk.moment(occurred),
        received_at=desk.moment(received) if received else None,
        stated_person=person,
        stated_channel=channel,
        outside_number=outside_number,
        remarks=remarks,
        unit_id=unit_id,
        medium=medium,
        place=place,
        keys=tuple(names.key(one) for one in keys),
        choices=chosen,
        repeated_is_meant=repeated,
        uploads=tuple(
            desk.stage(path) if place == 0 else Attached(desk.stage(path).upload_id, FileRole.ANNEX)
            for place, path in enumerate(files)
        ),
    )
    return _told(desk, "filed", file_record(cmd, by=desk.caller(), house=desk.house))


def _chosen(desk: Desk, session: Session, form_id: UUID, choices: tuple[str, ...]) -> tuple[Chosen, ...]:
    """Return what was chosen in the fields of the form in force, each said as FIELD=VALUE (F-2)."""
    from docctl.domain.form_values import typed_in
    from docctl.queries.record_forms import form_in_force

    if not choices:
        return ()
    found = form_in_force(session, desk.actor, form_id, at=desk.house.clock())
    pairs = [names.key(one, option="--choice", metavar="FIELD=VALUE") for one in choices]
    return typed_in(found.asks, pairs) if found else ()  # filing says why there is none


@records.command("accept", permission="record.accept", signs=True, changes=True)
@click.argument("number")
def accept(desk: Desk, number: str) -> Answer:
    """Take a record into the keeper's care (F-17, A-3)."""
    from docctl.services.records.accept import AcceptRecord, accept_record

    page = page_of(desk, number)
    by = desk.signer(_what(desk, "accept", f"{page.number} {page.title}", page.content_sha256))
    cmd = AcceptRecord(page.record_id, page.row_version, desk.signed(page.content_sha256))
    return _told(desk, "accepted", accept_record(cmd, by=by, house=desk.house))


@records.command("correct", permission="record.correct", signs=True, changes=True)
@click.argument("number")
@option("--field", default="", metavar="FIELD")
@option("--old", default=None)
@option("--new", default="")
@option("--sheet", type=FILE_IN, default=None)
@option("--reason", type=click.Choice(["slip", "miscalculation", "other"]), required=True)
@option("--because", default="")
def correct(
    desk: Desk,
    number: str,
    field: str,
    old: str | None,
    new: str,
    sheet: Path | None,
    reason: str,
    because: str,
) -> Answer:
    """Strike a registered value and put another with it, or add a correction sheet to the file (C-1, C-4)."""
    from docctl.services.records.correct import (
        CorrectFile,
        CorrectRecord,
        correct_file,
        correct_record,
    )

    if bool(field) == (sheet is not None):
        raise click.UsageError(desk.words.t("cli.field_or_sheet"))
    page = page_of(desk, number)
    fact = page.fact(field) or next((one for one in page.facts if field and one.label == field), None)
    present = fact.layers[-1].value if fact else ""
    shown = f"{page.number} {page.title}"
    if sheet is None:
        change = f"{shown}: {field} {present!r} → {new!r}"
        by = desk.signer(_what(desk, "correct", change, page.content_sha256))
        correct_record(
            CorrectRecord(
                page.record_id,
                page.row_version,
                fact.field if fact else field,
                present if old is None else old,
                new,
                reason,
                because,
            ),
            by=by,
            house=desk.house,
        )
    else:
        by = desk.signer(_what(desk, "correct", f"{shown}: {sheet.name}", page.content_sha256))
        correct_file(
            CorrectFile(page.record_id, page.row_version, reason, because, (desk.stage(sheet),)),
            by=by,
            house=desk.house,
        )
    return _told(desk, "corrected", page.record_id)


@records.command("void", permission="record.void", changes=True)
@click.argument("number")
@option("--reason", required=True)
def void(desk: Desk, number: str, reason: str) -> Answer:
    """Void a wrong filing before it is accepted (F-17)."""
    from docctl.services.records.accept import VoidRecord, void_record

    page = page_of(desk, number)
    cmd = VoidRecord(page.record_id, page.row_version, reason)
    return _told(desk, "voided", void_record(cmd, by=desk.caller(), house=desk.house))


@records.command("decide", permission="record.approve_correction", signs=True, changes=True)
@click.argument("number")
@option("--decision", type=click.Choice(["approve", "refuse"]), required=True)
@option("--comment", default="")
@option("--correction", type=int, default=None, metavar="N")
def decide(desk: Desk, number: str, decision: str, comment: str, correction: int | None) -> Answer:
    """Approve or refuse a correction that waits for the keeper (C-3, A-2)."""
    from docctl.services.records.decide import DecideCorrection, decide_correction

    page = page_of(desk, number)
    found = _waiting(desk, page, correction)
    change = f"{page.number} {page.title}: {found.field} {found.old!r} → {found.new!r}"
    meaning = "approve" if decision == "approve" else "check"
    by = desk.signer(_what(desk, meaning, change, found.content_sha256))
    cmd = DecideCorrection(found.id, found.row_version, decision == "approve", comment)
    decide_correction(cmd, by=by, house=desk.house)
    return _told(desk, "decided" if cmd.approve else "declined", page.record_id)


@records.command("place", permission="record.place", changes=True)
@click.argument("number")
@click.argument("place")
def place(desk: Desk, number: str, place: str) -> Answer:
    """Note where the paper original lies (R-13)."""
    from docctl.services.records.accept import PlaceRecord, place_record

    page = page_of(desk, number)
    cmd = PlaceRecord(page.record_id, page.row_version, place)
    return _told(desk, "placed", place_record(cmd, by=desk.caller(), house=desk.house))


def _waiting(desk: Desk, page: RecordPage, number: int | None) -> CorrectionLine:
    """Return the correction with this number, else the only one that waits."""
    from docctl.domain.verdicts import NotFound

    if number is None:
        found = [one for one in page.corrections if one.status == "pending"]
    else:
        found = [one for one in page.corrections if one.number == number]
    if not found:
        raise NotFound("correction")
    if len(found) > 1:
        numbers = ", ".join(str(one.number) for one in found)
        raise click.UsageError(desk.words.t("cli.which_correction", numbers=numbers))
    return found[0]


def _what(desk: Desk, meaning: str, what: str, content: str) -> str:
    return desk.words.t("cli.signing", meaning=desk.words.t(f"meanings.{meaning}"), what=what, sha256=content)


def _told(desk: Desk, done: str, record_id: UUID) -> Answer:
    """Say what became of a record, as the database has it now."""
    from docctl.queries.record_page import record_page

    with desk.read() as session:
        page = record_page(session, desk.actor, record_id, today=desk.house.today(), zone=desk.house.zone)
    return desk.done(done, data_of(page), number=page.number, title=page.title)
