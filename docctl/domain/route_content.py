"""Decides what routes may say, and their one canonical form (A-1, A-6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from docctl.domain.approval import Meaning
from docctl.domain.condition_text import checked_condition
from docctl.domain.copy_to import INFORM, TOLD_BY
from docctl.domain.form_check import may_have_points
from docctl.domain.limits import Limit, LimitUnit
from docctl.domain.roles import SIGNING, Role
from docctl.domain.routes import FACTS
from docctl.domain.step_limits import UNITS, USUAL, limit_to_data, may_limit_step
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import Delegable, Who

MOST_ROUTES: Final = 50
MOST_STEPS: Final = 12
MOST_NAMED: Final = 50
LONGEST_NAME: Final = 40

MEANINGS: Final = frozenset({Meaning.FORM_CHECK.value, Meaning.REVIEW.value, Meaning.APPROVE.value})
_ROUTE: Final = frozenset({"name", "types", "units", "condition", "steps"})
_STEP: Final = frozenset({"meaning", "name", "who", "limit", "separate", "beside", "condition"})
#: What a copy-to step says (A-10): no limit, and nothing of signatures.
_COPY: Final = frozenset({"meaning", "name", "who", "beside", "condition"})
#: What a step says only where it is not free (A-8): routes from before say nothing of it.
_DELEGATE: Final = "delegate"
#: What a formal check asks, and no other step (A-9).
_POINTS: Final = "points"
_CODE: Final = re.compile(r"[^\s|]{1,60}")
#: A class of decisions in the authority table (A-7).
_CLASS: Final = re.compile(r"[^|]{1,40}")
_POST: Final = re.compile(r"[^\s|/]{1,40}/[^|]{1,100}")


def shipped_routes() -> dict[str, Any]:
    """Return the route that a company starts with: a reviewer, then an approver, both chosen (A-1)."""
    return check_routes({"routes": [standard_route("标准", [])]})


def standard_route(
    name: str, types: list[str], limits: tuple[Limit, Limit] = (USUAL, USUAL)
) -> dict[str, Any]:
    """Return review and approval by people chosen when a document of these types is submitted."""
    steps = [
        {
            "meaning": meaning.value,
            "name": "",
            "who": {"kind": Who.ROLE.value, "of": role.value},
            "limit": limit_to_data(limit),
            "separate": True,
            "beside": False,
            "condition": "",
        }
        for meaning, role, limit in (
            (Meaning.REVIEW, Role.REVIEWER, limits[0]),
            (Meaning.APPROVE, Role.APPROVER, limits[1]),
        )
    ]
    return {"name": name, "types": types, "units": [], "condition": "", "steps": steps}


def check_routes(data: object) -> dict[str, Any]:
    """Return the canonical routes, or raise RuleRefused with the route or line concerned (A-1)."""
    if (
        not isinstance(data, Mapping)
        or set(data) != {"routes"}
        or not isinstance(data["routes"], list | tuple)
    ):
        raise _unfit("")
    if not 1 <= len(data["routes"]) <= MOST_ROUTES:
        raise RuleRefused(Refused("A-1", "too_many_routes", {"field": "routes", "most": MOST_ROUTES}))
    routes = [_checked_route(one) for one in data["routes"]]
    names = [one["name"] for one in routes]
    for name in names:
        if names.count(name) > 1:
            raise RuleRefused(Refused("A-1", "route_twice", {"field": "routes", "name": name}))
    for number, one in enumerate(routes, start=1):
        is_open = not (one["types"] or one["units"] or one["condition"])
        if is_open is not (number == len(routes)):
            raise RuleRefused(Refused("A-1", "route_for_the_rest", {"field": "routes", "name": one["name"]}))
    return {"routes": routes}


def _checked_route(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping) or set(data) != _ROUTE:
        raise _unfit("")
    name = _name(data["name"], needed=True)
    steps = data["steps"]
    if not isinstance(steps, list | tuple) or not 1 <= len(steps) <= MOST_STEPS:
        raise RuleRefused(
            Refused("A-1", "steps_unfit", {"field": "routes", "name": name, "most": MOST_STEPS})
        )
    found = [_checked_step(one, name) for one in steps]
    signed = [one for one in found if one["meaning"] != INFORM]
    if not signed:
        raise RuleRefused(Refused("A-10", "informs_only", {"field": "routes", "name": name}))
    approving = [number for number, one in enumerate(signed) if one["meaning"] == Meaning.APPROVE.value]
    last = signed[-1]
    if approving != [len(signed) - 1] or last["beside"] or last["condition"]:
        raise RuleRefused(Refused("A-1", "last_step_approves", {"field": "routes", "name": name}))
    if found[0]["beside"]:
        raise RuleRefused(Refused("A-1", "beside_nothing", {"field": "routes", "name": name}))
    return {
        "name": name,
        "types": _codes(data["types"], name),
        "units": _codes(data["units"], name),
        "condition": _condition(data["condition"]),
        "steps": found,
    }


def _checked_copy(data: Mapping[str, Any], route: str) -> dict[str, Any]:
    """Return a copy-to step as it is stored: whom it tells, beside what, under which condition (A-10)."""
    who = data["who"]
    if set(data) != _COPY or not isinstance(data["beside"], bool):
        raise _unfit(route)
    if not isinstance(who, Mapping) or set(who) != {"kind", "of"} or who["kind"] not in set(Who):
        raise _unfit(route)
    if (kind := Who(who["kind"])) not in TOLD_BY:
        raise RuleRefused(Refused("A-10", "nobody_chosen", {"field": "routes", "name": route}))
    return {
        "meaning": INFORM,
        "name": _name(data["name"]),
        "who": {"kind": kind.value, "of": _of(kind, who["of"], route)},
        "beside": data["beside"],
        "condition": _condition(data["condition"]),
    }


def _checked_step(data: object, route: str) -> dict[str, Any]:
    if isinstance(data, Mapping) and data.get("meaning") == INFORM and "who" in data:
        return _checked_copy(data, route)
    more = {_DELEGATE, _POINTS}
    if not isinstance(data, Mapping) or set(data) - more != _STEP or data["meaning"] not in MEANINGS:
        raise _unfit(route)
    who, limit = data["who"], data["limit"]
    if not isinstance(who, Mapping) or set(who) != {"kind", "of"} or who["kind"] not in set(Who):
        raise _unfit(route)
    if not isinstance(limit, Mapping) or set(limit) != {"amount", "unit"} or limit["unit"] not in set(UNITS):
        raise _unfit(route)
    flags = data["separate"], data["beside"]
    if type(limit["amount"]) is not int or not all(isinstance(one, bool) for one in flags):
        raise _unfit(route)
    counted = Limit(limit["amount"], LimitUnit(limit["unit"]))
    verdict = may_limit_step(counted)
    if isinstance(verdict, Refused):
        raise RuleRefused(Refused("W-1", verdict.code, {**verdict.params, "field": "routes"}))
    return {
        "meaning": data["meaning"],
        "name": _name(data["name"]),
        "who": {"kind": str(who["kind"]), "of": _of(Who(who["kind"]), who["of"], route)},
        "limit": limit_to_data(counted),
        "separate": flags[0],
        "beside": flags[1],
        "condition": _condition(data["condition"]),
        **_delegate(data.get(_DELEGATE), route),
        **_points(data, route),
    }


def _delegate(said: object, route: str) -> dict[str, Any]:
    """Return to whom a step may be delegated as it is stored: nothing where that is free (A-8)."""
    if said is None:
        return {}
    if not isinstance(said, Mapping) or set(said) != {"kind", "of"} or said["kind"] not in set(Delegable):
        raise _unfit(route)
    kind = Delegable(said["kind"])
    if kind is Delegable.POST:
        return {_DELEGATE: {"kind": kind.value, "of": _of(Who.POST, said["of"], route)}}
    if said["of"] != "":
        raise _unfit(route)
    return {} if kind is Delegable.FREE else {_DELEGATE: {"kind": kind.value, "of": ""}}


def _points(step: Mapping[str, Any], route: str) -> dict[str, Any]:
    """Return what a formal check asks as it is stored: nothing for other steps (A-9)."""
    given = step.get(_POINTS, ())
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise _unfit(route)
    points = [one for text in given if (one := " ".join(unicodedata.normalize("NFC", text).split()))]
    verdict = may_have_points(points, is_check=step["meaning"] == Meaning.FORM_CHECK.value, route=route)
    if isinstance(verdict, Refused):
        raise RuleRefused(Refused(verdict.rule, verdict.code, {**verdict.params, "field": "routes"}))
    return {_POINTS: points} if points else {}


def names_somebody(kind: Who, of: object) -> bool:
    """Say whether a text can name a signer of this kind."""
    return (
        isinstance(of, str)
        and of.isprintable()
        and {
            Who.ROLE: of in {one.value for one in SIGNING},
            Who.POST: bool(_POST.fullmatch(of)),
            Who.HEAD: of == "" or bool(_CODE.fullmatch(of)),
            Who.LEADER: of == "" or bool(_CODE.fullmatch(of)),
            Who.PERSON: bool(_CODE.fullmatch(of)),
            Who.AUTHORITY: bool(_CLASS.fullmatch(of)),
        }[kind]
    )


def _of(kind: Who, of: object, route: str) -> str:
    if not names_somebody(kind, of):
        shown = ascii(of)[1:41] if not isinstance(of, str) or not of.isprintable() else of[:40]
        raise RuleRefused(Refused("A-1", "who_unfit", {"field": "routes", "name": route, "what": shown}))
    return " ".join(str(of).split())


def _name(value: object, *, needed: bool = False) -> str:
    plain = " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else "|"
    unfit = len(plain) > LONGEST_NAME or not plain.isprintable() or "|" in plain or plain[:1] in {"#", "&"}
    if unfit or (needed and not plain):
        raise RuleRefused(Refused("A-1", "route_name_unfit", {"field": "routes", "longest": LONGEST_NAME}))
    return plain


def _codes(value: Any, route: str) -> list[str]:
    fits = isinstance(value, list | tuple) and len(value) <= MOST_NAMED
    if not fits or not all(
        isinstance(one, str) and one.isprintable() and _CODE.fullmatch(one) for one in value
    ):
        raise _unfit(route)
    return sorted(set(value))


def _condition(value: object) -> str:
    if not isinstance(value, str):
        raise _unfit("")
    if not value.strip():
        return ""
    try:
        return checked_condition(value, FACTS)
    except RuleRefused as error:
        refused = error.refused
        raise RuleRefused(
            Refused(refused.rule, refused.code, {**refused.params, "field": "routes"})
        ) from error


def _unfit(name: str) -> RuleRefused:
    return RuleRefused(Refused("A-1", "content_unfit", {"field": "routes", "name": name}))
