"""`docctl settings`: rules that are data, by revisions of two people (V-2, A-2)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import Answer, Table, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_IN, MOMENT
from docctl.cli.number_testers import add_number_testers
from docctl.cli.setting_keeping import add_keep
from docctl.cli.setting_reads import open_page, page_of
from docctl.cli.setting_sheets import add_sheets, is_sheet, text_of_sheet
from docctl.cli.setting_testers import add_testers
from docctl.cli.setting_trials import add_decide, add_header

if TYPE_CHECKING:
    from docctl.queries.controlled import RevisionLine

settings = Noun("settings")
add_testers(settings)
add_number_testers(settings)
add_sheets(settings)
add_decide(settings)
add_header(settings)
add_keep(settings)


@settings.command("list", permission="settings.view")
def list_(desk: Desk) -> Answer:
    """List the kinds of settings with the revision in force, the one that waits, the draft (V-2)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.controlled import setting_list

    authorise(desk.actor, "settings.view", Facts())
    with desk.read() as session:
        found = setting_list(session, desk.house.clock())
    data = [
        {
            "kind": one.kind,
            "in_force": one.in_force and one.in_force.ordinal,
            "waiting": one.waiting and one.waiting.ordinal,
            "open": one.open and one.open.ordinal,
        }
        for one in found
    ]
    head = [
        desk.label("kind"),
        desk.state("in_force"),
        desk.words.t("controlled.state.waiting"),
        desk.state("draft"),
    ]
    rows = [(one["kind"], one["in_force"], one["waiting"], one["open"]) for one in data]
    return Answer({"settings": data}, Table(head, rows).lines())


@settings.command("show", permission="settings.view")
@click.argument("kind")
@option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
@option("--against", type=click.IntRange(min=1), default=None)
@option("--as-of", "as_of_moment", type=MOMENT, default=None)
def show(
    desk: Desk, kind: str, ordinal: int | None, against: int | None, as_of_moment: datetime | None
) -> Answer:
    """Show a revision, by default the one in force, its content and what it changes (V-2, V-3)."""
    page = page_of(desk, kind, ordinal, against, desk.moment(as_of_moment) if as_of_moment else None)
    data = {
        **_line(desk, page.shown),
        "kind": kind,
        "content": page.content,
        "against": page.against or None,
        "changes": [{"field": one.field, "old": one.old, "new": one.new} for one in page.changes],
    }
    facts = [
        ("revision", page.shown.ordinal),
        ("state", _state(desk, page.shown)),
        ("from", desk.local(page.shown.effective_from)),
        ("reason", page.shown.reason),
        ("meaning_prepare", page.shown.prepared_by),
        ("meaning_approve", page.shown.approved_by),
        ("content", page.shown.content_sha256),
    ]
    lines = pairs((desk.label(name), value) for name, value in facts)
    for name, text in page.kind.write(page.content).items():
        lines += [
            "",
            desk.words.t(f"controlled.kind.{kind}.field.{name}"),
            *(f"  {one}" for one in page.kind.say(text, desk.words.language).split("\n")),
        ]
    lines += [""] if page.changes else []
    for one in page.changes:
        both = (("-", one.old), ("+", one.new))
        lines += [f"{mark} {page.kind.say(said, desk.words.language)}" for mark, said in both if said]
    return Answer(data, lines)


@settings.command("history", permission="settings.view")
@click.argument("kind")
def history(desk: Desk, kind: str) -> Answer:
    """List the revisions of a setting, newest first, with their reasons and people (V-2)."""
    page = page_of(desk, kind)
    head = [
        desk.label(name)
        for name in ("revision", "state", "from", "meaning_prepare", "meaning_approve", "reason")
    ]
    rows = [
        (
            one.ordinal,
            _state(desk, one),
            desk.local(one.effective_from),
            one.prepared_by,
            one.approved_by,
            one.reason,
        )
        for one in page.history
    ]
    data = {"kind": kind, "revisions": [_line(desk, one) for one in page.history]}
    return Answer(data, Table(head, rows).lines())


