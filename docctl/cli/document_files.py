"""`docctl documents files|attach|arrange`: the annexes of a revision and its source (V-13)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_IN
from docctl.cli.revisions_told import told

if TYPE_CHECKING:
    from docctl.queries.document_page import DocumentPage
    from docctl.queries.revision_files import FileLine

_HEAD = ("role", "title", "name", "size")


def add_files(noun: Noun) -> None:
    """Add the commands about files to the noun."""
    for command in (files, attach, arrange):
        noun.add_command(command)


_files = Noun("documents")


@_files.command("files", permission="document.view")
@click.argument("number")
@option("--revision", "label", default="")
def files(desk: Desk, number: str, label: str) -> Answer:
    """List the files of a revision: main, annexes in their order, source (V-13)."""
    page = page_at(desk, number, label)
    lines = [(role_of(desk, one), one.title, one.name, one.size) for one in page.files]
    return Answer(_data(page), Table([desk.label(name) for name in _HEAD], lines).lines())


@_files.command("attach", permission="revision.edit", changes=True)
@click.argument("number")
@click.argument("paths", nargs=-1, type=FILE_IN, metavar="FILE...")
@option("--title", "titles", multiple=True)
@option("--instead", type=click.IntRange(min=1), default=None)
@option("--source", type=FILE_IN, default=None)
def attach(
    desk: Desk,
    number: str,
    paths: tuple[Path, ...],
    titles: tuple[str, ...],
    instead: int | None,
    source: Path | None,
) -> Answer:
    """Put annexes on a draft, one in the place of another, or the source of its main file (V-13, V-2)."""
    from docctl.services.revisions.files import ArrangeFiles, KeptAnnex, arrange_files

    if not paths and source is None:
        raise click.UsageError(desk.words.t("cli.nothing_to_change"))
    if len(titles) > len(paths) or (instead is not None and len(paths) != 1):
        raise click.UsageError(desk.words.t("cli.titles_unfit"))
    page = page_at(desk, number)
    replaced = annex_at(page, instead).id if instead is not None else None
    uploads = []
    for place, path in enumerate(paths):
        title = titles[place] if place < len(titles) else ""
        uploads.append(desk.stage(path).as_annex(title=title, instead_of=replaced))
    if source is not None:
        uploads.append(desk.stage(source).as_source())
    kept = [
        KeptAnnex(one.id, titles[0] if one.id == replaced and titles else one.title) for one in page.annexes
    ]
    cmd = ArrangeFiles(page.revision.id, page.revision.row_version, tuple(kept), uploads=tuple(uploads))
    return told(desk, "files", arrange_files(cmd, by=desk.caller(), house=desk.house))


@_files.command("arrange", permission="revision.edit", changes=True)
@click.argument("number")
@click.argument("order", nargs=-1, type=click.IntRange(min=1), metavar="[ANNEX]...")
@option("--drop", "dropped", type=click.IntRange(min=1), multiple=True)
@option("--title", "titles", multiple=True, metavar="ANNEX=TITLE")
@option("--drop-source", is_flag=True)
def arrange(
    desk: Desk,
    number: str,
    order: tuple[int, ...],
    dropped: tuple[int, ...],
    titles: tuple[str, ...],
    drop_source: bool,
) -> Answer:
    """Order the annexes of a draft, name them, take some off (V-13, V-2).

    Those named come first, in this order; the others follow as they stand.
    """
    from docctl.services.revisions.files import ArrangeFiles, KeptAnnex, arrange_files

    if not order and not dropped and not titles and not drop_source:
        raise click.UsageError(desk.words.t("cli.nothing_to_change"))
    page = page_at(desk, number)
    named = dict(names.key(one, option="--title", metavar="ANNEX=TITLE") for one in titles)
    if any(not (one.isascii() and one.isdigit()) for one in named):
        raise click.UsageError(desk.words.t("cli.titles_unfit"))
    called = {annex_at(page, int(one)).id: title for one, title in named.items()}
    gone = {annex_at(page, one).id for one in dropped}
    first = list(dict.fromkeys(annex_at(page, one) for one in order))
    lines = [*first, *(one for one in page.annexes if one not in first)]
    kept = [KeptAnnex(one.id, called.get(one.id, one.title)) for one in lines if one.id not in gone]
    cmd = ArrangeFiles(page.revision.id, page.revision.row_version, tuple(kept), keeps_source=not drop_source)
    return told(desk, "files", arrange_files(cmd, by=desk.caller(), house=desk.house))


def page_at(desk: Desk, number: str, label: str = "", *, wanted: str = "newest") -> DocumentPage:
    """Return the page of a document on one of its revisions: the one named, else the newest or in force."""
    from docctl.queries.document_page import document_page

    with desk.read() as session:
        found = names.revision(desk, session, number, label, wanted=wanted)
        at, zone = desk.house.clock(), desk.house.zone
        return document_page(session, desk.actor, at=at, zone=zone, revision_id=found.revision_id)


def role_of(desk: Desk, one: FileLine) -> str:
    """Return what a file is to its revision: an annex with its number."""
    return desk.words.t("documents.annex", n=one.annex) if one.annex else desk.words.t(f"files.{one.role}")


def annex_at(page: DocumentPage, n: int) -> FileLine:
    """Return an annex by its number, or raise RuleRefused."""
    from docctl.domain.verdicts import Refused, RuleRefused

    found = next((one for one in page.annexes if one.annex == n), None)
    if found is None:
        raise RuleRefused(Refused("V-13", "no_annex", {"n": n, "number": page.number}))
    return found


def _data(page: DocumentPage) -> dict[str, Any]:
    return {
        "number": page.number,
        "revision": page.revision.label,
        "files": [file_data(one) for one in page.files],
    }


def file_data(one: FileLine) -> dict[str, Any]:
    """Return a file as JSON tells it."""
    return {
        "role": one.role,
        "annex": one.annex or None,
        "title": one.title or None,
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
    }
