"""What `GET /metrics` says: the counts of this process, and the state that all processes share.

A figure is one line of `FIGURES`; none has a label that could name an item or a person; hosts have one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from docctl.queries.copies import CopyState, came_after, copies
from docctl.queries.followers import Followers, followers
from docctl.queries.proof import proof_state
from docctl.services.house import House

log = logging.getLogger(__name__)

_Family = CounterMetricFamily | GaugeMetricFamily


@dataclass(frozen=True, slots=True)
class Seen:
    """What one scrape looks at."""

    state: Followers
    position: int
    at: datetime
    #: When the first event came that the index has yet to follow; when the newest head was signed.
    behind_since: datetime | None = None
    sealed_at: datetime | None = None
    unsealed_since: datetime | None = None
    copies: tuple[CopyState, ...] = ()

    def age(self, since: datetime | None) -> float:
        """Return how long ago an instant was, in seconds; 0 for none."""
        return max(0.0, (self.at - since).total_seconds()) if since else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge read from the database when it is asked for; a counter where `counts`."""

    name: str
    help: str
    value: Callable[[Seen], float]
    counts: bool = False


FIGURES: Final = (
    Figure("docctl_events", "Events of the trail.", lambda one: one.state.events, counts=True),
    Figure(
        "docctl_projection_lag_events",
        "Events that the search index of this host has yet to follow.",
        lambda one: max(0, one.state.events - one.position),
    ),
    Figure(
        "docctl_projection_lag_seconds",
        "Age of the oldest of these events.",
        lambda one: one.age(one.behind_since),
    ),
    Figure(
        "docctl_trail_sealed_age_seconds",
        "Age of the newest signed head, 0 before the first.",
        lambda one: one.age(one.sealed_at),
    ),
    Figure(
        "docctl_trail_unsealed_oldest_seconds",
        "Age of the oldest event that no head seals.",
        lambda one: one.age(one.unsealed_since),
    ),
    Figure(
        "docctl_worker_seen",
        "1 while a worker holds the lease.",
        lambda one: float(one.state.worker_until is not None and one.state.worker_until > one.at),
    ),
    Figure("docctl_deliveries_waiting", "Deliveries not tried yet.", lambda one: one.state.waiting),
    Figure(
        "docctl_deliveries_waiting_oldest_seconds",
        "Age of the oldest delivery not tried yet.",
        lambda one: one.age(one.state.waiting_since),
    ),
    Figure(
        "docctl_deliveries_failing",
        "Deliveries that failed and wait for their next try.",
        lambda one: one.state.failing,
    ),
    Figure(
        "docctl_deliveries_failing_oldest_seconds",
        "Age of the oldest delivery that failed.",
        lambda one: one.age(one.state.failing_since),
    ),
    Figure("docctl_mails_waiting", "Mails not tried yet.", lambda one: one.state.mails_waiting),
    Figure(
        "docctl_mails_waiting_oldest_seconds",
        "Age of the oldest mail not tried yet.",
        lambda one: one.age(one.state.mails_waiting_since),
    ),
    Figure(
        "docctl_mails_failing",
        "Mails that failed and wait for their next try.",
        lambda one: one.state.mails_failing,
    ),
    Figure(
        "docctl_mails_failing_oldest_seconds",
        "Age of the oldest mail that failed.",
        lambda one: one.age(one.state.mails_failing_since),
    ),
    Figure("docctl_due_jobs_open", "Jobs that fall due now or later.", lambda one: one.state.jobs),
    Figure(
        "docctl_due_jobs_overdue",
        "Jobs that fell due five minutes ago or earlier.",
        lambda one: one.state.jobs_late,
    ),
    Figure(
        "docctl_due_jobs_overdue_oldest_seconds",
        "How long the oldest of these has been due.",
        lambda one: one.age(one.state.jobs_late_since),
    ),
    Figure("docctl_due_jobs_failing", "Due jobs that failed.", lambda one: one.state.jobs_failing),
    Figure("docctl_stored_files", "Stored files of items.", lambda one: one.state.files),
    Figure("docctl_stored_bytes", "Bytes of these files as stored.", lambda one: one.state.files_size),
    Figure(
        "docctl_stored_files_unsound",
        "Stored files found damaged, missing or exchanged.",
        lambda one: one.state.files_unsound,
    ),
    Figure(
        "docctl_stored_files_late",
        "Stored files not read again in time.",
        lambda one: one.state.files_late,
    ),
    Figure(
        "docctl_stored_files_oldest_check_seconds",
        "Age of the oldest check.",
        lambda one: one.age(one.state.files_oldest),
    ),
    Figure(
        "docctl_backup_age_seconds",
        "Age of the newest backup; 0 where none was made.",
        lambda one: one.age(one.state.backup_at),
    ),
    Figure("docctl_uploads_staged", "Uploads that wait for their form.", lambda one: one.state.uploads),
    Figure("docctl_uploads_staged_bytes", "Bytes of these uploads.", lambda one: one.state.uploads_size),
)


@dataclass(frozen=True, slots=True)
class HostFigure:
    """A gauge with a value for each host that keeps an index; of two copies of one name the worse one."""

    name: str
    help: str
    value: Callable[[Seen, CopyState], float]


HOSTS: Final = (
    HostFigure(
        "docctl_index_copy_lag_events",
        "Events that the index of a host had yet to follow when it last told.",
        lambda _, one: one.behind,
    ),
    HostFigure(
        "docctl_index_copy_lag_seconds", "Age of the oldest of these.", lambda seen, one: one.lag(seen.at)
    ),
    HostFigure(
        "docctl_index_copy_seen_seconds",
        "How long ago a host told last how its index is.",
        lambda seen, one: seen.age(one.seen_at),
    ),
)


class _Shared:
    """A collector over what stands in the database now."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[_Family]:
        try:
            seen = self._look()
        except Exception as error:  # noqa: BLE001  # the counts of the process are told all the same
            log.warning("no figures", extra={"fields": {"error": type(error).__name__}})
            seen = None
        yield GaugeMetricFamily("docctl_database_up", "1 if the database answered.", float(seen is not None))
        if seen is not None:
            for one in FIGURES:
                family = CounterMetricFamily if one.counts else GaugeMetricFamily
                yield family(one.name, one.help, float(one.value(seen)))
            for per_host in HOSTS:
                gauge = GaugeMetricFamily(per_host.name, per_host.help, labels=["host"])
                worst: dict[str, float] = {}
                for copy in seen.copies:
                    worst[copy.host] = max(worst.get(copy.host, 0.0), float(per_host.value(seen, copy)))
                for host, value in worst.items():
                    gauge.add_metric([host], value)
                if worst:
                    yield gauge

    def _look(self) -> Seen:
        at = self._house.clock()
        with self._house.uow.read() as session:
            state = followers(session, at=at, every=self._house.scrub_every)
            position = self._house.search.position()
            proof = proof_state(session)
            return Seen(
                state,
                position,
                at,
                behind_since=came_after(session, position),
                sealed_at=proof.head.at if proof.head else None,
                unsealed_since=proof.tail_since,
                copies=tuple(one for one in copies(session, at=at) if one.forgotten_at is None),
            )


def metrics(house: House) -> bytes:
    """Return all figures in Prometheus' text format."""
    shared = CollectorRegistry()
    shared.register(_Shared(house))
    return house.measures.text() + generate_latest(shared)
