"""`docctl distribution scope`: where a revision applies, shown and changed (D-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from docctl.domain.scope import Place


def add_scope(noun: Noun) -> None:
    """Add the command about scopes to the noun."""

    @noun.command("scope", permission="distribution.view", changes=True)
    @click.argument("number")
    @option("--revision", "label", default="")
    @option("--place", "places", multiple=True, metavar="UNIT[/POST]")
    @option("--everywhere", is_flag=True)
    @option("--reason", default="")
    def scope(
        desk: Desk, number: str, label: str, places: tuple[str, ...], everywhere: bool, reason: str
    ) -> Answer:
        """Show where a revision applies; with places, or everywhere, change it (D-8)."""
        from docctl.queries.scopes import scope_page
        from docctl.services.distribution.scope import ScopeDraft, ScopeIssued, scope_draft, scope_issued

        if places and everywhere:
            raise click.UsageError("--place, --everywhere")
        at, zone = desk.house.clock(), desk.house.zone
        with desk.read() as session:
            found = names.revision(desk, session, number, label)
            page = scope_page(session, desk.actor, found.revision_id, at=at, zone=zone)
            wanted = tuple(_place(session, one) for one in places)
        if places or everywhere:
            if page.is_draft:
                cmd = ScopeDraft(page.revision_id, page.row_version, wanted)
                scope_draft(cmd, by=desk.caller(), house=desk.house)
            else:
                issued = ScopeIssued(page.revision_id, page.row_version, wanted, reason)
                scope_issued(issued, by=desk.caller(), house=desk.house)
            with desk.read() as session:
                page = scope_page(session, desk.actor, page.revision_id, at=at, zone=zone)
        held = [one.name for one in page.lines if one.removed_on is None]
        data = {"number": page.number, "revision": page.label, "scope": held, "everywhere": not held}
        return Answer(data, held or [desk.words.t("scopes.everywhere")])


def _place(session: Session, text: str) -> Place:
    from docctl.domain.scope import Place, ScopeKind
    from docctl.domain.verdicts import NotFound
    from docctl.queries.by_name import unit_named
    from docctl.queries.unit_page import unit_page

    unit, _, post = text.partition("/")
    found = unit_named(session, unit)
    if not post:
        return Place(ScopeKind.UNIT, found.id)
    page = unit_page(session, found.id)
    for one in page.posts:
        if one.name == " ".join(post.split()):
            return Place(ScopeKind.POST, one.id)
    raise NotFound("post")
