"""`docctl audit verify|seal|export`, `docctl objects verify|probe|sweep|read`: all as it was (T-2, T-3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from docctl.cli.answers import FAILED, REFUSED, Answer, Failure, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

audit = Noun("audit")
objects = Noun("objects")


@audit.command("verify", permission="audit.verify", who="either")
def verify_trail(desk: Desk) -> Answer:
    """Check the whole chain of events and name the first bad one (T-1, T-2)."""
    from docctl.domain.epochs import lost_count
    from docctl.domain.permissions import Facts, authorise
    from docctl.jobs.proof import verify_trail as verify
    from docctl.queries.epochs import epochs_of

    authorise(desk.actor, "audit.verify", Facts())
    report = verify(desk.house)
    with desk.read() as session:
        epochs = epochs_of(session)
    data: dict[str, Any] = {
        "ok": report.ok,
        "events": report.events,
        "heads": report.heads,
        "first_bad": report.first_bad,
        "reason": report.reason,
    }
    if epochs:  # scripts know the shape of a trail that never was restored
        data["epochs"] = [
            {"epoch": one.number, "end": one.end, "lost": dict(one.lost), "accepted": one.stands}
            for one in epochs
        ]
    told = [
        desk.words.t(
            "cli.epoch_stands" if one.stands else "cli.epoch_open",
            epoch=one.number,
            end=one.end,
            n=lost_count(end=one.end, lost=one.lost),
        )
        for one in epochs
    ]
    if report.ok:
        lines = [
            desk.words.t("cli.audit_ok", n=report.events),
            desk.words.t("cli.audit_heads", n=report.heads, stored=report.stored, witness=report.witness),
            *told,
        ]
        return Answer(data, lines)
    line = desk.words.t("cli.audit_bad", event=report.first_bad or 0, reason=report.reason or "")
    return Answer(data, [line, *told], FAILED)


@audit.command("seal", permission="system.operate", who="operator")
@option("--new-key", is_flag=True)
@option("--trust-clock", is_flag=True)
def seal_trail(desk: Desk, new_key: bool, trust_clock: bool) -> Answer:
    """Sign a head now, store it and hand it to the witness (T-2).

    `--new-key` adds a key that the old one signs; `--trust-clock` is the operator's word that the
    clock is right after it leapt or docctl stood still for long (R-4).
    """
    from docctl.jobs.heads import hand_to_witness, store_head
    from docctl.jobs.sealer import seal, seal_round
    from docctl.services.audit.faults import SealFault
    from docctl.services.audit.watch import NoteKey, TrustClock, note_key
    from docctl.services.audit.watch import trust_clock as trust

    house, by = desk.house, desk.caller()
    if trust_clock:
        trust(TrustClock(house.clock()), by=by, house=house)
    try:
        if new_key:
            seal(house)  # what the old key can sign it signs first
            note_key(NoteKey(house.audit_keys.renew().key_id), by=by, house=house)
        sealed = seal(house)
        store_head(house, at_once=True)
        hand_to_witness(house, at_once=True)
    except SealFault as fault:
        seal_round(house)  # turns the alarm on
        raise Failure(FAILED, "T-2", fault.code, desk.words.t(f"trail.fault.{fault.code}")) from fault
    seal_round(house)
    data = {"size": sealed.size, "new": sealed.is_new, "key": _newest_key(desk)}
    return desk.done("sealed", data, n=sealed.size)


def _newest_key(desk: Desk) -> str | None:
    from docctl.models.seals import keys_in_order

    with desk.read() as session:
        keys = keys_in_order(session)
    return keys[-1].key_id if keys else None


@audit.command("export", permission="audit.export", who="either")
@click.argument("folder", type=click.Path(path_type=Path))
@option("--record", "item_number", default="", metavar="NUMBER")
@option("--from", "start", type=click.IntRange(min=1), default=1, metavar="SEQ")
def export_trail(desk: Desk, folder: Path, item_number: str, start: int) -> Answer:
    """Write a package of the trail that an outsider can check, with the verifier in it (T-2)."""
    from docctl.jobs.package import write_package

    if item_number and start > 1:
        raise click.UsageError(desk.words.t("cli.record_or_from"))
    found = write_package(desk.house, folder, by=desk.caller(), number=item_number, start=start)
    data = {
        "folder": folder,
        "events": found.events,
        "withheld": found.withheld,
        "heads": found.heads,
        "signatures": found.signatures,
        "disposals": found.disposals,
        "size": found.size,
    }
    return desk.done("packaged", data, n=found.events, folder=str(folder))


@objects.command("verify", permission="system.operate", who="operator")
@option("--note", is_flag=True)
def verify_objects(desk: Desk, note: bool) -> Answer:
    """Read every stored file again and compare it with its row; list what is too much (T-3)."""
    from docctl.jobs.check import keep_report
    from docctl.queries.objects import check_objects

    house = desk.house
    report = check_objects(house.uow.read, house.objects, clock=house.clock, zone=house.zone)
    if note:
        keep_report(house, report)
    data = {
        "ok": report.ok,
        "objects": report.checked,
        "problems": [
            {
                "problem": one.problem,
                "kind": one.kind,
                "number": one.number,
                "revision": one.label,
                "file": one.name,
                "key": one.key,
            }
            for one in report.problems
        ],
        "without_row": report.without_row,
        "strays": report.strays,
        "plain": report.plain,
    }
    rows = [
        (
            desk.words.t(f"cli.fixity.{one.problem}"),
            " ".join(filter(None, (one.number, one.label))),
            one.name,
            one.key,
        )
        for one in report.problems
    ]
    head = [desk.label(name) for name in ("problem", "number", "file", "key")]
    count = desk.words.t("cli.objects_checked", n=report.checked, bad=len(report.problems))
    lines = [*Table(head, rows).lines(), count]
    if report.without_row:
        lines.append(desk.words.t("cli.objects_without_row", n=len(report.without_row)))
    if report.strays:
        lines += [f"{desk.words.t(f'cli.stray.{one.kind}')}  {one.area}/{one.name}" for one in report.strays]
    if report.plain:
        lines.append(desk.words.t("cli.objects_plain", n=report.plain))
    return Answer(data, lines, 0 if report.ok else FAILED)


@objects.command("probe", permission="system.operate", who="operator")
@option("--far", is_flag=True)
def probe(desk: Desk, far: bool) -> Answer:
    """Try the store: what it keeps to, and whether that is as much as the setting asks for (R-4, R-5)."""
    from docctl.cli.store import is_enough, lines_of_probe

    found = desk.house.probe(far)
    enough = is_enough(desk, found)
    data = {
        "verdict": found.verdict,
        "required": desk.machine.settings.s3_require,
        "enough": enough,
        "reasons": found.reasons,
        "checks": {one.check.value: one.passed for one in found.findings},
        "at": found.at,
    }
    return Answer(data, lines_of_probe(desk, found), 0 if enough else REFUSED)


@objects.command("sweep", permission="system.operate", who="operator")
@option("--check", is_flag=True)
def sweep(desk: Desk, check: bool) -> Answer:
    """Remove files that no row names for a day, and uploads whose time is over (F-3; style 12)."""
    from docctl.services.objects.sweep import sweep as sweep_house

    found = sweep_house(desk.house, by=desk.caller(), only_look=check)
    data = {
        "objects": found.objects,
        "uploads": found.uploads,
        "refused": found.refused,
        "keys": found.keys,
        "removed": not check,
    }
    return desk.done(
        "would_sweep" if check else "swept", data, objects=len(found.objects), uploads=found.uploads
    )


@objects.command("read", permission="system.operate", who="operator")
def read_objects(desk: Desk) -> Answer:
    """Have files that gave no text read again: after a program was installed, or a newer docctl (S-1)."""
    from docctl.services.objects.read_again import read_unread

    count = read_unread(by=desk.caller(), house=desk.house)
    return desk.done("read_again", {"files": count}, n=count)
