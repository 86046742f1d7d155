"""Whether the store is strong enough to begin with, and how its probe is told (R-4, R-5)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from docctl.cli.answers import REFUSED, Failure, Table
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from storage.probe import Probe

log = logging.getLogger(__name__)


def require_store(desk: Desk) -> None:
    """Try a store in S3 before anything is served or worked off; refuse one that is too weak (R-4).

    A server that does not answer is no reason not to start: nothing is kept before its lock was read
    back, and a store that comes back is used again.
    """
    from storage.api import StoreUnavailable

    if desk.machine.settings.storage != "s3":
        return
    try:
        found = desk.house.probe(False)
    except StoreUnavailable as error:
        log.error("the store does not answer: %s", error)  # noqa: TRY400 - the reason is in the line
        return
    reasons = ", ".join(found.reasons)
    log.warning("the store is %s%s", found.verdict.value, f" ({reasons})" if reasons else "")
    if not is_enough(desk, found):
        required = desk.machine.settings.s3_require
        message = desk.words.t(
            "cli.store_too_weak",
            verdict=desk.words.t(f"cli.verdict.{found.verdict.value}"),
            required=desk.words.t(f"cli.verdict.{required}"),
        )
        params = {"verdict": found.verdict.value, "required": required, "reasons": list(found.reasons)}
        raise Failure(REFUSED, "R-4", "store_too_weak", message, params)


def is_enough(desk: Desk, found: Probe) -> bool:
    """Say whether a verdict is as strong as the setting asks for; a folder is asked for nothing."""
    from storage.probe import Verdict

    settings = desk.machine.settings
    return settings.storage != "s3" or found.verdict.is_at_least(Verdict(settings.s3_require))


def lines_of_probe(desk: Desk, found: Probe) -> list[str]:
    """Return the verdict, and each check with what it found."""
    words = desk.words
    states = {True: "passed", False: "failed", None: "not_tried"}
    rows = [
        (words.t(f"cli.check.{one.check.value}"), words.t(f"cli.probe_state.{states[one.passed]}"))
        for one in found.findings
    ]
    table = Table([desk.label("check"), desk.label("result")], rows)
    return [words.t(f"cli.verdict.{found.verdict.value}"), *table.lines()]
