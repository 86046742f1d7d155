"""What number or label rules would give: the next number, the labels after one (N-2, V-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain import labels
from docctl.domain.label_content import LabelRules
from docctl.domain.number_rules import NumberRules, values_for
from docctl.domain.numbering import counter_scope, format_number
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import DocumentType
from docctl.models.numbers import Counter
from docctl.models.organisation import LegalEntity
from docctl.queries.by_name import several_units, units_named
from docctl.queries.number_holders import entity_of, holders_of
from docctl.queries.number_series import highest_in_series


@dataclass(frozen=True, slots=True)
class NextNumber:
    """The number that would come next, by which scheme, and what its parts say."""

    shown: str
    scheme: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NumberQuestion:
    """For which type of document, department and parent a number is asked; `typed` as on the form.

    It is a number of the legal entity that the department belongs to, else of that of `unit_id`.
    """

    kind: str
    unit_id: UUID | None = None
    department: str = ""
    parent: str = ""
    edition: str = "A"
    typed: str = ""


def kinds(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Return code, name and English name of each type of documents, in their order."""
    query = select(DocumentType.code, DocumentType.name, DocumentType.name_en).order_by(DocumentType.ordinal)
    return tuple((code, name, name_en or name) for code, name, name_en in session.execute(query))


def next_number(session: Session, rules: NumberRules, asked: NumberQuestion, *, today: date) -> NextNumber:
    """Return what the next number would be, by some rules and the counters as they stand now (N-2, N-3).

    Nothing is taken. Raises RuleRefused for a value that is missing or does not fit, or a full sequence.
    """
    scheme = rules.of_documents(asked.kind)
    entity, department = _asked_of(session, asked)
    values = values_for(
        scheme,
        company=entity.code,
        department=department,
        today=today,
        parent=asked.parent,
        edition=asked.edition,
        fixed=rules.values(asked.kind),
        typed=asked.typed,
    )
    used = tuple((name, values[name]) for name in scheme.needs)
    if scheme.sequence is None:
        return NextNumber(format_number(scheme, values, None), scheme.code, used)
    counter = session.get(Counter, counter_scope(scheme, values, str(entity.id)))
    reached = counter.value if counter else highest_in_series(session, scheme, values, entity.id)
    shown = format_number(scheme, values, reached + 1)  # a full sequence is refused here
    if holders_of(session, [(entity.id, shown)]):
        shown = format_number(scheme, values, highest_in_series(session, scheme, values, entity.id) + 1)
    return NextNumber(shown, scheme.code, used)


def _asked_of(session: Session, asked: NumberQuestion) -> tuple[LegalEntity, str]:
    """Return whose number is asked for, and the code of the department."""
    named = units_named(session, asked.department) if asked.department else {}
    units = {one.entity_id: one.code for one in named.values()}
    own = entity_of(session, asked.unit_id)
    entity_id = next(iter(units)) if len(units) == 1 else own
    if entity_id is None:
        raise RuleRefused(Refused("O-4", "unit_needed"))
    alike = [written for written, one in named.items() if one.entity_id == entity_id]
    if len(alike) > 1:
        raise several_units(asked.department, alike)
    return session.get_one(LegalEntity, entity_id), units.get(entity_id, asked.department)


@dataclass(frozen=True, slots=True)
class LabelsAfter:
    """How a label is read, what comes after it, and whether a reissue is suggested (V-1)."""

    issue: str
    amendment: str
    amended: str
    reissued: str
    amendments: int
    reissue_after: int
    is_reissue_suggested: bool


def labels_after(rules: LabelRules, kind: str, text: str) -> LabelsAfter:
    """Return both ways on from a label; an empty one is the first of the type (V-1)."""
    if kind not in rules.types:
        raise NotFound("document type")
    chosen = rules.of(kind)
    label = labels.read(text, chosen.scheme) if text.strip() else labels.first(chosen.scheme)
    if label is None:
        raise RuleRefused(Refused("V-1", "label_unreadable", {"label": text.strip()[:40]}))
    found = labels.next_labels(label, chosen.scheme, chosen.reissue_after)
    return LabelsAfter(
        label.issue,
        "" if label.amendment is None else str(label.amendment),
        labels.show(found.amended, chosen.scheme),
        labels.show(found.reissued, chosen.scheme) if found.reissued else "",
        found.amendments,
        chosen.reissue_after,
        found.is_reissue_suggested,
    )
