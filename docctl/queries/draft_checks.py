"""What is to be mended or answered in a revision before it is issued, as far as a person may see (D-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.draft_checks import Check, CheckRules, DraftFacts, Weight, is_checked, may_go_on
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.checks import CheckAnswer
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person
from docctl.queries.check_findings import Finder, finding_key, text_facts
from docctl.queries.check_names import Meant, alike_names, other_titles, replaced, settled_by_register
from docctl.queries.citations import Cited, cited
from docctl.queries.rules_in_force import check_rules_at
from docctl.reading.checking.fact import TextFact
from storage.errors import StorageError

#: What a text shows by itself.
OF_TEXT: Final = frozenset(
    {
        Check.CLAUSE_TWICE,
        Check.CLAUSE_MISSING,
        Check.CLAUSE_MISPLACED,
        Check.NAMED_ABSENT,
        Check.NOT_NAMED,
        Check.VAGUE_TIME,
        Check.UNREAD,
    }
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a finding: by whom, when, why. Not settled: it was opened again, with this reason."""

    is_settled: bool
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: its name, about what, the stretch of the text with the words in it, what it is to be.

    `code` and `said` make the sentence that says what is expected; `must` says whether it holds back.
    """

    name: str
    check: Check
    what: str
    quote: str
    from_: int
    to: int
    clause: str
    page: int
    times: int
    code: str
    said: Mapping[str, str]
    must: bool
    answer: Answered | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it, or it was opened again."""
        return self.answer is None or not self.answer.is_settled

    @property
    def state(self) -> str:
        """How it stands: answered, must where it holds back, else open."""
        return "answered" if not self.is_open else "must" if self.must else "open"

    def expected(self, t: Callable[..., str]) -> str:
        """Return the sentence that says what is expected, in the words that `t` gives."""
        more = self.said["more"]
        if self.code == "unread":
            more = t(f"checks.why.{more}", default=more)
        return t(f"checks.expected.{self.code}", what=self.said["what"], more=more)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote before, in and behind the words that were found."""
        return self.quote[: self.from_], self.quote[self.from_ : self.to], self.quote[self.to :]


@dataclass(frozen=True, slots=True)
class DraftChecks:
    """The checks of a revision; `refused` says why it cannot be approved at last, or issued, now."""

    is_checked: bool
    is_pending: bool = False
    findings: tuple[Finding, ...] = ()
    refused: Refused | None = None

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody has answered."""
        return tuple(one for one in self.findings if one.is_open)

    @property
    def answered(self) -> tuple[Finding, ...]:
        """The findings that are answered."""
        return tuple(one for one in self.findings if not one.is_open)

    @property
    def holding(self) -> int:
        """How many open findings hold the revision back."""
        return sum(one.must for one in self.open)

    def counted(self) -> tuple[tuple[Check, int, int], ...]:
        """Return each check that found something, with how many findings it has and how many are open."""
        found: dict[Check, list[int]] = {}
        for one in self.findings:
            counts = found.setdefault(one.check, [0, 0])
            counts[0] += 1
            counts[1] += one.is_open
        return tuple((one, found[one][0], found[one][1]) for one in Check if one in found)


NONE: Final = DraftChecks(is_checked=False)


def draft_facts(document: Document, revision: Revision, type_code: str) -> DraftFacts:
    """Return what decides whether a revision is checked."""
    return DraftFacts(revision.status, document.is_external, revision.imported_at is not None, type_code)


