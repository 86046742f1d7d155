"""`docctl mail`: whether mail arrives, what waits and why, and what a person is told of (A-4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from docctl.cli.answers import FAILED, Answer, Failure, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

mail = Noun("mail")


@mail.command("test", permission="system.operate", who="operator")
@click.argument("address")
def test(desk: Desk, address: str) -> Answer:
    """Send a mail that says nothing, and tell at once what the server answered."""
    from docctl.domain.mailing import may_be_address
    from docctl.domain.verdicts import Refused, RuleRefused, require
    from docctl.jobs.mailing.send import test_letter
    from docctl.services.mailing.server import MailFailed, MailRefused

    require(may_be_address(address))
    server = desk.house.mail
    if server is None:
        raise RuleRefused(Refused("mail", "no_server"))
    try:
        server.send(test_letter(desk.house, address))
    except (MailFailed, MailRefused) as error:
        message = desk.words.t("cli.mail_failed", host=server.host, reason=error.reason)
        raise Failure(FAILED, "mail", "failed", message, {"reason": error.reason}) from error
    return desk.done("mail_tested", {"address": address, "host": server.host}, address=address)


@mail.command("list", permission="mail.manage", who="either")
@option("--state", type=click.Choice(["waiting", "failing", "ended", "sent"]))
def list_(desk: Desk, state: str | None) -> Answer:
    """List mails that did not arrive, newest first, and why."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.mailing import mails

    authorise(desk.actor, "mail.manage", Facts())
    with desk.read() as session:
        found = mails(session, state=state or "")
    data: dict[str, Any] = {
        "counts": dict(found.counts),
        "mails": [
            {
                "id": str(one.id),
                "person": one.name,
                "what": one.what,
                "state": one.state,
                "outcome": one.outcome,
                "reason": one.error,
                "tries": one.tries,
                "since": desk.local(one.created_at),
                "next": desk.local(one.next_at),
            }
            for one in found.rows
        ],
    }
    head = ("id", "person", "mail", "state", "reason", "tries", "next")
    rows = [
        (
            str(one.id),
            one.name,
            desk.words.t(f"mail.list.what.{one.what}", default=one.what),
            desk.words.t(
                f"mail.list.outcome.{one.outcome}" if one.outcome else f"mail.list.state.{one.state}"
            ),
            one.error,
            str(one.tries),
            desk.local(one.next_at),
        )
        for one in found.rows
    ]
    counts: dict[str, Any] = dict(found.counts)
    total = desk.words.t("cli.mail_counts", **counts)
    return Answer(data, [*Table([desk.label(name) for name in head], rows).lines(), total])


@mail.command("retry", permission="mail.manage", who="either", changes=True)
@click.argument("delivery", type=click.UUID)
def retry(desk: Desk, delivery: UUID) -> Answer:
    """Try a mail at once that failed or ended unsent."""
    from docctl.services.deliveries.give_up import MailOf, retry_mail

    retry_mail(MailOf(delivery), by=desk.caller(), house=desk.house)
    return desk.done("mail_retried", {"id": str(delivery)})


@mail.command("give-up", permission="mail.manage", who="either", changes=True)
@click.argument("delivery", type=click.UUID)
def give_up(desk: Desk, delivery: UUID) -> Answer:
    """Send a mail no more; what it tells of stays in the inbox."""
    from docctl.services.deliveries.give_up import MailOf, give_up_mail

    give_up_mail(MailOf(delivery), by=desk.caller(), house=desk.house)
    return desk.done("mail_given_up", {"id": str(delivery)})


@mail.command("show", permission="account.own")
def show(desk: Desk) -> Answer:
    """Show where one's notices go and when one is told of what."""
    from docctl.domain.mailing import KINDS
    from docctl.queries.mailing import post_of

    with desk.read() as session:
        post = post_of(session, desk.caller().person_id)
    default = desk.house.mail_default
    told = {kind: str(post.chosen.get(kind, default)) for kind in KINDS}
    hour = desk.house.mail_hour if post.hour is None else post.hour
    data = {
        "address": post.address,
        "state": post.state,
        "problem": post.problem,
        "hour": hour,
        "told": told,
        "chosen": sorted(post.chosen),
    }
    state = desk.words.t(f"mail.state.short.{post.state}")
    lines = [
        f"{post.address or '—'} ({state}) {post.problem}".rstrip(),
        f"{desk.label('hour')}: {hour:02d}:00",
    ]
    rows = [
        (kind, desk.words.t(f"mail.kind.{kind}"), desk.words.t(f"mail.when.{when}"))
        for kind, when in told.items()
    ]
    head = [desk.label(name) for name in ("kind", "todo", "when")]
    return Answer(data, [*lines, *Table(head, rows).lines()])


@mail.command("address", permission="account.own", changes=True)
@click.argument("address")
def address(desk: Desk, address: str) -> Answer:
    """Put an address on one's account; "" for none. A link goes there."""
    from docctl.services.mailing.address import SetAddress, set_own_address
    from docctl.services.people.accounts import new_link

    set_own_address(SetAddress(address, new_link()[0]), by=desk.caller(), house=desk.house)
    key = "mail_code_sent" if address.strip() else "mail_no_address"
    return desk.done(key, {"address": address.strip()})


@mail.command("code", permission="account.own", changes=True)
def code(desk: Desk) -> Answer:
    """Let one more link go to one's address."""
    from docctl.services.mailing.address import AskCode, ask_code
    from docctl.services.people.accounts import new_link

    ask_code(AskCode(new_link()[0]), by=desk.caller(), house=desk.house)
    return desk.done("mail_code_sent", {"sent": True})


@mail.command("confirm", permission="account.own", changes=True)
@click.argument("link")
def confirm(desk: Desk, link: str) -> Answer:
    """Confirm one's address with the link that came there."""
    from docctl.services.mailing.address import ConfirmAddress, confirm_address

    cmd = ConfirmAddress(link.strip().rpartition("/")[2])
    confirm_address(cmd, by=desk.caller(), house=desk.house)
    return desk.done("mail_confirmed", {"confirmed": True})


@mail.command("choose", permission="account.own", changes=True)
@click.argument("kinds", nargs=-1, metavar="KIND=WHEN…")
@option("--hour", type=click.IntRange(0, 23), default=None)
def choose(desk: Desk, kinds: tuple[str, ...], hour: int | None) -> Answer:
    """Choose when one is told of kinds of work: none, at_once, daily; nothing after the = for the usual."""
    from docctl.domain.mailing import KINDS, When
    from docctl.queries.mailing import post_of
    from docctl.services.mailing.choose import ChooseMail, choose_mail

    chosen = {}
    for one in kinds:
        kind, equals, when = one.partition("=")
        if not equals or kind not in KINDS or when not in {"", *When}:
            known = desk.words.t("cli.mail_kinds", kinds=", ".join(KINDS), whens=", ".join(When))
            raise click.UsageError(f"{one!r}: {known}")
        chosen[kind] = when
    with desk.read() as session:
        kept = post_of(session, desk.caller().person_id).hour
    cmd = ChooseMail(chosen, kept if hour is None else hour)
    choose_mail(cmd, by=desk.caller(), house=desk.house)
    return desk.done("mail_chosen", {"chosen": chosen, "hour": cmd.hour})
