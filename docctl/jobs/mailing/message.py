"""How a notice reads: plain text and the same as simple HTML, in the person's language (A-4).

It holds what the inbox shows its person, links, and how to change it; never what a document says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from docctl.services.mailing.server import POLICY, MailServer


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: what is to do, of which item, and where."""

    words: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: paragraphs before and after its entries; a link is a paragraph of its own."""

    subject: str
    before: Sequence[str]
    lines: Sequence[Line]
    after: Sequence[str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom; `key` names the mail, so that a repeat is seen to be the same one."""

    to: str
    company: str
    key: str
    at: datetime
    language: str


def written(letter: Letter, envelope: Envelope, server: MailServer) -> EmailMessage:
    """Return the message; whatever stands in names and titles, no header is broken by it."""
    message = EmailMessage(policy=POLICY)
    message["Subject"] = one_line(letter.subject)[:200]
    message["From"] = Address(display_name=one_line(envelope.company)[:100], addr_spec=server.sender)
    message["To"] = Address(addr_spec=envelope.to)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<docctl.{sha256(envelope.key.encode()).hexdigest()[:40]}@{server.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = "zh-Hans" if envelope.language == "zh_Hans" else "en"
    message.set_content(_plain(letter), cte="base64")
    message.add_alternative(_html(letter, envelope.language), subtype="html", cte="base64")
    return message


def one_line(text: str) -> str:
    """Return a text without breaks and control characters: it goes into a header or a line of its own."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).split())


def _plain(letter: Letter) -> str:
    parts = [one_line(one) for one in letter.before]
    parts += ["\n".join(filter(None, (f"- {one_line(one.words)}", _indented(one)))) for one in letter.lines]
    parts += [one_line(one) for one in letter.after]
    return "\n\n".join(parts) + "\n"


def _indented(one: Line) -> str:
    return "\n".join(f"  {text}" for text in (one_line(one.note), one.link) if text)


def _html(letter: Letter, language: str) -> str:
    lang = "zh-Hans" if language == "zh_Hans" else "en"
    entries = "".join(
        f'<li><a href="{escape(one.link)}">{escape(one_line(one.words))}</a>'
        + (f"<br>{escape(one_line(one.note))}" if one.note else "")
        + "</li>"
        for one in letter.lines
    )
    body = [*_paragraphs(letter.before), f"<ul>{entries}</ul>" if entries else "", *_paragraphs(letter.after)]
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>'
        f"{escape(one_line(letter.subject))}</title></head><body>{''.join(body)}</body></html>\n"
    )


def _paragraphs(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        line = escape(one_line(text))
        is_link = re.fullmatch(r"https?://\S+", text)
        yield f'<p><a href="{line}">{line}</a></p>' if is_link else f"<p>{line}</p>"
