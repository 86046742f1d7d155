"""How a command finds the revision of a setting that it is about (V-2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.controlled import SettingPage


def page_of(
    desk: Desk,
    kind: str,
    ordinal: int | None = None,
    against: int | None = None,
    at: datetime | None = None,
) -> SettingPage:
    """Return a setting with a revision opened, by default the one in force (V-2, V-3)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.controlled import setting_page

    authorise(desk.actor, "settings.view", Facts())
    with desk.read() as session:
        return setting_page(
            session, desk.actor, kind, at=at or desk.house.clock(), ordinal=ordinal, against=against
        )


def open_page(desk: Desk, kind: str) -> SettingPage:
    """Return the draft or what was submitted; raise NotFound where nothing is open."""
    from docctl.domain.verdicts import NotFound

    page = page_of(desk, kind)
    if not page.open:
        raise NotFound("setting_revision")
    return page_of(desk, kind, page.open)
