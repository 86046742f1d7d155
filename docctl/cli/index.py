"""`docctl index rebuild|verify|status`: the search index, which can always be made again (S-4)."""

from __future__ import annotations

from docctl.cli.answers import FAILED, Answer
from docctl.cli.command import Noun
from docctl.cli.desk import Desk

index = Noun("index")


@index.command("status", permission="system.operate", who="operator")
def status(desk: Desk) -> Answer:
    """Say how the index is and how far it has come (S-4)."""
    engine = desk.house.search
    behind = _lag(desk)
    data = {
        "state": engine.state,
        "entries": engine.count(),
        "position": engine.position(),
        "behind": behind,
    }
    state = desk.words.t(f"cli.index_state.{engine.state}")
    return Answer(data, [desk.words.t("cli.index_status", state=state, n=data["entries"], behind=behind)])


@index.command("rebuild", permission="system.operate", who="operator", changes=True)
def rebuild(desk: Desk) -> Answer:
    """Make the index anew from the database (S-4)."""
    from docctl.jobs.projection import rebuild as rebuild_index

    count = rebuild_index(desk.house)
    return desk.done("rebuilt", {"entries": count}, n=count)


@index.command("verify", permission="system.operate", who="operator")
def verify(desk: Desk) -> Answer:
    """Read the whole index and compare its entries with the database (S-4)."""
    from docctl.jobs.entries import all_entries

    engine = desk.house.search
    intact = engine.state == "ready" and engine.intact()
    there = set(engine.ids()) if intact else set()
    with desk.read() as session:
        wanted = {one.id for one in all_entries(session, desk.house.zone)}
    behind = _lag(desk)
    data = {
        "ok": intact and there == wanted,
        "intact": intact,
        "entries": len(there),
        "missing": sorted(wanted - there),
        "left_over": sorted(there - wanted),
        "behind": behind,
    }
    key = "cli.index_ok" if data["ok"] else "cli.index_bad"
    line = desk.words.t(
        key, n=len(there), missing=len(wanted - there), left_over=len(there - wanted), behind=behind
    )
    return Answer(data, [line], 0 if data["ok"] else FAILED)


def _lag(desk: Desk) -> int:
    from docctl.jobs.projection import lag

    return lag(desk.house)
