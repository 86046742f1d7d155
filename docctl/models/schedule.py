"""Which revision of a retention class is in force at an instant, as conditions of queries (R-1, R-3, V-3).

A form names a class by any of its revisions. Its records get the one that is in force when they are filed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from docctl.models.retention import RetentionClassRow


def has_begun(rows: Any, at: Any) -> ColumnElement[bool]:
    """Return the condition that a row is or was in force at an instant; one withdrawn before never was."""
    begun = or_(rows.effective_from.is_(None), rows.effective_from <= at)
    return and_(begun, rows.withdrawn_at.is_(None))


def kept_by_class(named: Any, at: datetime | ColumnElement[datetime]) -> ColumnElement[UUID]:
    """Return the id of the row in force of the class that a column or id names; without one the catch-all's.

    Of a code the revision that came last; of the catch-alls the one of the latest schedule (R-10).
    """
    if named is None or isinstance(named, UUID):
        named = bindparam(None, named, type_=Uuid())
    newest, of_name, rest = (aliased(RetentionClassRow) for _ in range(3))
    own = (
        select(newest.id)
        .join(of_name, of_name.code == newest.code)
        .where(of_name.id == named, has_begun(newest, at))
        .order_by(newest.revision.desc())
        .limit(1)
        .correlate_except(newest, of_name)
        .scalar_subquery()
    )
    catch_all = (
        select(rest.id)
        .where(rest.is_catch_all, has_begun(rest, at))
        .order_by(rest.schedule.desc(), rest.revision.desc())
        .limit(1)
        .correlate_except(rest)
        .scalar_subquery()
    )
    return func.coalesce(own, catch_all)


def classes_at(at: datetime) -> Select[RetentionClassRow]:
    """Return the query for the row in force of each class, in the schedule's order; closed ones as well."""
    return (
        select(RetentionClassRow)
        .where(is_newest(at))
        .order_by(RetentionClassRow.ordinal, RetentionClassRow.code)
    )


def is_newest(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a row is the one of its class in force at an instant."""
    newest = aliased(RetentionClassRow)
    last = (
        select(func.max(newest.revision))
        .where(newest.code == RetentionClassRow.code, has_begun(newest, at))
        .scalar_subquery()
    )
    return RetentionClassRow.revision == last
