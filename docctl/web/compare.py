"""The page that shows what changed between two revisions of a document (V-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, request

from docctl.domain.comparison_layout import Fold, Layout, laid_out
from docctl.queries.compare_files import FilePair, One
from docctl.queries.compare_revisions import base_for, compared
from docctl.services.content.compare import open_annexes, open_both
from docctl.web.context import actor, caller, house, render, requires
from docctl.web.registers import chosen, flag, number

bp = Blueprint("compare", __name__, url_prefix="/documents/revisions")

#: What is the same stands folded on the page up to so many bytes, roughly; beyond, only how much it is.
_FOLDED: Final = 100_000
#: What a paragraph takes beside its words, on either side.
_AROUND: Final = 250


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair of files with the part of its changes that is shown; folds open where there is room."""

    pair: FilePair
    layout: Layout | None
    opens: bool


@bp.get("/<uuid:revision_id>/compare")
@requires("revision.read")
def page(revision_id: UUID) -> str:
    """Show what changed against another revision: in force, else the one before, unless chosen (V-5, X-2)."""
    now = house().clock()
    with house().uow.read() as session:
        base = base_for(session, actor(), revision_id, at=now)
    other = chosen(request.args.get("with")) or base or revision_id
    open_both(other, revision_id, by=caller(), house=house())
    with house().uow.read() as session:
        one = One(chosen(request.args.get("file")))
        found = compared(session, actor(), other, revision_id, at=now, zone=house().zone, one=one)
    pair = next((each for each in found.files if one.file_id in each.ids), next(iter(found.files), None))
    open_annexes(other, revision_id, [pair] if pair else [], by=caller(), house=house())
    part = number(request.args.get("part"))
    is_inline = request.args.get("view") == "inline"
    return render(
        "revisions/compare.html",
        page=found,
        pairs=found.files,
        opened=_shown(pair, part) if pair else None,
        part=part,
        is_inline=is_inline,
        is_alone=base is None,
        all_facts=flag(request.args.get("facts")),
        here=f"/documents/revisions/{revision_id}/compare",
    )


def _shown(pair: FilePair, part: int) -> Shown:
    if pair.text is None:
        return Shown(pair, None, opens=False)
    layout = laid_out(pair.text, part=part)
    text = pair.text.after
    folds = [one for one in layout.parts if isinstance(one, Fold)]
    size = sum(
        _AROUND + 2 * sum(map(len, text[line.entry.after or 0])) for one in folds for line in one.lines
    )
    return Shown(pair, layout, opens=size <= _FOLDED)
