"""How a search or a view of a register is kept under a name, and let go: each for themselves (S-3, D-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.searches import SavedSearch
from docctl.services.caller import Caller
from docctl.services.people.load import lock_person
from docctl.services.registry import use_case

#: So many searches one person may keep, and so many views of one register.
MOST: Final = 50
#: As long as a name may be, and what a search says in its address.
LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 12_000


@dataclass(frozen=True, slots=True)
class SaveSearch:
    """A search to keep: its name, and what stands in the address of its page.

    `page` is the register that it is a view of, empty for a search.
    """

    name: str
    address: str
    page: str = ""


@use_case("search.save")
def save_search(session: Session, cmd: SaveSearch, by: Caller) -> UUID:
    """Keep a search; one of the same name is replaced (S-3)."""
    authorise(by.actor, "search.save", Facts())
    name = _name(cmd.name)
    if not cmd.address or len(cmd.address) > LONGEST_ADDRESS:
        raise RuleRefused(Refused("S-3", "nothing_to_save"))
    person = lock_person(session, by.person_id)  # so that two requests at once count each other
    there = (SavedSearch.person_id == person.id, SavedSearch.page == cmd.page)
    kept = session.scalar(select(SavedSearch).where(*there, SavedSearch.name == name))
    if kept is None:
        count = select(func.count()).select_from(SavedSearch).where(*there)
        if session.execute(count).scalar_one() >= MOST:
            raise RuleRefused(Refused("S-3", "too_many_saved", {"limit": MOST}))
        kept = SavedSearch(id=new_id(), person_id=person.id, page=cmd.page, name=name)
        session.add(kept)
    kept.address, kept.saved_at = cmd.address, by.at
    return kept.id


@dataclass(frozen=True, slots=True)
class RenameSearch:
    """A search that is kept under another name from now on."""

    search_id: UUID
    name: str


@use_case("search.save")
def rename_search(session: Session, cmd: RenameSearch, by: Caller) -> UUID:
    """Give one's own search another name; raise NotFound for anybody else's (S-3).

    Refused where another one has the name: that one would be lost.
    """
    authorise(by.actor, "search.save", Facts())
    name = _name(cmd.name)
    kept = _own(session, cmd.search_id, by)
    lock_person(session, kept.person_id)
    taken = select(SavedSearch.id).where(
        SavedSearch.person_id == kept.person_id,
        SavedSearch.page == kept.page,
        SavedSearch.name == name,
        SavedSearch.id != kept.id,
    )
    if session.scalar(taken) is not None:
        raise RuleRefused(Refused("S-3", "name_taken", {"name": name}))
    kept.name = name
    return kept.id


@dataclass(frozen=True, slots=True)
class DropSearch:
    """A search that is no longer kept."""

    search_id: UUID


@use_case("search.save")
def drop_search(session: Session, cmd: DropSearch, by: Caller) -> UUID:
    """Let one's own search go; raise NotFound for anybody else's (S-3)."""
    authorise(by.actor, "search.save", Facts())
    kept = _own(session, cmd.search_id, by)
    session.delete(kept)
    return kept.id


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_NAME:
        raise RuleRefused(Refused("S-3", "name_unfit", {"longest": LONGEST_NAME}))
    return name


def _own(session: Session, search_id: UUID, by: Caller) -> SavedSearch:
    kept = session.get(SavedSearch, search_id)
    if kept is None or kept.person_id != by.person_id:
        raise NotFound("saved_search")
    return kept
