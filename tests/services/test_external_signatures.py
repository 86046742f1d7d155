"""Signatures of people without an account: who may vouch, for what, with which evidence (A-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl.domain.external_signatures import ExternalMeaning, Given, How
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.effects import read_upload
from docctl.models.content import Signature
from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.queries.document_page import document_page
from docctl.queries.external_signatures import ExternalLine
from docctl.services.revisions.external import (
    SignExternally,
    WithdrawExternal,
    open_evidence,
    sign_externally,
    withdraw_external,
)
from docctl.services.revisions.sign import ReturnRevision, return_revision
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.filing import files
from tests.partners import a_partner, bound, shared
from tests.services.test_annexes import revised
from tests.services.test_partners import guest
from tests.world import World, as_owner

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def vouched(world: World, revision_id: UUID, *, who: str = "chen", **other: Any) -> UUID:
    file = other.pop("file", None)
    password = other.pop("password", "")
    seen = other.pop("seen", world.revision(revision_id).manifest_sha256 or "")
    given = Given(
        "李四", "某客户", ExternalMeaning.AGREE, How.PHONE, world.house.today(), "已逐条复述，对方同意"
    )
    by = world.by(who, password=password) if password else world.by(who)
    cmd = SignExternally(
        revision_id,
        world.revision(revision_id).row_version,
        seen,
        replace(given, **other),
        (world.upload(who, *file),) if file else (),
    )
    return sign_externally(cmd, by=by, house=world.house)


def offered(world: World, revision_id: UUID, who: str = "chen") -> bool:
    actor = world.by(who).actor
    with world.house.uow.read() as session:
        page = document_page(session, actor, at=world.clock(), zone=world.house.zone, revision_id=revision_id)
    return page.action("external") is not None


def lines(world: World, revision_id: UUID, who: str = "chen") -> tuple[ExternalLine, ...]:
    actor = world.by(who).actor
    with world.house.uow.read() as session:
        page = document_page(session, actor, at=world.clock(), zone=world.house.zone, revision_id=revision_id)
    return page.external


def key_of(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    return error.value.refused.key


@pytest.fixture
def submitted(world: World) -> UUID:
    return world.submitted(world.draft())


def test_a_5_it_stands_beside_the_signatures_and_is_none(world: World, submitted: UUID) -> None:
    with world.house.uow.read() as session:
        before = len(session.scalars(select(Signature)).all())
    vouched(world, submitted, how=How.SCAN, file=(PNG, "签字页.png"))
    (line,) = lines(world, submitted)
    assert (line.name, line.organisation, line.meaning, line.how) == ("李四", "某客户", "agree", "scan")
    assert (line.vouched_by, line.is_void, line.has_evidence) == ("陈静", False, True)
    assert line.content_sha256 == world.revision(submitted).manifest_sha256
    with world.house.uow.read() as session:
        assert len(session.scalars(select(Signature)).all()) == before
    assert world.revision(submitted).status == "in_review"


def test_a_5_only_what_was_submitted_and_is_not_obsolete(world: World) -> None:
    draft = world.draft()
    assert key_of(lambda: vouched(world, draft)) == "A-5.not_submitted"
    vouched(world, world.issued(draft))
    assert len(lines(world, draft)) == 1


def test_a_5_a_superseded_revision_gets_no_signature_and_none_is_offered(world: World) -> None:
    first = world.issued(world.draft())
    second = revised(world, first)
    world.clock.forward(days=1)
    assert offered(world, first)
    world.issued(second)
    assert not offered(world, first)
    assert key_of(lambda: vouched(world, first)) == "A-5.obsolete"
    assert offered(world, second)
    vouched(world, second)


def test_a_5_a_revision_that_waits_for_its_day_may_be_signed(world: World) -> None:
    revision_id = world.issued(world.draft(), on=world.house.today() + timedelta(days=2))
    assert offered(world, revision_id)
    vouched(world, revision_id)


def test_a_5_a_withdrawn_revision_gets_no_signature(world: World) -> None:
    revision_id = world.issued(world.draft())
    world.clock.forward(days=1)
    cmd = WithdrawRevision(revision_id, world.revision(revision_id).row_version, "不再使用")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert not offered(world, revision_id)
    assert key_of(lambda: vouched(world, revision_id)) == "A-5.obsolete"


def test_x_3_people_from_outside_are_told_of_no_signature_of_others(world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    revision_id = world.issued(world.draft())
    vouched(world, revision_id)
    shared(world, "document", world.document_of(revision_id).id, world.house.today())
    with world.house.uow.read() as session:
        page = document_page(
            session, guest(world), at=world.clock(), zone=world.house.zone, revision_id=revision_id
        )
    assert page.external == ()
    assert len(lines(world, revision_id, "wang")) == 1


def test_x_3_why_a_signature_was_withdrawn_is_told_to_insiders_alone(world: World) -> None:
    revision_id = world.issued(world.draft())
    signature = vouched(world, revision_id)
    withdraw_external(WithdrawExternal(signature, "并非本人"), by=world.by("chen"), house=world.house)
    found = {who: lines(world, revision_id, who)[0] for who in ("chen", "wang")}
    assert [(one.is_withdrawn, one.withdrawn_reason) for one in found.values()] == [
        (True, "并非本人"),
        (True, ""),
    ]


def test_f_3_evidence_is_not_read_for_its_text(
    world: World, submitted: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = vouched(world, submitted, how=How.SCAN, file=(PNG, "签字页.png"))
    (file,) = files(world, signature)
    with world.house.uow.read() as session:
        wanted = session.scalars(select(Delivery.payload).where(Delivery.kind == "read_file")).all()
    asked = {str(one["file_id"]) for one in wanted}
    assert asked == {str(one.id) for one in files(world, submitted)}
    monkeypatch.setattr("docctl.jobs.effects.opener", None)  # nor is one that waits from before
    assert list(read_upload(world.house, {"file_id": str(file.id)})) == []


def test_a_5_days_from_the_submission_to_today(world: World, submitted: UUID) -> None:
    today = world.house.today()
    day = timedelta(days=1)
    assert key_of(lambda: vouched(world, submitted, signed_on=today + day)) == "A-5.day_not_come"
    assert key_of(lambda: vouched(world, submitted, signed_on=today - day)) == "A-5.before_submission"
    vouched(world, submitted, signed_on=today)


@pytest.mark.parametrize(
    ("other", "key"),
    [
        ({"name": " "}, "A-5.name_needed"),
        ({"name": "甲" * 101}, "A-5.name_too_long"),
        ({"organisation": ""}, "A-5.organisation_needed"),
        ({"organisation": "甲" * 201}, "A-5.organisation_too_long"),
        ({"note": " "}, "A-5.note_needed"),
        ({"note": "甲" * 501}, "A-5.note_too_long"),
        ({"how": How.HANDWRITING}, "A-5.evidence_needed"),
        ({"how": How.SCAN, "file": (b"", "a.docx")}, "A-5.evidence_kind"),
        ({"seen": "0" * 64}, "A-3.content_changed"),
        ({"password": "falsch"}, "A-3.wrong_password"),
    ],
)
def test_a_5_what_is_wanted_of_it(world: World, submitted: UUID, other: dict[str, Any], key: str) -> None:
    assert key_of(lambda: vouched(world, submitted, **other)) == key
    assert lines(world, submitted) == ()


def test_a_5_lengths_may_be_reached(world: World, submitted: UUID) -> None:
    vouched(world, submitted, name="甲" * 100, organisation="乙" * 200, note="丙" * 500)
    assert len(lines(world, submitted)) == 1


def test_a_5_who_sees_no_draft_vouches_for_nothing_and_takes_no_evidence(world: World) -> None:
    revision_id = world.issued(world.draft())
    signature = vouched(world, revision_id, how=How.SCAN, file=(PNG, "签字页.png"))
    with pytest.raises((NotFound, RuleRefused)):
        vouched(world, revision_id, who="wang")
    with pytest.raises((NotFound, RuleRefused)):
        open_evidence(signature, by=world.by("wang"), house=world.house)
    (line,) = lines(world, revision_id, "wang")
    assert (line.has_evidence, line.note, line.may_withdraw) == (False, "", False)
    handed = open_evidence(signature, by=world.by("chen"), house=world.house)
    with handed.open() as source:
        assert source.read() == PNG
    with world.house.uow.read() as session:
        actions = session.scalars(select(EventRow.action)).all()
    assert actions.count("revision.evidence_taken") == 1
    assert actions.count("revision.external_signed") == 1


def test_a_9_a_new_round_makes_it_void(world: World, submitted: UUID) -> None:
    vouched(world, submitted)
    cmd = ReturnRevision(submitted, world.revision(submitted).row_version, "缺少职责")
    return_revision(cmd, by=world.by("chen"), house=world.house)
    assert [one.is_void for one in lines(world, submitted)] == [True]
    world.submitted(submitted)
    vouched(world, submitted, name="王五")
    assert [(one.name, one.is_void) for one in lines(world, submitted)] == [("李四", True), ("王五", False)]


def test_a_5_it_is_withdrawn_once_with_the_reason_and_stays(world: World, submitted: UUID) -> None:
    signature = vouched(world, submitted)

    def withdraw(reason: str, who: str = "chen") -> UUID:
        return withdraw_external(WithdrawExternal(signature, reason), by=world.by(who), house=world.house)

    assert key_of(lambda: withdraw(" ")) == "A-5.reason_needed"
    assert key_of(lambda: withdraw("甲" * 501)) == "A-5.reason_too_long"
    with pytest.raises((NotFound, RuleRefused)):
        withdraw("并非本人", "ouyang")
    assert withdraw("并非本人") == submitted
    (line,) = lines(world, submitted)
    assert (line.is_void, line.withdrawn_reason, line.may_withdraw) == (True, "并非本人", False)
    assert key_of(lambda: withdraw("再次")) == "A-5.already_withdrawn"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE external_signature SET name = '他人'",
        "DELETE FROM external_signature",
        "UPDATE external_withdrawal SET reason = '他因'",
        "DELETE FROM external_withdrawal",
    ],
)
def test_a_5_the_database_keeps_it_as_it_is(world: World, submitted: UUID, statement: str) -> None:
    signature = vouched(world, submitted)
    withdraw_external(WithdrawExternal(signature, "并非本人"), by=world.by("chen"), house=world.house)

    def change(session: Session) -> None:
        session.execute(text(statement))

    with pytest.raises((DBAPIError, RuleRefused)):
        as_owner(world.house).write(change)
