"""`docctl audit verify`, `docctl objects verify|probe|sweep`: trail and files are as they were (T-2, T-3)."""

from __future__ import annotations

from docctl.cli.answers import FAILED, REFUSED, Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

audit = Noun("audit")
objects = Noun("objects")


@audit.command("verify", permission="audit.verify", who="either")
def verify_trail(desk: Desk) -> Answer:
    """Check the whole chain of events and name the first bad one (T-1, T-2)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.audit import verify

    authorise(desk.actor, "audit.verify", Facts())
    with desk.read() as session:
        report = verify(session)
    data = {
        "ok": report.ok,
        "events": report.events,
        "heads": report.heads,
        "first_bad": report.first_bad,
        "reason": report.reason,
    }
    if report.ok:
        return Answer(data, [desk.words.t("cli.audit_ok", n=report.events)])
    line = desk.words.t("cli.audit_bad", event=report.first_bad or 0, reason=report.reason or "")
    return Answer(data, [line], FAILED)


@objects.command("verify", permission="system.operate", who="operator")
@option("--note", is_flag=True)
def verify_objects(desk: Desk, note: bool) -> Answer:
    """Read every stored file again and compare it with its row; list what is too much (T-3)."""
    from docctl.jobs.check import keep_report
    from docctl.queries.objects import check_objects

    with desk.read() as session:
        report = check_objects(session, desk.house.objects, at=desk.house.clock(), zone=desk.house.zone)
    if note:
        keep_report(desk.house, report)
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
