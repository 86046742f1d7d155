"""Decides what the label rules of a company may say, how they are typed, and their one form (V-1).

`A/0` is typed as `{issue:A}/{amendment:0}` or `{版:A}/{修订:0}`. In braces stand the first issue (版本号),
with the letters that are not used, and the first amendment (修订状态); around them stands what is printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from docctl.domain.labels import (
    LABEL_SCHEMES,
    PLACEHOLDERS,
    Label,
    LabelScheme,
    first,
    next_amendment,
    next_issue,
    read,
    show,
)
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Refused, RuleRefused

MOST_SCHEMES: Final = 40
MOST_TYPES: Final = 200
LONGEST_NAME: Final = 60
#: Amendments after which a reissue is suggested; more are never counted to.
MOST_AMENDMENTS: Final = 99
#: So many issues and amendments of each are written and read again before a scheme is taken.
_ISSUES, _AMENDMENTS = 40, 12
#: A label stands in headers and in narrow columns.
_LONGEST_TEXT: Final = 8

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCHEME_LINE: Final = re.compile(r"(?P<code>[^\s=\uff1d]+)(?P<name>[^=\uff1d]*)[=\uff1d]\s*(?P<pattern>\S.*)")
_PATTERN: Final = re.compile(
    r"(?P<prefix>[^{}]*)\{(?:issue|版本号?|版)\s*[:\uff1a]\s*(?P<issue>[A-Za-z]|\d{1,2})(?:\s+(?:skip|不用)\s+(?P<skip>[A-Za-z]+))?\s*\}"
    r"(?:(?P<joiner>[^{}]*)\{(?:amendment|修订(?:状态)?)\s*[:\uff1a]\s*(?P<amendment>\d)\s*\})?(?P<suffix>[^{}]*)"
)
_TYPE_LINE: Final = re.compile(
    r"(?P<code>[^\s=\uff1d]+)\s*[=\uff1d]\s*(?P<scheme>[a-z][a-z0-9_]*)(?:\s+(?P<after>\d{1,3}))?"
)
_CHINESE: Final = {"issue": "版", "amendment": "修订", "skip": "不用"}

_SHIPPED_TYPES: Final = ("procedure", "instruction", "form")


@dataclass(frozen=True, slots=True)
class TypeLabels:
    """How revisions of a type are labelled; a reissue is suggested after so many amendments, 0 never."""

    scheme: LabelScheme
    reissue_after: int


@dataclass(frozen=True, slots=True)
class LabelRules:
    """How revisions of each type of documents are labelled, by code."""

    types: Mapping[str, TypeLabels]

    def of(self, kind: str) -> TypeLabels:
        """Return how a type's revisions are labelled; raise RuleRefused where the rules say nothing (V-1)."""
        found = self.types.get(kind)
        if found is None:
            raise RuleRefused(Refused("V-1", "type_without_scheme", {"type": kind}))
        return found


@lru_cache(maxsize=8)
def labels_in(content: str) -> LabelRules:
    """Return the rules in a canonical content, as it is stored."""
    data = json.loads(content)
    schemes = {one["code"]: scheme_in(one) for one in data["schemes"]}
    return LabelRules(
        {
            code: TypeLabels(schemes[one["scheme"]], one["reissue_after"])
            for code, one in data["types"].items()
        }
    )


def scheme_in(data: Mapping[str, Any]) -> LabelScheme:
    """Return a scheme of a canonical content."""
    return LabelScheme(**{name: value for name, value in data.items() if name != "name"})


def scheme_data(scheme: LabelScheme, name: str = "") -> dict[str, Any]:
    """Return a scheme as it stands in a content."""
    return {
        "code": scheme.code,
        "name": name,
        "first_issue": scheme.first_issue,
        "first_amendment": scheme.first_amendment,
        "joiner": scheme.joiner,
        "prefix": scheme.prefix,
        "suffix": scheme.suffix,
        "skip": scheme.skip,
    }


def shipped_labels() -> dict[str, Any]:
    """Return the labels that a company starts with: A/0, a reissue suggested after five amendments (V-1)."""
    types = {code: {"scheme": "letter_slash", "reissue_after": 5} for code in _SHIPPED_TYPES}
    return check_labels({"schemes": list(map(scheme_data, LABEL_SCHEMES.values())), "types": types})


def check_labels(data: object) -> dict[str, Any]:
    """Return the canonical rules, or raise RuleRefused with the field and the scheme concerned (V-1)."""
    if not isinstance(data, Mapping) or set(data) != {"schemes", "types"}:
        raise _in("schemes", Refused("V-1", "labels_unfit"))
    given, types = data["schemes"], data["types"]
    if not isinstance(given, list | tuple) or len(given) > MOST_SCHEMES:
        raise _in("schemes", Refused("V-1", "too_many_label_schemes", {"most": MOST_SCHEMES}))
    found: dict[str, dict[str, Any]] = {}
    for one in given:
        scheme = _checked(one)
        if scheme["code"] in found:
            raise _in("schemes", Refused("V-1", "label_scheme_twice", {"scheme": scheme["code"]}))
        found[scheme["code"]] = scheme
    if not isinstance(types, Mapping) or len(types) > MOST_TYPES:
        raise _in("types", Refused("V-1", "labels_unfit"))
    return {
        "schemes": [found[code] for code in sorted(found)],
        "types": {code: _checked_type(code, types[code], found) for code in sorted(types)},
    }


