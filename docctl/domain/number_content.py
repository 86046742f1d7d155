"""Decides what the number rules of a company may say, how they are typed, their one form (N-1, N-2, N-7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from docctl.domain.number_ambiguity import meeting
from docctl.domain.number_patterns import ANNEX, INSTRUCTION, PATTERNS, PROVISIONAL
from docctl.domain.number_rules import FROM_PARENT, rules_of
from docctl.domain.number_schemes import Literal, Scheme, Value, scheme_from_json, scheme_to_json
from docctl.domain.number_text import read_pattern, tidied, write_pattern
from docctl.domain.numbering import check_scheme, fits
from docctl.domain.verdicts import Refused, RuleRefused, require

#: So many schemes and types of documents, so long a name.
MOST_SCHEMES: Final = 60
MOST_TYPES: Final = 200
LONGEST_NAME: Final = 60
LONGEST_VALUE: Final = 20

#: The word before the scheme of forms in annexes, in the line of a type (N-12).
ANNEXES: Final = "annexes"

#: What the item itself gives to its number; anything else is fixed by the type or asked for.
FROM_RECORD: Final = frozenset(
    {"company", "department", "form", "parent", "chapter", "procedure", "year", "month"}
)

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCHEME_LINE: Final = re.compile(r"(?P<code>[^\s=\uff1d]+)(?P<name>[^=\uff1d]*)[=\uff1d]\s*(?P<pattern>\S.*)")
_TYPE_LINE: Final = re.compile(
    r"(?P<code>[^\s=\uff1d]+)\s*[=\uff1d]\s*(?P<documents>[a-z][a-z0-9_]*)(?:\s*/\s*(?P<records>[a-z][a-z0-9_]*))?"
    r"(?P<values>(?:[\s,、]+[a-z][a-z0-9_]*=[^\s,、=]+)*)\s*"
)
_SHIPPED_TYPES: Final = {
    "procedure": ("procedure", ""),
    "instruction": ("instruction", ""),
    "form": ("chapter_form", "record"),
}


def shipped_numbers() -> dict[str, Any]:
    """Return the schemes that a company starts with, and which types use them (N-2)."""
    schemes = {**PATTERNS, INSTRUCTION.code: INSTRUCTION}
    types = {
        code: {"documents": documents, "records": records, "values": {}}
        for code, (documents, records) in _SHIPPED_TYPES.items()
    }
    return check_numbers(
        {"schemes": [{"name": "", **scheme_to_json(one)} for one in schemes.values()], "types": types}
    )


def check_numbers(data: object) -> dict[str, Any]:
    """Return the canonical rules, or raise RuleRefused with the field and the scheme concerned (N-2).

    No scheme can make one number twice, and no two schemes can make the same number (N-1).
    """
    if not isinstance(data, Mapping) or set(data) != {"schemes", "types"}:
        raise _unfit("schemes")
    given = data["schemes"]
    if not isinstance(given, list | tuple) or len(given) > MOST_SCHEMES:
        raise _in("schemes", Refused("N-2", "too_many_schemes", {"most": MOST_SCHEMES}))
    found: dict[str, dict[str, Any]] = {}
    for one in given:
        scheme = _checked(one)
        if scheme["code"] in found:
            raise _in("schemes", Refused("N-2", "scheme_twice", {"scheme": scheme["code"]}))
        found[scheme["code"]] = scheme
    if PROVISIONAL.code in found:
        raise _in("schemes", Refused("N-2", "scheme_twice", {"scheme": PROVISIONAL.code}))
    types = _checked_types(data["types"], found)
    schemes = [_scheme(one) for one in found.values()]
    # A type whose documents have forms in annexes and which names no scheme for them uses the shipped one.
    is_implied = any(not one.get(ANNEXES) and not one["records"] for one in types.values())
    _check_apart([*schemes, ANNEX] if is_implied and ANNEX.code not in found else schemes)
    content = {"schemes": [found[code] for code in sorted(found)], "types": types}
    _check_types(content)
    return content


def read_numbers(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content that was typed: a scheme and a type in each line (N-2)."""
    schemes = []
    for line in _lines(typed.get("schemes", "")):
        match = _SCHEME_LINE.fullmatch(line)
        if match is None:
            raise _in("schemes", Refused("N-2", "line_unreadable", {"line": line[:60]}))
        try:
            parts = read_pattern(match["pattern"])
        except RuleRefused as error:
            raise _with_field(error, "schemes", match["code"]) from error
        schemes.append(
            {"name": " ".join(match["name"].split()), **scheme_to_json(Scheme(match["code"], parts))}
        )
    types: dict[str, Any] = {}
    for line in _lines(typed.get("types", "")):
        match = _TYPE_LINE.fullmatch(line)
        if match is None:
            raise _in("types", Refused("N-2", "type_line_unreadable", {"line": line[:60]}))
        if match["code"] in types:
            raise _in("types", Refused("N-2", "type_twice", {"type": match["code"]}))
        pairs = (one.split("=", 1) for one in re.split(r"[\s,、]+", match["values"]) if one)
        values = {name: value for name, value in pairs}  # noqa: C416  # pairs are lists
        annexes = values.pop(ANNEXES, "")
        types[match["code"]] = {
            "documents": match["documents"],
            "records": match["records"] or "",
            "values": values,
            **({ANNEXES: annexes} if annexes else {}),
        }
    return check_numbers({"schemes": schemes, "types": types})


