"""A register sent as xlsx: exactly what the page shows, all of it (X-3)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from flask import Response, send_file

from docctl.printing.columns import Column, Row
from docctl.printing.registers import register_xlsx
from docctl.web.context import house, words

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(
    title: str, notes: Sequence[str], columns: Sequence[Column], rows: Iterable[Row], *, day: date
) -> Response:
    """Send a register as a file named after its title and day; rows are written as they come."""
    with tempfile.TemporaryDirectory(prefix="list-", dir=house().scratch) as folder:
        path = Path(folder) / "list.xlsx"
        foot = f"{title}　" + words().t("documents.stamp.pages", page="{page}", pages="{pages}")
        register_xlsx(path, title, notes, columns, rows, footer=foot)
        opened = path.open("rb")  # keeps the bytes when the folder goes
    name = f"{title} {day.isoformat()}.xlsx"
    return send_file(opened, mimetype=XLSX, as_attachment=True, download_name=name)
