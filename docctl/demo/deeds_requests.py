"""What the sample company's people ask for, print blanks of, want filed each month and share outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Final

from sqlalchemy import select

from docctl.demo.acts import Deed
from docctl.demo.papers import Papers
from docctl.domain.change_requests import Asked, RequestAction, RequestKind
from docctl.domain.continuity import Continuity, Period
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.continuity import ContinuityRule
from docctl.models.organisation import Post, Unit
from docctl.models.requests import ChangeRequest
from docctl.services.blanks.end import ACTS, EndBlanks
from docctl.services.blanks.issue import IssueBlanks, ReceiveBlanks, issue_blanks, receive_blanks
from docctl.services.blanks.register import RegisterBlanks, register_blanks
from docctl.services.caller import Caller
from docctl.services.continuity.declare import DeclareContinuity, declare_continuity
from docctl.services.continuity.explain import ExplainPeriod, explain_period
from docctl.services.people.partners import ShareItem, share_item
from docctl.services.people.rosters import SetDuty, set_duty
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.requests.ask import AskForChange, TakeBackRequest, ask_for_change, take_back_request
from docctl.services.requests.decide import DecideRequest, decide_request


def _request(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    asked = Asked(
        more["what"],
        more["reason"],
        more.get("basis", ""),
        more.get("proposal", ""),
        papers.day(more["wanted"]) if "wanted" in more else None,
        more.get("title", ""),
    )
    cmd = AskForChange(
        RequestKind(more.get("kind", "change")),
        asked,
        papers.documents[deed.document] if deed.document else None,
        papers.cast.units[more["unit"]] if "unit" in more else None,
    )
    ask_for_change(cmd, by=by, house=papers.house)


def _decide_request(papers: Papers, by: Caller, deed: Deed) -> None:
    request = _asked(papers, deed)
    action = RequestAction(deed.more["decision"])
    cmd = DecideRequest(request.id, request.row_version, action, deed.more["reason"])
    decide_request(cmd, by=by, house=papers.house)


def _take_back(papers: Papers, by: Caller, deed: Deed) -> None:
    request = _asked(papers, deed)
    cmd = TakeBackRequest(request.id, request.row_version, deed.more["reason"])
    take_back_request(cmd, by=by, house=papers.house)


def _asked(papers: Papers, deed: Deed) -> ChangeRequest:
    """Return the last request for a document."""
    query = select(ChangeRequest).where(ChangeRequest.document_id == papers.documents[deed.document])
    with papers.house.uow.read() as session:
        return session.scalars(query.order_by(ChangeRequest.asked_at.desc()).limit(1)).one()


def _print_blanks(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    cmd = RegisterBlanks(
        papers.revisions[deed.document, deed.revision],
        more["first"],
        more["last"],
        by.today,
        more.get("book", 0),
        more.get("note", ""),
    )
    register_blanks(cmd, by=by, house=papers.house)


def _give_blanks(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    unit, person = papers.cast.units[more["unit"]], more.get("person")
    cmd = IssueBlanks(
        _print(papers, deed).id,
        more["first"],
        more["last"],
        unit,
        by.today,
        papers.cast.people[person] if person else None,
    )
    issue_blanks(cmd, by=by, house=papers.house)


def _receive_blanks(papers: Papers, by: Caller, deed: Deed) -> None:
    of_it = BlankIssue.print_id == _print(papers, deed).id
    unit = BlankIssue.unit_id == papers.cast.units[deed.more["unit"]]
    with papers.house.uow.read() as session:
        issue = session.scalars(select(BlankIssue).where(of_it, unit)).one()
    receive_blanks(ReceiveBlanks(issue.id, issue.row_version, by.today), by=by, house=papers.house)


def _end_blanks(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    first, reason = more["first"], more.get("reason", "")
    cmd = EndBlanks(_print(papers, deed).id, first, more.get("last", first), by.today, reason)
    ACTS[more["end"]](cmd, by=by, house=papers.house)


def _print(papers: Papers, deed: Deed) -> BlankPrint:
    query = select(BlankPrint).where(BlankPrint.document_id == papers.documents[deed.document])
    with papers.house.uow.read() as session:
        return session.scalars(query).one()


def _want_monthly(papers: Papers, by: Caller, deed: Deed) -> None:
    rule = Continuity(Period.MONTH, by.today.replace(day=1))
    unit = papers.cast.units[deed.more["unit"]]
    cmd = DeclareContinuity(papers.documents[deed.document], rule, unit)
    declare_continuity(cmd, by=by, house=papers.house)


def _explain_period(papers: Papers, by: Caller, deed: Deed) -> None:
    of_it = ContinuityRule.form_id == papers.documents[deed.document]
    with papers.house.uow.read() as session:
        rule = session.scalars(select(ContinuityRule).where(of_it)).one()
    slot = f"{papers.day(deed.more['of']):%Y-%m}"
    explain_period(ExplainPeriod(rule.id, slot, deed.more["reason"]), by=by, house=papers.house)


def _outside(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    root = papers.cast.units[papers.content.units[0].code]
    add_unit(AddUnit(more["unit"], more["name"], root, more["kind"]), by=by, house=papers.house)


def _share(papers: Papers, by: Caller, deed: Deed) -> None:
    more, document = deed.more, papers.documents[deed.document]
    with papers.house.uow.read() as session:
        unit = session.scalars(select(Unit.id).where(Unit.code == more["unit"])).one()
    cmd = ShareItem(unit, "document", document, more["purpose"], papers.day(more["until"]))
    share_item(cmd, by=by, house=papers.house)


def _duty(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    of = select(Post.id).where(Post.name == more["post"], Post.unit_id == papers.cast.units[more["unit"]])
    with papers.house.uow.read() as session:
        post = session.scalars(of).one()
    starts, ends = (time.fromisoformat(more[one]) for one in ("starts", "ends"))
    person = papers.cast.people[more["person"]]
    cmd = SetDuty(post, person, by.today, None, tuple(more["weekdays"]), starts, ends, more["shift"])
    set_duty(cmd, by=by, house=papers.house)


DOINGS: Final[Mapping[str, Callable[[Papers, Caller, Deed], None]]] = {
    "request": _request,
    "decide_request": _decide_request,
    "take_back_request": _take_back,
    "print_blanks": _print_blanks,
    "give_blanks": _give_blanks,
    "receive_blanks": _receive_blanks,
    "end_blanks": _end_blanks,
    "want_monthly": _want_monthly,
    "explain_period": _explain_period,
    "add_outside": _outside,
    "share_outside": _share,
    "duty": _duty,
}
