"""How a controlled setting is looked up for a use case: locked with all its revisions, parent first (V-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.controlled import SettingFacts, newest_approved, setting_manifest
from docctl.domain.setting_files import data_of
from docctl.domain.setting_kinds import Kind, kind_named
from docctl.domain.verdicts import Conflict, NotFound, Refused, require
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.organisation import LegalEntity
from docctl.queries.routes import company_at
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class LoadedSetting:
    """A setting with all its revisions, oldest first, locked; `entity` is the legal entity's code."""

    row: ControlledSetting
    kind: Kind
    entity: str
    revisions: tuple[SettingRevision, ...]

    def revision(self, ordinal: int, row_version: int | None = None) -> SettingRevision:
        """Return a revision; raise NotFound for none, Conflict where it changed since it was shown."""
        found = next((one for one in self.revisions if one.ordinal == ordinal), None)
        if found is None:
            raise NotFound("setting_revision")
        if row_version is not None and found.row_version != row_version:
            raise Conflict(Refused("request", "changed_meanwhile"))
        return found

    def newest(self, *, but: int = 0) -> SettingFacts | None:
        """Return the approved revision that is in force last, apart from one (V-3)."""
        return newest_approved(one.facts() for one in self.revisions if one.ordinal != but)

    def manifest(self, revision: SettingRevision) -> tuple[str, str]:
        """Return what an approval of the revision signs, and its SHA-256."""
        return setting_manifest(
            kind=self.kind.name,
            entity=self.entity,
            ordinal=revision.ordinal,
            content_sha256=revision.content_sha256,
            reason=revision.reason,
            wanted_from=revision.wanted_from,
        )


def lock_setting(session: Session, name: str) -> LoadedSetting:
    """Lock a setting and its revisions; raise NotFound for a kind that there is not."""
    kind = kind_named(name)
    found = lock(session, Rank.PARENTS, select(ControlledSetting).where(ControlledSetting.kind == kind.name))
    if not found:
        raise NotFound("setting")
    revisions = lock(
        session,
        Rank.ITEMS,
        select(SettingRevision)
        .where(SettingRevision.setting_id == found[0].id)
        .order_by(SettingRevision.ordinal),
    )
    entity = session.get_one(LegalEntity, found[0].entity_id)
    return LoadedSetting(found[0], kind, entity.code, tuple(revisions))


def tell(
    session: Session,
    by: Caller,
    action: str,
    loaded: LoadedSetting,
    revision: SettingRevision,
    *,
    facts: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Put an event into the trail that names kind, revision and hash of the content (T-1)."""
    named = {
        "kind": loaded.kind.name,
        "revision": revision.ordinal,
        "content": revision.content_sha256,
    }
    subject = Subject("setting", loaded.row.id, version=str(revision.ordinal))
    record(session, by, action, subject, facts={**named, **(facts or {})}, detail=detail)


def parsed(kind: Kind, text: str) -> dict[str, Any]:
    """Return canonical content out of JSON; raise RuleRefused for what is none."""
    return dict(kind.check(data_of(text)))


def require_fits(session: Session, kind: Kind, content: Mapping[str, Any], by: Caller) -> None:
    """Raise RuleRefused where a content names what the company has not, or what nobody can do (A-1, A-2)."""
    if kind.within is not None:
        require(kind.within(content, company_at(session, by.at, by.today)))
