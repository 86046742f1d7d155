"""What the files of the sample company say: procedures, blank forms, filled records, correction sheets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from docctl.demo import scan
from docctl.demo.content import Content, Form, FormRevision, Procedure, RecordSpec
from docctl.demo.paper import Paper

#: How a day is written on paper.
_DAY: Final = "{0.year} 年 {0.month} 月 {0.day} 日"
#: Empty lines on a blank list.
_BLANK_LINES: Final = 10


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file as somebody would upload it."""

    name: str
    data: bytes


def procedure_file(content: Content, procedure: Procedure, label: str) -> MadeFile:
    """Return a revision of a procedure, with its history up to that revision (V-2)."""
    at = next(i for i, one in enumerate(procedure.revisions) if one.label == label)
    revision = procedure.revisions[at]
    author = content.name_of(procedure.author)
    paper = Paper(title=procedure.title, author=author, made_on=revision.prepared)
    paper.title(content.firm(procedure.unit), procedure.title)
    _head(paper, procedure.number, label, author, revision.prepared)
    _body(paper, revision.text)
    paper.chapter("修订记录")
    history = [
        [str(i), one.label, one.what, one.reason, one.prepared.isoformat()]
        for i, one in enumerate(procedure.revisions[: at + 1])
    ]
    paper.grid([["序号", "版本", "修订内容", "修订原因", "编制日期"], *history], headed=True)
    return MadeFile(file_name(f"{procedure.number} {procedure.title} {label}", "docx"), paper.bytes())


def files_beside(
    content: Content, procedure: Procedure, label: str
) -> tuple[list[MadeFile], MadeFile | None]:
    """Return the annexes of a revision of a procedure, and the file in which its text was written (V-13)."""
    revision = next(one for one in procedure.revisions if one.label == label)
    author = content.name_of(procedure.author)

    def made(title: str, text: str) -> MadeFile:
        paper = Paper(title=title, author=author, made_on=revision.prepared)
        paper.title(content.firm(procedure.unit), title)
        _body(paper, text)
        return MadeFile(file_name(title, "docx"), paper.bytes())

    annexes = [made(title, text) for title, text in revision.annexes]
    written = f"{procedure.title} {label} 编写稿"
    return annexes, made(written, revision.text) if revision.has_source else None


def form_file(content: Content, form: Form, label: str) -> MadeFile:
    """Return a revision of a form as a blank (F-1)."""
    revision = form.revision(label)
    author = content.name_of(form.author)
    paper = Paper(title=form.title, author=author, made_on=revision.prepared)
    paper.title(content.firm(form.unit), form.title)
    _head(paper, form.number, label, author, revision.prepared)
    empty = ("",) * len(revision.fields)
    lines = [("",) * len(revision.columns)] * _BLANK_LINES if revision.columns else []
    _form(paper, revision, empty, lines)
    paper.grid([form.signed_by(), ["日期："] * len(form.signers)])
    paper.line(f"填写说明：{revision.note}")
    return MadeFile(file_name(f"{form.number} {form.title} {label}", "docx"), paper.bytes())


def record_file(content: Content, spec: RecordSpec) -> MadeFile:
    """Return the file of a record: a filled form or a letter, in the kind that was filed (F-3)."""
    form = content.form(spec.form)
    name = file_name(spec.title, spec.kind)
    match spec.kind:
        case "docx":
            return MadeFile(name, _filled(content, form, spec))
        case "txt":
            return MadeFile(name, ("\n".join(plain_lines(content, form, spec)) + "\n").encode())
        case "pdf":
            return MadeFile(name, scan.pdf(spec.title, plain_lines(content, form, spec)))
        case "png":
            return MadeFile(name, scan.png(form.title, plain_lines(content, form, spec)))
    raise ValueError(f"{spec.key}: no file of kind {spec.kind}")


def sheet_file(content: Content, spec: RecordSpec) -> MadeFile:
    """Return the correction sheet of a record: what is wrong in the file, and what is right (C-4)."""
    assert spec.sheet is not None
    sheet, day = spec.sheet, spec.sheet.at.date()
    name = content.name_of(sheet.by)
    paper = Paper(title="更正单", author=name, made_on=day)
    paper.title(content.company.name, "更正单")
    paper.fields(
        [
            [("原记录", spec.title)],
            [("原记录表", spec.form), ("更正位置", sheet.what)],
            [("原内容", sheet.old), ("更正为", sheet.new)],
            [("更正原因", sheet.text)],
            [("更正人", name), ("更正日期", _DAY.format(day))],
        ]
    )
    paper.line("原附件不替换，与本单一起保存。")
    return MadeFile(file_name(f"更正单 {spec.title}", "docx"), paper.bytes())


def file_name(text: str, ending: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r'[\\/:*?"<>|]', "-", text).strip() + f".{ending}"


def plain_lines(content: Content, form: Form, spec: RecordSpec) -> list[str]:
    """Return what a record says, line by line, where no table can be drawn."""
    if spec.text:
        return spec.text.splitlines()
    revision = form.revision(spec.label)
    return [
        content.company.name,
        f"{form.title}　{form.number}　{spec.label}",
        "",
        *(f"{name}：{value}" for name, value in zip(revision.fields, spec.values, strict=True)),
        *("　".join(line) for line in ((revision.columns, *spec.lines) if spec.lines else ())),
        "",
        *_signed(content, form, spec),
    ]


def _head(paper: Paper, number: str, label: str, author: str, prepared: date) -> None:
    paper.fields(
        [
            [("文件编号", number), ("版本", label)],
            [("编制", author), ("编制日期", _DAY.format(prepared))],
        ]
    )


def _body(paper: Paper, text: str) -> None:
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("| ").split("|")])
            continue
        if rows:
            paper.grid(rows, headed=True)
            rows = []
        if line.startswith("# "):
            paper.chapter(line.removeprefix("# "))
        elif line:
            paper.line(line, level=line.split(" ")[0].count(".") if line[0].isdigit() else 0)


def _filled(content: Content, form: Form, spec: RecordSpec) -> bytes:
    revision = form.revision(spec.label)
    filler = content.name_of(spec.filer)
    paper = Paper(title=spec.title, author=filler, made_on=spec.occurred.date())
    paper.title(content.company.name, form.title)
    paper.line(f"表格编号：{form.number}　版本：{spec.label}　填写日期：{_DAY.format(spec.occurred)}")
    _form(paper, revision, spec.values, spec.lines)
    paper.grid([_signed(content, form, spec)])
    return paper.bytes()


def _form(
    paper: Paper,
    revision: FormRevision,
    values: tuple[str, ...],
    lines: list[tuple[str, ...]] | tuple[tuple[str, ...], ...],
) -> None:
    given = iter(zip(revision.fields, values, strict=True))
    paper.fields([[next(given) for _ in row] for row in revision.rows])
    if revision.columns:
        paper.grid([revision.columns, *lines], headed=True)


def _signed(content: Content, form: Form, spec: RecordSpec) -> list[str]:
    filer = content.name_of(spec.filer)
    return form.signed_by(filer=filer, stated=spec.stated.split("（")[0] or filer)
