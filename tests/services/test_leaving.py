"""Somebody moves or leaves: what is open with them goes to others, what they signed stays theirs (A-16)."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from docctl.domain.leaving import OpenKind
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.content import Signature
from docctl.models.documents import Document
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant, SessionRow, Unit
from docctl.models.trail import EventRow
from docctl.models.work import Step, StepStatus
from docctl.queries.inbox import inbox
from docctl.queries.open_work import OpenItem, OpenWork, open_count, open_work
from docctl.services.access import sees
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.duties import SetDuties, set_duties
from docctl.services.people.hand_over import MOST, Handed, HandOver, hand_over, to_one
from docctl.services.people.move import MovePerson, move_person
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.revisions.sign import review_revision
from tests.world import World


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def found(world: World, who: str, *, by: str = "admin") -> OpenWork:
    with world.house.uow.read() as session:
        at, today = world.clock(), world.house.today()
        found = open_work(session, world.by(by).actor, world.people[who], at=at, today=today)
        assert open_count(session, world.people[who], at, today) == len(found.items)
        return found


def steps(world: World, who: str, *, by: str = "admin") -> list[OpenItem]:
    return [one for one in found(world, who, by=by).items if one.kind is OpenKind.STEP]


def give(world: World, who: str, *items: Handed, by: str = "admin", reason: str = "调岗") -> None:
    hand_over(HandOver(world.people[who], items, reason), by=world.by(by), house=world.house)


def step_of(world: World, revision: UUID, meaning: str) -> Step:
    with world.house.uow.read() as session:
        steps = session.scalars(select(Step).where(Step.revision_id == revision).order_by(Step.round.desc()))
        return next(one for one in steps if one.meaning == meaning)


def step(world: World, revision: UUID, meaning: str, to: str | None) -> Handed:
    return Handed(OpenKind.STEP, step_of(world, revision, meaning).id, world.people[to] if to else None)


def actions(world: World) -> list[str]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(EventRow.action).order_by(EventRow.seq)))


def grant(world: World, who: str, role: Role, unit: str | None = None) -> UUID:
    """Give a role as the founders did."""
    row = RoleGrant(
        id=uuid4(),
        person_id=world.people[who],
        role=role,
        unit_id=world.units[unit] if unit else None,
        proposed_at=world.clock(),
        confirmed_at=world.clock(),
    )
    key = row.id
    world.house.uow.write(lambda session: session.add(row))
    return key


def test_a_16_a_step_goes_to_somebody_who_could_have_been_chosen_for_it(world: World) -> None:
    revision = world.submitted(world.draft())  # chen wrote, ouyang reviews, zhao approves
    grant(world, "zhang", Role.REVIEWER)
    for to, key in (
        (None, "A-16.successor_needed"),
        ("ouyang", "A-16.same_person_again"),
        ("wang", "A-1.not_a_holder"),
    ):
        assert refused(lambda to=to: give(world, "ouyang", step(world, revision, "review", to))) == key
    grant(world, "chen", Role.REVIEWER)
    grant(world, "zhao", Role.REVIEWER)
    mine, approver = step(world, revision, "review", "chen"), step(world, revision, "review", "zhao")
    assert refused(lambda: give(world, "ouyang", mine)) == "A-2.own_work"
    assert refused(lambda: give(world, "ouyang", approver)) == "A-2.same_person"  # could then not approve
    (item,) = steps(world, "ouyang")
    assert [one.id for one in item.takers] == [world.people["zhang"]]  # whom the page offers
    before = step_of(world, revision, "review")
    give(world, "ouyang", step(world, revision, "review", "zhang"))
    after = step_of(world, revision, "review")
    assert (after.assignee_id, after.status, after.due_on) == (
        world.people["zhang"],
        before.status,
        before.due_on,
    )
    assert steps(world, "ouyang") == []
    review_revision(world.signing(revision), by=world.by("zhang"), house=world.house)
    assert step_of(world, revision, "approve").status is StepStatus.OPEN


def test_a_16_who_hands_over_a_step_unsigned_sees_the_draft_no_more(world: World) -> None:
    revision = world.submitted(world.draft())
    grant(world, "zhang", Role.REVIEWER)

    def insider(who: str) -> bool:
        with world.house.uow.read() as session:
            document = session.get_one(Document, world.document_of(revision).id)
            return sees(session, world.by(who).actor, document.insider_set_id)

    grant(world, "wang", Role.REVIEWER)
    give(world, "ouyang", step(world, revision, "review", "zhang"))
    assert (insider("zhang"), insider("wang")) == (True, False)
    give(world, "zhang", step(world, revision, "review", "wang"))
    assert (insider("zhang"), insider("wang")) == (False, True)


def test_a_16_what_was_signed_stays_the_signature_of_who_signed(world: World) -> None:
    revision = world.submitted(world.draft())
    review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    disable_person(DisablePerson(world.people["ouyang"]), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        signed = session.scalars(select(Signature).where(Signature.subject_id == revision)).all()
    assert world.people["ouyang"] in {one.person_id for one in signed}
    done = Handed(OpenKind.STEP, step_of(world, revision, "review").id, world.people["zhao"])
    with pytest.raises(Conflict):
        give(world, "ouyang", done)


def test_a_16_a_draft_goes_on_with_another_author_and_keeps_the_first(world: World) -> None:
    revision = world.draft()
    draft = lambda to: Handed(OpenKind.DRAFT, revision, world.people[to])  # noqa: E731
    assert refused(lambda: give(world, "chen", draft("wang"))) == "A-16.writes_nothing"
    grant(world, "zhang", Role.AUTHOR)
    give(world, "chen", draft("zhang"))
    row = world.revision(revision)
    assert row.created_by == world.people["zhang"]
    assert row.authors() == {world.people["zhang"], world.people["chen"]}  # neither may approve it
    with pytest.raises(Conflict):
        give(world, "chen", draft("zhang"))
    assert "revision.handed_over" in actions(world)


def test_a_16_a_headship_and_a_post_go_to_somebody_or_nobody(world: World) -> None:
    admin = world.by("admin")
    with world.house.uow.read() as session:
        version = session.get_one(Unit, world.units["SC"]).row_version
    set_duties(SetDuties(world.units["SC"], version, world.people["li"]), by=admin, house=world.house)
    posts = [add_post(AddPost(world.units["SC"], name), by=admin, house=world.house) for name in ("甲", "乙")]
    held = [
        take_post(HoldPost(one, world.people["li"], world.house.today()), by=admin, house=world.house)
        for one in posts
    ]
    assert [one.kind for one in found(world, "li").items] == [OpenKind.HEAD, OpenKind.POST, OpenKind.POST]
    give(
        world,
        "li",
        Handed(OpenKind.HEAD, world.units["SC"], world.people["wang"]),
        Handed(OpenKind.POST, held[0], world.people["wang"]),
        Handed(OpenKind.POST, held[1]),
    )
    with world.house.uow.read() as session:
        assert session.get_one(Unit, world.units["SC"]).head_id == world.people["wang"]
        rows = session.execute(
            select(Post.name, PostHolder.person_id, PostHolder.until_on).join(
                Post, Post.id == PostHolder.post_id
            )
        ).all()
    today = world.house.today()
    assert set(rows) == {
        ("甲", world.people["li"], today),
        ("甲", world.people["wang"], None),
        ("乙", world.people["li"], today),
    }
    assert found(world, "li").items == ()
    with pytest.raises(Conflict):
        give(world, "li", Handed(OpenKind.HEAD, world.units["SC"]))


def test_a_16_closing_an_account_waits_for_nobody_and_what_is_left_is_asked_for(world: World) -> None:
    revision = world.submitted(world.draft())
    world.draft("另一份文件")
    admin = world.by("admin")

    def left() -> list[str]:
        with world.house.uow.read() as session:
            tasks = inbox(session, admin.actor, at=world.clock(), zone=world.house.zone).tasks
        return [one.title for one in tasks if one.verb == "hand_over"]

    assert left() == []
    grant(world, "zhang", Role.REVIEWER)
    with_all = (step(world, revision, "review", "zhang"), Handed(OpenKind.HEAD, world.units["PZ"]))
    disable_person(DisablePerson(world.people["ouyang"], with_all, "离职"), by=admin, house=world.house)
    assert left() == []  # all of it went with the account
    disable_person(DisablePerson(world.people["zhao"]), by=admin, house=world.house)
    assert left() == ["赵敏"]
    grant(world, "zhou", Role.APPROVER)
    give(world, "zhao", step(world, revision, "approve", "zhou"))
    assert left() == ["赵敏"]  # a unit is still headed by who has gone
    give(world, "zhao", Handed(OpenKind.HEAD, world.units["ZH"], world.people["zhou"]))
    assert left() == []
    with world.house.uow.read() as session:
        assert open_count(session, world.people["chen"], world.clock(), world.house.today()) == 1


def test_a_16_a_refused_hand_over_leaves_the_account_open(world: World) -> None:
    revision = world.submitted(world.draft())
    wrong = DisablePerson(world.people["ouyang"], (step(world, revision, "review", "li"),), "离职")
    assert (
        refused(lambda: disable_person(wrong, by=world.by("admin"), house=world.house)) == "A-1.not_a_holder"
    )
    with world.house.uow.read() as session:
        assert session.get_one(Person, world.people["ouyang"]).disabled_at is None


def test_a_16_nobody_takes_over_who_cannot_sign_in(world: World) -> None:
    revision = world.submitted(world.draft())
    grant(world, "zhang", Role.REVIEWER)
    disable_person(DisablePerson(world.people["zhang"]), by=world.by("admin"), house=world.house)
    gone = step(world, revision, "review", "zhang")
    assert refused(lambda: give(world, "ouyang", gone)) == "A-16.nobody_active"
    with pytest.raises(NotFound):
        hand_over(HandOver(uuid4(), (gone,), "离职"), by=world.by("admin"), house=world.house)
    assert refused(lambda: give(world, "ouyang")) == "A-16.nothing_named"
    many = tuple(Handed(OpenKind.POST, uuid4()) for _ in range(MOST + 1))
    assert refused(lambda: give(world, "ouyang", *many)) == "A-16.too_many"


def test_a_16_only_administrators_hand_over_and_move(world: World) -> None:
    revision = world.submitted(world.draft())
    item = step(world, revision, "review", "zhou")
    move = MovePerson(world.people["wang"], world.units["KF"])
    for who in sorted(set(world.people) - {"admin", "zhou"}):
        by = world.by(who)
        if by.actor.has(Role.ADMINISTRATOR):
            continue
        assert refused(lambda who=who: give(world, "ouyang", item, by=who)) == "X-1.not_permitted"
        assert refused(lambda by=by: move_person(move, by=by, house=world.house)) == "X-1.not_permitted"


def test_a_16_who_moves_sees_as_the_new_unit_does_and_loses_the_roles_for_the_old_one(world: World) -> None:
    admin = world.by("admin")
    kept, lost = grant(world, "wang", Role.KEEPER, "SC"), grant(world, "wang", Role.REVIEWER)
    third = grant(world, "wang", Role.KEEPER, "KF")
    same = MovePerson(world.people["wang"], world.units["SC"])
    assert refused(lambda: move_person(same, by=admin, house=world.house)) == "A-16.there_already"
    move_person(MovePerson(world.people["wang"], world.units["KF"]), by=admin, house=world.house)
    assert world.by("wang").actor.unit_id == world.units["KF"]
    with world.house.uow.read() as session:
        still = set(
            session.scalars(
                select(RoleGrant.id).where(
                    RoleGrant.person_id == world.people["wang"], RoleGrant.revoked_at.is_(None)
                )
            )
        )
        assert kept not in still
        assert {lost, third} <= still  # company-wide, and for another unit
        assert not session.scalars(select(SessionRow).where(SessionRow.revoked_at.is_(None))).all()
        (moved,) = session.scalars(select(EventRow).where(EventRow.action == "person.moved"))
    assert json.loads(moved.facts) == {"name": "王强", "from": "SC", "to": "KF"}
    keeps = grant(world, "li", Role.KEEPER, "SC")
    stay = MovePerson(world.people["li"], world.units["KF"], kept=(keeps,))
    move_person(stay, by=admin, house=world.house)
    with world.house.uow.read() as session:
        assert session.get_one(RoleGrant, keeps).revoked_at is None


def test_a_16_nobody_moves_into_a_closed_unit_nor_out_of_a_closed_account(world: World) -> None:
    admin, today = world.by("admin"), world.house.today()

    def close(on) -> None:
        def work(session) -> None:
            session.get_one(Unit, world.units["KF"]).valid_until = on

        world.house.uow.write(work)

    move = MovePerson(world.people["wang"], world.units["KF"])
    close(today.replace(day=today.day - 1))
    assert refused(lambda: move_person(move, by=admin, house=world.house)) == "A-16.unit_closed"
    close(today)
    move_person(move, by=admin, house=world.house)
    disable_person(DisablePerson(world.people["wang"]), by=admin, house=world.house)
    back = MovePerson(world.people["wang"], world.units["SC"])
    assert refused(lambda: move_person(back, by=admin, house=world.house)) == "A-15.already_disabled"


def test_a_16_x_3_the_title_of_a_draft_is_for_who_may_see_it(world: World) -> None:
    world.submitted(world.draft("密件"))
    (item,) = steps(world, "ouyang", by="ouyang")
    assert item.title == "密件"
    (item,) = steps(world, "ouyang", by="wang")
    assert (item.title, item.href, bool(item.number)) == ("", "", True)


def test_a_16_the_last_holder_of_a_role_is_named(world: World) -> None:
    last = {one.role for one in found(world, "zhao").last}
    assert "leader" in last
    grant(world, "zhang", Role.LEADER)
    assert "leader" not in {one.role for one in found(world, "zhao").last}


def test_a_16_one_person_takes_all_that_they_may(world: World) -> None:
    revision = world.submitted(world.draft())
    everything = found(world, "ouyang")
    heads = Handed(OpenKind.HEAD, world.units["PZ"], world.people["wang"])
    assert to_one(everything, world.people["wang"]) == (heads,)  # who reviews nothing takes no step
    grant(world, "zhang", Role.REVIEWER)
    everything = found(world, "ouyang")
    one, other = to_one(everything, world.people["zhang"])
    assert one == step(world, revision, "review", "zhang")
    assert to_one(everything, world.people["zhang"], besides=[one]) == (other,)
    assert step_of(world, revision, "review").status is StepStatus.OPEN


def test_a_16_nobody_hands_an_approval_or_a_draft_to_themselves(world: World) -> None:
    grant(world, "admin", Role.APPROVER)
    grant(world, "admin", Role.AUTHOR)
    grant(world, "wang", Role.AUTHOR)
    waiting, draft = world.submitted(world.draft()), world.draft("草稿")
    approval = step(world, waiting, "approve", "admin")
    (shown,) = (one for one in found(world, "zhao").items if one.id == approval.id)
    assert world.people["admin"] not in {one.id for one in shown.takers}
    assert refused(lambda: give(world, "zhao", approval)) == "A-16.own_hands"
    mine = Handed(OpenKind.DRAFT, draft, world.people["admin"])
    assert refused(lambda: give(world, "chen", mine)) == "A-16.own_hands"
    give(world, "chen", Handed(OpenKind.DRAFT, draft, world.people["wang"]))
