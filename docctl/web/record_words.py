"""Values of records in words: instants as people write them, why a record is kept so long (F-5, R-10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlencode

from docctl.domain.form_definition import FACT, FieldType
from docctl.domain.form_values import names_in
from docctl.domain.verdicts import RuleRefused
from docctl.printing.columns import Stretches
from docctl.queries.record_holds import held_words
from docctl.queries.record_layers import FactLine
from docctl.queries.record_page import RecordPage
from docctl.web.context import words
from docctl.web.forms import Unreadable


def fact_value(value: str, kind: str) -> str:
    """Return a registered value as pages show it; an instant without seconds, in the company's zone."""
    if kind == FieldType.CHOICES.value:
        return words().t("search.list_comma").join(names_in(value))
    if kind != "datetime" or not value:
        return value
    return words().instant(datetime.fromisoformat(value))


def answers_printed(page: RecordPage) -> tuple[tuple[str, Stretches], ...]:
    """Return the answers as paper shows them: what was struck, then what holds, by whom and when (C-1)."""
    return tuple((one.label, Stretches(_stretches(one))) for one in page.facts if one.label)


def _stretches(line: FactLine) -> Iterator[tuple[str, bool]]:
    """Yield a value as its page has it, so that paper and page agree."""
    if not line.corrections:
        yield _said(line.value, line.kind), False
    for left, (old, layer) in zip(range(len(line.corrections) - 1, -1, -1), line.corrections, strict=True):
        new = "" if left else f" {_said(layer.value, line.kind)}"
        yield _said(old, line.kind), True
        yield f"{new} {layer.initials} {layer.at:%Y-%m-%d}{' ' if left else ''}", False


def _said(value: str, kind: str) -> str:
    return fact_value(value, kind) or "—"


def key_address(kind: str, value: str) -> str:
    """Return the address of every record of a key in order of time (S-7)."""
    return f"/records?{urlencode({'key': f'{kind}:{value}'}, errors='replace')}"


def hold_address(kind: str, value: str) -> str:
    """Return the address of the form for a hold on a key (R-5, S-7)."""
    return f"/retention/holds/new?{urlencode({'key': f'{kind}:{value}'}, errors='replace')}"


def local_value(value: str, kind: str) -> str:
    """Return a registered value as a field of a form takes it."""
    return value[:16] if kind == "datetime" else value


def because_words(page: RecordPage) -> tuple[str, ...]:
    """Return each step of why a record is kept until its last day (R-10)."""
    return tuple(words().t(f"because.{one.code}", **one.params) for one in page.because)


def held_because(page: RecordPage) -> list[str]:
    """Return what holds the record now, as far as the person may know it (R-5, S-7)."""
    standing = [one for one in page.beside.holds if one.lifted_at is None]
    return held_words(words(), standing, is_held=page.is_held)


@contextmanager
def beside_its_field(*fields: str, fields_of_form: bool = False) -> Iterator[None]:
    """Show a refusal that names its field beside that field; `fields_of_form` are on the page too (F-2)."""
    try:
        yield
    except RuleRefused as error:
        field = str(error.refused.params.get("field", ""))
        if field in fields or (fields_of_form and field.startswith(FACT)):
            raise Unreadable({field: error.refused}) from error
        raise
