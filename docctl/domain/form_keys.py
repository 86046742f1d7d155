"""Which keys the fields of a form and their choices get: those they had, else the next ones (F-2).

No key of any revision of the form is given to another thing. What has no key said with it is known by its
name: a choice that was left out and comes back is the same choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard, TypeVar

from docctl.domain.form_definition import Definition, FieldType, FormField, Option, numbers_of, tidy_name
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Refused, RuleRefused

_KEY: Final = re.compile(r"[fo][1-9][0-9]{0,5}")
_FIELD: Final = frozenset({"key", "name", "type", "required", "options"})

#: The most that is read at all; how many may stand is a rule of its own.
_MOST_READ: Final = 500


@dataclass(frozen=True, slots=True)
class WantedOption:
    """A choice as somebody wants it; `key` where it is one that was there."""

    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field as somebody wants it; `key` where it is one that was there."""

    name: str
    options: tuple[WantedOption, ...]
    several: bool = False
    required: bool = False
    key: str = ""


W = TypeVar("W", WantedField, WantedOption)


def keyed(wanted: Sequence[WantedField], known: Sequence[Definition]) -> Definition:
    """Return the definition that is wanted, with its keys; raise RuleRefused for a key that is none (F-2).

    `known` are the definitions of all revisions of the form, the draft's own first, then the newest.
    """
    fields = [one for each in known for one in each.fields]
    keys = _keys(wanted, fields, "f")
    return Definition(
        tuple(
            FormField(
                key,
                tidy_name(one.name),
                FieldType.CHOICES if one.several else FieldType.CHOICE,
                _options(one, [each for each in fields if each.key == key]),
                one.required,
            )
            for key, one in zip(keys, wanted, strict=True)
        )
    )


def _options(wanted: WantedField, known: Iterable[FormField]) -> tuple[Option, ...]:
    keys = _keys(wanted.options, [one for each in known for one in each.options], "o")
    return tuple(Option(key, tidy_name(one.name)) for key, one in zip(keys, wanted.options, strict=True))


def _keys(wanted: Sequence[W], known: Sequence[FormField] | Sequence[Option], letter: str) -> list[str]:
    there = {one.key for one in known}
    taken = [one.key for one in wanted if one.key]
    for key in taken:
        if key not in there:
            raise RuleRefused(Refused("F-2", "no_such_key", {"key": key[:20]}))
        if taken.count(key) > 1:
            raise RuleRefused(Refused("F-2", "key_twice", {"key": key[:20]}))
    used = set(taken)
    by_name: dict[str, list[str]] = {}
    for each in known:
        by_name.setdefault(normal(each.name), []).append(each.key)
    newest = max(numbers_of(sorted(there)), default=0)
    found: list[str] = []
    for one in wanted:
        key = one.key or next((old for old in by_name.get(normal(one.name), ()) if old not in used), "")
        if not key:
            newest += 1
            key = f"{letter}{newest}"
        used.add(key)
        found.append(key)
    return found


def wanted_in(data: object) -> tuple[WantedField, ...]:
    """Return the fields that a JSON text wants; raise RuleRefused with what of it is none (F-2).

    A choice is its name, or its name with its key.
    """
    fields = data.get("fields") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or set(data) != {"fields"} or not _is_list(fields):
        raise _unreadable("fields")
    return tuple(_field(one, f"fields[{place}]") for place, one in enumerate(fields))


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and len(value) <= _MOST_READ


def _field(data: Any, where: str) -> WantedField:
    if not isinstance(data, Mapping) or not set(data) <= _FIELD:
        raise _unreadable(where)
    options, kind, required = data.get("options"), data.get("type", "choice"), data.get("required", False)
    if kind not in set(FieldType):
        raise _unreadable(f"{where}.type")
    if not isinstance(required, bool):
        raise _unreadable(f"{where}.required")
    if not _is_list(options):
        raise _unreadable(f"{where}.options")
    return WantedField(
        name=_text(data.get("name"), f"{where}.name"),
        options=tuple(_option(one, f"{where}.options[{place}]") for place, one in enumerate(options)),
        several=kind == FieldType.CHOICES,
        required=required,
        key=_key(data.get("key", ""), f"{where}.key"),
    )


def _option(data: Any, where: str) -> WantedOption:
    if isinstance(data, str):
        return WantedOption(_text(data, where))
    if not isinstance(data, Mapping) or not set(data) <= {"key", "name"}:
        raise _unreadable(where)
    return WantedOption(_text(data.get("name"), f"{where}.name"), _key(data.get("key", ""), f"{where}.key"))


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > _MOST_READ:
        raise _unreadable(where)
    return value


def _key(value: Any, where: str) -> str:
    if not isinstance(value, str) or not (value == "" or _KEY.fullmatch(value)):
        raise _unreadable(where)
    return value


def _unreadable(where: str) -> RuleRefused:
    return RuleRefused(Refused("F-2", "definition_unreadable", {"where": where}))
