"""Which item a number in a command means: its normal form, another name, a tail (N-9, N-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from docctl.cli.failures import Ambiguous
from docctl.domain.verdicts import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from docctl.cli.desk import Desk
    from docctl.queries.by_name import RevisionNamed
    from docctl.queries.number_found import Candidate


def item(desk: Desk, session: Session, text: str, kind: str = "") -> Candidate:
    """Return the one item that a number means; raise Ambiguous for several, NotFound for none (N-10)."""
    from docctl.queries.number_found import find_number

    found = find_number(session, desk.actor, text, at=desk.house.clock())
    fitting = [one for one in found if not kind or one.item_kind == kind]
    if not fitting:
        raise NotFound("number")
    if len(fitting) > 1:
        raise Ambiguous(text, tuple(one.written for one in fitting))
    return fitting[0]


def items(desk: Desk, session: Session, texts: Sequence[str], kind: str) -> list[Candidate]:
    """Return the items of several numbers, in their order."""
    return [item(desk, session, text, kind) for text in texts]


def revision(
    desk: Desk, session: Session, number: str, label: str = "", *, wanted: str = "newest"
) -> RevisionNamed:
    """Return the revision of a document: the one with the label, else the newest or the one in force."""
    from docctl.queries.by_name import revision_named

    document = item(desk, session, number, "document")
    return revision_named(session, desk.actor, document.item_id, label, at=desk.house.clock(), wanted=wanted)


def requests(desk: Desk, session: Session, texts: Sequence[str]) -> tuple[UUID, ...]:
    """Return the change requests with these numbers; raise NotFound for none that the person sees (X-3)."""
    from docctl.queries.request_page import numbered_request

    at = desk.house.clock()
    return tuple(numbered_request(session, desk.actor, one, at=at) for one in texts)


def key(text: str, *, option: str = "--key", metavar: str = "KIND=VALUE") -> tuple[str, str]:
    """Return kind and value of a key written as KIND=VALUE (S-7), or of another option written so."""
    kind, separator, value = text.partition("=")
    if not separator or not value.strip():
        raise click.UsageError(f"{option} {text!r}: {metavar}")
    return kind.strip(), value.strip()
