"""`docctl settings table`, and a sheet as the content of a draft: rules that are tables (A-7, V-2)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_OUT
from docctl.cli.setting_reads import page_of

if TYPE_CHECKING:
    from docctl.domain.setting_kinds import Kind


def is_sheet(file: Path) -> bool:
    """Say whether a file is a table rather than JSON."""
    return file.suffix.casefold() in {".csv", ".xlsx"}


def text_of_sheet(desk: Desk, kind: Kind, file: Path) -> str:
    """Return the content that a csv or workbook says, as JSON (V-2)."""
    from docctl.domain.canonical import canonical
    from docctl.services.settings.sheets import content_of_sheet

    return canonical(content_of_sheet(desk.house, kind, file, file.name))


def add_sheets(noun: Noun) -> None:
    """Add the command that writes a table."""

    @noun.command("table", permission="settings.view")
    @click.argument("kind")
    @click.argument("target", type=FILE_OUT)
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def table(desk: Desk, kind: str, target: Path, ordinal: int | None) -> Answer:
        """Write a revision that is a table into a csv or xlsx, as `edit` takes it again (V-2)."""
        from docctl.domain.verdicts import Refused, RuleRefused
        from docctl.printing.columns import Column
        from docctl.printing.registers import register_xlsx

        page = page_of(desk, kind, ordinal)
        sheet = page.kind.sheet
        if sheet is None:
            raise RuleRefused(Refused("V-2", "no_sheet"))
        heads, rows = [sheet.heads[name] for name in sheet.columns], sheet.rows(page.content)
        name = f"{desk.words.t(f'controlled.name.{kind}')} {page.shown.ordinal}"
        if target.suffix.casefold() == ".csv":
            with target.open("w", encoding="utf-8-sig", newline="") as out:
                csv.writer(out).writerows([heads, *rows])
        else:
            footer = desk.words.t("cli.footer", page="{page}", pages="{pages}")
            register_xlsx(
                target, name, [], [Column(one, 18) for one in heads], map(tuple, rows), footer=footer
            )
        data = {"kind": kind, "revision": page.shown.ordinal, "file": target, "rows": len(rows)}
        return desk.done("setting_table", data, kind=name, file=str(target))
