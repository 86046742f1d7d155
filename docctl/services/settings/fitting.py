"""What a content of a kind must fit besides itself: what is there already (N-2, V-1, V-2).

A kind says by itself what is well formed. Whether every type of documents has its scheme, and whether numbers
given so far still have room, only the database can tell: asked when a draft is submitted and approved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import SettingStatus
from docctl.domain.number_rules import rules_of
from docctl.domain.routes import routes_of
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import Who
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.documents import Document, DocumentType
from docctl.models.imports import ImportRun
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import LegalEntity
from docctl.models.records import RecordClass
from docctl.models.retention import RetentionClassRow

Content = Mapping[str, Any]


def require_fitting(session: Session, kind: str, content: str) -> None:
    """Raise RuleRefused where a content does not fit what is there."""
    if (check := _CHECKS.get(kind)) is not None:
        check(session, json.loads(content))


def _numbers(session: Session, content: Content) -> None:
    _every_type(session, content, "N-2")
    rules = rules_of(content)
    highest = (
        select(NumberEntry.scheme_code, func.max(NumberEntry.sequence))
        .where(NumberEntry.scheme_code.in_(rules.schemes))
        .group_by(NumberEntry.scheme_code)
    )
    for code, value in session.execute(highest):
        sequence = rules.schemes[code].sequence
        # A counter that stands beyond the last number of the width could never give another one.
        if sequence is not None and value is not None and len(str(value)) > sequence.longest:
            raise RuleRefused(
                Refused(
                    "N-2", "width_too_small", {"scheme": code, "width": sequence.longest, "reached": value}
                )
            )


def _labels(session: Session, content: Content) -> None:
    _every_type(session, content, "V-1")


def _every_type(session: Session, content: Content, rule: str) -> None:
    codes = session.scalars(select(DocumentType.code).order_by(DocumentType.ordinal)).all()
    if missing := [code for code in codes if code not in content["types"]]:
        raise RuleRefused(Refused(rule, "type_without_scheme", {"type": missing[0]}))


def _authority(session: Session, content: Content) -> None:
    """Refuse a table without a class that a route in force, or one that waits, asks for (A-7)."""
    there = {one["name"] for one in content["classes"]}
    query = (
        select(SettingRevision.content)
        .join(ControlledSetting, ControlledSetting.id == SettingRevision.setting_id)
        .where(ControlledSetting.kind == "routes", SettingRevision.status == SettingStatus.APPROVED)
        .order_by(SettingRevision.effective_from.desc())
        .limit(1)
    )
    for text in session.scalars(query):
        for route in routes_of(json.loads(text)):
            for step in route.steps:
                if step.who is Who.AUTHORITY and step.of not in there:
                    params = {"field": "lines", "class": step.of, "route": route.name}
                    raise RuleRefused(Refused("A-7", "class_in_use", params))


def _headers(session: Session, content: Content) -> None:
    """Refuse a block of a legal entity that there is not (O-4)."""
    there = set(session.scalars(select(LegalEntity.code)))
    for one in content["blocks"]:
        if one["entity"] and one["entity"] not in there:
            raise RuleRefused(
                Refused("D-14", "header_entity_unknown", {"field": "blocks", "entity": one["entity"]})
            )


def _requests(session: Session, content: Content) -> None:
    """Every type whose changes need a request is one of the company (V-2)."""
    known = set(session.scalars(select(DocumentType.code)))
    if unknown := sorted(set(content["types"]) - known):
        raise RuleRefused(Refused("V-2", "type_unknown", {"type": unknown[0]}))


def _classes(session: Session, content: Content) -> None:
    """Refuse to leave out a class that a form, an import or a record names: it is closed instead (R-3)."""
    kept = [one["code"] for one in content["classes"]]
    named = (Document.class_id, ImportRun.class_id, RecordClass.class_id)
    query = (
        select(RetentionClassRow.code)
        .where(
            RetentionClassRow.code.not_in(kept),
            or_(*(exists().where(column == RetentionClassRow.id) for column in named)),
        )
        .order_by(RetentionClassRow.ordinal, RetentionClassRow.code)
        .limit(1)
    )
    if (used := session.scalars(query).first()) is not None:
        raise RuleRefused(Refused("R-3", "class_in_use", {"field": "classes", "class": used}))


_CHECKS: Final[Mapping[str, Callable[[Session, Content], None]]] = {
    "numbers": _numbers,
    "labels": _labels,
    "authority": _authority,
    "headers": _headers,
    "requests": _requests,
    "classes": _classes,
}
