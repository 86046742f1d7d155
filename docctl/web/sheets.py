"""A register sent as xlsx or docx: exactly what the page shows, all of it (X-3)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from flask import Response, send_file

from docctl.printing.columns import Column, Row
from docctl.printing.registers import register_docx, register_xlsx
from docctl.queries.header_blocks import list_header
from docctl.web.context import actor, house, is_demo, words

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def sheet(
    title: str, notes: Sequence[str], columns: Sequence[Column], rows: Iterable[Row], *, day: date
) -> Response:
    """Send a register as a file named after its title and day; rows are written as they come."""
    with tempfile.TemporaryDirectory(prefix="list-", dir=house().scratch) as folder:
        path = Path(folder) / "list.xlsx"
        register_xlsx(path, title, notes, columns, rows, footer=_foot(title))
        return _sent(path, title, day, XLSX)


def paper(
    title: str, notes: Sequence[str], columns: Sequence[Column], rows: Iterable[Row], *, day: date
) -> Response:
    """Send a register as docx, to print and sign; named as `sheet` names it."""
    mark = words().t("shell.demo") if is_demo() else None
    with house().uow.read() as session:
        header = list_header(session, actor(), title, day, house().clock())
    with tempfile.TemporaryDirectory(prefix="list-", dir=house().scratch) as folder:
        path = Path(folder) / "list.docx"
        register_docx(path, title, notes, columns, rows, footer=_foot(title), demo_mark=mark, header=header)
        return _sent(path, title, day, DOCX)


def _foot(title: str) -> str:
    return f"{title}　" + words().t("documents.stamp.pages", page="{page}", pages="{pages}")


def _sent(path: Path, title: str, day: date, mimetype: str) -> Response:
    opened = path.open("rb")  # keeps the bytes when the folder goes
    name = f"{title} {day.isoformat()}{path.suffix}"
    return send_file(opened, mimetype=mimetype, as_attachment=True, download_name=name)
