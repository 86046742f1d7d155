"""What stands around every use case: repeats, passwords, roles read again, files undone (A-3, A-15, F-3)."""

from __future__ import annotations

import ast
import logging
import threading
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import docctl.services
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.content import ItemFile, Signature
from docctl.models.documents import Document
from docctl.models.trail import EventDetail, EventRow
from docctl.models.work import AnsweredRequest
from docctl.services.caller import Caller, Proof
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.house import House
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.registry import registry, use_case
from docctl.services.revisions.sign import review_revision
from storage.api import Area
from tests.world import PASSWORD, World


def refused(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def creating(world: World, username: str = "chen", title: str = "记录控制程序") -> CreateDocument:
    return CreateDocument(
        type_id=world.types["procedure"],
        title=title,
        unit_id=world.units["PZ"],
        uploads=(world.upload(username),),
    )


def count(world: World, model: type) -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def stored(house: House) -> set[str]:
    return {str(one.key) for one in house.objects.list(Area.RECORDS)}


def staged(house: House) -> list[Path]:
    return house.staging.strays()


def test_a_request_sent_at_once_by_many_is_carried_out_once(world: World) -> None:
    cmd = ReserveNumber(world.types["procedure"], "备用")
    answers: list[str] = []

    def send() -> None:
        by = world.by("chen", request_id="same")
        answers.append(reserve_number(cmd, by=by, house=world.house))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == ["QP-01"] * 8


@pytest.mark.parametrize("who", ["chen", "zhao"], ids=["other content", "another person"])
def test_a_request_id_belongs_to_one_person_and_one_content(world: World, who: str) -> None:
    first = ReserveNumber(world.types["procedure"], "备用")
    number = reserve_number(first, by=world.by("chen", request_id="r"), house=world.house)
    other = replace(first, reason="别的") if who == "chen" else first
    with pytest.raises(Conflict) as error:
        reserve_number(other, by=world.by(who, request_id="r"), house=world.house)
    assert refused(error) == "request.repeated_with_other_content"
    assert number not in str(error.value.refused.params)


def test_what_was_refused_may_be_sent_again_under_the_same_id(world: World) -> None:
    revision_id = world.submitted(world.draft())
    cmd = world.signing(revision_id)
    with pytest.raises(RuleRefused):
        review_revision(cmd, by=world.by("ouyang", password="no", request_id="r"), house=world.house)
    review_revision(cmd, by=world.by("ouyang", request_id="r"), house=world.house)
    assert count(world, AnsweredRequest) == 1


@pytest.mark.parametrize("password", [None, ""])
def test_a_3_signing_asks_for_the_password(world: World, password: str | None) -> None:
    revision_id = world.submitted(world.draft())
    with pytest.raises(RuleRefused) as error:
        review_revision(
            world.signing(revision_id), by=world.by("ouyang", password=password), house=world.house
        )
    assert refused(error) == "A-3.password_needed"


def test_a_3_five_wrong_passwords_close_the_way_for_a_while(world: World) -> None:
    revision_id = world.submitted(world.draft())
    before = count(world, Signature)

    def sign(password: str) -> None:
        cmd = world.signing(revision_id)
        review_revision(cmd, by=world.by("ouyang", password=password), house=world.house)

    for _ in range(5):
        with pytest.raises(RuleRefused) as error:
            sign("wrong")
        assert refused(error) == "A-3.wrong_password"
    for password in ("wrong", PASSWORD):
        with pytest.raises(RuleRefused) as error:
            sign(password)
        assert refused(error) == "A-3.too_many_tries"
    assert count(world, Signature) == before
    world.clock.forward(minutes=16)
    sign(PASSWORD)
    assert count(world, Signature) == before + 1


def test_a_3_the_right_password_forgets_earlier_slips(world: World) -> None:
    first, second = world.submitted(world.draft()), world.submitted(world.draft("文件控制程序"))
    for revision_id in (first, second):
        cmd = world.signing(revision_id)
        for _ in range(4):
            with pytest.raises(RuleRefused):
                review_revision(cmd, by=world.by("ouyang", password="slip"), house=world.house)
        review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)


def test_a_3_a_proof_of_before_a_new_password_signs_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision_id = world.submitted(world.draft())
    monkeypatch.setattr(
        "docctl.services.registry.prove", lambda house, by: Proof(by.person_id, password_version=0)
    )
    with pytest.raises(RuleRefused) as error:
        review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)
    assert refused(error) == "A-3.wrong_password"


def test_a_15_a_role_revoked_after_the_page_was_shown_no_longer_counts(world: World) -> None:
    by, cmd = world.by("chen"), ReserveNumber(world.types["procedure"], "备用")
    world.house.uow.write(
        lambda s: s.execute(
            text("UPDATE role_grant SET revoked_at = proposed_at WHERE role = 'document_controller'")
        )
    )
    with pytest.raises(RuleRefused) as error:
        reserve_number(cmd, by=by, house=world.house)
    assert refused(error) == "X-1.not_permitted"


def test_a_15_a_closed_account_does_nothing_more(world: World) -> None:
    by, cmd = world.by("chen"), ReserveNumber(world.types["procedure"], "备用")
    world.house.uow.write(
        lambda s: s.execute(text("UPDATE person SET disabled_at = created_at WHERE username = 'chen'"))
    )
    with pytest.raises(NotFound):
        reserve_number(cmd, by=by, house=world.house)


