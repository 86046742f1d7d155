"""The tabs of the retention pages: what is due, lists, holds, the schedule; each where one may go there."""

from __future__ import annotations

from docctl.queries.retention_overview import overview
from docctl.web.context import actor, house, may, words

Tab = tuple[str, str, bool, int | None]


def tabs(current: str) -> list[Tab]:
    """Return the tabs with their counts."""
    with house().uow.read() as session:
        counts = overview(session, actor(), house().today())
    t = words().t
    found = (
        ("due", "/retention/due", "retention.due", counts.due),
        ("lists", "/retention/lists", "disposal.list", counts.lists),
        ("holds", "/retention/holds", "hold.list", counts.holds),
        ("classes", "/settings/retention", "settings.view", None),
    )
    return [
        (t(f"retention.tab.{name}"), href, name == current, count)
        for name, href, permission, count in found
        if may(permission)
    ]
