"""Change requests for tests: asked, decided, looked at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from docctl.domain.change_requests import Asked, RequestAction, RequestKind
from docctl.queries.request_page import RequestPage, request_page
from docctl.services.requests.ask import AskForChange, ask_for_change
from docctl.services.requests.decide import DecideRequest, decide_request
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.world import World

ASKED = Asked("4.2：每周改为每日", "每周检查不够", "内审发现 3")


def asked(
    world: World,
    revision: UUID,
    who: str = "wang",
    *,
    kind: RequestKind = RequestKind.CHANGE,
    said: Asked = ASKED,
    **more: Any,
) -> UUID:
    """Ask for a change of a revision's document; return the request's id."""
    cmd = AskForChange(kind, said, world.document_of(revision).id, **more)
    return ask_for_change(cmd, by=world.by(who), house=world.house)


def decided(
    world: World, request: UUID, action: RequestAction = RequestAction.ACCEPT, who: str = "chen"
) -> UUID:
    """Decide a request with a reason."""
    cmd = DecideRequest(request, None, action, "同意安排")
    return decide_request(cmd, by=world.by(who), house=world.house)


def revised(world: World, revision: UUID, *requests: UUID, who: str = "chen") -> UUID:
    """Start the next revision, which answers these requests."""
    cmd = ReviseDocument(
        world.document_of(revision).id, "改 4.2", "申请", (world.upload(who),), request_ids=requests
    )
    return revise_document(cmd, by=world.by(who), house=world.house)


def page(world: World, request: UUID, who: str = "chen") -> RequestPage:
    """Return a request as somebody sees it."""
    with world.house.uow.read() as session:
        return request_page(session, world.by(who).actor, request, at=world.clock(), zone=world.house.zone)


def state(world: World, request: UUID) -> str:
    """Return how a request stands."""
    return page(world, request).row.state
