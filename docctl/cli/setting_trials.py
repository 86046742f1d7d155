"""`docctl settings decide|header`: who may decide so much, what would be printed (A-7, D-14)."""

from __future__ import annotations

import click

from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.setting_reads import page_of


def add_header(noun: Noun) -> None:
    """Add the command that tries header blocks out."""

    @noun.command("header", permission="settings.view")
    @click.argument("number")
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def header(desk: Desk, number: str, ordinal: int | None) -> Answer:
        """Show what the header blocks would print for a document (D-14, O-4)."""
        from docctl.queries.header_blocks import previews

        page, t, now = page_of(desk, "headers", ordinal), desk.words.t, desk.house.clock()
        more = {
            "copy": "1",
            "holder": desk.actor.name,
            "printed": t("documents.header.at", at=desk.local(now)),
            "word": t("documents.stamp.controlled"),
            "day": desk.house.today().isoformat(),
        }
        with desk.read() as session:
            found = previews(session, desk.actor, page.content, number, more, at=now, zone=desk.house.zone)
        data = {
            "number": number,
            "revision": page.shown.ordinal,
            "blocks": [
                {"for": one.use, "rows": [list(row) for row in one.rows], "foot": one.foot or None}
                for one in found
            ],
        }
        lines = []
        for one in found:
            lines.append(t(f"controlled.heading.use.{one.use}"))
            lines += [f"  {' | '.join(row)}" for row in one.rows]
            lines += [f"  {one.foot}"] if one.foot else []
            lines += [] if one.rows else [f"  {t('controlled.heading.shipped')}"]
        return Answer(data, lines)


def add_decide(noun: Noun) -> None:
    """Add the command that tries the authority table out."""

    @noun.command("decide", permission="settings.view")
    @click.argument("name")
    @click.argument("amount")
    @option("--unit", default="")
    @option("--decider", default="", metavar="USER")
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def decide(desk: Desk, name: str, amount: str, unit: str, decider: str, ordinal: int | None) -> Answer:
        """Say who may decide so much of a class, and whether a person may, by the authority table (A-7)."""
        from docctl.domain.amounts import read_amount
        from docctl.queries.authority_tester import who_decides
        from docctl.queries.by_name import person_named, unit_named
        from docctl.queries.entities import unit_keys

        page = page_of(desk, "authority", ordinal)
        with desk.read() as session:
            found = who_decides(
                session,
                page.content,
                name,
                read_amount(amount),
                unit=unit_keys(session)[unit_named(session, unit).id] if unit else "",
                person=person_named(session, decider).id if decider else None,
                at=desk.house.clock(),
                zone=desk.house.zone,
            )
        why = None if found.refused is None else desk.words.refusal(found.refused)
        data = {
            "class": name,
            "revision": page.shown.ordinal,
            "levels": [
                {
                    "over": one.over,
                    "up_to": one.up_to or None,
                    "who": f"{one.who} {one.of}".strip(),
                    "people": list(one.people),
                    "decides": one.decides,
                }
                for one in found.levels
            ],
            "may": found.refused is None if decider else None,
            "why": found.refused.key if found.refused is not None else None,
        }
        t = desk.words.t
        lines = []
        for one in found.levels:
            key = "range" if one.up_to else "above"
            who = f"{t(f'controlled.deciding.who.{one.who}')} {one.of}".strip()
            people = t("people.comma").join(one.people) or t("controlled.routing.nobody")
            mark = t("controlled.deciding.decides") if one.decides else ""
            span = t(f"controlled.deciding.{key}", over=one.over, up_to=one.up_to)
            lines.append("  ".join(filter(None, (span, who, people, mark))))
        if decider:
            lines.append(str(why) if why else t("controlled.deciding.may", name=found.person))
        return Answer(data, lines)
