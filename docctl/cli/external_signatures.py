"""`docctl documents external-*`: signatures of people without an account, vouched for from inside (A-5)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.document_files import page_at
from docctl.cli.kinds import DAY, FILE_IN, FILE_OUT
from docctl.cli.revisions_told import told

if TYPE_CHECKING:
    from docctl.queries.external_signatures import ExternalLine


def add_external(noun: Noun) -> None:
    """Add the commands about signatures from outside to the noun."""
    for command in (sign, withdraw, evidence):
        noun.add_command(command)


_external = Noun("documents")


@_external.command("external-sign", permission="revision.external_sign", signs=True, changes=True)
@click.argument("number")
@option("--name", "signer", required=True)
@option("--organisation", "signer_of", required=True)
@option(
    "--meaning",
    "external_meaning",
    type=click.Choice(["agree", "seen", "received", "witness"]),
    required=True,
)
@option("--how", "signed_how", type=click.Choice(["handwriting", "scan", "phone"]), required=True)
@option("--on", "signed_on", type=DAY, default=None)
@option("--note", "external_note", default="")
@option("--evidence", "evidence_file", type=FILE_IN, default=None)
@option("--revision", "label", default="")
def sign(
    desk: Desk,
    number: str,
    signer: str,
    signer_of: str,
    external_meaning: str,
    signed_how: str,
    signed_on: date | None,
    external_note: str,
    evidence_file: Path | None,
    label: str,
) -> Answer:
    """Vouch for the signature of somebody without an account; it is no step of the route (A-5)."""
    from docctl.domain.external_signatures import ExternalMeaning, Given, How
    from docctl.domain.verdicts import Refused, RuleRefused
    from docctl.services.revisions.external import SignExternally, sign_externally

    with desk.read() as session:
        found = names.revision(desk, session, number, label)
    if found.manifest_sha256 is None:
        raise RuleRefused(Refused("A-5", "not_submitted"))
    what = desk.words.t(
        "cli.vouching",
        name=f"{signer} ({signer_of})",
        what=f"{found.number} {found.label} {found.title}",
        sha256=found.manifest_sha256,
    )
    by = desk.signer(what)
    cmd = SignExternally(
        found.revision_id,
        found.row_version,
        desk.signed(found.manifest_sha256),
        Given(
            signer,
            signer_of,
            ExternalMeaning(external_meaning),
            How(signed_how),
            signed_on or desk.house.today(),
            external_note,
        ),
        uploads=(desk.stage(evidence_file),) if evidence_file else (),
    )
    sign_externally(cmd, by=by, house=desk.house)
    return told(desk, "external_signed", found.revision_id)


@_external.command("external-withdraw", permission="revision.external_withdraw", changes=True)
@click.argument("number")
@click.argument("n", type=click.IntRange(min=1))
@option("--reason", required=True)
@option("--revision", "label", default="")
def withdraw(desk: Desk, number: str, n: int, reason: str, label: str) -> Answer:
    """Withdraw a signature from outside: it stays, struck, with the reason (A-5)."""
    from docctl.services.revisions.external import WithdrawExternal, withdraw_external

    line = _line(desk, number, n, label)
    revision_id = withdraw_external(WithdrawExternal(line.id, reason), by=desk.caller(), house=desk.house)
    return told(desk, "external_withdrawn", revision_id)


@_external.command("external-evidence", permission="revision.external_read", changes=True)
@click.argument("number")
@click.argument("n", type=click.IntRange(min=1))
@click.argument("target", type=FILE_OUT)
@option("--revision", "label", default="")
def evidence(desk: Desk, number: str, n: int, target: Path, label: str) -> Answer:
    """Take the evidence of a signature from outside as it came; the trail tells who took it (A-5, X-2)."""
    from docctl.services.revisions.external import open_evidence

    line = _line(desk, number, n, label)
    handed = open_evidence(line.id, by=desk.caller(), house=desk.house)
    with handed.open() as source, target.open("wb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
    return desk.done("evidence_taken", {"file": str(target), "size": handed.size}, file=str(target))


def _line(desk: Desk, number: str, n: int, label: str) -> ExternalLine:
    """Return the n-th signature from outside, as they are listed."""
    from docctl.domain.verdicts import Refused, RuleRefused

    page = page_at(desk, number, label)
    if n > len(page.external):
        raise RuleRefused(Refused("A-5", "no_such_signature", {"n": n, "number": page.number}))
    return page.external[n - 1]


def external_words(desk: Desk, one: ExternalLine) -> str:
    """Return a signature from outside in one line, always said to be one."""
    t = desk.words.t
    void = t("documents.external.withdrawn") if one.is_withdrawn else t("documents.page.void")
    said = (
        t("documents.external.mark"),
        t(f"documents.external.meaning.{one.meaning}"),
        f"{one.name} ({one.organisation}) {one.signed_on.isoformat()}",
        t(f"documents.external.how.{one.how}"),
        t("documents.external.vouched", name=one.vouched_by),
        void if one.is_void else "",
    )
    return " ".join(filter(None, said))


def external_data(one: ExternalLine) -> dict[str, Any]:
    """Return a signature from outside as data."""
    return {
        "name": one.name,
        "organisation": one.organisation,
        "meaning": one.meaning,
        "how": one.how,
        "signed_on": one.signed_on,
        "round": one.round,
        "content_sha256": one.content_sha256,
        "vouched_by": one.vouched_by,
        "vouched_at": one.vouched_at,
        "void": one.is_void,
        "is_withdrawn": one.is_withdrawn,
        "withdrawn": one.withdrawn_reason,
    }
