"""Decides who watches the open steps of which types of documents, as typed and in one form (A-13).

    procedure | post QA/文控
    form | person zhou
    * | post ZH/督办

A line says a type and a post or person; `*` is for every type that no other line names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from docctl.domain.route_content import names_somebody
from docctl.domain.routes import Company
from docctl.domain.verdicts import Allowed, Refused, RuleRefused, Verdict
from docctl.domain.who import Who

MOST_LINES: Final = 200
REST: Final = "*"
_TYPE: Final = re.compile(r"\*|[\w-]{1,40}")
_WATCH: Final = frozenset({Who.POST, Who.PERSON})
_WORDS: Final = {"岗位": "post", "人员": "person"}


def shipped_watchers() -> dict[str, Any]:
    """Return what a company starts with: nobody watches beside document control (A-13)."""
    return {"watchers": []}


def check_watchers(data: object) -> dict[str, Any]:
    """Return the canonical content, or raise RuleRefused with the line concerned (A-13)."""
    if not isinstance(data, Mapping) or set(data) != {"watchers"}:
        raise _unfit("")
    lines = data["watchers"]
    if not isinstance(lines, list | tuple) or len(lines) > MOST_LINES:
        raise RuleRefused(Refused("A-13", "too_many_watchers", {"field": "lines", "most": MOST_LINES}))
    found = [_checked(one) for one in lines]
    for one in found:
        if found.count(one) > 1:
            raise RuleRefused(Refused("A-13", "watcher_twice", {"field": "lines", "line": _line(one)}))
    return {"watchers": found}


def _checked(one: object) -> dict[str, Any]:
    if not isinstance(one, Mapping) or set(one) != {"type", "who"} or not isinstance(one["type"], str):
        raise _unfit("")
    who = one["who"]
    if not isinstance(who, Mapping) or set(who) != {"kind", "of"} or who["kind"] not in _WATCH:
        raise _unfit(one["type"])
    kind = Who(who["kind"])
    if not _TYPE.fullmatch(one["type"]) or not names_somebody(kind, who["of"]):
        raise _unfit(f"{one['type']} | {kind.value} {who['of']}")
    return {"type": one["type"], "who": {"kind": kind.value, "of": " ".join(who["of"].split())}}


def read_watchers(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the watchers that were typed; raise RuleRefused with the line that cannot be read (A-13)."""
    found = []
    for raw in typed.get("lines", "").splitlines():
        line = unicodedata.normalize("NFC", raw).replace("｜", "|").strip()
        if not line:
            continue
        parts = [one.strip() for one in line.split("|")]
        kind, _, of = (parts[1] if len(parts) == 2 else "").partition(" ")
        if len(parts) != 2 or _WORDS.get(kind, kind) not in _WATCH:
            raise _unfit(line)
        found.append({"type": parts[0], "who": {"kind": _WORDS.get(kind, kind), "of": of.strip()}})
    return check_watchers({"watchers": found})


def write_watchers(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {"lines": "\n".join(map(_line, content["watchers"]))}


def lines_of_watchers(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the lines one by one, for comparing two contents."""
    return {"lines": {_line(one): _line(one) for one in content["watchers"]}}


def may_watch(content: Mapping[str, Any], company: Company) -> Verdict:
    """Say whether every line names a type, post and person that there are (A-13)."""
    for one in content["watchers"]:
        who = one["who"]
        there = company.posts.keys() if who["kind"] == Who.POST else company.people.keys()
        if who["of"] not in there or one["type"] not in {REST, *company.types}:
            return Refused("A-13", "watcher_unknown", {"field": "lines", "line": _line(one)})
    return Allowed()


def watchers_of(content: Mapping[str, Any], company: Company, type_code: str) -> frozenset[UUID]:
    """Return who watches documents of a type now: its own lines, where there is none those for the rest."""
    lines = content["watchers"]
    named = [one for one in lines if one["type"] == type_code] or [
        one for one in lines if one["type"] == REST
    ]
    found: set[UUID] = set()
    for one in named:
        who = one["who"]
        if who["kind"] == Who.POST:
            found |= company.posts.get(who["of"], frozenset())
        elif who["of"] in company.people:
            found.add(company.people[who["of"]])
    return frozenset(found)


def _line(one: Mapping[str, Any]) -> str:
    return f"{one['type']} | {one['who']['kind']} {one['who']['of']}"


def _unfit(line: str) -> RuleRefused:
    return RuleRefused(Refused("A-13", "watcher_unfit", {"field": "lines", "line": line[:60]}))
