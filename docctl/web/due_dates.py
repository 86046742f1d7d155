"""The page of what falls due with documents, month by month (D-5, V-8)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flask import Blueprint, request

from docctl.queries.document_choices import units
from docctl.queries.due_dates import KINDS, due_month
from docctl.web.context import actor, house, render, requires
from docctl.web.registers import address, chosen

bp = Blueprint("due_dates", __name__, url_prefix="/documents/due")

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@bp.get("")
@requires("review.list")
def page() -> str:
    """Show what falls due in a month (D-5)."""
    today = house().today()
    month = _month(request.args.get("month", ""), today)
    kind = request.args.get("kind", "") if request.args.get("kind") in KINDS else ""
    unit_id = chosen(request.args.get("unit"))
    with house().uow.read() as session:
        found = due_month(
            session, actor(), month, kind=kind, unit_id=unit_id, at=house().clock(), zone=house().zone
        )
        places = units(session)

    def here(**changed: object) -> str:
        kept = {"month": month, "kind": kind, "unit": unit_id, **changed}
        if isinstance(kept["month"], date):
            kept["month"] = f"{kept['month']:%Y-%m}"
        return address("/documents/due", kept)

    return render(
        "reviews/due.html",
        found=found,
        kind=kind,
        kinds=KINDS,
        unit_id=unit_id,
        units=places,
        today=today,
        here=here,
    )


def _month(text: str, today: date) -> date:
    """Return the first day of the month in the address, else of today's."""
    found = _MONTH.fullmatch(text)
    if found and 1 <= int(found[2]) <= 12 and 1990 <= int(found[1]) <= 2190:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)