def test_f_3_a_refused_use_case_leaves_no_bytes_and_keeps_the_upload(world: World) -> None:
    before = stored(world.house)
    cmd = creating(world, "wang")
    with pytest.raises(RuleRefused):  # 王强 is no author
        create_document(cmd, by=world.by("wang"), house=world.house)
    assert stored(world.house) == before
    assert len(staged(world.house)) == 1


def test_f_3_a_staged_upload_is_gone_once_it_is_filed(world: World) -> None:
    cmd = creating(world)
    create_document(cmd, by=world.by("chen"), house=world.house)
    assert staged(world.house) == []
    assert len(stored(world.house)) == 1
    with pytest.raises(RuleRefused) as error:
        create_document(replace(cmd, item_id=UUID(int=7)), by=world.by("chen"), house=world.house)
    assert refused(error) == "upload.gone"


@pytest.mark.parametrize("after", [timedelta(hours=24) - timedelta(seconds=1), timedelta(hours=24)])
def test_f_3_an_upload_waits_a_day(world: World, after: timedelta) -> None:
    cmd = creating(world)
    world.clock.now += after
    if after < timedelta(hours=24):
        create_document(cmd, by=world.by("chen"), house=world.house)
    else:
        with pytest.raises(RuleRefused) as error:
            create_document(cmd, by=world.by("chen"), house=world.house)
        assert refused(error) == "upload.gone"


def test_f_3_the_upload_of_another_is_not_there(world: World) -> None:
    cmd = creating(world, "ouyang")
    with pytest.raises(RuleRefused) as error:
        create_document(cmd, by=world.by("chen"), house=world.house)
    assert refused(error) == "upload.gone"
    assert stored(world.house) == set()


def test_f_3_a_call_stopped_after_its_commit_keeps_the_bytes(world: World) -> None:
    def stop(_newest: int) -> None:
        raise KeyboardInterrupt

    cmd = creating(world)
    world.house.uow.on_commit(stop)
    with pytest.raises(KeyboardInterrupt):
        create_document(cmd, by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        keys = set(session.scalars(select(ItemFile.object_key)))
    assert len(keys) == count(world, Document) == 1
    assert stored(world.house) == keys


def test_f_3_bytes_that_changed_while_staged_are_refused(world: World) -> None:
    cmd = creating(world)
    (path,) = staged(world.house)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(RuleRefused) as error:
        create_document(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.rule == "upload"
    assert stored(world.house) == set()


def test_t_2_no_event_and_no_log_tells_a_password(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    by = world.by("chen")
    assert PASSWORD not in repr(by)
    world.issued(world.draft())
    with world.house.uow.read() as session:
        told = [*session.scalars(select(EventRow.facts))]
        told += [one.decode() for one in session.scalars(select(EventDetail.bytes))]
        told += session.scalars(select(AnsweredRequest.answer))
    assert not [one for one in [*told, caplog.text] if PASSWORD in one or "$argon2" in one]


def test_time_inside_is_never_behind_the_trail(world: World) -> None:
    seen: list[Caller] = []

    class Note:
        def __init__(self, out: list[Caller]) -> None:
            self.out = out

        def __call__(self, session: Session, cmd: object, by: Caller) -> None:
            self.out.append(by)

    case = replace(registry()["reserve_number"], run=Note(seen))
    world.draft()
    newest = world.clock()
    world.clock.forward(days=-1)
    case(ReserveNumber(world.types["procedure"], "x"), by=world.by("chen"), house=world.house)
    world.clock.forward(days=2)
    case(ReserveNumber(world.types["procedure"], "x"), by=world.by("chen"), house=world.house)
    assert [one.at for one in seen] == [newest, newest + timedelta(days=1)]
    assert [one.zone for one in seen] == [world.house.zone] * 2


def test_a_use_case_has_a_name_of_its_own() -> None:
    def reserve_number(session: Session, cmd: object, by: Caller) -> None: ...

    with pytest.raises(ValueError, match="twice"):
        use_case("number.reserve")(reserve_number)


#: Changes without an event: what waits for its form is no item yet, and the last event of a list
#: names its certificate.
SILENT = {
    "note_upload",
    "forget_uploads",
    "drop_expired",
    "number_certificate",
    # what is being checked is no more than a draft: the import tells what it did, and for whom
    "take_in",
    "note_table",
    "change_import",
    "undo_import_change",
    "split_file",
    "note_outcomes",
    # read out of a text again at any time
    "note_text_check",
    "note_citations",
    # a person's own shortcuts
    "save_search",
    "drop_search",
    "rename_search",
}


def test_t_1_every_use_case_tells_the_trail() -> None:
    for module in walk_packages(docctl.services.__path__, "docctl.services."):
        import_module(module.name)
    calls: dict[str, set[str]] = {}
    for path in sorted((Path(__file__).resolve().parents[2] / "docctl" / "services").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                names = (getattr(one.func, "id", "") for one in ast.walk(node) if isinstance(one, ast.Call))
                calls.setdefault(node.name, set()).update(names)

    def tells(name: str) -> bool:
        seen, todo = set(), [name]
        while todo:
            one = todo.pop()
            if one == "record":
                return True
            if one in calls and one not in seen:
                seen.add(one)
                todo.extend(calls[one])
        return False

    registered = set(registry())
    assert registered & set(calls) == registered
    assert {name for name in registered if not tells(name)} == SILENT
