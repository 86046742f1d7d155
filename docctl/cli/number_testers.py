"""`docctl settings read-number|next-number|next-label`: number and label rules tried out (N-2, V-1)."""

from __future__ import annotations

import click

from docctl.cli.answers import Answer, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.setting_reads import page_of


def add_number_testers(noun: Noun) -> None:
    """Add the commands that try the rules of numbers and labels out; nothing is taken."""

    @noun.command("read-number", permission="settings.view")
    @click.argument("number")
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def read_number(desk: Desk, number: str, ordinal: int | None) -> Answer:
        """Say how each scheme reads a number, by the rules in force or another revision (N-2)."""
        from docctl.domain.number_rules import rules_of
        from docctl.queries.settings import read_number as read

        found = read(rules_of(page_of(desk, "numbers", ordinal).content), number)
        data = [{"scheme": one.code, "values": dict(one.values)} for one in found]
        lines = [] if found else [desk.words.t("settings.numbers.unread", number=number)]
        for one in found:
            lines.append(one.name or desk.words.t(f"settings.scheme.{one.code}", default=one.code))
            named = (
                (desk.words.t(f"settings.part.{name}", default=name), value) for name, value in one.values
            )
            lines += [f"  {line}" for line in pairs(named)]
        return Answer({"number": number, "schemes": data}, lines)

    @noun.command("next-number", permission="settings.view")
    @click.argument("type_code", metavar="TYPE")
    @option("--unit", default="")
    @option("--parent", default="")
    @option("--values", "number_values", default="")
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def next_number(
        desk: Desk, type_code: str, unit: str, parent: str, number_values: str, ordinal: int | None
    ) -> Answer:
        """Say what the next number of a type of documents would be (N-2, N-3)."""
        from docctl.domain.number_rules import rules_of
        from docctl.queries.number_tester import NumberQuestion
        from docctl.queries.number_tester import next_number as coming

        rules = rules_of(page_of(desk, "numbers", ordinal).content)
        asked = NumberQuestion(
            type_code, desk.actor.unit_id, department=unit.upper(), parent=parent, typed=number_values
        )
        today = desk.house.clock().astimezone(desk.house.zone).date()
        with desk.read() as session:
            found = coming(session, rules, asked, today=today)
        data = {"number": found.shown, "scheme": found.scheme, "values": dict(found.values)}
        return Answer(data, [found.shown])

    @noun.command("next-label", permission="settings.view")
    @click.argument("type_code", metavar="TYPE")
    @click.argument("label", default="")
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def next_label(desk: Desk, type_code: str, label: str, ordinal: int | None) -> Answer:
        """Say how a label is read, what comes after it, and whether a reissue is suggested (V-1)."""
        from docctl.domain.canonical import canonical
        from docctl.domain.label_content import labels_in
        from docctl.queries.number_tester import labels_after

        found = labels_after(labels_in(canonical(page_of(desk, "labels", ordinal).content)), type_code, label)
        data = {
            "issue": found.issue,
            "amendment": found.amendment or None,
            "amended": found.amended,
            "reissued": found.reissued or None,
            "reissue_suggested": found.is_reissue_suggested,
        }
        said = [
            (desk.words.t(f"controlled.labelling.{name}"), data[name])
            for name in ("issue", "amendment", "amended", "reissued")
            if data[name] is not None
        ]
        lines = pairs(said)
        if found.is_reissue_suggested:
            lines.append(desk.words.t("controlled.labelling.suggested", count=found.reissue_after))
        return Answer(data, lines)
