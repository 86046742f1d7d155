"""`docctl documents names|name-add|name-end`: what else a document is called (N-9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.domain.other_names import GIVEN

if TYPE_CHECKING:
    from docctl.queries.document_page import DocumentPage


def add_names(noun: Noun) -> None:
    """Add the commands about other names to the noun."""

    @noun.command("names", permission="document.view")
    @click.argument("number")
    def list_(desk: Desk, number: str) -> Answer:
        """List the other names of a document (N-9)."""
        page = _page(desk, number)
        data = [{"name": one.text, "kind": one.kind} for one in page.other_names]
        rows = [(one.text, desk.words.t(f"documents.names.kinds.{one.kind}")) for one in page.other_names]
        table = Table([desk.words.t(f"documents.names.{name}") for name in ("name", "kind")], rows)
        return Answer({"number": page.number, "names": data}, table.lines())

    @noun.command("name-add", permission="document.name", changes=True)
    @click.argument("number")
    @click.argument("text", metavar="NAME")
    @option("--kind", "name_kind", type=click.Choice([one.value for one in GIVEN]), required=True)
    def add(desk: Desk, number: str, text: str, name_kind: str) -> Answer:
        """Give a document another name (N-9)."""
        from docctl.services.documents.names import AddName, add_name

        with desk.read() as session:
            document_id = names.item(desk, session, number, "document").item_id
        add_name(AddName(document_id, text, name_kind), by=desk.caller(), house=desk.house)
        return desk.done("name_added", {"name": text, "kind": name_kind}, number=number, name=text)

    @noun.command("name-end", permission="document.name", changes=True)
    @click.argument("number")
    @click.argument("text", metavar="NAME")
    @option("--reason", required=True)
    def end(desk: Desk, number: str, text: str, reason: str) -> Answer:
        """End another name of a document (N-9)."""
        from docctl.domain.verdicts import NotFound
        from docctl.queries.other_names import keys_of
        from docctl.services.documents.names import EndName, end_name

        page = _page(desk, number)
        found = next((one for one in page.other_names if keys_of(one.text) & keys_of(text)), None)
        if found is None:
            raise NotFound("alias")
        end_name(EndName(page.document_id, found.id, reason), by=desk.caller(), house=desk.house)
        return desk.done("name_ended", {"name": found.text}, number=page.number, name=found.text)


def _page(desk: Desk, number: str) -> DocumentPage:
    from docctl.queries.document_page import document_page

    with desk.read() as session:
        return document_page(
            session,
            desk.actor,
            at=desk.house.clock(),
            zone=desk.house.zone,
            document_id=names.item(desk, session, number, "document").item_id,
        )
