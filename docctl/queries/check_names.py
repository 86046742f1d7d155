"""What of a text the register contradicts: other titles, replaced editions, names taken (D-12, X-3).

Asked set-wise when it is shown, so that it is right whatever was named, issued or withdrawn meanwhile.
Of what a person may not see nothing is said to them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain import labels
from docctl.domain.draft_checks import Check
from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.normal_form import normal, tails
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, Revision
from docctl.models.names import name_key
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.models.visibility import visible_sets
from docctl.queries.citations import Cited
from docctl.queries.revision_states import in_force_at, readable_document
from docctl.reading.checking.fact import TextFact

_STANDARD_YEAR: Final = re.compile(
    r"^(?P<base>[a-z/]{2,12}\d{3,5}(?:[.]\d{1,3})?)[-:](?P<year>(?:19|20)\d\d)$"
)
#: What says the kind of a paper at the end of its title: 文件控制程序 and 文件管理办法 are about one thing.
_ENDINGS: Final = (
    *(
        f"{how}{what}"
        for how in ("控制", "管理", "管制", "")
        for what in ("程序", "制度", "办法", "规定", "规程", "程序文件", "规范", "细则", "")
    ),
    *("procedure", "controlprocedure", "managementprocedure", "instruction", "policy", "rules"),
)
_BRACKETED: Final = re.compile(r"\([^()]{1,16}\)$")
_MOST: Final = 20
#: A revision of another document; made once, since each alias learns its columns anew.
_CURRENT: Final = aliased(Revision)


class Meant:
    """The citations of a text with what they mean now, found by number or name."""

    def __init__(self, cites: Sequence[Cited]) -> None:
        self._by_key: dict[str, Cited] = {}
        for one in cites:
            for key in (normal(one.number), name_key(one.name)):
                if key:
                    self._by_key.setdefault(key, one)

    def of(self, fact: TextFact) -> Cited | None:
        """Return what a citation means, by its number before its name."""
        for key in (normal(fact.number), name_key(fact.name)):
            if key and key in self._by_key:
                return self._by_key[key]
        return None

    def document(self, fact: TextFact) -> UUID | None:
        """Return the document that a citation means, where the person may see it."""
        found = self.of(fact)
        return found.document_id if found else None


def settled_by_register(facts: Sequence[TextFact], meant: Meant) -> Iterator[TextFact]:
    """Yield what is cited and not listed, or the reverse; one may be named by number, the other by name."""
    listed = {meant.document(one) for one in facts if one.kind == "cites" and " listed" in one.more}
    named = {meant.document(one) for one in facts if one.kind == "cites" and " body" in one.more}
    for one in facts:
        if one.kind not in {Check.NOT_LISTED, Check.NOT_CITED}:
            continue
        other = listed if one.kind == Check.NOT_LISTED else named
        document = meant.document(one)
        if document is None or document not in other:
            yield one


def other_titles(session: Session, facts: Sequence[TextFact], meant: Meant) -> Iterator[tuple[TextFact, str]]:
    """Yield citations whose number is that of a document with another title, and that title (D-12)."""
    wrong = []
    for one in facts:
        found = meant.of(one) if one.kind == "cites" and " named" in one.more else None
        if found is None or found.document_id is None or not _is_number_of(one.number, found.shown_number):
            continue
        if not _one_title(one.name, found.shown_title):
            wrong.append((one, found))
    also = _also_called(session, {found.document_id for _, found in wrong if found.document_id})
    for one, found in wrong:
        if name_key(one.name) not in also.get(found.document_id, ()):
            yield one, found.shown_title


def _is_number_of(cited: str, number: str) -> bool:
    key, own = normal(cited), normal(number)
    return key == own or key in tails(own)


def _one_title(cited: str, title: str) -> bool:
    left, right = (_BRACKETED.sub("", name_key(one)) for one in (cited, title))
    return left == right


def _also_called(session: Session, documents: Collection[UUID]) -> dict[UUID | None, set[str]]:
    found: dict[UUID | None, set[str]] = {}
    if documents:
        query = select(Alias.item_id, Alias.text).where(
            Alias.item_id.in_(documents), Alias.item_kind == "document"
        )
        for item_id, text in session.execute(query):
            found.setdefault(item_id, set()).add(name_key(text))
    return found


def replaced(
    session: Session, actor: Actor, facts: Sequence[TextFact], meant: Meant, *, at: datetime
) -> Iterator[tuple[TextFact, str, str]]:
    """Yield citations of what was replaced: why, and what is in force instead (D-12).

    withdrawn: nothing of the document is in force; edition: a superseded revision is named; standard: the
    register has a later year of it in force.
    """
    cites = [one for one in facts if one.kind == "cites"]
    for one in cites:
        found = meant.of(one)
        if found is not None and found.standing == "obsolete" and found.document_id is not None:
            yield one, "withdrawn", f"{found.shown_number} {found.shown_title}".strip()
    labelled = [
        (one, found)
        for one in cites
        if one.label and (found := meant.of(one)) is not None and found.document_id and found.label
    ]
    before = _superseded(session, {found.document_id for _, found in labelled if found.document_id}, at)
    for one, found in labelled:
        named = labels.read(one.label)
        if (
            named is not None
            and named != labels.read(found.label)
            and named in before.get(found.document_id, ())
        ):
            yield one, "edition", f"{found.shown_number} {found.label}"
    yield from _later_years(session, actor, cites, at)


def _superseded(
    session: Session, documents: Collection[UUID], at: datetime
) -> dict[UUID | None, set[labels.Label]]:
    found: dict[UUID | None, set[labels.Label]] = {}
    if documents:
        query = select(Revision.document_id, Revision.label).where(
            Revision.document_id.in_(documents), Revision.effective_until <= at
        )
        for document_id, label in session.execute(query):
            if (read := labels.read(label)) is not None:
                found.setdefault(document_id, set()).add(read)
    return found


def _later_years(
    session: Session, actor: Actor, cites: Sequence[TextFact], at: datetime
) -> Iterator[tuple[TextFact, str, str]]:
    wanted: dict[str, TextFact] = {}
    for one in cites:
        match = _STANDARD_YEAR.match(normal(one.number))
        if match is not None:
            years = range(int(match["year"]) + 1, at.year + 1)
            wanted.update({f"{match['base']}{sign}{year}": one for year in years for sign in "-:"})
    if not wanted:
        return
    rows = session.execute(
        select(NumberEntry.normal, Document.number, Document.title)
        .join(Document, Document.id == NumberEntry.item_id)
        .where(
            NumberEntry.normal.in_(list(wanted)[:1_000]),
            NumberEntry.state == NumberState.USED,
            Document.is_external,
            exists().where(Revision.document_id == Document.id, in_force_at(at)),
            readable_document(actor, at),
        )
        .order_by(NumberEntry.normal)
    )
    newest = {wanted[key]: f"{number} {title}" for key, number, title in rows}
    for one, shown in newest.items():
        yield one, "standard", shown


def alike_names(
    session: Session, actor: Actor, document: Document, title: str, *, at: datetime
) -> Iterator[tuple[Check, str]]:
    """Yield other documents of the legal entity with the same title, or one about the same (D-12).

    Those that are in force or under way; a form of the document, or that it is a form of, is none.
    """
    key = name_key(title)
    near = _near_keys(key)
    rows = session.execute(
        select(Document.number, Document.title, Document.title_key)
        .where(
            Document.title_key.in_([key, *near]),
            Document.id != document.id,
            Document.entity_id == document.entity_id,
            Document.is_external.is_(False),
            or_(Document.parent_id.is_(None), Document.parent_id != document.id),
            exists().where(
                _CURRENT.document_id == Document.id,
                or_(
                    _CURRENT.status.in_(UNDER_WAY),
                    in_force_at(at, _CURRENT),
                    (_CURRENT.status == RevisionStatus.ISSUED) & (_CURRENT.effective_from > at),
                ),
            ),
            or_(readable_document(actor, at), Document.insider_set_id.in_(visible_sets(actor))),
        )
        .order_by(Document.number)
        .limit(_MOST)
    )
    for number, shown, other in rows:
        yield (Check.SAME_NAME if other == key else Check.NEAR_NAME), f"{number} {shown}"


def _near_keys(key: str) -> list[str]:
    """Return the titles about the same thing: with another word at the end for the kind of paper."""
    bare = _BRACKETED.sub("", key)
    fitting = [one for one in _ENDINGS if one and bare.endswith(one) and len(bare) > len(one) + 1]
    stem = bare[: -len(max(fitting, key=len))] if fitting else bare
    if len(stem) < 2:
        return []
    return sorted({f"{stem}{one}" for one in _ENDINGS} - {key, stem})
