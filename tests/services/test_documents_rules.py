"""What documents and revisions must have, from the first label to the end (V-1, V-2, V-6, D-14)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.services.content.seen import content_seen
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.revisions.revise import (
    DiscardRevision,
    EditRevision,
    ReviseDocument,
    discard_revision,
    edit_revision,
    revise_document,
)
from docctl.services.revisions.sign import ReturnRevision, return_revision
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.world import World


def created(world: World, **more: object) -> UUID:
    cmd = CreateDocument(
        type_id=world.types["procedure"],
        title="记录控制程序",
        unit_id=world.units["PZ"],
        uploads=(world.upload("chen"),),
    )
    return create_document(replace(cmd, **more), by=world.by("chen"), house=world.house)  # type: ignore[arg-type]


def revised(world: World, revision_id: UUID, *, who: str = "chen", reissue: bool = False) -> UUID:
    return revise_document(
        ReviseDocument(
            document_id=world.document_of(revision_id).id,
            change_what="4.2",
            change_reason="换版",
            uploads=(world.upload(who),),
            reissue=reissue,
        ),
        by=world.by(who),
        house=world.house,
    )


@pytest.mark.parametrize(("length", "fits"), [(1, True), (500, True), (501, False), (2000, False)])
def test_d_14_a_title_has_at_most_five_hundred_characters(world: World, length: int, fits: bool) -> None:
    if fits:
        assert world.revision(created(world, title="题" * length)).title == "题" * length
        return
    with pytest.raises(RuleRefused) as error:
        created(world, title="题" * length)
    assert error.value.refused.params == {"longest": 500, "length": length}


@pytest.mark.parametrize(("typed", "label"), [("", "A/0"), ("B/1", "B/1"), ("C", "C")])
def test_v_1_a_document_from_before_keeps_its_revision(world: World, typed: str, label: str) -> None:
    assert world.revision(created(world, label=typed)).label == label


def test_v_1_a_label_that_nobody_can_read_is_refused(world: World) -> None:
    with pytest.raises(RuleRefused) as error:
        created(world, label="第一稿")
    assert error.value.refused.key == "V-1.label_unreadable"


def test_v_1_an_amendment_steps_on_and_a_reissue_starts_at_zero(world: World) -> None:
    first = world.issued(created(world, label="B/1"))
    second = revised(world, first)
    assert world.revision(second).label == "B/2"
    world.clock.forward(days=1)
    world.issued(second)
    assert world.revision(revised(world, second, reissue=True)).label == "C/0"


def test_v_2_one_revision_is_under_way_at_a_time(world: World) -> None:
    first = world.issued(created(world))
    revised(world, first)
    with pytest.raises(RuleRefused) as error:
        revised(world, first)
    assert error.value.refused.key == "V-2.revision_under_way"


def test_v_2_what_was_submitted_cannot_be_edited(world: World) -> None:
    revision_id = world.submitted(created(world))
    with pytest.raises(RuleRefused) as error:
        edit_revision(
            EditRevision(revision_id, world.revision(revision_id).row_version, "别的名称"),
            by=world.by("chen"),
            house=world.house,
        )
    assert error.value.refused.key == "V-2.not_a_draft"


def test_v_2_two_who_edit_at_once_the_second_is_told(world: World) -> None:
    revision_id = created(world)
    cmd = EditRevision(revision_id, world.revision(revision_id).row_version, "甲")
    edit_revision(cmd, by=world.by("chen"), house=world.house)
    with pytest.raises(Conflict):
        edit_revision(replace(cmd, title="乙"), by=world.by("chen"), house=world.house)
    assert world.revision(revision_id).title == "甲"


def test_v_6_a_return_needs_a_reason_and_voids_the_signatures(world: World) -> None:
    revision_id = world.submitted(created(world))
    cmd = ReturnRevision(revision_id, world.revision(revision_id).row_version, " ")
    with pytest.raises(RuleRefused):
        return_revision(cmd, by=world.by("ouyang"), house=world.house)
    return_revision(replace(cmd, reason="缺职责"), by=world.by("ouyang"), house=world.house)
    row = world.revision(revision_id)
    assert (row.status, row.manifest_sha256, row.prepared_by) == (RevisionStatus.DRAFT, None, None)


def test_v_6_a_discarded_draft_makes_room_for_the_next(world: World) -> None:
    first = world.issued(created(world))
    draft = revised(world, first)
    discard_revision(
        DiscardRevision(draft, world.revision(draft).row_version, "改变主意"),
        by=world.by("chen"),
        house=world.house,
    )
    assert world.revision(revised(world, first)).label == "A/1"


def test_v_6_what_is_superseded_is_not_withdrawn(world: World) -> None:
    first = world.issued(created(world))
    world.clock.forward(days=1)
    world.issued(revised(world, first))
    with pytest.raises(RuleRefused) as error:
        withdraw_revision(
            WithdrawRevision(first, world.revision(first).row_version, "x"),
            by=world.by("chen"),
            house=world.house,
        )
    assert error.value.refused.key == "V-6.already_superseded"


@pytest.mark.parametrize(
    ("reviewer", "approver", "key"),
    [
        ("wang", "zhao", "A-1.not_a_holder"),
        ("ouyang", "wang", "A-1.not_a_holder"),
        ("chen", "zhao", "A-2.own_work"),
        ("ouyang", "ouyang", "A-2.same_person"),
    ],
)
def test_a_1_a_route_needs_holders_of_the_steps_three_different_people(
    world: World, reviewer: str, approver: str, key: str
) -> None:
    revision_id = created(world)
    cmd = SubmitRevision(
        revision_id,
        world.revision(revision_id).row_version,
        world.people[reviewer],
        world.people[approver],
        world.seen(revision_id),
    )
    with pytest.raises(RuleRefused) as error:
        submit_revision(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == key


def test_v_13_what_a_signer_sees_is_what_is_signed(world: World) -> None:
    revision_id = created(world)
    seen = content_seen(revision_id, by=world.by("chen"), house=world.house, permission="revision.submit")
    assert seen.manifest_sha256 == world.seen(revision_id)
    world.submitted(revision_id)
    assert world.revision(revision_id).manifest_sha256 == seen.manifest_sha256
    with pytest.raises(NotFound):
        content_seen(revision_id, by=world.by("wang"), house=world.house, permission="revision.review")


def test_x_1_only_the_owning_unit_or_the_controller_revises(world: World) -> None:
    first = world.issued(created(world))
    with pytest.raises(RuleRefused):
        revised(world, first, who="li")
    assert revised(world, first, who="chen")
