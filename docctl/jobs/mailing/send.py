"""What goes into a mail at the moment it is sent: what still waits, and may still be seen (A-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.mailing import When, news_of
from docctl.domain.verdicts import NotFound
from docctl.i18n import Translator, translator
from docctl.jobs.mailing.look import known, waiting, when_told
from docctl.jobs.mailing.message import Envelope, Letter, Line, written
from docctl.models.mailing import MailAddress
from docctl.models.organisation import LegalEntity, Person, Unit
from docctl.queries.inbox import Task
from docctl.queries.inbox_words import due_of, label_of, place_of, verb_of
from docctl.queries.mailing import Post, post_of
from docctl.services.house import House
from docctl.services.mailing.server import MailRefused, MailServer
from docctl.services.people.sessions import hashed

#: So many entries stand in one mail; the rest are counted.
MOST: Final = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail as its row asks for it."""

    key: str
    person_id: UUID
    payload: Mapping[str, Any]
    at: datetime


def send_mail(house: House, wanted: Wanted) -> bool:
    """Write the mail anew and hand it in; False where nothing is left to tell.

    Raises MailRefused, having noted an address that takes nothing any more, or MailFailed.
    """
    assert house.mail is not None
    with house.uow.read() as session:
        message = _written(session, house, house.mail, wanted)
    if message is None:
        return False
    try:
        house.mail.send(message)
    except MailRefused as error:
        if error.is_address:
            refused, reason = str(message["To"].addresses[0].addr_spec), error.reason
            house.uow.write(
                lambda session: _refused(session, wanted.person_id, refused, reason, house.clock())
            )
        raise
    return True


def test_letter(house: House, address: str) -> EmailMessage:
    """Return a mail that only shows that mail arrives."""
    assert house.mail is not None
    words = translator(house.language, house.zone)
    with house.uow.read() as session:
        company = session.scalar(select(LegalEntity.name).limit(1)) or "docctl"
    letter = Letter(words.t("mail.test.subject", company=company), [words.t("mail.test.text")], (), ())
    key = f"test:{house.clock().isoformat()}:{address}"
    return written(letter, Envelope(address, company, key, house.clock(), house.language), house.mail)


def _written(session: Session, house: House, server: MailServer, wanted: Wanted) -> EmailMessage | None:
    person = session.get(Person, wanted.person_id)
    if person is None or person.disabled_at is not None or not person.email:
        return None
    language = person.language or house.language
    words = translator(language, house.zone)
    company = _company_of(session, person)
    if wanted.payload.get("what") == "code":
        letter = _code(session, house, person, wanted, words, company)
    else:
        letter = _tasks(session, house, person, wanted, words, company)
    if letter is None:
        return None
    envelope = Envelope(person.email, company, wanted.key, wanted.at, language)
    return written(letter, envelope, server)


def _company_of(session: Session, person: Person) -> str:
    query = select(LegalEntity.name).join(Unit, Unit.entity_id == LegalEntity.id)
    return session.scalar(query.where(Unit.id == person.unit_id)) or "docctl"


def _code(
    session: Session, house: House, person: Person, wanted: Wanted, words: Translator, company: str
) -> Letter | None:
    """Return the link that confirms, while it is the newest one; it names nobody and no item."""
    code = str(wanted.payload.get("code", ""))
    row = session.get(MailAddress, person.id)
    if not code or row is None or row.code_hash != hashed(code) or row.address != person.email:
        return None
    if row.code_until is None or house.clock() >= row.code_until:
        return None
    return Letter(
        words.t("mail.code.subject", company=company),
        [words.t("mail.code.text", company=company), f"{house.public_url}/account/mail/confirm/{code}"],
        (),
        [words.t("mail.code.until", at=row.code_until), words.t("mail.code.not_you")],
    )


def _tasks(
    session: Session, house: House, person: Person, wanted: Wanted, words: Translator, company: str
) -> Letter | None:
    """Return what of it still waits; who may see it no more has it in their inbox no more."""
    post = post_of(session, person.id)
    if post.state != "confirmed":
        return None
    try:
        work = waiting(session, house, person.id)
    except NotFound:
        return None
    keys = set(wanted.payload.get("keys", ()))
    tasks = [one for one in work.tasks if _is_wanted(house, post, one, keys)]
    if not tasks:
        return None
    today = house.today()
    lines = [_line(house, one, words, due_of(one, words, today)[1]) for one in tasks[:MOST]]
    return Letter(
        _subject(tasks, words, company, is_digest=wanted.payload.get("what") == "digest"),
        [words.t("mail.tasks.before", company=company, count=len(tasks))],
        lines,
        [
            *([words.t("mail.tasks.more", count=len(tasks) - MOST)] if len(tasks) > MOST else ()),
            words.t("mail.tasks.in_all", count=work.total),
            f"{house.public_url}/",
            words.t("mail.tasks.change"),
            f"{house.public_url}/account/mail",
        ],
    )


def _is_wanted(house: House, post: Post, task: Task, keys: set[str]) -> bool:
    when = when_told(house, post)
    return any(one.key in keys and when[one.kind] is not When.NONE for one in news_of([known(task)]))


def _subject(tasks: Sequence[Task], words: Translator, company: str, *, is_digest: bool) -> str:
    """Return the subject: no title, which a locked screen may show to anybody."""
    if len(tasks) == 1 and not is_digest:
        verb = verb_of(tasks[0], words)
        number = tasks[0].number if tasks[0].kind != "setting" else ""
        return words.t("mail.tasks.one", company=company, verb=verb, number=number).strip()
    name = "mail.tasks.digest" if is_digest else "mail.tasks.several"
    return words.t(name, company=company, count=len(tasks))


def _line(house: House, task: Task, words: Translator, due: str) -> Line:
    number = task.number if task.kind != "setting" else ""
    item = " ".join(filter(None, (number, task.title, label_of(task, words))))
    said = words.t("mail.tasks.line", verb=verb_of(task, words), item=item)
    return Line(said, due, f"{house.public_url}{place_of(task)}")


def _refused(session: Session, person_id: UUID, address: str, reason: str, at: datetime) -> None:
    """Hold it against the address, unless another one was put on the account meanwhile."""
    row = session.get(MailAddress, person_id)
    if row is not None and row.address == address:
        row.problem, row.problem_at = reason[:300], at
