"""What a record says in the fields of its form: by name, as it was on that revision (C-6, F-1, F-4).

A value is kept as people read it: the name of its choice, several in lines, in the order of the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from docctl.domain.form_definition import Definition, FormField
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Allowed, Refused, RuleRefused, Verdict

_BETWEEN: Final = re.compile(r"[、,，;；/|]+")

#: A field by its key, with the names of what was chosen.
Chosen = tuple[str, tuple[str, ...]]


def value_of(field: FormField, names: Iterable[str]) -> str:
    """Return the value as it is stored; raise RuleRefused where it breaks the field's rule (C-6).

    Names are compared as numbers are (N-10); an empty one chooses nothing.
    """
    found = set()
    for name in names:
        if not normal(name):
            continue
        if (option := field.option(name)) is None:
            params = {"field": field.fact, "name": field.name, "value": name.strip()[:60]}
            raise RuleRefused(Refused("C-6", "no_such_option", params))
        found.add(option.key)
    if len(found) > 1 and not field.takes_several:
        raise RuleRefused(Refused("C-6", "one_option_only", {"field": field.fact, "name": field.name}))
    return "\n".join(one.name for one in field.options if one.key in found)


def names_in(value: str) -> list[str]:
    """Return the names that stand in a stored value."""
    return value.split("\n") if value else []


def keys_in(field: FormField, value: str) -> list[str]:
    """Return the keys of the choices in a stored value; one that the field no longer offers has none."""
    found = (field.option(name) for name in names_in(value))
    return [one.key for one in found if one is not None]


def is_filled(field: FormField, value: str) -> Verdict:
    """Say whether a field has what it needs: a required one must not be left empty (F-4)."""
    if field.required and not value:
        return Refused("F-4", "choice_needed", {"field": field.fact, "name": field.name})
    return Allowed()


def values_in(definition: Definition, given: Sequence[Chosen], *, is_past: bool = False) -> Mapping[str, str]:
    """Return the value of every field as a record is filed, by registered fact; raise RuleRefused (C-6, F-4).

    `is_past`: on paper from before docctl a required field may have been left empty.
    """
    chosen: dict[str, list[str]] = {}
    for key, names in given:
        if definition.of_key(key) is None:
            raise RuleRefused(Refused("F-2", "no_such_field", {"name": key[:40]}))
        chosen.setdefault(key, []).extend(names)
    values: dict[str, str] = {}
    for field in definition.fields:
        values[field.fact] = value = value_of(field, chosen.get(field.key, ()))
        if not is_past and isinstance(verdict := is_filled(field, value), Refused):
            raise RuleRefused(verdict)
    return values


def typed_names(field: FormField, typed: str) -> tuple[str, ...]:
    """Return the names in a text that people typed: one choice, or several in lines or with signs between."""
    lines = [line.strip() for line in typed.split("\n") if line.strip()]
    if not field.takes_several:
        return tuple(lines)
    found = [[line] if field.option(line) is not None else _BETWEEN.split(line) for line in lines]
    return tuple(one.strip() for line in found for one in line if one.strip())


def typed_in(definition: Definition, pairs: Iterable[tuple[str, str]]) -> tuple[Chosen, ...]:
    """Return what was typed as name and value, by key; raise RuleRefused for a field that is none (F-2)."""
    found: list[Chosen] = []
    for name, value in pairs:
        field = definition.named(name) or definition.of_key(name.strip())
        if field is None:
            raise RuleRefused(Refused("F-2", "no_such_field", {"name": name.strip()[:40]}))
        found.append((field.key, typed_names(field, value)))
    return tuple(found)


def options_in(
    definitions: Sequence[Definition], pairs: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Return what was typed as name and value by keys of field and choice, to narrow records by (S-1).

    `definitions` are those of all revisions, the newest first: a name of any of them will do. Several values
    may stand with signs between. Raise RuleRefused for what none of them has (F-2, C-6).
    """
    found: list[tuple[str, str]] = []
    for name, value in pairs:
        named = [one for each in definitions if (one := each.named(name) or each.of_key(name.strip()))]
        if not named:
            raise RuleRefused(Refused("F-2", "no_such_field", {"name": name.strip()[:40]}))
        fields = [one for each in definitions if (one := each.of_key(named[0].key))]
        whole = any(one.option(value) for one in fields)
        for said in [value] if whole else _BETWEEN.split(value):
            options = [option for one in fields if (option := one.option(said))]
            if options:
                found.append((named[0].key, options[0].key))
            elif normal(said):
                params = {"field": named[0].fact, "name": named[0].name, "value": said.strip()[:60]}
                raise RuleRefused(Refused("C-6", "no_such_option", params))
    return tuple(found)
