"""Checks of the key store: that it answers, its master key, its backup, texts that lie plain (R-7)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from docctl.checks.check import Bench, Check, Grade, Said
from docctl.models.content import FileReading
from docctl.queries.keys import is_overdue, last_backup


def _keys(bench: Bench) -> Said:
    house = bench.house
    if house.keys is None:
        return "none", {}
    found = house.keys.status()
    if found.behind:
        return "behind", {"count": found.behind}
    if house.keys.is_prepared():
        return "prepared", {"path": bench.settings.master_key}
    with house.uow.read() as session:
        backup = last_backup(session)
    params = {"count": found.keys, "master": found.master_id}
    return ("overdue" if is_overdue(backup, found, today=house.today()) else "ok"), params


def _texts(bench: Bench) -> Said:
    if bench.house.keys is None:
        return "none", {}
    query = select(func.count()).select_from(FileReading).where(FileReading.sealed_text.is_(None))
    with bench.house.uow.read() as session:
        plain = session.scalar(query) or 0
    return ("plain" if plain else "ok"), {"count": plain}


KEEPING: Final = (
    Check(
        "keys",
        _keys,
        {
            "ok": Grade.OK,
            "none": Grade.OK,
            "overdue": Grade.WARNING,
            "prepared": Grade.WARNING,
            "behind": Grade.WARNING,
        },
    ),
    Check("texts", _texts, {"ok": Grade.OK, "none": Grade.OK, "plain": Grade.WARNING}),
)
