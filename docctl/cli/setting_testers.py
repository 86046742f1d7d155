"""`docctl settings due|condition`: when something is due, what a condition says (W-1, W-2, A-6)."""

from __future__ import annotations

from datetime import datetime

import click

from docctl.cli.answers import Answer, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import MOMENT
from docctl.cli.setting_reads import page_of
from docctl.domain.limits import LimitUnit


def add_testers(noun: Noun) -> None:
    """Add the commands that try rules out."""

    @noun.command("due", permission="settings.view")
    @click.argument("amount", type=int)
    @click.argument("unit", type=click.Choice([one.value for one in LimitUnit]))
    @option("--start", "starts", type=MOMENT, default=None)
    @option("--before", is_flag=True)
    @option("--rolls", is_flag=True)
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def due(
        desk: Desk,
        amount: int,
        unit: str,
        starts: datetime | None,
        before: bool,
        rolls: bool,
        ordinal: int | None,
    ) -> Answer:
        """Say when a limit ends and by which days, by the calendar in force or another one (W-1, W-2)."""
        from docctl.domain.limits import Limit
        from docctl.queries.calendar import stretches, until_in_words, when_due

        page = page_of(desk, "calendar", ordinal)
        begins = desk.moment(starts) if starts else desk.house.clock()
        limit = Limit(amount, LimitUnit(unit), before, rolls)
        found = when_due(page.content, limit, begins, desk.house.zone)
        days = stretches(found)
        data = {
            "start": desk.local(begins),
            "until": desk.local(found.until),
            "last_day": found.last_day,
            "provisional": found.is_provisional,
            "calendar": {"revision": page.shown.ordinal, "content": page.shown.content_sha256},
            "counted": [one.date for one in found.counted],
            "skipped": [one.date for one in found.skipped],
        }
        lines = [desk.words.t("cli.due_until", until=until_in_words(found, desk.words))]
        if found.is_provisional:
            lines.append(desk.words.t("controlled.tester.provisional"))
        for one in days:
            span = one.first.date.isoformat() + (f" – {one.last.date.isoformat()}" if one.days > 1 else "")
            said = desk.words.t(
                "controlled.tester.counted" if one.is_counted else "controlled.tester.skipped", count=one.days
            )
            what = desk.words.t(f"controlled.day.{one.first.kind.value}")
            lines.append("  ".join(filter(None, (span, what, one.first.name, said))))
        return Answer(data, lines)

    @noun.command("condition", permission="settings.view")
    @click.argument("condition")
    @option("--fact", "facts", multiple=True)
    @option("--value", "values", multiple=True)
    def condition(desk: Desk, condition: str, facts: tuple[str, ...], values: tuple[str, ...]) -> Answer:
        """Try a condition out on facts and their values (A-6)."""
        from docctl.domain.condition_check import check, write_condition
        from docctl.domain.condition_facts import read_facts, read_values
        from docctl.domain.condition_text import read_condition
        from docctl.domain.conditions import answer
        from docctl.domain.permissions import Facts, authorise
        from docctl.domain.verdicts import require

        authorise(desk.actor, "settings.view", Facts())
        known = read_facts("\n".join(facts))
        read = read_condition(condition)
        require(check(read, known))
        found = answer(read, read_values("\n".join(values), known))
        used = {
            name: sorted(value) if isinstance(value, frozenset) else str(value) if value is not None else None
            for name, value in found.used.items()
        }
        lines = [desk.words.t("conditions.holds" if found.holds else "conditions.holds_not")]
        lines += pairs((name, value or desk.words.t("conditions.empty")) for name, value in used.items())
        return Answer({"holds": found.holds, "condition": write_condition(read), "used": used}, lines)
