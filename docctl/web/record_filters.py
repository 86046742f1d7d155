"""What the address of the register of records asks for, and how the page writes it again (S-1, S-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import request

from docctl.domain.form_definition import MOST_FIELDS, Definition
from docctl.queries.record_filter import UNTOLD
from docctl.queries.records import SORTS, STATES, Choice, RecordFilter
from docctl.queries.search_address import CHOICE
from docctl.queries.search_form_fields import choice_value
from docctl.queries.shared_keys import KEY_KINDS
from docctl.web.context import actor, words
from docctl.web.registers import chosen, flag, itself, number

MEDIA: Final = ("electronic", "paper")


def states() -> tuple[str, ...]:
    """Return what the person may narrow the register to: from outside nothing about disposal (O-7, X-3)."""
    return tuple(one for one in STATES if one not in UNTOLD) if actor().is_outside else STATES


def wanted_records() -> RecordFilter:
    """Return what the address asks for; what it cannot mean is left out."""
    given = request.args
    year = given.get("year", "")
    sort = given.get("sort", "")
    kind, _, value = given.get("key", "")[:250].partition(":")
    key = (kind, value.strip()) if kind in KEY_KINDS and value.strip() else None
    form_id = chosen(given.get("form"))
    return RecordFilter(
        text=given.get("text", "")[:200].strip(),
        form_id=form_id,
        unit_id=chosen(given.get("unit")),
        class_id=chosen(given.get("class")),
        filer_id=chosen(given.get("filer")),
        state=given.get("state", "") if given.get("state") in states() else "",
        medium=given.get("medium", "") if given.get("medium") in MEDIA else "",
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        late=flag(given.get("late")),
        key=key,
        choices=_choices(form_id, given.getlist("choice")),
        # A key is followed through time: from the first record of it on.
        sort=sort if sort in SORTS else ("occurred" if key else "filed"),
        descending=given.get("order", "asc" if sort or key else "desc") == "desc",
        page=number(given.get("page")),
    )


def _choices(form_id: UUID | None, given: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the choices of the form that is asked for, one for each field; those of another mean nothing."""
    found: dict[str, str] = {}
    for one in given:
        if (match := CHOICE.fullmatch(one)) and form_id is not None and match[1] == form_id.hex:
            found.setdefault(match[2], match[3])
    return tuple(sorted(found.items())[:MOST_FIELDS])


def _values(wanted: RecordFilter) -> list[str]:
    """Return the choices as the address has them."""
    if wanted.form_id is None:
        return []
    return [choice_value(wanted.form_id, *one) for one in wanted.choices]


def _kept(wanted: RecordFilter) -> dict[str, Any]:
    """Return what stands in the address of the register."""
    by_default = (wanted.sort, wanted.descending) == (("occurred", False) if wanted.key else ("filed", True))
    return {
        "text": wanted.text,
        "form": wanted.form_id,
        "unit": wanted.unit_id,
        "class": wanted.class_id,
        "filer": wanted.filer_id,
        "state": wanted.state,
        "medium": wanted.medium,
        "year": wanted.year,
        "late": "1" if wanted.late else "",
        "key": ":".join(wanted.key) if wanted.key else "",
        "choice": _values(wanted),
        "sort": "" if by_default else wanted.sort,
        "order": "" if by_default else ("desc" if wanted.descending else "asc"),
    }


def itself_as(wanted: RecordFilter) -> Any:
    """Return how the page writes the address of itself with something changed."""
    return itself("/records", _kept(wanted))


def narrowed(wanted: RecordFilter, choices: dict[str, tuple[Choice, ...]]) -> list[tuple[str, str]]:
    """Return the filters in use that are no state: their name in the address and their words."""
    ids = {"form": wanted.form_id, "unit": wanted.unit_id, "class": wanted.class_id, "filer": wanted.filer_id}
    found = [
        (name, next((one.words for one in choices[name] if one.id == chosen_id), ""))
        for name, chosen_id in ids.items()
        if chosen_id is not None
    ]
    if wanted.text:
        found.append(("text", wanted.text))
    if wanted.year is not None:
        found.append(("year", str(wanted.year)))
    if wanted.key is not None:
        found.append(("key", f"{words().t(f'fields.{wanted.key[0]}')} {wanted.key[1]}"))
    return found


@dataclass(frozen=True, slots=True)
class FieldOffered:
    """A field of the form that is asked for, with its choices as the address has them; `chosen` is one."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def fields_offered(wanted: RecordFilter, asked: Definition) -> list[FieldOffered]:
    """Return the fields of the form that is asked for, to narrow its records by (S-1)."""
    form_id = wanted.form_id
    if form_id is None:
        return []
    made = dict(zip(dict(wanted.choices), _values(wanted), strict=True))
    return [
        FieldOffered(
            one.key,
            one.name,
            tuple((choice_value(form_id, one.key, each.key), each.name) for each in one.options),
            made.get(one.key, ""),
        )
        for one in asked.fields
    ]


def answers_left(wanted: RecordFilter, asked: Definition) -> list[tuple[str, str]]:
    """Return each choice in use: its words, and the address without it."""
    here, found = itself_as(wanted), []
    values = _values(wanted)
    for (field, option), value in zip(wanted.choices, values, strict=True):
        of = asked.of_key(field)
        name = next((one.name for one in of.options if one.key == option), "") if of else ""
        label = f"{of.name} {name}" if of and name else words().t("search.hidden_choice")
        found.append((label, here(choice=[one for one in values if one != value])))
    return found