@settings.command("edit", permission="settings.propose", changes=True)
@click.argument("kind")
@click.argument("file", type=FILE_IN)
@option("--reason", default="")
@option("--from", "from_moment", type=MOMENT, default=None)
def edit(desk: Desk, kind: str, file: Path, reason: str, from_moment: datetime | None) -> Answer:
    """Begin or change the draft with a file: JSON as `show --json`, a sheet as `table` writes it (V-2)."""
    from docctl.domain.setting_files import LARGEST, content_in, text_of_file
    from docctl.services.settings.draft import SaveSetting, save_setting

    page = page_of(desk, kind)
    draft = page_of(desk, kind, page.open) if page.open else None
    if is_sheet(file):
        text = text_of_sheet(desk, page.kind, file)
    else:
        with file.open("rb") as source:
            text = content_in(text_of_file(source.read(LARGEST + 1)))
    cmd = SaveSetting(
        kind,
        text,
        reason or (draft.shown.reason if draft else ""),
        desk.moment(from_moment) if from_moment else (draft.shown.wanted_from if draft else None),
        draft.row_version if draft else 0,
    )
    return _done(desk, "setting_saved", kind, save_setting(cmd, by=desk.caller(), house=desk.house))


@settings.command("submit", permission="settings.propose", changes=True)
@click.argument("kind")
def submit(desk: Desk, kind: str) -> Answer:
    """Submit the draft to the second person (V-2)."""
    from docctl.services.settings.draft import SubmitSetting, submit_setting

    page = open_page(desk, kind)
    cmd = SubmitSetting(kind, page.shown.ordinal, page.row_version)
    return _done(desk, "setting_submitted", kind, submit_setting(cmd, by=desk.caller(), house=desk.house))


@settings.command("approve", permission="settings.approve", signs=True, changes=True)
@click.argument("kind")
def approve(desk: Desk, kind: str) -> Answer:
    """Sign the approval of exactly the revision submitted (A-2, A-3)."""
    from docctl.services.settings.decide import ApproveSetting, approve_setting

    page = open_page(desk, kind)
    what = desk.words.t(
        "cli.signing",
        meaning=desk.words.t("meanings.approve"),
        what=f"{desk.words.t(f'controlled.name.{kind}')} {page.shown.ordinal}",
        sha256=page.manifest_sha256,
    )
    by = desk.signer(what)
    cmd = ApproveSetting(kind, page.shown.ordinal, page.row_version, desk.signed(page.manifest_sha256))
    return _done(desk, "setting_approved", kind, approve_setting(cmd, by=by, house=desk.house))


@settings.command("return", permission="settings.return", changes=True)
@click.argument("kind")
@option("--reason", required=True)
def return_(desk: Desk, kind: str, reason: str) -> Answer:
    """Give the revision submitted back with the reason (A-9)."""
    from docctl.services.settings.decide import DecideSetting, return_setting

    page = open_page(desk, kind)
    cmd = DecideSetting(kind, page.shown.ordinal, page.row_version, reason)
    return _done(desk, "setting_returned", kind, return_setting(cmd, by=desk.caller(), house=desk.house))


@settings.command("discard", permission="settings.propose", changes=True)
@click.argument("kind")
@option("--reason", required=True)
def discard(desk: Desk, kind: str, reason: str) -> Answer:
    """Discard the draft with the reason (V-6)."""
    from docctl.services.settings.draft import DiscardSetting, discard_setting

    page = open_page(desk, kind)
    cmd = DiscardSetting(kind, page.shown.ordinal, page.row_version, reason)
    return _done(desk, "setting_discarded", kind, discard_setting(cmd, by=desk.caller(), house=desk.house))


@settings.command("withdraw", permission="settings.approve", changes=True)
@click.argument("kind")
@option("--revision", "ordinal", type=click.IntRange(min=1), required=True)
@option("--reason", required=True)
def withdraw(desk: Desk, kind: str, ordinal: int, reason: str) -> Answer:
    """Withdraw an approved revision that has yet to begin (V-3)."""
    from docctl.services.settings.decide import DecideSetting, withdraw_setting

    page = page_of(desk, kind, ordinal)
    cmd = DecideSetting(kind, ordinal, page.row_version, reason)
    return _done(desk, "setting_withdrawn", kind, withdraw_setting(cmd, by=desk.caller(), house=desk.house))


def _state(desk: Desk, line: RevisionLine) -> str:
    return desk.words.t("controlled.state.waiting") if line.state == "waiting" else desk.state(line.state)


def _line(desk: Desk, one: RevisionLine) -> dict[str, Any]:
    return {
        "revision": one.ordinal,
        "state": one.state,
        "reason": one.reason,
        "prepared_by": one.prepared_by,
        "approved_by": one.approved_by,
        "approved_at": desk.local(one.approved_at),
        "from": desk.local(one.effective_from),
        "wanted_from": desk.local(one.wanted_from),
        "sha256": one.content_sha256,
    }


def _done(desk: Desk, key: str, kind: str, ordinal: int) -> Answer:
    page = page_of(desk, kind, ordinal)
    name = desk.words.t(f"controlled.name.{kind}")
    return desk.done(key, {**_line(desk, page.shown), "kind": kind}, kind=name, revision=ordinal)
