"""Copies and readers of the sample company's documents: listed, received, called back, read (D-1, D-4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select

from docctl.demo.acts import Deed
from docctl.demo.papers import Papers
from docctl.domain.copy_states import Medium
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Revision
from docctl.models.organisation import Post
from docctl.models.work import Step, StepStatus
from docctl.services.caller import Caller
from docctl.services.distribution.change import AddRecipient, add_recipient
from docctl.services.distribution.copies import (
    CloseCopy,
    RecallCopy,
    ReceiveCopy,
    destroy_copy,
    lose_copy,
    recall_copy,
    receive_copy,
    return_copy,
)
from docctl.services.distribution.draft import ListRecipient, list_recipient
from docctl.services.distribution.read import Acknowledge, acknowledge
from docctl.services.distribution.remind import RemindReaders, remind_readers
from docctl.services.revisions.copy_steps import AcknowledgeCopy, acknowledge_copy
from docctl.services.revisions.remind import IssueReminder, issue_reminder


def _list(papers: Papers, by: Caller, deed: Deed) -> None:
    revision_id = papers.revisions[deed.document, deed.revision]
    with papers.house.uow.read() as session:
        version = session.get_one(Revision, revision_id).row_version
    cmd = ListRecipient(revision_id, version, _entry(papers, deed.more))
    list_recipient(cmd, by=by, house=papers.house)


def _add(papers: Papers, by: Caller, deed: Deed) -> None:
    revision_id = papers.revisions[deed.document, deed.revision]
    cmd = AddRecipient(revision_id, _entry(papers, deed.more), deed.more["reason"])
    add_recipient(cmd, by=by, house=papers.house)


def _entry(papers: Papers, more: Mapping[str, Any]) -> ListEntry:
    kind = next(one for one in HolderKind if one.value in more)
    named = more[kind.value]
    if kind is HolderKind.PERSON:
        holder = papers.cast.people[named]
    elif kind is HolderKind.POST:
        with papers.house.uow.read() as session:
            holder = session.scalars(select(Post.id).where(Post.name == named)).one()
    else:
        holder = papers.cast.units[more["unit_of"] if kind is HolderKind.PLACE else named]
    medium = Medium.POSTED if kind is HolderKind.PLACE else Medium(more.get("medium", "paper"))
    place = named if kind is HolderKind.PLACE else ""
    return ListEntry(kind, holder, medium, place, more.get("copies", 1), more.get("reads", False))


def _receive(papers: Papers, by: Caller, deed: Deed) -> None:
    copy = _copy(papers, deed)
    cmd = ReceiveCopy(copy.id, copy.row_version, by.today, deed.more.get("receiver", ""))
    receive_copy(cmd, by=by, house=papers.house)


def _recall(papers: Papers, by: Caller, deed: Deed) -> None:
    copy = _copy(papers, deed)
    recall_copy(RecallCopy(copy.id, copy.row_version, deed.more["reason"]), by=by, house=papers.house)


def _close(papers: Papers, by: Caller, deed: Deed) -> None:
    copy, more = _copy(papers, deed), deed.more
    witness = papers.cast.people[more["witness"]] if "witness" in more else None
    closing = CloseCopy(copy.id, copy.row_version, by.today, more.get("reason", ""), witness)
    how = {"give_back": return_copy, "destroy_copy": destroy_copy, "lose_copy": lose_copy}
    how[deed.do](closing, by=by, house=papers.house)


def _copy(papers: Papers, deed: Deed) -> ControlledCopy:
    with papers.house.uow.read() as session:
        of = ControlledCopy.document_id == papers.documents[deed.document]
        query = select(ControlledCopy).where(of, ControlledCopy.number == deed.more["copy"])
        return session.scalars(query).one()


def _read(papers: Papers, by: Caller, deed: Deed) -> None:
    acknowledge(Acknowledge(papers.revisions[deed.document, deed.revision]), by=by, house=papers.house)


def _remind(papers: Papers, by: Caller, deed: Deed) -> None:
    remind_readers(RemindReaders(papers.revisions[deed.document, deed.revision]), by=by, house=papers.house)


def _know(papers: Papers, by: Caller, deed: Deed) -> None:
    """Say that one knows of a revision that was copied to one (A-10)."""
    cmd = AcknowledgeCopy(papers.revisions[deed.document, deed.revision], deed.more.get("remark", ""))
    acknowledge_copy(cmd, by=by, house=papers.house)


def _chase(papers: Papers, by: Caller, deed: Deed) -> None:
    """Issue a numbered reminder for the step that is open (A-13)."""
    with papers.house.uow.read() as session:
        open_step = select(Step.id).where(
            Step.revision_id == papers.revisions[deed.document, deed.revision], Step.status == StepStatus.OPEN
        )
        step_id = session.scalars(open_step).one()
    issue_reminder(IssueReminder(step_id, deed.more.get("note", "")), by=by, house=papers.house)


DOINGS: Final[Mapping[str, Callable[[Papers, Caller, Deed], None]]] = {
    "list": _list,
    "add": _add,
    "receive": _receive,
    "recall": _recall,
    "give_back": _close,
    "destroy_copy": _close,
    "lose_copy": _close,
    "read": _read,
    "know": _know,
    "chase": _chase,
    "remind": _remind,
}
