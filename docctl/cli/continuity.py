"""`docctl continuity`: forms that are to be filled in each period, and the periods that are missing (N-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_OUT
from docctl.domain.continuity import Continuity, Period, read_shifts
from docctl.domain.verdicts import NotFound, Refused, RuleRefused

if TYPE_CHECKING:
    from docctl.queries.continuity import RuleRow

continuity = Noun("continuity")

_HEAD = ("number", "place", "each", "period", "until", "reason", "title")
_PERIOD = click.Choice([one.value for one in Period])


@continuity.command("list", permission="continuity.list")
@option("--unit", default="")
@option("--text", default="")
@option("--each", type=_PERIOD, default=None)
@option("--since", "period_since", type=DAY, default=None)
@option("--explained", "are_explained", is_flag=True)
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    unit: str,
    text: str,
    each: str | None,
    period_since: date | None,
    are_explained: bool,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List the periods that are over and have no record (N-5, N-8)."""
    from docctl.cli.registers import listed
    from docctl.queries.by_name import unit_named
    from docctl.queries.continuity import MissingPeriod, MissingPeriods, PeriodFilter, missing_periods
    from docctl.queries.paging import every_row

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = PeriodFilter(text, unit_id, each or "", period_since, are_explained)

        def ask(page: int, size: int) -> MissingPeriods:
            asked = replace(wanted, page=page)
            at, zone = desk.house.clock(), desk.house.zone
            return missing_periods(session, desk.actor, asked, at=at, zone=zone, page_size=size)

        found: list[MissingPeriod] = list(every_row(ask))
    rows = [
        (
            one.number,
            one.place,
            desk.words.t(f"continuity.period.{one.period}"),
            one.slot,
            one.last,
            one.reason,
            one.title,
        )
        for one in found
    ]
    data = {
        "total": len(found),
        "periods": [
            {
                "number": one.number,
                "place": one.place,
                "each": one.period,
                "period": one.slot,
                "first": one.first,
                "last": one.last,
                "unit": one.unit,
                "reason": one.reason,
            }
            for one in found
        ],
    }
    return listed(desk, "periods", _HEAD, rows, data, as_of=None, xlsx=xlsx, docx=docx)


@continuity.command("rules", permission="continuity.list")
def rules(desk: Desk) -> Answer:
    """List which forms are to be filled in when and where (N-8)."""
    from docctl.queries.continuity import rules_seen

    with desk.read() as session:
        found = rules_seen(session, desk.actor, at=desk.house.clock())
    head = [desk.label(name) for name in ("number", "place", "each", "from_day", "until", "title")]
    rows = [
        (
            one.number,
            one.place,
            desk.words.t(f"continuity.period.{one.rule.period}"),
            one.rule.from_on,
            one.rule.until_on,
            one.title,
        )
        for one in found
    ]
    data = {"total": len(found), "rules": [_data(one) for one in found]}
    return Answer(data, [*Table(head, rows).lines(), desk.words.t("cli.total", n=len(found))])


@continuity.command("declare", permission="continuity.declare", changes=True)
@click.argument("number")
@click.argument("each", type=_PERIOD)
@option("--unit", required=True)
@option("--post", "at_post", default="")
@option("--shifts", default="")
@option("--days-off", is_flag=True)
@option("--from", "from_day", type=DAY, default=None)
@option("--until", type=DAY, default=None)
def declare(
    desk: Desk,
    number: str,
    each: str,
    unit: str,
    at_post: str,
    shifts: str,
    days_off: bool,
    from_day: date | None,
    until: date | None,
) -> Answer:
    """Let a form be filled in each period at a unit or a post of it (N-8)."""
    from docctl.services.continuity.declare import DeclareContinuity, declare_continuity

    begin = read_shifts(shifts) if shifts else ()
    if isinstance(begin, Refused):
        raise RuleRefused(begin)
    with desk.read() as session:
        form_id = names.item(desk, session, number, "document").item_id
    unit_id, post_id = _place(desk, unit, at_post)
    rule = Continuity(Period(each), from_day or desk.house.today(), until, begin, days_off)
    cmd = DeclareContinuity(form_id, rule, None if post_id else unit_id, post_id)
    return _told(desk, declare_continuity(cmd, by=desk.caller(), house=desk.house))


@continuity.command("end", permission="continuity.end", changes=True)
@click.argument("number")
@click.argument("each", type=_PERIOD)
@option("--unit", required=True)
@option("--post", "at_post", default="")
@option("--until", type=DAY, default=None)
@option("--reason", required=True)
def end(
    desk: Desk, number: str, each: str, unit: str, at_post: str, until: date | None, reason: str
) -> Answer:
    """End that with a last day (N-8)."""
    from docctl.services.continuity.declare import EndContinuity, end_continuity

    rule_id = _named(desk, number, each, unit, at_post)
    cmd = EndContinuity(rule_id, until or desk.house.today(), reason)
    return _told(desk, end_continuity(cmd, by=desk.caller(), house=desk.house))


@continuity.command("explain", permission="continuity.explain", changes=True)
@click.argument("number")
@click.argument("each", type=_PERIOD)
@click.argument("period")
@option("--unit", required=True)
@option("--post", "at_post", default="")
@option("--reason", required=True)
def explain(desk: Desk, number: str, each: str, period: str, unit: str, at_post: str, reason: str) -> Answer:
    """Explain that a period has no record (N-5, N-8)."""
    from docctl.services.continuity.explain import ExplainPeriod, explain_period

    rule_id = _named(desk, number, each, unit, at_post)
    explain_period(ExplainPeriod(rule_id, period, reason), by=desk.caller(), house=desk.house)
    return _told(desk, rule_id)


def _place(desk: Desk, unit: str, post: str) -> tuple[UUID, UUID | None]:
    from docctl.queries.by_name import unit_named
    from docctl.queries.continuity import post_named

    with desk.read() as session:
        unit_id = unit_named(session, unit).id
        return unit_id, post_named(session, unit_id, post) if post else None


def _named(desk: Desk, number: str, each: str, unit: str, post: str) -> UUID:
    """Return the rule that is meant: of those alike the one that runs, or the last (N-8)."""
    from docctl.queries.continuity import rules_at

    with desk.read() as session:
        form_id = names.item(desk, session, number, "document").item_id
    unit_id, post_id = _place(desk, unit, post)
    with desk.read() as session:
        found = rules_at(session, desk.actor, form_id, at=desk.house.clock())
    fits = [
        one.rule
        for one in found
        if one.rule.period.value == each
        and (one.rule.post_id == post_id if post_id else one.rule.unit_id == unit_id)
    ]
    if not fits:
        raise NotFound("continuity")
    return max(fits, key=lambda one: (one.until_on is None, one.from_on)).id


def _data(one: RuleRow) -> dict[str, object]:
    return {
        "number": one.number,
        "place": one.place,
        "each": one.rule.period.value,
        "shifts": one.rule.shifts,
        "days_off": one.rule.days_off,
        "from": one.rule.from_on,
        "until": one.rule.until_on,
    }


def _told(desk: Desk, rule_id: UUID) -> Answer:
    from docctl.queries.continuity import rule_seen

    with desk.read() as session:
        found = rule_seen(session, desk.actor, rule_id, at=desk.house.clock())
    if found is None:
        raise NotFound("continuity")
    each = desk.words.t(f"continuity.period.{found.rule.period}")
    return desk.done("continuity", _data(found), number=found.number, place=found.place, each=each)