def draft_checks(
    session: Session,
    actor: Actor,
    document: Document,
    revision: Revision,
    *,
    at: datetime,
    zone: tzinfo = UTC,
    cites: Sequence[Cited] | None = None,
) -> DraftChecks:
    """Return what the checks in force find in a revision, with the answers, times in `zone` (D-12, X-3).

    `cites` is what it cites, where that was asked for already.
    """
    try:
        rules = check_rules_at(session, at).rules
    except NotFound:
        return NONE
    type_code = session.get_one(DocumentType, document.type_id).code
    if not is_checked(draft_facts(document, revision, type_code), rules):
        return NONE
    try:
        texts = text_facts(session, revision.id, rules)
        finder = finding_key(session, revision.id)
    except StorageError:
        return DraftChecks(True, is_pending=True, refused=_refused(rules, (), is_pending=True))
    answers = answers_of(session, revision.id, zone)
    found = []
    for fact, code, said in _found(session, actor, document, revision, texts.facts, cites, at):
        weight = rules.weight(Check(fact.kind))
        if weight is not Weight.OFF:
            found.append(finding_of(fact, code, said, finder, answers, must=weight is Weight.ANSWER))
    order = list(Check)
    found.sort(key=lambda one: order.index(one.check))
    once = {one.name: one for one in reversed(found)}
    kept = tuple(one for one in found if once[one.name] is one)
    refused = _refused(rules, kept, is_pending=texts.is_pending)
    return DraftChecks(True, texts.is_pending, kept, refused)


def _refused(rules: CheckRules, found: tuple[Finding, ...], *, is_pending: bool) -> Refused | None:
    verdict = may_go_on(rules, (one.check for one in found if one.is_open), is_pending=is_pending)
    return verdict if isinstance(verdict, Refused) else None


_Said = tuple[TextFact, str, Mapping[str, str]]


def _found(
    session: Session,
    actor: Actor,
    document: Document,
    revision: Revision,
    facts: tuple[TextFact, ...],
    cites: Sequence[Cited] | None,
    at: datetime,
) -> Iterator[_Said]:
    """Yield each finding with the sentence about it: of the text alone, then of the register."""
    for one in facts:
        if one.kind in OF_TEXT:
            yield one, one.kind, {"what": one.what, "more": one.more}
    if any(one.kind == "cites" for one in facts):
        meant = Meant(cited(session, actor, revision.id, at=at) if cites is None else cites)
        for one in settled_by_register(facts, meant):
            yield one, one.kind, {"what": one.what, "more": one.more}
        for one, title in other_titles(session, facts, meant):
            yield _as(Check.OTHER_TITLE, one), "other_title", {"what": one.what, "more": title}
        for one, why, instead in replaced(session, actor, facts, meant, at=at):
            fact = _as(Check.REPLACED, one)
            yield fact, f"replaced_{why}", {"what": fact.what, "more": instead}
    for check, other in alike_names(session, actor, document, revision.title, at=at):
        fact = TextFact(check.value, other[:200], -1, quote=revision.title, to=len(revision.title))
        yield fact, check.value, {"what": revision.title, "more": other}


def _as(check: Check, fact: TextFact) -> TextFact:
    return TextFact(
        check.value,
        f"{fact.what} {fact.label}".strip(),
        fact.start,
        fact.quote,
        fact.from_,
        fact.to,
        clause=fact.clause,
        page=fact.page,
    )


def finding_of(
    fact: TextFact,
    code: str,
    said: Mapping[str, str],
    finder: Finder,
    answers: Mapping[str, Answered],
    *,
    must: bool,
) -> Finding:
    """Return a finding with its name, and the answer to it where there is one."""
    name = finder.name(fact)
    return Finding(
        name=name,
        check=Check(fact.kind),
        what=fact.what,
        quote=fact.quote,
        from_=fact.from_,
        to=fact.to,
        clause=fact.clause,
        page=fact.page,
        times=fact.times,
        code=code,
        said=said,
        must=must,
        answer=answers.get(name),
    )


def answers_of(session: Session, revision_id: UUID, zone: tzinfo = UTC) -> dict[str, Answered]:
    """Return the last answer to each finding of a revision, by the finding's name; times in `zone`."""
    rows = session.execute(
        select(CheckAnswer, Person.name)
        .join(Person, Person.id == CheckAnswer.answered_by)
        .where(CheckAnswer.revision_id == revision_id)
        .order_by(CheckAnswer.answered_at, CheckAnswer.id)
    )
    return {
        row.finding: Answered(row.is_settled, name, row.answered_at.astimezone(zone), row.reason)
        for row, name in rows
    }
