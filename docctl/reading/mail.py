"""What an e-mail says, and its attachments as files to be read in their turn."""

from __future__ import annotations

import email
import email.policy
import re
from email.header import Header, decode_header
from email.message import Message
from pathlib import Path
from typing import Any, Final

from docctl.reading import encodings, html_text, said, text
from docctl.reading.enclosed import Enclosed
from docctl.reading.errors import ReadingFailed

_SHOWN: Final = ("From", "To", "Cc", "Date", "Subject")
_MEANT: Final = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "us-ascii": "utf-8"}
_PARTS: Final = 2_000
_LONGEST_HEADER: Final = 4_000


def unpack(path: str, folder: str, most_files: int, most_bytes: int) -> dict[str, Any]:
    """Read a mail in the form of RFC 5322 and write its attachments into `folder`."""
    with Path(path).open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    if not message.keys():
        raise ReadingFailed("unreadable", "no mail")
    enclosed = Enclosed(Path(folder), most_files, most_bytes)
    told = said.Said()
    for name in _SHOWN:
        if value := _decoded(message.get(name)):
            told.add(f"{name}: {value}", said.HEADER)
    plain, page = _bodies(message, enclosed)
    told.add((html_text.text_of(page) if page and not plain.strip() else plain).strip("\n"))
    answer = told.answer(None)
    shown = html_text.shown(page) if page else text.paragraphs(plain)
    heads = "".join(answer["text"][start:end] + "\n" for kind, start, end in answer["parts"])
    return answer | {"html": text.paragraphs(heads) + shown, "files": enclosed.files}


def _bodies(message: Message, enclosed: Enclosed) -> tuple[str, str]:
    """Return plain text and HTML of the mail itself; all else is enclosed."""
    plain: list[str] = []
    pages: list[str] = []
    waiting = [message]
    looked = 0
    while waiting:
        part = waiting.pop(0)
        looked += 1
        if looked > _PARTS:
            raise ReadingFailed("bomb", "parts")
        kind = part.get_content_type()
        name = _decoded(part.get_filename()) or ""
        inner = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and isinstance(inner[0], Message):
            subject = _decoded(inner[0].get("Subject")) or "mail"
            enclosed.add(name or f"{subject}.eml", inner[0].as_bytes())
        elif isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
        elif name or part.get_content_disposition() == "attachment":
            if not _is_decoration(part):
                enclosed.add(name or f"attachment.{part.get_content_subtype()}", _bytes(part))
        elif kind == "text/html":
            pages.append(html_text.decode(_bytes(part), part.get_content_charset()) or "")
        elif part.get_content_maintype() == "text":
            plain.append(_text(part))
    return "\n".join(plain), "\n".join(pages)


def _is_decoration(part: Message) -> bool:
    """Say whether a part is a picture that the page of the mail shows, such as a logo."""
    inline = part.get_content_disposition() != "attachment"
    return inline and part.get_content_maintype() == "image" and part.get("Content-ID") is not None


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    data = _bytes(part)
    stated = (part.get_content_charset() or "").lower()
    try:
        decoded: str | None = data.decode(_MEANT.get(stated, stated)) if stated else None
    except (UnicodeDecodeError, LookupError, ValueError):
        decoded = None
    words = decoded if decoded is not None else encodings.decode(data) or data.decode("utf-8", "replace")
    return words.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _decoded(value: str | Header | None) -> str:
    """Return a header in words; what is damaged in it is shown as such."""
    if value is None:
        return ""
    try:
        pieces = decode_header(value if not isinstance(value, str) else value[:_LONGEST_HEADER])
    except (ValueError, LookupError, email.errors.MessageError):
        pieces = [(str(value), None)]
    words = "".join(_piece(*piece) for piece in pieces)
    return re.sub(r"\s+", " ", words).strip()[:_LONGEST_HEADER]


def _piece(words: str | bytes, stated: str | None) -> str:
    if isinstance(words, str):
        return words
    name = (stated or "").lower()
    try:
        if name and name != "unknown-8bit":
            return words.decode(_MEANT.get(name, name))
    except (UnicodeDecodeError, LookupError, ValueError):
        pass
    return encodings.decode(words) or words.decode("utf-8", "replace")
