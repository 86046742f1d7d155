"""How the system itself is: worker, index, deliveries, due jobs, files; for those who look after it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from docctl.jobs.lease import LENGTH
from docctl.queries.copies import came_after, copies
from docctl.queries.followers import failing_deliveries, failing_jobs, followers
from docctl.queries.proof import proof_state
from docctl.services.deliveries.retry import RetryDelivery, retry_delivery
from docctl.web.context import caller, flash_done, house, render, requires, see_other

bp = Blueprint("status", __name__, url_prefix="/trail/status")


@bp.get("")
@requires("system.view")
def show() -> str:
    """Show what waits and what fails, and since when (S-4, T-3)."""
    here = house()
    at = here.clock()
    with here.uow.read() as session:
        state = followers(session, at=at, every=here.scrub_every)
        failing = failing_deliveries(session)
        jobs = failing_jobs(session)
        hosts = copies(session, at=at)
        position = here.search.position()
        since = came_after(session, position)
        head = proof_state(session).head
    until = state.worker_until
    return render(
        "trail/status.html",
        state=state,
        failing=failing,
        index=here.search.state,
        jobs=jobs,
        hosts=hosts,
        at=at,
        sealed_at=head.at.astimezone(here.zone) if head else None,
        behind=max(0, state.events - position),
        behind_seconds=max(0, round((at - since).total_seconds())) if since else 0,
        entries=here.search.count(),
        is_at_work=until is not None and until > at,
        seen=(until - LENGTH).astimezone(here.zone) if until else None,
        zone=here.zone,
    )


@bp.post("/deliveries/<uuid:delivery_id>/retry")
@requires("delivery.retry")
def retry(delivery_id: UUID) -> Response:
    """Let a delivery that failed be tried again now."""
    retry_delivery(RetryDelivery(delivery_id), by=caller(), house=house())
    flash_done("trail.status.retried")
    return see_other("/trail/status")
