"""What happens to the sample company itself: posts, leaders, units, numbers, who leaves, what is taken in."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from docctl.demo.acts import Deed
from docctl.demo.paper import Paper
from docctl.demo.papers import Papers
from docctl.demo.write import file_name
from docctl.domain.imports import RunState
from docctl.domain.reservations import Reserved
from docctl.jobs.imports.at_work import at_work
from docctl.jobs.imports.work import step
from docctl.models.documents import DocumentType
from docctl.models.imports import ImportRun
from docctl.models.organisation import Post, Unit
from docctl.queries.by_name import class_named
from docctl.queries.open_work import open_work
from docctl.services.caller import Caller
from docctl.services.imports.start import StartImport, start_import
from docctl.services.numbers.explain import ExplainNumbers, explain_numbers
from docctl.services.numbers.reserve import ReserveNumber, reserve_numbers
from docctl.services.numbers.void import VoidNumber, void_number
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.delegations import GiveDelegation, give_delegation
from docctl.services.people.hand_over import to_one
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.people.unit_changes import ChangeUnit, change_unit
from docctl.services.searches.keep import SaveSearch, save_search
from docctl.services.uploads import stage_upload


def _post(papers: Papers, by: Caller, deed: Deed) -> None:
    unit_id, name = papers.cast.units[deed.more["unit"]], deed.more["name"]
    with papers.house.uow.read() as session:
        post_id = session.scalars(select(Post.id).where(Post.unit_id == unit_id, Post.name == name)).first()
    if post_id is None:
        post_id = add_post(AddPost(unit_id, name), by=by, house=papers.house)
    person_id = papers.cast.people[deed.more["person"]]
    take_post(HoldPost(post_id, person_id, by.today), by=by, house=papers.house)


def _lead(papers: Papers, by: Caller, deed: Deed) -> None:
    units = tuple(papers.cast.units[one] for one in deed.more["units"])
    cmd = LeadUnits(papers.cast.people[deed.more["person"]], units, by.today)
    lead_units(cmd, by=by, house=papers.house)


def _rename(papers: Papers, by: Caller, deed: Deed) -> None:
    with papers.house.uow.read() as session:
        unit = session.get_one(Unit, papers.cast.units[deed.more["unit"]])
    cmd = ChangeUnit(
        unit.id,
        unit.row_version,
        deed.more["name"],
        unit.kind,
        unit.parent_id,
        by.today,
        deed.more["reason"],
    )
    change_unit(cmd, by=by, house=papers.house)


def _leave(papers: Papers, by: Caller, deed: Deed) -> None:
    """Close an account; what one other person may take goes to them (A-16)."""
    person_id, to = (papers.cast.people[deed.more[name]] for name in ("person", "to"))
    with papers.house.uow.read() as session:
        found = open_work(session, by.actor, person_id, at=by.at, today=by.today)
    cmd = DisablePerson(person_id, to_one(found, to), deed.more["reason"])
    disable_person(cmd, by=by, house=papers.house)


def _delegate(papers: Papers, by: Caller, deed: Deed) -> None:
    """Let somebody sign for who is away, from that day on (A-2, A-8)."""
    to, until = papers.cast.people[deed.more["to"]], papers.day(deed.more["until"])
    cmd = GiveDelegation(by.person_id, to, by.today, until, deed.more["reason"])
    give_delegation(cmd, by=by, house=papers.house)


def _reserve(papers: Papers, by: Caller, deed: Deed) -> None:
    unit_id = papers.cast.units[deed.more["unit"]]
    until: date | int | None = deed.more.get("until")
    kept = Reserved(unit_id, None, papers.day(until) if until is not None else None)
    cmd = ReserveNumber(
        _type(papers, deed.more["type"]),
        deed.more["reason"],
        unit_id,
        deed.more.get("values", ""),
        deed.more.get("count", 1),
        kept,
    )
    reserve_numbers(cmd, by=by, house=papers.house)


def _void(papers: Papers, by: Caller, deed: Deed) -> None:
    void_number(VoidNumber(deed.more["number"], deed.more["reason"]), by=by, house=papers.house)


def _explain(papers: Papers, by: Caller, deed: Deed) -> None:
    cmd = ExplainNumbers(deed.more["number"], deed.more["reason"], deed.more.get("last", ""))
    explain_numbers(cmd, by=by, house=papers.house)


def _save_search(papers: Papers, by: Caller, deed: Deed) -> None:
    address = urlencode(deed.more["asks"])
    save_search(SaveSearch(deed.more["name"], address), by=by, house=papers.house)


def _import(papers: Papers, by: Caller, deed: Deed) -> None:
    """Bring in papers from before; they are read in the background and wait to be checked (I-1)."""
    uploads = []
    for one in deed.more["files"]:
        paper = Paper(title=one["title"], author=one["author"], made_on=one["day"])
        paper.title(papers.content.company.name, one["title"])
        paper.fields([[(label, one["facts"][label]) for label in row] for row in one["rows"]])
        for line in one["text"].strip("\n").splitlines():
            if line.startswith("# "):
                paper.chapter(line.removeprefix("# "))
            else:
                paper.line(line)
        name = file_name(f"{one['title']}", "docx")
        uploads.append(stage_upload(io.BytesIO(paper.bytes()), name=name, by=by, house=papers.house))
    with papers.house.uow.read() as session:
        class_id = class_named(session, deed.more["class"], at=by.at).id
    cmd = StartImport(
        deed.more["name"],
        "upload",
        papers.cast.units[deed.more["unit"]],
        _type(papers, deed.more["type"]),
        class_id,
        tuple(uploads),
    )
    run_id = start_import(cmd, by=by, house=papers.house)
    with at_work(papers.house):
        while (state := _state(papers, run_id)) is not RunState.CHECKING:
            step(papers.house, run_id, state)


def _state(papers: Papers, run_id: UUID) -> RunState:
    with papers.house.uow.read() as session:
        return session.get_one(ImportRun, run_id).state


def _type(papers: Papers, code: str) -> UUID:
    with papers.house.uow.read() as session:
        return session.scalars(select(DocumentType.id).where(DocumentType.code == code)).one()


DOINGS: Final[Mapping[str, Callable[[Papers, Caller, Deed], None]]] = {
    "post": _post,
    "lead": _lead,
    "rename_unit": _rename,
    "leave": _leave,
    "delegate": _delegate,
    "reserve": _reserve,
    "void": _void,
    "explain": _explain,
    "save_search": _save_search,
    "import": _import,
}
