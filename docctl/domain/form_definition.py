"""What a form asks of its records: its fields, their choices, and what they may look like (F-2, N-10).

A definition belongs to a revision and is signed with it (V-2, V-13). The key of a field, and of a choice
within it, is given once and for ever: it outlives other names in later revisions, so that what records say
can be counted over all of them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from docctl.domain.canonical import canonical
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Allowed, Refused, Verdict

MOST_FIELDS: Final = 30
FEWEST_OPTIONS: Final = 2
MOST_OPTIONS: Final = 50
LONGEST_NAME: Final = 40
LONGEST_OPTION: Final = 60

#: The registered fact of a record in which the value of a field stands begins so.
FACT: Final = "choice:"


class FieldType(StrEnum):
    """What a field takes: one of its choices, or any number of them."""

    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a field."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form."""

    key: str
    name: str
    type: FieldType
    options: tuple[Option, ...]
    required: bool = False

    @property
    def fact(self) -> str:
        """The registered fact of a record that has its value."""
        return f"{FACT}{self.key}"

    @property
    def takes_several(self) -> bool:
        """Say whether more than one of its choices may stand at once."""
        return self.type is FieldType.CHOICES

    def option(self, name: str) -> Option | None:
        """Return the choice of this name, however it is written (N-10)."""
        wanted = normal(name)
        return next((one for one in self.options if normal(one.name) == wanted), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """All fields of a form, in their order; none where it asks nothing."""

    fields: tuple[FormField, ...] = ()

    def of_key(self, key: str) -> FormField | None:
        """Return the field with this key."""
        return next((one for one in self.fields if one.key == key), None)

    def of_fact(self, fact: str) -> FormField | None:
        """Return the field whose value stands in a registered fact."""
        return self.of_key(fact.removeprefix(FACT)) if fact.startswith(FACT) else None

    def named(self, name: str) -> FormField | None:
        """Return the field of this name, however it is written (N-10)."""
        wanted = normal(name)
        return next((one for one in self.fields if normal(one.name) == wanted), None)

    def data(self) -> dict[str, Any]:
        """Return it as the manifest has it (V-13)."""
        return {
            "fields": [
                {
                    "key": one.key,
                    "name": one.name,
                    "type": one.type.value,
                    "required": one.required,
                    "options": [{"key": each.key, "name": each.name} for each in one.options],
                }
                for one in self.fields
            ]
        }

    def text(self) -> str:
        """Return it as it is stored."""
        return canonical(self.data())


#: What a form asks that asks nothing.
NOTHING: Final = Definition()


def definition_in(text: str | None) -> Definition:
    """Return the definition that was stored."""
    return definition_of(json.loads(text)) if text else NOTHING


def definition_of(data: Mapping[str, Any] | None) -> Definition:
    """Return the definition of a manifest, which was checked before it was signed."""
    return Definition(
        tuple(
            FormField(
                one["key"],
                one["name"],
                FieldType(one["type"]),
                tuple(Option(each["key"], each["name"]) for each in one["options"]),
                bool(one["required"]),
            )
            for one in (data or {}).get("fields", ())
        )
    )


def merged(definitions: Iterable[Definition]) -> Definition:
    """Return every field and choice that any of these has, each with the name it has in the first (F-2).

    With the newest first these are all that records of the form may say, as people call it now.
    """
    found: dict[str, FormField] = {}
    options: dict[str, dict[str, Option]] = {}
    for one in (field for definition in definitions for field in definition.fields):
        found.setdefault(one.key, one)
        offered = options.setdefault(one.key, {})
        for each in one.options:
            offered.setdefault(each.key, each)
    return Definition(tuple(replace(one, options=(*options[key].values(),)) for key, one in found.items()))


def tidy_name(text: str) -> str:
    """Return a name as it is stored: in one line, without signs that nobody sees."""
    shown = unicodedata.normalize("NFC", text)
    kept = (" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in shown)
    return " ".join("".join(sign for sign in kept if unicodedata.category(sign) not in {"Cf", "Cs"}).split())


def may_define(definition: Definition) -> Verdict:
    """Say whether a form may ask for these fields: how many, how they are named, what they offer (F-2)."""
    if len(definition.fields) > MOST_FIELDS:
        return Refused("F-2", "too_many_fields", {"count": len(definition.fields), "most": MOST_FIELDS})
    seen: set[str] = set()
    for place, one in enumerate(definition.fields, start=1):
        if not normal(one.name):
            return Refused("F-2", "name_needed", {"place": place})
        if len(one.name) > LONGEST_NAME:
            return Refused("F-2", "name_too_long", {"name": one.name[:80], "longest": LONGEST_NAME})
        if normal(one.name) in seen:
            return Refused("F-2", "name_twice", {"name": one.name})
        seen.add(normal(one.name))
        if not (verdict := _may_offer(one)):
            return verdict
    return Allowed()


def _may_offer(field: FormField) -> Verdict:
    seen: set[str] = set()
    for place, one in enumerate(field.options, start=1):
        if not normal(one.name):
            return Refused("F-2", "option_needed", {"name": field.name, "place": place})
        if len(one.name) > LONGEST_OPTION:
            long = one.name[:80]
            return Refused(
                "F-2", "option_too_long", {"name": field.name, "option": long, "longest": LONGEST_OPTION}
            )
        if normal(one.name) in seen:
            return Refused("F-2", "option_twice", {"name": field.name, "option": one.name})
        seen.add(normal(one.name))
    if len(field.options) < FEWEST_OPTIONS:
        return Refused("F-2", "too_few_options", {"name": field.name, "fewest": FEWEST_OPTIONS})
    if len(field.options) > MOST_OPTIONS:
        return Refused("F-2", "too_many_options", {"name": field.name, "most": MOST_OPTIONS})
    return Allowed()


def place_of(refused: Refused, definition: Definition) -> int | None:
    """Return at which field, from 1, a refusal of `may_define` is about; None for none alone."""
    if "name" not in refused.params:
        place = refused.params.get("place")
        return place if isinstance(place, int) else None
    name = str(refused.params["name"])
    places = [n for n, one in enumerate(definition.fields, start=1) if one.name[:80] == name]
    return places[-1] if places else None


def shown(definition: Definition) -> str:
    """Return the fields in lines, in no language: ○ for one choice, □ for several, ＊ where one must be."""
    return "\n".join(map(shown_field, definition.fields))


def shown_field(field: FormField) -> str:
    """Return a field in one line; see `shown`."""
    box = "□" if field.takes_several else "○"
    return f"{field.name}{'＊' if field.required else ''}：" + "　".join(
        f"{box} {one.name}" for one in field.options
    )


def numbers_of(keys: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of keys."""
    return (int(one[1:]) for one in keys if one[1:].isascii() and one[1:].isdigit())
