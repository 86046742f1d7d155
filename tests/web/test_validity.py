"""A revision for trial through its life: pages, copies, lists, inbox, records, commands (V-8, D-5)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from uuid import UUID

import pytest
from docx import Document as Docx
from sqlalchemy import select

from docctl.domain.verdicts import RuleRefused
from docctl.jobs.due import work_due
from docctl.jobs.wait import settle
from docctl.models.trail import EventRow
from docctl.queries.history import revision_history
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.cli.terminal import Terminal
from tests.filing import filed
from tests.web.browser import Browser, words_of
from tests.web.test_documents import created, data_of, new
from tests.web.test_search_results import facet
from tests.world import World, docx_bytes

REVISIONS = "/documents/revisions"
LAST = "2026-06-30"


@pytest.fixture
def trial(client: Browser, world: World) -> UUID:
    """Return a procedure in force for trial until the end of June."""
    client.sign_in("chen")
    return world.issued(created(client, world, valid_to=LAST, is_trial="1"))


def go_on(world: World, days: float) -> None:
    """Let time pass and the worker do what fell due."""
    world.clock.forward(days=days)
    while work_due(world.house):
        pass


def stamp_of(client: Browser, revision_id: UUID) -> str:
    copy = data_of(client.post(f"{REVISIONS}/{revision_id}/copy", data={"csrf_token": token(client)}))
    document = Docx(io.BytesIO(copy))
    return (
        " ".join(one.text for section in document.sections for one in section.header.paragraphs)
        + document.sections[0].header._element.xml
    )  # what is drawn is not among the paragraphs


def token(client: Browser) -> str:
    return str(client.forms("/account/password")[0].cssselect("input[name=csrf_token]")[0].get("value"))


def test_v_8_what_is_written_stands_in_what_is_signed(client: Browser, world: World, trial: UUID) -> None:
    manifest = json.loads(world.revision(trial).manifest or "")
    assert manifest["facts"]["validity"] == {"trial": True, "until": "2026-06-30T16:00:00.000000Z"}
    plain = json.loads(world.revision(world.issued(world.draft("别的", number="QP-50"))).manifest or "")
    assert "validity" not in plain["facts"]


def test_v_8_a_trial_without_its_end_is_refused_and_nothing_is_lost(client: Browser, world: World) -> None:
    client.sign_in("chen")
    answer = new(client, world, is_trial="1", title="试行的办法")
    assert answer.status_code == 422
    assert "试行的文件要填有效期" in words_of(answer)
    assert "试行的办法" in answer.text
    answer = new(client, world, valid_to="2026-03-01")
    assert answer.status_code == 422
    assert "不能早于今天" in words_of(answer)


def test_v_8_every_view_says_trial_and_then_that_it_ended(client: Browser, world: World, trial: UUID) -> None:
    here = f"{REVISIONS}/{trial}"
    document = world.document_of(trial).id
    words = words_of(client.get(here))
    assert f"试行，有效期至 {LAST}" in words
    assert "试行" in stamp_of(client, trial)
    client.sign_in("wang")
    assert f"试行，有效期至 {LAST}" in words_of(client.get(here))
    world.clock.now = world.clock.now.replace(month=6, day=30, hour=15, minute=59)  # 23:59 in Shanghai
    client.sign_in("wang")
    assert "有效期已过" not in words_of(client.get(here))
    world.clock.forward(minutes=1)
    words = words_of(client.get(here))
    assert f"有效期至 {LAST}，已过" in words
    assert "有效期已过" in words
    assert "有效期已过" in stamp_of(client, trial)
    assert "有效期已过" in words_of(client.get("/documents"))
    assert "有效期已过" in words_of(client.get("/documents?state=expired"))
    assert "QP-01" not in words_of(client.get("/documents?state=in_force"))
    assert "有效期已过" in words_of(client.get(f"/documents/{document}/history"))


def test_v_8_a_search_says_to_the_instant_that_validity_has_ended(
    client: Browser, world: World, trial: UUID
) -> None:
    world.issued(world.draft("现行的办法", number="QP-50"))
    settle(world.house)
    for who in ("chen", "wang"):
        world.clock.now = world.clock.now.replace(month=6, day=30, hour=15, minute=59)  # 23:59 in Shanghai
        client.sign_in(who)
        assert facet(client, "/search?q=QP&state=in_force", "state") == {"现行": "2"}
        assert numbers(client, "/search?q=QP&state=in_force") == {"QP-01", "QP-50"}
        assert numbers(client, "/search?q=QP&state=expired") == set()
        assert numbers(client, "/search?q=状态:现行") == {"QP-01", "QP-50"}
        world.clock.forward(minutes=1)
        client.sign_in(who)
        assert facet(client, "/search?q=QP", "state") == {"现行": "1", "有效期已过": "1"}
        assert facet(client, "/search?q=QP&obsolete=1", "state") == {"现行": "1", "有效期已过": "1"}
        assert numbers(client, "/search?q=QP") == {"QP-01", "QP-50"}  # it is still the one in force
        assert numbers(client, "/search?q=QP&state=in_force") == {"QP-50"}
        assert numbers(client, "/search?q=QP&state=expired") == {"QP-01"}
        assert numbers(client, "/search?q=状态:现行") == {"QP-50"}
        assert numbers(client, "/search?q=状态:有效期已过") == {"QP-01"}
        (found,) = client.page("/search?q=QP-01").cssselect(".cards li")
        assert "有效期已过" in found.text_content()
        assert found.cssselect("a")[0].get("href") == f"/documents/{world.document_of(trial).id}"


def numbers(client: Browser, address: str) -> set[str]:
    return {one.text_content().strip() for one in client.page(address).cssselect(".cards .number")}


def test_v_8_the_owner_and_document_control_are_asked_before(
    client: Browser, world: World, trial: UUID
) -> None:
    go_on(world, 60)
    client.sign_in("ouyang")  # head of the quality unit
    assert "处理有效期" not in words_of(client.get("/"))
    go_on(world, 35)
    for who, asked in (("ouyang", True), ("chen", True), ("li", False), ("wang", False)):
        client.sign_in(who)
        assert ("处理有效期" in words_of(client.get("/"))) is asked, who
    with world.house.uow.read() as session:
        told = session.scalars(select(EventRow.seq).where(EventRow.action == "revision.validity_nears"))
        assert len(told.all()) == 1
    revise_document(
        ReviseDocument(
            world.document_of(trial).id, "转为正式", "试行结束", (world.upload("chen", docx_bytes("新")),)
        ),
        by=world.by("chen"),
        house=world.house,
    )
    client.sign_in("chen")
    assert "处理有效期" not in words_of(client.get("/"))  # what becomes of it is under way


def test_v_8_it_is_not_issued_for_a_day_after_its_end(client: Browser, world: World) -> None:
    client.sign_in("chen")
    revision = world.approved(created(client, world, valid_to=LAST))
    for days, refused in ((120, False), (121, True)):
        on = world.house.today() + timedelta(days=days)
        cmd = IssueRevision(revision, world.revision(revision).row_version, on)
        if refused:
            with pytest.raises(RuleRefused) as error:
                issue_revision(cmd, by=world.by("chen"), house=world.house)
            assert error.value.refused.key == "V-8.ends_before_effect"
    assert world.house.today() + timedelta(days=120) == world.house.today().replace(month=6, day=30)


def test_v_8_no_record_is_filed_under_a_form_after_its_validity(client: Browser, world: World) -> None:
    client.sign_in("chen")
    form = world.issued(
        created(
            client, world, type_id=str(world.types["form"]), title="试行表", valid_to=LAST, number="QR-9901"
        )
    )
    document = world.document_of(form).id
    assert filed(world, document)
    world.clock.forward(days=200)
    client.sign_in("li")
    page = client.page("/records/new")
    assert page.cssselect(f"a[href='/records/new/{document}']") == []
    assert "V-8" in client.get(f"/records/new/{document}").text
    with pytest.raises(RuleRefused) as error:
        filed(world, document)
    assert error.value.refused.key == "V-8.form_expired"


def test_v_8_a_draft_keeps_and_changes_its_end(client: Browser, world: World) -> None:
    client.sign_in("chen")
    revision = created(client, world, valid_to=LAST, is_trial="1")
    assert client.submit(f"{REVISIONS}/{revision}/edit", {"title": "改名"}).status_code == 303
    row = world.revision(revision)
    assert (row.is_trial, row.valid_until is None) == (True, False)
    assert (
        client.submit(f"{REVISIONS}/{revision}/edit", {"valid_to": "", "is_trial": None}).status_code == 303
    )
    row = world.revision(revision)
    assert (row.is_trial, row.valid_until) == (False, None)


def test_v_8_at_the_terminal(world: World, client: Browser, trial: UUID) -> None:
    terminal = Terminal(world.house, no_wait=True)
    with world.house.uow.read() as session:
        history = revision_history(
            session,
            world.by("chen").actor,
            world.document_of(trial).id,
            at=world.clock(),
            zone=world.house.zone,
        )
    assert (history.lines[0].is_trial, str(history.lines[0].valid_to)) == (True, LAST)
    created(client, world, number="QP-60")
    terminal.ok("documents", "edit", "QP-60", "--valid-until", LAST, "--trial", user="chen")
    assert terminal.refused("documents", "edit", "QP-60", "--trial", user="chen") == (3, "V-8.end_needed")
    terminal.ok("documents", "edit", "QP-60", "--no-end", user="chen")
