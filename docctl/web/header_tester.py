"""The tester beside the header blocks: how would they be printed for this document (D-14)?"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from docctl.domain.setting_kinds import Content
from docctl.domain.verdicts import NotFound
from docctl.queries.header_blocks import Preview, previews
from docctl.web.context import actor, house, words

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Previewed:
    """What was typed, what would be printed; `is_missing` where there is no such document."""

    number: str
    blocks: tuple[Preview, ...] = ()
    is_missing: bool = False


def previewed(content: Content) -> Previewed:
    """Answer what the address asks, by a revision's blocks."""
    number = request.args.get("number", "").strip()[:_LONGEST]
    if not number:
        return Previewed(number)
    home, t = house(), words().t
    now = home.clock()
    more = {
        "copy": "1",
        "holder": actor().name,
        "printed": t("documents.header.at", at=now.astimezone(home.zone)),
        "word": t("documents.stamp.controlled"),
        "day": home.today().isoformat(),
    }
    try:
        with home.uow.read() as session:
            found = previews(session, actor(), content, number, more, at=now, zone=home.zone)
    except NotFound:
        return Previewed(number, is_missing=True)
    return Previewed(number, found)
