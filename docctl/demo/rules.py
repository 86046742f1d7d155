"""How the sample company's rules change: prepared by one person, approved by another one (V-2, A-2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from docctl.demo.acts import Rule
from docctl.demo.people import Cast
from docctl.domain.setting_kinds import KINDS
from docctl.queries.controlled import SettingPage, setting_page
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.settings.decide import ApproveSetting, approve_setting
from docctl.services.settings.draft import SaveSetting, SubmitSetting, save_setting, submit_setting

#: Something that is done at an instant.
Told = tuple[datetime, Callable[[], None]]


def rule_steps(house: House, cast: Cast, rule: Rule, proposed: datetime) -> list[Told]:
    """Return what happened to a rule and when: proposed, and approved as far as it went."""
    steps: list[Told] = [(proposed, partial(_propose, house, cast, rule))]
    if rule.approved is not None:
        steps.append((rule.approved.at, partial(_approve, house, cast, rule)))
    return steps


def _propose(house: House, cast: Cast, rule: Rule) -> None:
    by = cast.by(house, rule.proposed.by)
    content = json.dumps(content_of(rule))
    ordinal = save_setting(SaveSetting(rule.kind, content, rule.reason, None, 0), by=by, house=house)
    version = _page(house, by, rule.kind, ordinal).row_version
    submit_setting(SubmitSetting(rule.kind, ordinal, version), by=by, house=house)


def _approve(house: House, cast: Cast, rule: Rule) -> None:
    assert rule.approved is not None
    by = cast.by(house, rule.approved.by)
    page = _page(house, by, rule.kind, _page(house, by, rule.kind).open)
    cmd = ApproveSetting(rule.kind, page.shown.ordinal, page.row_version, page.manifest_sha256)
    approve_setting(cmd, by=by, house=house)


def _page(house: House, by: Caller, kind: str, ordinal: int | None = None) -> SettingPage:
    with house.uow.read() as session:
        return setting_page(session, by.actor, kind, at=house.clock(), ordinal=ordinal)


def content_of(rule: Rule) -> Mapping[str, Any]:
    """Return the whole content of a rule's revision."""
    kind = KINDS[rule.kind]
    return kind.read(rule.typed) if rule.typed else merged(kind.shipped(), rule.content)


def merged(shipped: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shipped content with what the company adds: to days by day, to lists at their end."""
    found = dict(shipped)
    for name, value in more.items():
        old = found[name]
        found[name] = {**old, **value} if isinstance(old, Mapping) else [*old, *value]
    return found
