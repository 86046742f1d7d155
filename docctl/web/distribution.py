"""Pages of a revision's distribution: its list, copies and readers, changing the list (D-1, D-4, D-8)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.copy_states import Medium
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.queries.by_name import person_written
from docctl.queries.distribution import DistributionPage, EntryLine, distribution_page
from docctl.queries.distribution_changes import list_is_draft
from docctl.queries.distribution_choices import holder_choices
from docctl.services.distribution.change import (
    AddRecipient,
    RemoveRecipient,
    add_recipient,
    remove_recipient,
)
from docctl.services.distribution.draft import (
    ListRecipient,
    UnlistRecipient,
    list_recipient,
    unlist_recipient,
)
from docctl.services.distribution.read import Acknowledge, acknowledge
from docctl.services.distribution.remind import RemindReaders, remind_readers
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form
from docctl.web.registers import past_day

bp = Blueprint("distribution", __name__, url_prefix="/documents/revisions/<uuid:revision_id>/distribution")


def _is_draft(revision_id: UUID) -> bool:
    with house().uow.read() as session:
        return list_is_draft(session, actor(), revision_id)


def _page(revision_id: UUID, **_more: UUID) -> DistributionPage:
    with house().uow.read() as session:
        return distribution_page(
            session,
            actor(),
            revision_id,
            at=house().clock(),
            zone=house().zone,
            as_of=past_day(request.args.get("as_of"), house().today()),
        )


@bp.get("")
@requires("distribution.view")
def show(revision_id: UUID) -> str:
    """Show who has a revision and who has read it, now or as of a past day (D-2, D-4, D-8)."""
    return render("distribution/page.html", page=_page(revision_id), today=house().today())


@dataclass(frozen=True, slots=True)
class AddForm:
    """An entry as typed: a unit or post, or a person, or a place that the unit looks after."""

    holder: str = ""
    person: str = ""
    place: str = ""
    medium: str = "paper"
    copies: int = 1
    reads: bool = False
    reason: str = ""
    row_version: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AddPage:
    """What the form shows beside the distribution."""

    about: DistributionPage
    holders: tuple[tuple[str, str], ...]


def _add_page(revision_id: UUID) -> AddPage:
    with house().uow.read() as session:
        return AddPage(_page(revision_id), holder_choices(session))


_BESIDE = {
    "D-8.holder_needed": "holder",
    "D-8.listed_twice": "holder",
    "D-8.copies_unfit": "copies",
    "D-1.place_needed": "place",
    "D-1.place_too_long": "place",
    "D-2.reason_needed": "reason",
    "D-2.reason_too_long": "reason",
    "O-1": "person",
}


@bp.route("/add", methods=["GET", "POST"])
@requires("distribution.view")
@form("distribution/add.html", AddForm, page=_add_page, beside=_BESIDE)
def add(typed: AddForm, revision_id: UUID) -> Response:
    """Put an entry on the list: a draft's freely, an issued revision's with the reason (D-8)."""
    entry, by = _typed_entry(typed), caller(typed.request_id)
    if _is_draft(revision_id):
        list_recipient(ListRecipient(revision_id, typed.row_version, entry), by=by, house=house())
    else:
        add_recipient(AddRecipient(revision_id, entry, typed.reason), by=by, house=house())
    flash_done("copies.done.listed")
    return see_other(f"/documents/revisions/{revision_id}/distribution")


def _typed_entry(typed: AddForm) -> ListEntry:
    """Return the entry that is meant; raise RuleRefused where it names none or two (D-8)."""
    place = " ".join(typed.place.split())
    if bool(typed.holder) == bool(typed.person):
        raise RuleRefused(Refused("D-8", "holder_needed"))
    if typed.person:
        with house().uow.read() as session:
            kind, holder_id = HolderKind.PERSON, person_written(session, typed.person)
    else:
        kind, holder_id = _chosen(typed.holder)
    medium = Medium(typed.medium) if typed.medium in list(Medium) else Medium.PAPER
    if place and kind is HolderKind.UNIT:
        kind, medium = HolderKind.PLACE, Medium.POSTED
    return ListEntry(kind, holder_id, medium, place, typed.copies, typed.reads)


def _chosen(text: str) -> tuple[HolderKind, UUID]:
    kind, _, key = text.partition(":")
    try:
        return HolderKind(kind), UUID(key)
    except ValueError as error:
        raise RuleRefused(Refused("D-8", "holder_needed")) from error


@dataclass(frozen=True, slots=True)
class RemoveForm:
    """Why somebody is taken off the list of an issued revision."""

    reason: str = ""
    row_version: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class RemovePage:
    """The entry that is taken off."""

    about: DistributionPage
    entry: EntryLine


def _remove_page(revision_id: UUID, entry_id: UUID) -> RemovePage:
    about = _page(revision_id)
    found = next((one for one in about.entries if one.entry_id == entry_id), None)
    if found is None:
        raise NotFound("entry")
    return RemovePage(about, found)


@bp.route("/entries/<uuid:entry_id>/remove", methods=["GET", "POST"])
@requires("distribution.view")
@form("distribution/remove.html", RemoveForm, page=_remove_page, beside={"D-2": "reason"})
def remove(typed: RemoveForm, revision_id: UUID, entry_id: UUID) -> Response:
    """Take an entry off the list; of an issued revision its open copies are recalled (D-8)."""
    by = caller(typed.request_id)
    if _is_draft(revision_id):
        unlist_recipient(UnlistRecipient(revision_id, typed.row_version, entry_id), by=by, house=house())
    else:
        remove_recipient(RemoveRecipient(revision_id, entry_id, typed.reason), by=by, house=house())
    flash_done("copies.done.unlisted")
    return see_other(f"/documents/revisions/{revision_id}/distribution")


@bp.post("/read")
@requires("reading.acknowledge")
def read(revision_id: UUID) -> Response:
    """Note that the person has read the revision (D-4)."""
    acknowledge(Acknowledge(revision_id), by=caller(request.form.get("request_id", "")[:64]), house=house())
    flash_done("copies.done.read")
    return see_other(f"/documents/revisions/{revision_id}")


@bp.post("/remind")
@requires("reading.remind")
def remind(revision_id: UUID) -> Response:
    """Remind everybody who has not read the revision (D-4)."""
    by = caller(request.form.get("request_id", "")[:64])
    remind_readers(RemindReaders(revision_id), by=by, house=house())
    flash_done("copies.done.reminded")
    return see_other(f"/documents/revisions/{revision_id}/distribution")
