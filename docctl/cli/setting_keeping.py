"""`docctl settings keep`: how long a record is kept, what a revision of the classes prolongs (R-1, R-3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.setting_reads import page_of

if TYPE_CHECKING:
    from docctl.queries.class_tester import KeptSo
    from docctl.queries.controlled import SettingPage


def add_keep(noun: Noun) -> None:
    """Add the command that tries retention classes out."""

    @noun.command("keep", permission="settings.view")
    @click.argument("name", metavar="CLASS", required=False, default="")
    @option("--form", default="")
    @option("--on", type=DAY, default=None)
    @option("--revision", "ordinal", type=click.IntRange(min=1), default=None)
    def keep(desk: Desk, name: str, form: str, on: date | None, ordinal: int | None) -> Answer:
        """Say how long a record of a class or form is kept; without either, what is prolonged (R-1, R-3)."""
        from docctl.queries.class_tester import kept_by_code, kept_by_form

        page, day = page_of(desk, "classes", ordinal), on or desk.house.today()
        if form:
            with desk.read() as session:
                found = kept_by_form(session, desk.actor, page.content, form, day, desk.house.clock())
        elif name:
            found = kept_by_code(page.content, name, day)
        else:
            return _prolonged(desk, page)
        return _kept(desk, page, found)


def _kept(desk: Desk, page: SettingPage, found: KeptSo) -> Answer:
    from docctl.queries.explanation import because_in_words

    sentences = because_in_words(found.because, desk.words)
    data = {
        "revision": page.shown.ordinal,
        "class": found.code,
        "basis": found.basis,
        "keep_until": found.until,
        "permanent": found.is_permanent,
        "from": found.trigger_on,
        "because": sentences,
    }
    facts = [
        ("class", found.name),
        ("basis", found.basis),
        ("keep_until", desk.label("permanent") if found.is_permanent else found.until),
        *(("because", one) for one in sentences),
    ]
    return Answer(data, pairs((desk.label(key), value) for key, value in facts))


def _prolonged(desk: Desk, page: SettingPage) -> Answer:
    """Count what runs, for those who decide on classes."""
    from docctl.domain.permissions import Facts, allows, authorise
    from docctl.queries.class_tester import impacts

    if not allows(desk.actor, "settings.propose", Facts()):
        authorise(desk.actor, "settings.approve", Facts())
    with desk.read() as session:
        found = impacts(session, page.content, desk.house.zone)
    t = desk.words.t
    data = {
        "revision": page.shown.ordinal,
        "longer": found.longer,
        "kept": found.kept,
        "partial": found.is_partial,
        "classes": [{"class": one.code, "longer": one.longer, "kept": one.kept} for one in found.classes],
    }
    lines = []
    for one in found.classes:
        lines += [f"{one.name}  {t('controlled.keeping.longer', count=one.longer)}"] if one.longer else []
        lines += [f"{one.name}  {t('controlled.keeping.kept', count=one.kept)}"] if one.kept else []
    return Answer(
        data, [*(lines or [t("controlled.keeping.no_impact")]), t("controlled.keeping.never_shorter")]
    )
