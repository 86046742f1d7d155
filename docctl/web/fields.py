"""How a posted field becomes a value: text, numbers, days, instants, ids, staged files."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from dataclasses import MISSING, Field
from datetime import date, datetime, tzinfo
from enum import Enum
from types import NoneType
from typing import Any, Final, get_args, get_type_hints
from uuid import UUID

from werkzeug.datastructures import MultiDict

from docctl.domain.verdicts import Refused, RuleRefused

Problems = dict[str, Refused]

#: The type of a field that takes files: ids of staged uploads.
UploadField = tuple[UUID, ...]
#: The metadata of such a field where it takes several, or none.
SEVERAL: Final = {"several": True}

LONGEST: Final = 20_000
#: What a form carries besides what people type.
_HIDDEN: Final = frozenset({"request_id", "password"})
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_INSTANT: Final = re.compile(r"(.{8,14}?)[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


_TYPES: dict[type[Any], dict[str, Any]] = {}


def _types(shape: type[Any]) -> dict[str, Any]:
    if shape not in _TYPES:
        _TYPES[shape] = get_type_hints(shape)
    return _TYPES[shape]


def upload_names(shape: type[Any]) -> list[str]:
    """Return the fields that take files."""
    return [name for name, kind in _types(shape).items() if kind == UploadField]


def takes_several(shape: type[Any], name: str) -> bool:
    """Say whether a field takes several files beside each other, those kept from before included."""
    return any(one.name == name and one.metadata.get("several") for one in dataclasses.fields(shape))


def takes_files(shape: type[Any]) -> bool:
    """Say whether a form may bring files."""
    return bool(upload_names(shape))


def read_fields(
    shape: type[Any], values: MultiDict[str, str], *, zone: tzinfo
) -> tuple[dict[str, Any], Problems]:
    """Return the values of all fields that can be read, and why each other one cannot."""
    read: dict[str, Any] = {}
    problems: Problems = {}
    for one in dataclasses.fields(shape):
        try:
            read[one.name] = _read(one, _types(shape)[one.name], values, zone)
        except RuleRefused as error:
            place = "form" if one.name in {"row_version", "request_id"} else one.name
            problems[place] = error.refused
    return read, problems


def _read(one: Field[Any], kind: Any, values: MultiDict[str, str], zone: tzinfo) -> Any:
    if kind is bool:
        return values.get(one.name, "") not in {"", "0", "false", "off", "no"}
    if getattr(kind, "__origin__", None) is tuple:
        return _several(one, get_args(kind)[0], values, zone)
    options = [option for option in get_args(kind) if option is not NoneType]
    text = _text(one.name, values.get(one.name, ""))
    if not text:
        if one.name in _HIDDEN and one.default is MISSING:
            return ""
        if len(options) < len(get_args(kind)) and one.default is MISSING:
            return None
        return _absent(one)
    return _one(options[0] if options else kind, text, zone)


def _one(kind: Any, text: str, zone: tzinfo) -> Any:
    if issubclass(kind, Enum):
        try:
            return kind(text)
        except ValueError as error:
            raise RuleRefused(Refused("form", "no_choice")) from error
    return _READERS[kind](text, zone)


def _several(one: Field[Any], kind: Any, values: MultiDict[str, str], zone: tzinfo) -> tuple[Any, ...]:
    given = [*values.getlist(one.name), *(values.getlist(f"{one.name}_id") if kind is UUID else ())]
    if one.metadata.get("several"):  # what was kept stands before what came now
        given = [*values.getlist(f"{one.name}_id"), *values.getlist(one.name)]
    texts = dict.fromkeys(text for raw in given if (text := _text(one.name, raw)))
    if not texts:
        return tuple(_absent(one, "upload" if kind is UUID else "form"))
    return tuple(_one(kind, text, zone) for text in texts)


def _absent(one: Field[Any], rule: str = "form") -> Any:
    if one.default is not MISSING:
        return one.default
    if one.default_factory is not MISSING:
        return one.default_factory()
    raise RuleRefused(Refused(rule, "needed"))


def read_text(name: str, raw: str) -> str:
    """Return a posted text as it is stored; raise RuleRefused for one that is too long or unreadable."""
    return _text(name, raw)


def _text(name: str, raw: str) -> str:
    if len(raw) > LONGEST:
        raise RuleRefused(Refused("form", "too_long", {"longest": LONGEST}))
    if "password" in name:
        return raw
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _CONTROL.search(text):
        raise RuleRefused(Refused("form", "control_characters"))
    return text


def _as_text(text: str, _: tzinfo) -> str:
    return text


def _as_number(text: str, _: tzinfo) -> int:
    plain = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[+-]?\d{1,15}", plain, re.ASCII):
        raise RuleRefused(Refused("form", "no_number"))
    return int(plain)


def _as_day(text: str, _: tzinfo) -> date:
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        raise RuleRefused(Refused("form", "no_date"))
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_date")) from error
    if not 1000 <= day.year <= 9000:  # nearer the ends of the calendar a time zone leads out of it
        raise RuleRefused(Refused("form", "no_date"))
    return day


def _as_instant(text: str, zone: tzinfo) -> datetime:
    found = _INSTANT.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        raise RuleRefused(Refused("form", "no_time"))
    day = _as_day(found[1].strip(), zone)
    try:
        return datetime(
            day.year, day.month, day.day, int(found[2]), int(found[3]), int(found[4] or 0), tzinfo=zone
        )
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_time")) from error


def _as_id(text: str, _: tzinfo) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_choice")) from error


_READERS: Final[dict[Any, Callable[[str, tzinfo], Any]]] = {
    str: _as_text,
    int: _as_number,
    date: _as_day,
    datetime: _as_instant,
    UUID: _as_id,
}
