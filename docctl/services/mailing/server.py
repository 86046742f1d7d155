"""The server that takes e-mail: what it refuses for good, and what it may take later (A-4)."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

#: How long the server may take for each answer, in seconds.
PATIENCE: Final = 15.0
#: What is kept of an answer, in characters.
_SAID: Final = 200
#: Bodies are written in seven bits: any server takes them.
POLICY: Final = SMTP.clone(cte_type="7bit", max_line_length=78)

#: Of answers for good to a receiver: the class that stands before the words, as 5.1.1; answers about our
#: own address; without a class the codes that are about the receiver, and those that everybody would get.
_ENHANCED: Final = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})(?!\d)")
_OF_SENDER: Final = frozenset({(1, 7), (1, 8)})
_OF_ADDRESS: Final = frozenset({550, 551, 553})
_OF_SERVER: Final = frozenset({530, 535, 554})


class MailFailed(Exception):
    """The server did not take it now; `reason` says why, without any secret.

    `is_server`: it concerns the server or our account there, so that no other mail would fare better.
    """

    def __init__(self, reason: str, *, is_server: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.is_server = reason, is_server


class MailRefused(Exception):
    """The server refused it for good; `is_address`: the address it goes to, not what it says."""

    def __init__(self, reason: str, *, is_address: bool) -> None:
        super().__init__(reason)
        self.reason, self.is_address = reason, is_address


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom; `here` is the name we give ourselves."""

    host: str
    port: int
    security: str
    sender: str
    here: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    ca_file: Path | None = None
    patience: float = PATIENCE

    @property
    def domain(self) -> str:
        """The sender's domain, which names our messages."""
        return self.sender.rpartition("@")[2]

    def send(self, message: EmailMessage) -> None:
        """Hand in one message to its one receiver; raise MailRefused or MailFailed where it was not taken."""
        to = str(message["To"].addresses[0].addr_spec)
        with _in_words(), self._open() as server:
            try:
                server.send_message(message, from_addr=self.sender, to_addrs=[to])
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                raise _receiver_not_taken(code, said) from error
            except smtplib.SMTPDataError as error:
                raise _message_not_taken(error.smtp_code, error.smtp_error) from error

    @contextmanager
    def _open(self) -> Iterator[smtplib.SMTP]:
        trusted = ssl.create_default_context()
        if self.ca_file is not None:
            trusted.load_verify_locations(self.ca_file)
        server: smtplib.SMTP
        if self.security == "tls":
            server = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=self.here, timeout=self.patience, context=trusted
            )
        else:
            server = smtplib.SMTP(self.host, self.port, local_hostname=self.here, timeout=self.patience)
        try:
            if self.security == "starttls":
                server.starttls(context=trusted)  # a server without it raises: nothing goes in the clear
            if self.login is not None:
                _sign_in(server, self.login)
            yield server
        finally:
            # A server that has taken the message owes us no good-bye.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what sockets and servers raise into one line that holds no secret."""
    try:
        yield
    except (MailFailed, MailRefused):
        raise
    except smtplib.SMTPResponseException as error:  # greeting, EHLO, STARTTLS, sender
        raise MailFailed(_line(error.smtp_code, error.smtp_error)) from error
    except ssl.SSLCertVerificationError as error:
        raise MailFailed(f"certificate not trusted: {error.verify_message}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise MailFailed("the server closed the connection") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailFailed(_clean(str(error))) from error
    except TimeoutError as error:
        raise MailFailed("no answer in time") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(_clean(getattr(error, "strerror", None) or type(error).__name__)) from error


def _sign_in(server: smtplib.SMTP, login: tuple[str, str]) -> None:
    """Sign in; nothing of what the server says to a wrong password is told on, some repeat what was sent."""
    try:
        server.login(*login)
    except smtplib.SMTPAuthenticationError as error:
        raise MailFailed(f"sign-in refused ({error.smtp_code})") from error
    except smtplib.SMTPServerDisconnected as error:
        raise MailFailed("sign-in refused (connection closed)") from error


def _receiver_not_taken(code: int, said: bytes | str) -> MailFailed | MailRefused:
    """Say whether the address is at fault: by the class of the answer (RFC 3463), else by its code.

    Where we must sign in, may not send or are on a list, every address is answered so.
    """
    reason = _line(code, said)
    if not 500 <= code < 600:
        return MailFailed(reason, is_server=False)
    found = _ENHANCED.match(_text(said))
    if found is None:
        if code in _OF_ADDRESS:
            return MailRefused(reason, is_address=True)
        return MailFailed(reason, is_server=code in _OF_SERVER)
    subject, detail = int(found[1]), int(found[2])
    if (subject, detail) in _OF_SENDER or subject == 7:
        return MailFailed(reason, is_server=True)
    if subject in {1, 2}:  # the address, the mailbox
        return MailRefused(reason, is_address=True)
    return MailFailed(reason, is_server=code in _OF_SERVER)


def _message_not_taken(code: int, said: bytes | str) -> MailFailed | MailRefused:
    reason = _line(code, said)
    if 500 <= code < 600:
        return MailRefused(reason, is_address=False)
    return MailFailed(reason, is_server=False)


def _line(code: int, said: bytes | str) -> str:
    return f"{code} {_clean(_text(said))}".strip()


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _clean(text: str) -> str:
    """Return what a server said as one short line: it may have said anything."""
    return re.sub(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffef]+|\s+", " ", text).strip()[:_SAID]
