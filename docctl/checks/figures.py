"""What `GET /metrics` says: the counts of this process, and the state that all processes share.

A figure is one line of `FIGURES`; none has a label that could name an item or a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from docctl.queries.followers import Followers, followers
from docctl.services.house import House

log = logging.getLogger(__name__)

_Family = CounterMetricFamily | GaugeMetricFamily


@dataclass(frozen=True, slots=True)
class Seen:
    """What one scrape looks at."""

    state: Followers
    position: int
    at: datetime

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
    Figure("docctl_uploads_staged", "Uploads that wait for their form.", lambda one: one.state.uploads),
    Figure("docctl_uploads_staged_bytes", "Bytes of these uploads.", lambda one: one.state.uploads_size),
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

    def _look(self) -> Seen:
        at = self._house.clock()
        with self._house.uow.read() as session:
            state = followers(session, at=at, every=self._house.scrub_every)
        return Seen(state, self._house.search.position(), at)


def metrics(house: House) -> bytes:
    """Return all figures in Prometheus' text format."""
    shared = CollectorRegistry()
    shared.register(_Shared(house))
    return house.measures.text() + generate_latest(shared)
