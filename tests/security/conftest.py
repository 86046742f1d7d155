"""Fixtures of the attacks: the application, a browser, and items that most people may not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.beginnings import begun, settings_after
from tests.cli.terminal import Terminal
from tests.filing import a_form, corrected, filed, files
from tests.lists import proposed_list
from tests.places import Place
from tests.web.browser import Browser, filled
from tests.web.conftest import app, client
from tests.world import PASSWORD, World

#: A word that stands in every hidden item and nowhere else.
SECRET = "密件夜莺"

#: What a page says of itself and differs from answer to answer.
_OWN = re.compile(r"[0-9a-f]{64}|[0-9a-f]{16}\b|[0-9a-f]{8}-[0-9a-f-]{27}")

#: What forms of all kinds ask for; a form takes what it knows.
ANYTHING = {
    "row_version": "1",
    "reason": "slip",
    "comment": "无",
    "password": PASSWORD,
    "seen_sha256": "0" * 64,
    "decision": "approve",
    "opinion": "agree",
    "title": "标题",
    "change_what": "无",
    "change_reason": "无",
    "field": "title",
    "old": "x",
    "new": "y",
    "place": "A-1",
    "effective_on": "2026-03-09",
    "occurred_at": "2026-03-01T10:00",
}


@dataclass
class Hidden:
    """Items of the quality and production units that others may not see; ids by the names in addresses."""

    draft: dict[str, UUID]
    gone: dict[str, UUID]
    record: dict[str, UUID]


def hiding(world: World) -> Hidden:
    """Make a draft, a withdrawn document and a record with a waiting correction."""
    draft = world.draft(f"{SECRET} 草案", number="QP-77", text=SECRET)
    gone = world.issued(world.draft(f"{SECRET} 停用", number="QP-78", text=SECRET))
    withdraw_revision(
        WithdrawRevision(gone, world.revision(gone).row_version, "停用"),
        by=world.by("chen"),
        house=world.house,
    )
    record = filed(world, a_form(world), title=f"{SECRET} 记录")
    correction = corrected(world, record, who="wang", new=f"{SECRET} 更正")

    def of_document(revision: UUID) -> dict[str, UUID]:
        document = world.document_of(revision).id
        return {
            "document_id": document,
            "form_id": document,
            "revision_id": revision,
            "file_id": files(world, revision)[0].id,
        }

    return Hidden(
        of_document(draft),
        of_document(gone),
        {"record_id": record, "file_id": files(world, record)[0].id, "correction_id": correction},
    )


settings = settings_after(hidden=hiding)


@pytest.fixture
def hidden(world: World, founded: Place) -> Hidden:
    """Return what is hidden in a company that has it."""
    return begun(founded, hiding)[1]


@pytest.fixture
def a_list(world: World) -> dict[str, UUID]:
    """Make a disposal list over records of the production unit."""
    list_id, records = proposed_list(world, items=1)
    return {"list_id": list_id, "record_id": records[0], "unit_id": world.units["SC"]}


def said(answer: TestResponse) -> tuple[int, str, str]:
    """Return what an answer says, without the ids that are its own."""
    return answer.status_code, answer.headers.get("Content-Type", ""), _OWN.sub("#", answer.text)


def addresses(app: Flask, ids: dict[str, UUID | int]) -> Iterator[tuple[Rule, str, str]]:
    """Yield every address of an item, and the same with ids that nobody has."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.arguments <= ids.keys():
            wanted = {name: ids[name] for name in rule.arguments}
            _, there = rule.build(wanted, append_unknown=False) or ("", "")
            nobody = {name: uuid4() if isinstance(one, UUID) else one for name, one in wanted.items()}
            _, missing = rule.build(nobody, append_unknown=False) or ("", "")
            yield rule, there, missing


def token_of(client: Browser) -> str:
    """Return the token that the forms of this session carry."""
    return str(filled(client.forms("/account/password")[0])["csrf_token"])


@pytest.fixture
def terminal(world: World, settings: object) -> Terminal:
    """Return a terminal on the small company."""
    return Terminal(world.house, settings, no_wait=True)  # type: ignore[arg-type]


__all__ = ["Hidden", "addresses", "app", "client", "said", "terminal", "token_of"]
