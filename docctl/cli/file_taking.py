"""How a command takes an annex or the source of a revision into a file (D-3, V-13, X-2)."""

from __future__ import annotations

import shutil
from pathlib import Path

from docctl.cli.answers import Answer
from docctl.cli.desk import Desk
from docctl.cli.document_files import annex_at, page_at, role_of


def taken(desk: Desk, number: str, target: Path, label: str, annex: int | None) -> Answer:
    """Take an annex, or without its number the source, into a file: stamped where its kind can be."""
    from docctl.domain.verdicts import NotFound
    from docctl.services.content.annexes import take_file
    from docctl.services.content.copies import StampedCopy

    page = page_at(desk, number, label, wanted="in_force")
    found = page.source if annex is None else annex_at(page, annex)
    if found is None:
        raise NotFound("source")
    made = take_file(
        page.revision.id,
        found.id,
        by=desk.caller(),
        house=desk.house,
        words=desk.words,
        is_demo=page.is_demo,
    )
    data = {"number": page.number, "revision": page.revision.label, "role": found.role, "annex": annex}
    if isinstance(made, StampedCopy):
        target = made.write_to(target)
        data |= {"stamp": made.word, "media_type": made.media_type}
    else:
        with made.open() as stored, target.open("wb") as out:
            shutil.copyfileobj(stored, out, 1 << 20)
        data |= {"stamp": None, "media_type": made.media_type}
    what = f"{page.number} {role_of(desk, found)}"
    done = "copied" if isinstance(made, StampedCopy) else "taken"
    return desk.done(
        done, {**data, "file": target}, number=what, revision=page.revision.label, file=str(target)
    )
