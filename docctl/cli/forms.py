"""`docctl forms`: what a form asks of its records (F-2)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_IN

if TYPE_CHECKING:
    from docctl.queries.document_page import DocumentPage

forms = Noun("forms")


@forms.command("fields", permission="document.view")
@click.argument("number")
@option("--revision", "label", default="")
def fields(desk: Desk, number: str, label: str) -> Answer:
    """Show the fields of a form with their choices; with `--json` as `forms define` takes them (F-2)."""
    with desk.read() as session:
        document = names.item(desk, session, number, "document")
        revision_id = names.revision(desk, session, number, label).revision_id if label else None
    page = _page(desk, document_id=document.item_id, revision_id=revision_id)
    return Answer(_data(page), _lines(desk, page))


@forms.command("define", permission="revision.edit", changes=True)
@click.argument("number")
@click.argument("file", type=FILE_IN)
def define(desk: Desk, number: str, file: Path) -> Answer:
    """Give a draft of a form its fields, out of a JSON file (F-2, V-2)."""
    from docctl.domain.form_keys import wanted_in
    from docctl.domain.setting_files import data_of, text_of_file
    from docctl.services.forms.define import DefineForm, define_form

    data = data_of(text_of_file(file.read_bytes()))
    if isinstance(data, dict) and "number" in data:  # as `forms fields --json` wrote it
        data = {"fields": data.get("fields")}
    with desk.read() as session:
        found = names.revision(desk, session, number)
    cmd = DefineForm(found.revision_id, found.row_version, wanted_in(data))
    page = _page(desk, revision_id=define_form(cmd, by=desk.caller(), house=desk.house))
    count = len(page.asks.fields)
    return desk.done("defined", _data(page), number=page.number, revision=page.revision.label, count=count)


@forms.command("annex", permission="revision.edit", changes=True)
@click.argument("number")
@click.argument("named", nargs=-1, metavar="[FORM]...")
@option("--none", "no_forms", is_flag=True)
def annex(desk: Desk, number: str, named: tuple[str, ...], no_forms: bool) -> Answer:
    """Say which forms a draft names in its annexes, in their order (N-12)."""
    from docctl.services.revisions.annex_forms import NameAnnexForms, name_annex_forms

    if bool(named) == no_forms:
        raise click.UsageError(desk.words.t("cli.nothing_to_change"))
    with desk.read() as session:
        found = names.revision(desk, session, number)
        ids = tuple(one.item_id for one in names.items(desk, session, named, "document"))
    cmd = NameAnnexForms(found.revision_id, found.row_version, ids)
    page = _page(desk, revision_id=name_annex_forms(cmd, by=desk.caller(), house=desk.house))
    data = {"number": page.number, "revision": page.revision.label, "annex_forms": annex_data(page)}
    count = len(page.annex_forms)
    return desk.done("annexes", data, number=page.number, revision=page.revision.label, count=count)


def annex_data(page: DocumentPage) -> list[dict[str, str]]:
    """Return the forms in the annexes of a revision as JSON tells them."""
    return [{"number": one.number, "title": one.title, "revision": one.label} for one in page.annex_forms]


def _page(desk: Desk, *, document_id: UUID | None = None, revision_id: UUID | None = None) -> DocumentPage:
    from docctl.queries.document_page import document_page

    with desk.read() as session:
        return document_page(
            session,
            desk.actor,
            at=desk.house.clock(),
            zone=desk.house.zone,
            document_id=document_id,
            revision_id=revision_id,
        )


def _data(page: DocumentPage) -> dict[str, Any]:
    return {"number": page.number, "revision": page.revision.label, **page.asks.data()}


def _lines(desk: Desk, page: DocumentPage) -> list[str]:
    from docctl.domain.form_definition import shown_field

    lines = [f"{page.number} {page.revision.label} {page.revision.title}"]
    lines += [f"{one.key}  {shown_field(one)}" for one in page.asks.fields]
    return lines if page.asks.fields else [*lines, desk.words.t("forms.none")]
