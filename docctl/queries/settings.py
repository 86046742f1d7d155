"""Settings as pages show them: number schemes, retention classes, document types, read-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import WEIGHTS, Meaning
from docctl.domain.number_rules import NumberRules
from docctl.domain.number_schemes import Literal, Month, Scheme, Sequence, Year, name_of
from docctl.domain.numbering import parse_number
from docctl.domain.routes import Route, routes_of
from docctl.models.documents import DocumentType
from docctl.models.schedule import classes_at
from docctl.queries.controlled import setting_at
from docctl.queries.rules_in_force import label_rules_at, number_rules_at


@dataclass(frozen=True, slots=True)
class SchemePart:
    """A part of a scheme for showing: fixed text, or the name of what stands there."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A number scheme; `counts_by` names what its sequence counts per; `used_by` types of documents."""

    code: str
    name: str
    parts: tuple[SchemePart, ...]
    counts_by: tuple[str, ...]
    used_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """How a scheme reads a number: name of each part and its value."""

    code: str
    name: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A retention class: `unit` of its period is days, months, years or permanent."""

    code: str
    name: str
    basis: str
    revision: int
    amount: int
    unit: str
    trigger: str
    event: str
    month: int
    action: str
    is_law: bool
    is_catch_all: bool
    is_closed: bool
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeaningRow:
    """What a signature can say, how much it decides, and the types whose route asks for it (A-3)."""

    meaning: str
    weight: str
    used_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type of documents: its schemes, its labels, its route."""

    code: str
    name: str
    name_en: str
    is_form: bool
    scheme: str
    record_scheme: str
    label_scheme: str
    reissue_after: int
    route: tuple[str, ...]


def schemes(session: Session, at: datetime) -> list[SchemeRow]:
    """Return all number schemes in force, those in use first (N-2)."""
    rules = number_rules_at(session, at).rules
    users: dict[str, list[tuple[str, str]]] = {}
    for kind in session.scalars(select(DocumentType).order_by(DocumentType.ordinal)):
        if (used := rules.types.get(kind.code)) is not None:
            annexes = "" if kind.is_form else rules.of_annexes(kind.code).code
            for code in dict.fromkeys((used.documents, used.records, annexes)):
                users.setdefault(code, []).append((kind.name, kind.name_en))
    found = []
    for code, scheme in rules.schemes.items():
        sequence = scheme.sequence
        found.append(
            SchemeRow(
                code=code,
                name=rules.names.get(code, ""),
                parts=tuple(_parts(scheme)),
                counts_by=sequence.scope if sequence else (),
                used_by=tuple(users.get(code, [])),
            )
        )
    return sorted(found, key=lambda one: (not one.used_by, one.code))


def read_number(rules: NumberRules, text: str) -> list[ReadNumber]:
    """Return how each scheme reads a number, those that cannot left out (N-2)."""
    read = ((code, parse_number(scheme, text)) for code, scheme in rules.schemes.items())
    return [
        ReadNumber(code, rules.names.get(code, ""), tuple(values.items()))
        for code, values in read
        if values is not None
    ]


def retention_classes(session: Session, at: datetime) -> list[ClassRow]:
    """Return the classes in force, in the schedule's order (R-1)."""
    rows = session.scalars(classes_at(at))
    return [
        ClassRow(
            code=row.code,
            name=row.name,
            basis=row.basis,
            revision=row.revision,
            amount=row.data["period"]["amount"],
            unit=row.data["period"]["unit"],
            trigger=row.data["trigger"]["kind"],
            event=row.data["trigger"]["event"],
            month=row.data["trigger"]["month"],
            action=row.data["action"],
            is_law=row.data["is_law"],
            is_catch_all=row.is_catch_all,
            is_closed=row.is_closed,
            functions=tuple(row.data["functions"]),
        )
        for row in rows
    ]


def document_types(session: Session, at: datetime) -> list[TypeRow]:
    """Return the types of documents, in their order, by the rules in force (A-1, N-2, V-1)."""
    numbers, labels = number_rules_at(session, at).rules, label_rules_at(session, at).rules
    routes = routes_of(setting_at(session, "routes", at).content)
    rows = session.scalars(select(DocumentType).order_by(DocumentType.ordinal))
    return [
        TypeRow(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            is_form=row.is_form,
            scheme=numbers.types[row.code].documents if row.code in numbers.types else "",
            record_scheme=numbers.types[row.code].records if row.code in numbers.types else "",
            label_scheme=labels.types[row.code].scheme.code if row.code in labels.types else "",
            reissue_after=labels.types[row.code].reissue_after if row.code in labels.types else 0,
            route=_route(routes, row.code),
        )
        for row in rows
    ]


def _route(routes: tuple[Route, ...], code: str) -> tuple[str, ...]:
    """Return what is signed of a document of a type where no unit or condition says otherwise (A-1)."""
    fits = (one for one in routes if not (one.units or one.condition) and code in (one.types or {code}))
    steps = next(fits).steps
    return (Meaning.PREPARE.value, *dict.fromkeys(step.meaning.value for step in steps))


def signature_meanings(types: Iterable[TypeRow]) -> list[MeaningRow]:
    """Return every meaning of a signature with its weight (A-3)."""
    kinds = tuple(types)
    return [
        MeaningRow(
            meaning.value,
            WEIGHTS[meaning].value,
            tuple((one.name, one.name_en) for one in kinds if meaning.value in one.route),
        )
        for meaning in Meaning
    ]


def _parts(scheme: Scheme) -> list[SchemePart]:
    found = []
    for part in scheme.parts:
        match part:
            case Literal():
                found.append(SchemePart(part.text, ""))
            case Sequence():
                found.append(SchemePart("0" * (part.width - 1) + "1", "sequence"))
            case Year():
                found.append(SchemePart("2026"[-part.digits :], "year"))
            case Month():
                found.append(SchemePart("03", "month"))
            case _:
                found.append(SchemePart("", name_of(part)))
    return found
