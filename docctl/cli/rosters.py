"""`docctl post roster|duty|duty-end|on-duty`: who is on duty in a post, and where nobody is (O-3)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.unit_changes import unit_of

if TYPE_CHECKING:
    from uuid import UUID

    from docctl.queries.rosters import RosterPage


class _Time(click.ParamType[time]):
    name = "HH:MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> time:
        if isinstance(value, time):
            return value
        try:
            return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007  # of the wall clock
        except ValueError:
            self.fail(str(value), param, ctx)


TIME = _Time()
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


def add_rosters(noun: Noun) -> None:
    """Add the commands about duty rosters to the noun."""

    @noun.command("roster", permission="person.list", who="either")
    @click.argument("unit_code", metavar="UNIT")
    @click.argument("name")
    @option("--at", "asked_at", type=MOMENT, default=None)
    def roster(desk: Desk, unit_code: str, name: str, asked_at: datetime | None) -> Answer:
        """Show the roster of a post, who is on duty now or at an instant, and the holes ahead (O-3)."""
        from docctl.domain.permissions import Facts, authorise

        authorise(desk.actor, "person.list", Facts())
        page = _page(desk, unit_code, name, asked_at)
        data = {
            "unit": page.unit,
            "post": page.post,
            "at": page.asked,
            "on_duty": page.on_duty,
            "by_roster": page.found.by_roster,
            "hole": page.found.is_hole,
            "holes": [{"from": start, "until": end} for start, end in page.holes],
            "duties": [
                {
                    "name": one.person,
                    "shift": one.shift,
                    "weekdays": one.weekdays,
                    "starts": one.starts,
                    "ends": one.ends,
                    "from": one.from_on,
                    "until": one.until_on,
                    "together": one.together,
                    "state": one.state,
                }
                for one in page.rows
            ],
        }
        rows = [
            (
                one.person,
                "".join(map(str, one.weekdays)),
                f"{one.starts}-{one.ends}",
                one.shift,
                one.from_on,
                one.until_on,
            )
            for one in page.rows
        ]
        labels = ("name", "weekdays", "hours", "shift", "from", "last_day")
        told = Table([desk.label(one) for one in labels], rows).lines()
        at, names = f"{page.asked:%Y-%m-%d %H:%M}", ", ".join(page.on_duty) or "—"
        key = "hole_at" if page.found.is_hole else "on_duty_at" if page.found.by_roster else "holders_at"
        told.append(desk.words.t(f"rosters.{key}", at=at, names=names))
        told += [f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}" for start, end in page.holes]
        return Answer(data, told)

    @noun.command("duty", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @click.argument("name")
    @click.argument("username", metavar="USER")
    @option("--days", "weekdays", default="1234567")
    @option("--starts", "duty_starts", type=TIME, default="00:00")
    @option("--ends", "duty_ends", type=TIME, default="00:00")
    @option("--from", "duty_from", type=DAY, default=None)
    @option("--until", "duty_until", type=DAY, default=None)
    @option("--shift", default="")
    @option("--together", is_flag=True)
    def duty(
        desk: Desk,
        unit_code: str,
        name: str,
        username: str,
        weekdays: str,
        duty_starts: time,
        duty_ends: time,
        duty_from: date | None,
        duty_until: date | None,
        shift: str,
        together: bool,
    ) -> Answer:
        """Put a holder of a post on its roster: days by number, 1 for Monday (O-3)."""
        from docctl.queries.by_name import person_named
        from docctl.services.people.rosters import SetDuty, set_duty

        if not weekdays.isdigit():
            raise click.UsageError(f"--days {weekdays!r}")
        post = _page(desk, unit_code, name, None)
        with desk.read() as session:
            person = person_named(session, username)
        day = duty_from or desk.house.today()
        days = tuple(dict.fromkeys(map(int, weekdays)))
        cmd = SetDuty(post.post_id, person.id, day, duty_until, days, duty_starts, duty_ends, shift, together)
        set_duty(cmd, by=desk.caller(), house=desk.house)
        hours = f"{duty_starts:%H:%M}-{duty_ends:%H:%M}"
        data = {"unit": post.unit, "post": post.post, "user": username, "from": day, "hours": hours}
        return desk.done("duty_set", data, name=person.name, post=post.post, hours=hours, day=day)

    @noun.command("duty-end", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @click.argument("name")
    @click.argument("line", type=click.IntRange(min=1))
    @option("--until", "duty_last", type=DAY, default=None)
    def duty_end(desk: Desk, unit_code: str, name: str, line: int, duty_last: date | None) -> Answer:
        """End a line of the roster, with today or another day as the last one (O-3)."""
        from docctl.domain.verdicts import NotFound
        from docctl.services.people.rosters import EndDuty, end_duty

        page = _page(desk, unit_code, name, None)
        if line > len(page.rows):
            raise NotFound("duty")
        row, day = page.rows[line - 1], duty_last or desk.house.today()
        end_duty(EndDuty(row.id, day), by=desk.caller(), house=desk.house)
        data = {"unit": page.unit, "post": page.post, "name": row.person, "until": day}
        return desk.done("duty_ended", data, name=row.person, post=page.post, day=day)

    @noun.command("on-duty", permission="person.list", who="either")
    def on_duty(desk: Desk) -> Answer:
        """List the posts with a roster: who is on duty now, and when next nobody is (O-3)."""
        from docctl.domain.permissions import Facts, authorise
        from docctl.queries.rosters import rosters

        authorise(desk.actor, "person.list", Facts())
        now = desk.house.clock().astimezone(desk.house.zone)
        with desk.read() as session:
            found = rosters(session, at=now, today=now.date())
        data = [
            {
                "unit": one.unit,
                "post": one.post,
                "on_duty": one.on_duty,
                "hole": one.is_hole,
                "next_hole": one.next_hole,
            }
            for one in found
        ]
        rows = [
            (
                f"{one.unit} {one.post}",
                desk.words.t("rosters.nobody") if one.is_hole else ", ".join(one.on_duty),
                one.next_hole,
            )
            for one in found
        ]
        table = Table([desk.label(one) for one in ("post", "on_duty", "next_hole")], rows)
        return Answer({"total": len(found), "rosters": data}, table.lines())


def _page(desk: Desk, unit_code: str, name: str, asked_at: datetime | None) -> RosterPage:
    from docctl.domain.verdicts import NotFound
    from docctl.queries.rosters import roster_page

    page = unit_of(desk, unit_code)
    wanted = " ".join(name.split())
    post_id: UUID | None = next((one.id for one in page.posts if one.name == wanted), None)
    if post_id is None:
        raise NotFound("post")
    now = desk.house.clock().astimezone(desk.house.zone)
    at = asked_at.replace(tzinfo=desk.house.zone) if asked_at else now
    with desk.read() as session:
        return roster_page(session, post_id, at=at, today=now.date())
