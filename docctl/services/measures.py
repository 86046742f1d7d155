"""What one process counts of its own work, for Prometheus: nothing here names an item or a person.

A counter begins at zero with its process. Where `PROMETHEUS_MULTIPROC_DIR` names a folder, the library
keeps the counts of all processes of the host there, and each of them answers with the sum.
"""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

#: Upper bounds in seconds: of a request, and of the wait before a write.
_REQUEST: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_GATE: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0)

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Measures:
    """The counters of a house; safe to use from many threads."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._requests = Counter(
            "docctl_requests",
            "Requests answered, by endpoint, method and class of the status.",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "docctl_request_seconds",
            "Time until the answer began, by endpoint.",
            ("endpoint",),
            buckets=_REQUEST,
            registry=self.registry,
        )
        self._gate = Histogram(
            "docctl_write_gate_wait_seconds",
            "Time that writers waited for their turn.",
            buckets=_GATE,
            registry=self.registry,
        )
        self._retries = Counter(
            "docctl_transaction_retries",
            "Write transactions that were tried again, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self._sign_ins = Counter(
            "docctl_sign_in_failures", "Wrong names or passwords at the door.", registry=self.registry
        )
        self._rounds = Counter(
            "docctl_worker_rounds", "Rounds of the worker, by result.", ("result",), registry=self.registry
        )

    def answered(self, *, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count a request; an endpoint is the name of a view, never an address that somebody typed."""
        shown = method if method in _METHODS else "other"
        self._requests.labels(endpoint or "none", shown, f"{status // 100}xx").inc()
        self._seconds.labels(endpoint or "none").observe(seconds)

    def waited(self, seconds: float) -> None:
        """Note how long a writer waited for its turn."""
        self._gate.observe(seconds)

    def tried_again(self, reason: str) -> None:
        """Count a transaction that begins anew: `stale` or `busy`."""
        self._retries.labels(reason).inc()

    def sign_in_failed(self) -> None:
        """Count a wrong name or password at the door."""
        self._sign_ins.inc()

    def worked(self, result: str) -> None:
        """Count a round of the worker: `busy`, `idle` or `failed`."""
        self._rounds.labels(result).inc()

    def text(self) -> bytes:
        """Return the counts in Prometheus' text format: of this process, or of all of the host."""
        if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            return generate_latest(self.registry)
        summed = CollectorRegistry()
        MultiProcessCollector(summed)  # type: ignore[no-untyped-call]
        return generate_latest(summed)
