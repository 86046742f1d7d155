"""`docctl numbers`: every number ever given, one reserved ahead, one voided (N-1, N-3)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY

numbers = Noun("numbers")


@numbers.command("list", permission="number.list")
@option("--text", default="")
@option("--kind", type=click.Choice(["document", "record"]), default=None)
@option("--state", type=click.Choice(["reserved", "used", "voided"]), default=None)
@option("--page", type=click.IntRange(min=1), default=1)
def list_(desk: Desk, text: str, kind: str | None, state: str | None, page: int) -> Answer:
    """List the number register; of a hidden item only that its number is taken (N-1, X-3)."""
    from docctl.queries.numbers import NumberFilter, number_register

    with desk.read() as session:
        found = number_register(
            session,
            desk.actor,
            NumberFilter(text=text, kind=kind or "", state=state or "", page=page),
            at=desk.house.clock(),
            zone=desk.house.zone,
        )
    data = {
        "total": found.total,
        "page": found.page,
        "numbers": [
            {
                "number": one.shown,
                "kind": one.kind,
                "state": one.state,
                "hidden": one.is_hidden,
                "title": one.title,
                "unit": one.function,
                "reason": one.reason,
                "taken_at": one.taken_at,
                "taken_by": one.taken_by,
                "entity": one.entity.code if one.entity else None,
            }
            for one in found.rows
        ],
    }
    head = ("number", "kind", "state", "unit", "title", "reason")
    rows = [
        (
            one.written,
            desk.words.t(f"cli.kind.{one.kind}"),
            desk.words.t(f"cli.number_state.{one.state}"),
            one.function,
            desk.words.t("cli.hidden") if one.is_hidden else one.title,
            one.reason,
        )
        for one in found.rows
    ]
    table = Table([desk.label(name) for name in head], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])


@numbers.command("gaps", permission="number.list")
@option("--kind", type=click.Choice(["document", "record"]), default=None)
@option("--page", type=click.IntRange(min=1), default=1)
def gaps(desk: Desk, kind: str | None, page: int) -> Answer:
    """List the numbers that series passed over, with who must explain them (N-5)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.number_gaps import number_gaps

    authorise(desk.actor, "number.list", Facts())
    with desk.read() as session:
        found = number_gaps(session, at=desk.house.clock(), kind=kind or "", page=page)
    data = {
        "total": found.total,
        "missing": found.missing,
        "gaps": [
            {
                "kind": one.kind,
                "first": one.first or None,
                "last": one.last or None,
                "before": one.after,
                "count": one.count,
                "unit": one.unit,
                "entity": one.entity.code if one.entity else None,
            }
            for one in found.rows
        ],
    }
    names = ("numbers", "count", "kind", "after", "who")
    rows = [
        (
            " – ".join(filter(None, (one.written, one.last if one.count > 1 else ""))),
            one.count,
            desk.words.t(f"cli.kind.{one.kind}"),
            one.after,
            one.unit,
        )
        for one in found.rows
    ]
    table = Table([desk.words.t(f"numbers.gaps.{name}") for name in names], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])


@numbers.command("reserve", permission="number.reserve", changes=True)
@option("--type", "type_code", required=True)
@option("--reason", required=True)
@option("--unit", default="")
@option("--values", "number_values", default="")
@option("--count", type=click.IntRange(min=1), default=1)
@option("--for-unit", default="")
@option("--for-person", default="")
@option("--until", type=DAY, default=None)
def reserve(
    desk: Desk,
    type_code: str,
    reason: str,
    unit: str,
    number_values: str,
    count: int,
    for_unit: str,
    for_person: str,
    until: date | None,
) -> Answer:
    """Reserve the next numbers of a document type (N-3)."""
    from docctl.domain.reservations import Reserved
    from docctl.queries.by_name import person_named, type_named, unit_named
    from docctl.services.numbers.reserve import ReserveNumber, reserve_numbers

    with desk.read() as session:
        type_id = type_named(session, type_code).id
        unit_id = unit_named(session, unit).id if unit else None
        kept = Reserved(
            unit_named(session, for_unit).id if for_unit else None,
            person_named(session, for_person).id if for_person else None,
            until,
        )
    shown = reserve_numbers(
        ReserveNumber(type_id, reason, unit_id, number_values, count, kept),
        by=desk.caller(),
        house=desk.house,
    )
    data = {"number": shown[0], "numbers": list(shown), "state": "reserved"}
    return desk.done("numbers_reserved", data, n=len(shown), number=shown[0], last=shown[-1])


@numbers.command("give", permission="number.give", changes=True)
@click.argument("number")
@option("--number", "wanted", default="")
@option("--values", "number_values", default="")
def give(desk: Desk, number: str, wanted: str, number_values: str) -> Answer:
    """Give a document that bears a provisional number its real one (N-11)."""
    from docctl.services.imports.provisional import GiveNumber, give_number

    with desk.read() as session:
        document_id = names.item(desk, session, number, "document").item_id
    shown = give_number(GiveNumber(document_id, wanted, number_values), by=desk.caller(), house=desk.house)
    return desk.done("number_given", {"number": shown, "before": number}, number=shown)


@numbers.command("explain", permission="number.explain", changes=True)
@click.argument("number")
@option("--to", "last", default="")
@option("--reason", required=True)
def explain(desk: Desk, number: str, last: str, reason: str) -> Answer:
    """Explain numbers that a series passed over; they are never given (N-1, N-5)."""
    from docctl.services.numbers.explain import ExplainNumbers, explain_numbers

    shown = explain_numbers(ExplainNumbers(number, reason, last), by=desk.caller(), house=desk.house)
    return desk.done("explained", {"numbers": list(shown), "state": "voided"}, n=len(shown), number=shown[0])


@numbers.command("void", permission="number.void", changes=True)
@click.argument("number")
@option("--to", "last", default="")
@option("--reason", required=True)
def void(desk: Desk, number: str, last: str, reason: str) -> Answer:
    """Void reserved numbers, or explain missing ones; none is given again (N-1, N-3, N-5)."""
    from docctl.services.numbers.void import VoidNumber, void_numbers

    shown = void_numbers(VoidNumber(number, reason, last), by=desk.caller(), house=desk.house)
    data = {"number": shown[0], "numbers": list(shown), "state": "voided"}
    return desk.done("numbers_voided", data, n=len(shown), number=shown[0])


@numbers.command("reservations", permission="number.list")
@option("--page", type=click.IntRange(min=1), default=1)
def reservations(desk: Desk, page: int) -> Answer:
    """List what was reserved ahead, with what became of it (N-3)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.number_reservations import number_reservations

    authorise(desk.actor, "number.list", Facts())
    with desk.read() as session:
        found = number_reservations(session, zone=desk.house.zone, page=page)
    data = {"total": found.total, "page": found.page, "reservations": [asdict(one) for one in found.rows]}
    words = ("number", "reservations.left", "states.used", "states.voided", "reservations.for")
    names = (*words, "reservations.until", "reason")
    rows = [
        (
            " – ".join(dict.fromkeys(one.written)),
            one.left,
            one.used,
            one.voided,
            " ".join(filter(None, (one.unit, one.person))),
            one.until,
            one.reason,
        )
        for one in found.rows
    ]
    table = Table([desk.words.t(f"numbers.{name}") for name in names], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])
