"""`docctl epoch show|accept`: what a restore has lost, and the two people who accept it (T-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docctl.cli.answers import Answer
from docctl.cli.command import Noun
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.epochs import EpochPage

epoch = Noun("epoch")


@epoch.command("show", permission="epoch.view", who="either")
def show(desk: Desk) -> Answer:
    """Show every restore of an older state: what was lost, and who accepted it (T-2)."""
    from docctl.queries.epochs import epoch_pages

    with desk.read() as session:
        pages = epoch_pages(session, desk.actor)
    lines = [line for one in pages for line in _lines(desk, one)]
    return Answer({"epochs": [_as_data(one) for one in pages]}, lines or [desk.words.t("cli.no_epoch")])


@epoch.command("accept", permission="epoch.accept", signs=True, changes=True)
def accept(desk: Desk) -> Answer:
    """Accept the restored state that waits; the second person lets everybody write again (T-2, A-3)."""
    from docctl.domain.verdicts import NotFound
    from docctl.queries.epochs import epoch_pages
    from docctl.services.epochs.accept import AcceptEpoch, accept_epoch

    with desk.read() as session:
        waiting = [one for one in epoch_pages(session, desk.actor) if one.waits]
    if not waiting:
        raise NotFound("epoch")
    page = waiting[0]
    what = "\n".join(_lines(desk, page))
    by = desk.signer(f"{what}\n{page.content_sha256}")
    cmd = AcceptEpoch(page.number, desk.signed(page.content_sha256))
    people = accept_epoch(cmd, by=by, house=desk.house)
    key = "epoch_accepted" if people > 1 else "epoch_first"
    return desk.done(key, {"epoch": page.number, "people": people}, epoch=page.number)


def _lines(desk: Desk, one: EpochPage) -> list[str]:
    say, told = desk.words.t, one.content
    lines = [
        say(
            "cli.epoch",
            epoch=one.number,
            at=desk.words.instant(one.started_at),
            backup=desk.words.instant(one.backup_at),
            end=one.end,
        ),
        say(
            "cli.epoch_lost",
            n=told["lost_events"],
            numbers=told["number_count"],
            objects=told["object_count"],
            destroyed=told["destroyed_count"],
        ),
    ]
    lines += [say("cli.epoch_by", name=name, at=desk.words.instant(at)) for name, at in one.accepted]
    if one.waits:
        lines.append(say("cli.epoch_waits"))
    return lines


def _as_data(one: EpochPage) -> dict[str, Any]:
    return {
        "epoch": one.number,
        "started_at": one.started_at,
        "backup_at": one.backup_at,
        "end": one.end,
        "content": one.content,
        "sha256": one.content_sha256,
        "accepted": [{"name": name, "at": at} for name, at in one.accepted],
        "waits": one.waits,
    }
