"""Every address and command of an item: what is hidden answers exactly as what is not there (X-3)."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from docctl.domain.change_requests import Asked
from docctl.domain.external_signatures import How
from docctl.domain.reviews import ReviewPlan
from docctl.domain.roles import Role
from docctl.domain.temporary_changes import Wording
from docctl.models.base import new_id
from docctl.models.organisation import LegalEntity, UnitLeader
from docctl.models.records import Record
from docctl.models.reminders import Reminder
from docctl.models.requests import ChangeRequest
from docctl.models.retention import DisposalList, Hold
from docctl.models.reviews import DocumentReview
from docctl.models.work import Delivery
from docctl.services.changes.write import WriteChange, write_change
from docctl.services.documents.names import AddName, add_name
from docctl.services.people.grant import ProposeRole, propose_role
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.people.rosters import SetDuty, set_duty
from docctl.services.people.unit_changes import NameUnit, name_unit
from docctl.services.reviews.plan import PlanReview, plan_review
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from docctl.services.searches.keep import SaveSearch, save_search
from docctl.services.webhooks.manage import AddWebhook, add_webhook
from tests import handing as h
from tests import printed as p
from tests.cli.terminal import SIGNING, Terminal
from tests.cli.test_roles import CALLS
from tests.delegating import delegated
from tests.filing import a_form, held
from tests.imports.making import Run, write
from tests.imports.test_record_runs import packed, started
from tests.lists import proposed_list
from tests.partners import a_partner, bound, shared
from tests.requests import asked, page
from tests.security.conftest import ANYTHING, SECRET, Hidden, addresses, said, token_of
from tests.services.test_continuity import declared
from tests.services.test_external_signatures import PNG, vouched
from tests.services.test_leaving import step_of
from tests.web.browser import Browser
from tests.world import PASSWORD, World

#: Arguments of addresses that are no items: a path of our own files, a secret that is its own permission.
#: Epochs and revisions of a rule are hidden from nobody who may see epochs, and rules.
NO_ITEMS = {"filename", "token", "mark", "number", "kind", "ordinal"}

#: Kind of item → somebody from whom it is hidden.
OUTSIDERS = {
    "a draft": "li",
    "a withdrawn document": "zhou",
    "a record": "zhang",
    "a list": "wang",
    "a hold": "chen",
    "a person": "wang",
    "a unit": "zhang",
    "a legal entity": "zhang",
    "an outside organisation": "wang",
    "a leader in charge": "zhang",
    "a background task": "wang",
    "a delegation": "zhang",
    "a reminder": "wang",
    "an import": "wang",
    "a saved search": "wang",
    "a table of records": "wang",
    "a controlled copy": "zhou",
    "a rule of continuity": "zhou",
    "printed blanks": "zhou",
    "a review": "wang",
    "a temporary change": "wang",
    "a change request": "zhang",
    "an external signature": "zhou",
    "a webhook": "wang",
}


@pytest.fixture
def kinds(world: World, hidden: Hidden, tmp_path: Path) -> dict[str, dict[str, UUID | int]]:
    """Return one item of each kind, by the names that addresses use."""
    list_id, records = proposed_list(world, items=1)
    grant = propose_role(
        ProposeRole(world.people["li"], Role.REVIEWER), by=world.by("admin"), house=world.house
    )
    unit = world.units["SC"]
    post = add_post(AddPost(unit, "班长"), by=world.by("admin"), house=world.house)
    holder = take_post(
        HoldPost(post, world.people["wang"], world.house.today()), by=world.by("admin"), house=world.house
    )
    partner = a_partner(world)
    bound(world, world.house.today())
    given = world.issued(world.draft("供方须知", number="QP-79"))
    share = shared(world, "document", world.document_of(given).id, world.house.today())
    duty = set_duty(
        SetDuty(post, world.people["wang"], world.house.today(), None, (1,), time(8), time(20)),
        by=world.by("admin"),
        house=world.house,
    )
    led = LeadUnits(world.people["zhao"], (unit,), world.house.today())
    lead_units(led, by=world.by("admin"), house=world.house)
    away = delegated(world, "ouyang", "zhao", reason=SECRET)
    named = name_unit(NameUnit(unit, f"{SECRET} 旧称"), by=world.by("admin"), house=world.house)
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "旧文件", name, f"{SECRET} {name}")
    run = Run.of(world, tmp_path / "旧文件")
    table = packed({"表.csv": "记录编号,名称,日期\n"})
    records_table = started(world, a_form(world, number="QR-2201", title="首件检验单"), table)
    handed = h.distributed(world, h.to_unit(world))
    withdraw_revision(
        WithdrawRevision(handed, world.revision(handed).row_version, "停用"),
        by=world.by("chen"),
        house=world.house,
    )
    blanks = p.printed(world, p.form_revision(world))
    hidden_form = world.draft(f"{SECRET} 日报", kind="form", number="QR-9901")
    ruled = declared(world, world.document_of(hidden_form).id, from_on=world.house.today())
    (entry,), (copy,) = h.entries(world, handed), h.copies(world, handed)
    issued = world.issued(world.draft("评审", number="QP-71"))
    reviewed = world.document_of(issued).id
    today = world.house.today()
    wording = Wording("4.2", f"{SECRET} 改为每日", "检修", "", today, today)
    change = write_change(WriteChange(issued, wording), by=world.by("chen"), house=world.house)
    request = asked(
        world,
        issued,
        "chen",
        said=Asked(f"{SECRET} 改为每日", SECRET),
        uploads=(world.upload("chen", name=f"{SECRET}.docx"),),
    )
    (request_file,) = (one.id for one in page(world, request).files)
    agreed = world.submitted(world.draft(f"{SECRET} 协议", number="QP-72"))
    outside = vouched(world, agreed, name=SECRET, how=How.SCAN, file=(PNG, f"{SECRET}.png"))
    plan = ReviewPlan(12, world.house.today())
    plan_review(PlanReview(reviewed, None, plan), by=world.by("chen"), house=world.house)
    called = AddName(hidden.draft["document_id"], f"{SECRET} 旧称", "former")
    alias = add_name(called, by=world.by("chen"), house=world.house)
    kept = save_search(SaveSearch(SECRET, "q=x"), by=world.by("li"), house=world.house)
    hook = add_webhook(
        AddWebhook(SECRET, "https://example.com/hook", ("revision.*",), "x" * 40),
        by=world.by("admin"),
        house=world.house,
    )
    with world.house.uow.read() as session:
        task = session.scalars(select(Delivery.id).limit(1)).one()
        leader = session.scalars(select(UnitLeader.id)).one()
        entity = session.scalars(select(LegalEntity.id)).one()
        review = session.scalars(select(DocumentReview.id)).one()
    return {
        "a draft": {**hidden.draft, "alias_id": alias},
        "a withdrawn document": hidden.gone,
        "a record": hidden.record,
        "a list": {"list_id": list_id, "record_id": records[0], "unit_id": unit},
        "a hold": {"hold_id": held(world, hidden.record["record_id"])},
        "a person": {"person_id": world.people["li"], "grant_id": grant},
        "a unit": {"unit_id": unit, "post_id": post, "holder_id": holder, "name_id": named, "duty_id": duty},
        "a legal entity": {"entity_id": entity},
        "an outside organisation": {
            "unit_id": partner,
            "person_id": world.people["gast"],
            "share_id": share,
        },
        "a leader in charge": {"leader_id": leader},
        "a background task": {"delivery_id": task},
        "a delegation": {"delegation_id": away},
        "a reminder": _reminded(world, agreed),
        "a saved search": {"search_id": kept},
        "an import": {"run_id": run.id, "ordinal": 1, "other": 2},
        "a table of records": {"import_id": records_table},
        "a controlled copy": {"revision_id": handed, "entry_id": entry.id, "copy_id": copy.id},
        "a rule of continuity": {"rule_id": ruled},
        "printed blanks": {"print_id": blanks, "issue_id": p.out(world, blanks)},
        "a review": {"review_id": review},
        "a temporary change": {"change_id": change},
        "a change request": {"item_id": request, "file_id": request_file},
        "an external signature": {"revision_id": agreed, "signature_id": outside},
        "a webhook": {"endpoint_id": hook, "delivery_id": task},
    }


def _reminded(world: World, revision: UUID) -> dict[str, UUID | int]:
    """Return a step of a revision and a reminder of it, as if its time had been over."""
    step = step_of(world, revision, "review")
    reminder = Reminder(
        id=new_id(),
        number="CB-2026-001",
        step_id=step.id,
        ordinal=1,
        person_id=step.assignee_id,
        unit_id=world.units["PZ"],
        due_at=world.clock(),
        issued_by=world.people["chen"],
        issued_at=world.clock(),
        note=SECRET,
    )
    reminder_id = reminder.id
    world.house.uow.write(lambda session: session.add(reminder))
    return {"step_id": step.id, "reminder_id": reminder_id}


def test_x_3_at_every_address_the_hidden_and_the_missing_have_one_answer(
    client: Browser, app: Flask, kinds: dict[str, dict[str, UUID | int]]
) -> None:
    walked = set()
    for kind, username in OUTSIDERS.items():
        client.sign_in(username)
        data = {**ANYTHING, "csrf_token": token_of(client)}
        for rule, there, missing in addresses(app, kinds[kind]):
            if kind == "a list" and "list_id" not in rule.arguments:
                continue  # its records are of the person's own unit
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                more = {"data": {**data, "request_id": str(uuid4())}} if method == "POST" else {}
                seen, unseen = (
                    client.open(path, method=method, buffered=True, **more) for path in (there, missing)
                )
                assert said(seen) == said(unseen), (kind, method, there)
                assert seen.content_length == unseen.content_length, (kind, method, there)
                assert seen.status_code in {403, 404}, (kind, method, there, seen.status_code)
                assert SECRET not in seen.text
                walked.add((rule.rule, method))
    of_items = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.arguments - NO_ITEMS
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert of_items - walked == set()


@pytest.mark.parametrize("username", ["wang", "admin"])
def test_r_6_a_list_is_not_there_for_those_outside(
    client: Browser, app: Flask, kinds: dict[str, dict[str, UUID | int]], username: str
) -> None:
    client.sign_in(username)
    for place in ("", "/progress", "/certificate"):
        answer = client.get(f"/retention/lists/{kinds['a list']['list_id']}{place}")
        assert answer.status_code == 404
        assert "到期记录" not in answer.text
    client.sign_in("li")  # gives the opinion of the unit
    assert client.get(f"/retention/lists/{kinds['a list']['list_id']}").status_code == 200


def test_x_3_by_number_in_an_address_the_hidden_is_not_found(client: Browser, hidden: Hidden) -> None:
    client.sign_in("zhou")
    answers = [client.get(f"/documents/find?number={one}") for one in ("QP-77", "QP-78", "QP-66")]
    assert {one.status_code for one in answers} == {404}


def test_x_3_by_every_command_the_hidden_and_the_missing_have_one_answer(
    terminal: Terminal, world: World, kinds: dict[str, dict[str, UUID | int]]
) -> None:
    with world.house.uow.read() as session:
        a_list = session.get_one(DisposalList, kinds["a list"]["list_id"]).number
        a_hold = session.get_one(Hold, kinds["a hold"]["hold_id"]).number
        a_record = session.get_one(Record, kinds["a record"]["record_id"]).number
        a_request = session.get_one(ChangeRequest, kinds["a change request"]["item_id"]).number
    number = {
        "{list}": (a_list, a_list[:-3] + "099", "wang"),
        "{hold}": (a_hold, a_hold[:-3] + "099", "chen"),
        "{request}": (a_request, a_request[:-3] + "099", "zhang"),
        "{document}": ("QP-77", "QP-66", "li"),
        "{record}": (a_record, a_record[:-3] + "099", "zhang"),
        "{person}": ("li", "nobody", "wang"),
    }
    tried = set()
    for name, words in CALLS.items():
        for place, word in enumerate(words):
            kind = kind_of(name, word)
            if kind is None or (place and words[place - 1].startswith("--")):
                continue
            there, missing, username = number[kind]
            answers = []
            for one in (there, missing):
                given = [one if at == place else text for at, text in enumerate(filled(words, number))]
                secret = PASSWORD if tuple(name.split()) in SIGNING else None
                result = terminal.run(*name.split(), *given, "--as", username, secret=secret)
                answers.append((result.exit_code, result.stdout, result.stderr))
            assert answers[0] == answers[1], (name, word)
            assert answers[0][0] == 4, (name, answers[0])
            tried.add(name)
    assert len(tried) > 30


def kind_of(name: str, word: str) -> str | None:
    """Return which kind of item a word of a command names."""
    if name.startswith("settings "):
        return None  # reads any number by the rules, and looks up none
    if word.startswith("XH-"):
        return "{list}"
    if word.startswith("DJ-"):
        return "{hold}"
    if word.startswith("GG-"):
        return "{request}"
    if word.startswith(("QP-", "{document}")):
        return "{document}"
    if word == "{record}":
        return word
    return "{person}" if name.startswith("user ") and word == "wang" else None


def filled(words: tuple[str, ...], number: dict[str, tuple[str, str, str]]) -> list[str]:
    """Return a command's words with a file and a form that are there."""
    given = {"file": __file__, "out": "/dev/null", "form": "QR-1102", "record": number["{record}"][0]}
    there = {
        "GG-2026-001": number["{request}"][0],
        "XH-2026-001": number["{list}"][0],
        "DJ-2026-001": number["{hold}"][0],
    }
    return [word.format(**given) if "{" in word else there.get(word, word) for word in words]