def write_numbers(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {name: "\n".join(lines.values()) for name, lines in lines_of_numbers(content).items()}


def lines_of_numbers(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return schemes and types line by line, for comparing two contents."""
    schemes = {
        one[
            "code"
        ]: f"{' '.join(filter(None, (one['code'], one['name'])))} = {write_pattern(_scheme(one).parts)}"
        for one in content["schemes"]
    }
    types = {}
    for code, one in content["types"].items():
        records = f" / {one['records']}" if one["records"] else ""
        fixed = "".join(f" {name}={value}" for name, value in one["values"].items())
        annexes = f" {ANNEXES}={one[ANNEXES]}" if one.get(ANNEXES) else ""
        types[code] = f"{code} = {one['documents']}{records}{annexes}{fixed}"
    return {"schemes": schemes, "types": types}


def _checked(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping) or not {"code", "parts"} <= set(data) <= {"code", "name", "parts"}:
        raise _unfit("schemes")
    code, name = data["code"], data.get("name", "")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise _in("schemes", Refused("N-2", "code_unfit", {"code": str(code)[:40]}))
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable() or "=" in name:
        raise _in("schemes", Refused("N-2", "name_unfit", {"scheme": code, "longest": LONGEST_NAME}))
    try:
        read = scheme_from_json({"code": code, "parts": data["parts"]})
        scheme = Scheme(code, tidied(read.parts))
        require(check_scheme(scheme))
        # What is typed in one line can neither begin nor end with a blank, nor print a brace.
        texts = [part.text for part in scheme.parts if isinstance(part, Literal)]
        whole = write_pattern(scheme.parts)
        if any(set("{}") & set(text) for text in texts) or whole != whole.strip():
            raise RuleRefused(Refused("N-2", "literal_unfit", {"scheme": code}))
    except RuleRefused as error:
        raise _with_field(error, "schemes", code) from error
    return {"code": code, "name": " ".join(name.split()), "parts": scheme_to_json(scheme)["parts"]}


def _check_apart(schemes: list[Scheme]) -> None:
    for one, other in combinations([*schemes, PROVISIONAL], 2):
        if number := meeting(one, other):
            raise _in(
                "schemes",
                Refused("N-2", "schemes_meet", {"scheme": one.code, "other": other.code, "number": number}),
            )


def _checked_types(data: object, schemes: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(data, Mapping) or len(data) > MOST_TYPES:
        raise _unfit("types")
    found = {}
    for code in sorted(map(str, data)):
        one = data.get(code)
        if not isinstance(one, Mapping) or not {"documents"} <= set(one) <= {
            "documents",
            "records",
            "values",
            ANNEXES,
        }:
            raise _unfit("types")
        if not _CODE.fullmatch(code):
            raise _in("types", Refused("N-2", "code_unfit", {"code": code[:40]}))
        records, values, annexes = one.get("records", ""), one.get("values", {}), one.get(ANNEXES, "")
        for scheme in filter(None, (one["documents"], records, annexes)):
            if scheme not in schemes and (scheme, annexes) != (ANNEX.code, ANNEX.code):
                raise _in(
                    "types", Refused("N-2", "no_such_scheme", {"type": code, "scheme": str(scheme)[:40]})
                )
        if not one["documents"] or not isinstance(values, Mapping):
            raise _unfit("types")
        found[code] = {
            "documents": one["documents"],
            "records": records,
            "values": {str(name): str(values[name])[: LONGEST_VALUE + 1] for name in sorted(values)},
            # Said only where it is so: contents from before it was known stay what they were.
            **({ANNEXES: annexes} if annexes else {}),
        }
    return found


def _check_types(content: Mapping[str, Any]) -> None:
    rules = rules_of(content)
    for code, one in rules.types.items():
        both = [rules.schemes[name] for name in (one.documents, one.records, one.annexes) if name]
        for name, value in one.values.items():
            parts = [p for scheme in both for p in scheme.parts if isinstance(p, Value) and p.name == name]
            if not parts or not all(fits(part, value) for part in parts):
                raise _in(
                    "types", Refused("N-2", "fixed_value_unfit", {"type": code, "name": name, "value": value})
                )
        if one.records:
            _check_records(code, rules.schemes[one.records], set(one.values))
        if one.annexes and not FROM_PARENT & set(rules.schemes[one.annexes].needs):
            raise RuleRefused(
                Refused(
                    "N-12", "annex_without_parent", {"field": "types", "type": code, "scheme": one.annexes}
                )
            )


def _check_records(kind: str, scheme: Scheme, fixed: set[str]) -> None:
    if scheme.following:
        raise RuleRefused(
            Refused("N-7", "record_follows", {"field": "types", "type": kind, "scheme": scheme.code})
        )
    for name in scheme.needs:
        if name not in FROM_RECORD | fixed:
            raise _in(
                "types",
                Refused("N-2", "record_value_unknown", {"type": kind, "scheme": scheme.code, "name": name}),
            )


def _scheme(data: Mapping[str, Any]) -> Scheme:
    return scheme_from_json({"code": data["code"], "parts": data["parts"]})


def _lines(text: str) -> Iterator[str]:
    return filter(None, (line.strip() for line in text.splitlines()))


def _with_field(error: RuleRefused, field: str, scheme: str) -> RuleRefused:
    refused = error.refused
    return RuleRefused(
        Refused(refused.rule, refused.code, {"scheme": scheme, **refused.params, "field": field})
    )


def _unfit(field: str) -> RuleRefused:
    return _in(field, Refused("N-2", "content_unfit"))


def _in(field: str, refused: Refused) -> RuleRefused:
    return RuleRefused(Refused(refused.rule, refused.code, {**refused.params, "field": field}))
