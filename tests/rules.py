"""Short ways to revisions of the working calendar, for tests of controlled settings."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from docctl.domain.calendar_content import shipped_calendar
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.queries.controlled import SettingPage, setting_page
from docctl.services.settings.decide import ApproveSetting, approve_setting
from docctl.services.settings.draft import SaveSetting, SubmitSetting, save_setting, submit_setting
from tests.world import World

KIND = "calendar"


def changed(day: str = "2026-03-05", why: str = "盘点", **more: Any) -> str:
    """Return the shipped calendar with a day off of the company's own, as JSON."""
    return json.dumps(shipped_calendar() | {"own_days_off": {day: why}} | more)


def page(world: World, who: str = "chen", ordinal: int | None = None, kind: str = KIND) -> SettingPage:
    """Return the setting as somebody sees it now."""
    with world.house.uow.read() as session:
        return setting_page(session, world.by(who).actor, kind, at=world.clock(), ordinal=ordinal)


def rows(world: World) -> list[SettingRevision]:
    """Return all revisions, oldest first."""
    query = select(SettingRevision).join(ControlledSetting).where(ControlledSetting.kind == KIND)
    with world.house.uow.read() as session:
        return list(session.scalars(query.order_by(SettingRevision.ordinal)))


def saved(
    world: World,
    content: str = "",
    *,
    who: str = "chen",
    reason: str = "年中盘点",
    wanted_from: datetime | None = None,
    kind: str = KIND,
) -> int:
    """Begin or change the draft; return its number."""
    now = page(world, who, kind=kind)
    version = page(world, who, now.open, kind).row_version if now.open else 0
    cmd = SaveSetting(kind, content or changed(), reason, wanted_from, version)
    return save_setting(cmd, by=world.by(who), house=world.house)


def submitted(world: World, content: str = "", *, who: str = "chen", kind: str = KIND, **more: Any) -> int:
    """Take a draft to the second person; return its number."""
    ordinal = saved(world, content, who=who, kind=kind, **more)
    cmd = SubmitSetting(kind, ordinal, page(world, who, ordinal, kind).row_version)
    return submit_setting(cmd, by=world.by(who), house=world.house)


def approval(world: World, ordinal: int, kind: str = KIND) -> ApproveSetting:
    """Return the command that approves a revision as it is."""
    shown = page(world, "zhao", ordinal, kind)
    return ApproveSetting(kind, ordinal, shown.row_version, shown.manifest_sha256)


def approved(world: World, content: str = "", *, kind: str = KIND, **more: Any) -> int:
    """Take a revision into force, from its instant or from a minute after now."""
    ordinal = submitted(world, content, kind=kind, **more)
    world.clock.forward(minutes=1)
    return approve_setting(approval(world, ordinal, kind), by=world.by("zhao"), house=world.house)


def in_force(world: World, kind: str, **fields: Any) -> dict[str, Any]:
    """Take a revision into force: its fields are those in force, as far as no function here changes them."""
    content = page(world, kind=kind).content
    changed_content = {
        name: fields[name](content[name]) if name in fields else content[name] for name in content
    }
    approved(world, json.dumps(changed_content), kind=kind)
    return changed_content


def suggested_after(world: World, count: int) -> None:
    """Let a reissue of a procedure be suggested after so many amendments (V-1)."""
    in_force(
        world,
        "labels",
        types=lambda types: types | {"procedure": types["procedure"] | {"reissue_after": count}},
    )
