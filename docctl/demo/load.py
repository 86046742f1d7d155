"""Reads the sample company from its data folder, and decides who accepts a record and when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from docctl.demo.acts import Act, Deed, Rule
from docctl.demo.company import Company, Person, Unit
from docctl.demo.content import (
    NOT_ACCEPTED,
    Content,
    Disposal,
    Do,
    Event,
    Form,
    FormRevision,
    Procedure,
    ProcedureRevision,
    RecordSpec,
    Sheet,
    StrikeThrough,
    Wish,
)
from docctl.demo.lives import events_of

Table = dict[str, Any]

#: What every deed may say; the rest is for its use case.
_OF_A_DEED = frozenset({"at", "by", "do", "document", "revision", "ago"})


def folder() -> Path:
    """Return where the data stands: inside the package once built, beside it in the source tree."""
    package = Path(__file__).resolve().parent.parent
    built = package / "_templates"
    return (built if built.is_dir() else package.parent / "templates") / "packs" / "demo"


def load(where: Path | None = None) -> Content:
    """Read the whole sample company; a word that the data does not know raises."""
    where = where or folder()
    top = _toml(where / "company.toml")
    company = _company(top["company"])
    documents = [_toml(one) for one in sorted(where.glob("documents*.toml"))]
    procedures = tuple(_procedure(one, where) for each in documents for one in each["procedure"])
    forms = tuple(_form(one) for each in documents for one in each["form"])
    outside = tuple(_procedure(one, where) for one in _toml(where / "outside.toml")["outside"])
    script = _toml(where / "script.toml")
    zone = company.zone
    owned: list[Procedure | Form] = [*procedures, *outside, *forms]
    authors = {one.number: one.author for one in owned}
    lives = _toml(where / "lives.toml")["life"]
    events = [*(_event(one, zone) for one in script["event"]), *events_of(lives, authors, zone)]
    return Content(
        company=company,
        units=tuple(Unit(**_tuples(one)) for one in top["unit"]),
        people=tuple(_person(one) for one in top["person"]),
        procedures=tuple(sorted(procedures, key=lambda one: one.number)),
        forms=tuple(sorted(forms, key=lambda one: one.number)),
        records=_records(where, zone, events),
        events=tuple(sorted(events, key=lambda one: one.at)),
        disposals=tuple(
            Disposal(**{name: _act(value, zone) for name, value in one.items()}) for one in script["disposal"]
        ),
        rules=tuple(_rule(one, zone) for one in _toml(where / "rules.toml")["rule"]),
        outside=outside,
        deeds=tuple(
            _deed(one, zone) for path in sorted(where.glob("work*.toml")) for one in _toml(path)["deed"]
        ),
    )


def _toml(path: Path) -> Table:
    return tomllib.loads(path.read_text("utf-8"))


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    if isinstance(value, dict):
        return {name: _tuples(one) for name, one in value.items()}
    return value


def _company(table: Table) -> Company:
    return Company(
        code=table["code"],
        name=table["name"],
        name_en=table["name_en"],
        zone=ZoneInfo(table["time_zone"]),
        begins=table["begins"],
        told_until=table["told_until"],
    )


def _person(table: Table) -> Person:
    roles = []
    for one in table.pop("roles"):
        role, _, unit = one.partition("@")
        roles.append((role, unit))
    return Person(**table, roles=tuple(roles))


def _renamed(table: Table) -> Table:
    # "class" is what people write; Python needs another word.
    return {"retention_class" if key == "class" else key: value for key, value in table.items()}


def _procedure(table: Table, where: Path) -> Procedure:
    revisions = []
    for one in table.pop("revision"):
        path = where / "procedures" / text_name(table["number"], one["label"])
        text = one.pop("text", "").strip("\n") or path.read_text("utf-8")
        revisions.append(ProcedureRevision(**_tuples(one), text=text))
    return Procedure(**_renamed(table), revisions=tuple(revisions))


def text_name(number: str, label: str) -> str:
    """Return under which name the text of a revision stands."""
    return f"{number}_{label.replace('/', '-')}.txt"


def _form(table: Table) -> Form:
    revisions = tuple(FormRevision(**_tuples(one)) for one in table.pop("revision"))
    return Form(**_renamed(_tuples(table)), revisions=revisions)


def _event(table: Table, zone: ZoneInfo) -> Event:
    return Event(**_in_zone(table, zone) | {"do": Do(table["do"]), "items": tuple(table.get("items", ()))})


def _deed(table: Table, zone: ZoneInfo) -> Deed:
    own = {name: table.pop(name) for name in list(table) if name in _OF_A_DEED}
    return Deed(**_in_zone(own, zone), more=table)


def _in_zone(table: Table, zone: ZoneInfo) -> Table:
    return {
        name: value.replace(tzinfo=zone) if isinstance(value, datetime) else value
        for name, value in table.items()
    }


def _rule(table: Table, zone: ZoneInfo) -> Rule:
    acts = {name: _act(table[name], zone) for name in ("proposed", "approved") if name in table}
    return Rule(**table | acts)


def _act(value: Any, zone: ZoneInfo) -> Any:
    return Act(**_in_zone(value, zone)) if isinstance(value, dict) else value


def _records(where: Path, zone: ZoneInfo, events: Iterable[Event]) -> tuple[RecordSpec, ...]:
    issued = sorted(
        (one.effective, one.document, one.revision)
        for one in events
        if one.do is Do.ISSUE and one.effective is not None
    )
    found = []
    for path in (where / "records").glob("*.toml"):
        for table in _toml(path)["record"]:
            day = table["filed"].date()
            # The revision in force on the day of filing is the last one that took effect (F-1).
            label = [name for on, number, name in issued if number == path.stem and on <= day][-1]
            found.append(_record(table, path.stem, label, zone))
    return tuple(sorted(found, key=lambda one: (one.filed, one.key)))


def _record(table: Table, form: str, label: str, zone: ZoneInfo) -> RecordSpec:
    table = _in_zone(_tuples(table), zone)
    for name, cls in (("correction", StrikeThrough), ("sheet", Sheet)):
        if name in table:
            table[name] = cls(**_in_zone(table[name], zone))
    for name in ("hold", "void"):
        if name in table:
            said = _in_zone(table[name], zone)
            table[name] = Act(said["at"], said["by"], said["reason"])
    table["wish"] = Wish(table["wish"])
    table["text"] = table.get("text", "").strip("\n")
    if table["wish"] not in NOT_ACCEPTED:
        table["accepted"] = _acceptance(table)
    return RecordSpec(form=form, label=label, **table)


def _acceptance(table: Table) -> Act:
    # The quality department keeps its own records, but nobody accepts what they filed.
    by = "ouyangxue" if table["unit"] == "QA" and table["filer"] != "ouyangxue" else "zhouming"
    filed: datetime = table["filed"]
    return Act(datetime.combine(_working_day_after(filed.date()), time(16), filed.tzinfo), by)


def _working_day_after(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