def read_labels(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content that was typed: a scheme and a type in each line (V-1)."""
    schemes = []
    for line in _lines(typed.get("schemes", "")):
        match = _SCHEME_LINE.fullmatch(line)
        parts = _PATTERN.fullmatch(match["pattern"].strip()) if match else None
        if match is None or parts is None:
            raise _in("schemes", Refused("V-1", "label_line_unreadable", {"line": line[:60]}))
        has_amendments = parts["amendment"] is not None
        scheme = LabelScheme(
            match["code"],
            first_issue=parts["issue"].upper(),
            first_amendment=int(parts["amendment"]) if has_amendments else 0,
            joiner=parts["joiner"] if has_amendments else None,
            prefix=parts["prefix"].strip(),
            suffix=parts["suffix"].strip(),
            skip=(parts["skip"] or "").upper(),
        )
        schemes.append(scheme_data(scheme, " ".join(match["name"].split())))
    types: dict[str, Any] = {}
    for line in _lines(typed.get("types", "")):
        match = _TYPE_LINE.fullmatch(line)
        if match is None:
            raise _in("types", Refused("V-1", "label_type_unreadable", {"line": line[:60]}))
        if match["code"] in types:
            raise _in("types", Refused("V-1", "label_type_twice", {"type": match["code"]}))
        types[match["code"]] = {"scheme": match["scheme"], "reissue_after": int(match["after"] or 0)}
    return check_labels({"schemes": schemes, "types": types})


def write_labels(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {name: "\n".join(lines.values()) for name, lines in lines_of_labels(content).items()}


def lines_of_labels(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return schemes and types line by line, for comparing two contents."""
    schemes = {}
    for one in content["schemes"]:
        skip = f" skip {one['skip']}" if one["skip"] else ""
        amendment = "" if one["joiner"] is None else f"{one['joiner']}{{amendment:{one['first_amendment']}}}"
        pattern = f"{one['prefix']}{{issue:{one['first_issue']}{skip}}}{amendment}{one['suffix']}"
        schemes[one["code"]] = f"{' '.join(filter(None, (one['code'], one['name'])))} = {pattern}"
    types = {
        code: f"{code} = {one['scheme']}" + (f" {one['reissue_after']}" if one["reissue_after"] else "")
        for code, one in content["types"].items()
    }
    return {"schemes": schemes, "types": types}


def say_labels(text: str, language: str) -> str:
    """Return typed schemes with the words in braces in the reader's language."""
    if not language.startswith("zh"):
        return text
    return re.sub(r"(?<=\{)(?:issue|amendment)|\bskip\b(?=[^{}]*\})", lambda word: _CHINESE[word[0]], text)


def _checked(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping) or not set(data) <= set(scheme_data(LabelScheme("x"))):
        raise _in("schemes", Refused("V-1", "labels_unfit"))
    code, name = data.get("code"), data.get("name", "")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise _in("schemes", Refused("V-1", "label_code_unfit", {"code": str(code)[:40]}))
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable() or "=" in name:
        raise _in("schemes", Refused("V-1", "label_name_unfit", {"scheme": code, "longest": LONGEST_NAME}))
    try:
        scheme = scheme_in(data)
        fit = _is_fit(scheme)
    except TypeError:
        fit = False
    if not fit:
        raise _in("schemes", Refused("V-1", "label_scheme_unfit", {"scheme": code}))
    if text := _read_otherwise(scheme):
        raise _in("schemes", Refused("V-1", "label_ambiguous", {"scheme": code, "label": text}))
    return scheme_data(scheme, " ".join(name.split()))


def _is_fit(scheme: LabelScheme) -> bool:
    texts = [scheme.prefix, scheme.suffix, scheme.joiner or ""]
    plain = all(
        len(text) <= _LONGEST_TEXT
        and text == text.strip()
        and text.isprintable()
        and not set("{}") & set(text)
        for text in texts
    )
    letters = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    begins = scheme.first_issue in letters or (
        re.fullmatch("[1-9][0-9]?|0", scheme.first_issue) is not None and not scheme.skip
    )
    skips = set(scheme.skip) < letters and len(set(scheme.skip)) == len(scheme.skip)
    amends = scheme.first_amendment in range(10)
    # Only where there are amendments does their beginning say anything.
    return (
        plain
        and begins
        and skips
        and amends
        and scheme.first_issue not in scheme.skip
        and (scheme.joiner is not None or scheme.first_amendment == 0)
    )


def _read_otherwise(scheme: LabelScheme) -> str:
    """Return a label of the scheme that would be read as another one or stands for two, or "" (V-1)."""
    seen: set[str] = set()
    issue = first(scheme)
    for _ in range(_ISSUES):
        label: Label = issue
        for _ in range(_AMENDMENTS if scheme.joiner is not None else 1):
            text = show(label, scheme)
            if label.issue not in PLACEHOLDERS and (read(text, scheme) != label or normal(text) in seen):
                return text
            seen.add(normal(text))
            label = next_amendment(label, scheme)
        issue = next_issue(issue, scheme)
    return ""


def _checked_type(code: object, data: object, schemes: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise _in("types", Refused("V-1", "label_code_unfit", {"code": str(code)[:40]}))
    if not isinstance(data, Mapping) or set(data) != {"scheme", "reissue_after"}:
        raise _in("types", Refused("V-1", "labels_unfit"))
    if data["scheme"] not in schemes:
        raise _in(
            "types",
            Refused("V-1", "no_such_label_scheme", {"type": code, "scheme": str(data["scheme"])[:40]}),
        )
    after = data["reissue_after"]
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= MOST_AMENDMENTS:
        raise _in("types", Refused("V-1", "reissue_unfit", {"type": code, "most": MOST_AMENDMENTS}))
    return {"scheme": data["scheme"], "reissue_after": after}


def _lines(text: str) -> Iterator[str]:
    return filter(None, (line.strip() for line in text.splitlines()))


def _in(field: str, refused: Refused) -> RuleRefused:
    return RuleRefused(Refused(refused.rule, refused.code, {**refused.params, "field": field}))
