"""Somebody signs for another: explicit, dated, by the same rules as for themselves (A-2, A-7, A-8, A-15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from docctl.domain.delegation import MOST_DAYS
from docctl.domain.leaving import OpenKind
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.delegations import Delegation
from docctl.models.documents import Document
from docctl.models.trail import EventRow
from docctl.models.work import Step
from docctl.queries.delegations import delegations
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.history import revision_history
from docctl.queries.inbox import Task, inbox, inbox_count
from docctl.services.access import sees
from docctl.services.content.open import open_content
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.delegations import (
    EndDelegation,
    GiveDelegation,
    SeeDelegations,
    end_delegation,
    give_delegation,
    see_delegations,
)
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.revisions.sign import (
    ReturnRevision,
    approve_revision,
    return_revision,
    review_revision,
)
from tests.delegating import command, delegated, may_sign, signature, signing_for
from tests.services.test_authority import TABLE, draft, table
from tests.services.test_guards import guard_of, statement
from tests.services.test_leaving import found, step_of
from tests.services.test_routes import REST, routes, submit
from tests.world import World


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def give(world: World, cmd: GiveDelegation, by: str) -> UUID:
    return give_delegation(cmd, by=world.by(by), house=world.house)


def end(world: World, key: UUID, by: str, reason: str = "提前回来") -> None:
    end_delegation(EndDelegation(key, reason), by=world.by(by), house=world.house)


def tasks(world: World, who: str) -> list[Task]:
    actor, at = world.by(who).actor, world.clock()
    with world.house.uow.read() as session:
        found = inbox(session, actor, at=at, zone=world.house.zone)
        assert inbox_count(session, actor, at=at, zone=world.house.zone) == found.total
        return list(found.tasks)


def to_sign(world: World, who: str) -> list[tuple[str, str]]:
    return [(one.verb, one.behalf) for one in tasks(world, who) if one.verb in {"review", "approve"}]


def page(world: World, revision: UUID, who: str) -> DocumentPage:
    with world.house.uow.read() as session:
        return document_page(
            session, world.by(who).actor, at=world.clock(), zone=world.house.zone, revision_id=revision
        )


def review_for(world: World, revision: UUID, principal: str, by: str) -> UUID:
    return review_revision(signing_for(world, revision, principal), by=world.by(by), house=world.house)


def events(world: World, action: str) -> list[EventRow]:
    with world.house.uow.read() as session:
        query = select(EventRow).where(EventRow.action == action).order_by(EventRow.seq)
        return list(session.scalars(query))


# --- giving ------------------------------------------------------------------------------------


def test_a_2_a_delegation_is_dated_and_logged_and_the_delegate_is_told(world: World) -> None:
    key = delegated(world, "ouyang", "wang")
    (event,) = events(world, "delegation.given")
    assert '"delegate":"王强"' in event.facts
    assert event.subject_id == world.people["ouyang"]
    assert [one.verb for one in tasks(world, "wang")] == ["see_delegation"]
    assert "see_delegation" not in [one.verb for one in tasks(world, "ouyang")]  # who gave it knows
    assert see_delegations(SeeDelegations(), by=world.by("wang"), house=world.house) == 1
    assert tasks(world, "wang") == []
    with world.house.uow.read() as session:
        row = session.get_one(Delegation, key)
        assert (row.from_on, row.reason) == (world.house.today(), "出差")
        assert row.begins_at == world.clock()  # never before it was entered


@pytest.mark.parametrize(
    ("first", "days", "key"),
    [
        pytest.param(-1, 7, "A-2.delegate_before_today", id="yesterday"),
        pytest.param(0, 1, "", id="today alone"),
        pytest.param(0, 0, "A-2.delegate_ends_before", id="it ends before it begins"),
        pytest.param(0, MOST_DAYS, "", id="as long as may be"),
        pytest.param(0, MOST_DAYS + 1, "A-2.delegate_too_long", id="a day longer"),
    ],
)
def test_a_2_a_delegation_does_not_reach_back_and_has_a_bound(
    world: World, first: int, days: int, key: str
) -> None:
    may_sign(world, "wang", Role.REVIEWER)
    cmd = command(world, "ouyang", "wang", first=first, days=days)
    if key:
        assert refused(lambda: give(world, cmd, "ouyang")) == key
    else:
        assert give(world, cmd, "ouyang")


def test_a_15_a_delegation_grants_no_role(world: World) -> None:
    assert refused(lambda: give(world, command(world, "ouyang", "wang"), "ouyang")) == "A-15.delegate_no_role"
    may_sign(world, "wang", Role.APPROVER)  # ouyang reviews
    assert refused(lambda: give(world, command(world, "ouyang", "wang"), "ouyang")) == "A-15.delegate_no_role"
    may_sign(world, "wang", Role.REVIEWER)
    assert give(world, command(world, "ouyang", "wang"), "ouyang")
    gives_nothing = command(world, "li", "wang")
    assert refused(lambda: give(world, gives_nothing, "li")) == "A-15.delegate_signs_nothing"


def test_a_2_no_reason_nobody_oneself_and_nobody_who_is_gone(world: World) -> None:
    may_sign(world, "wang", Role.REVIEWER)
    empty = command(world, "ouyang", "wang", reason=" ")
    assert refused(lambda: give(world, empty, "ouyang")) == "A-2.reason_needed"
    assert refused(lambda: give(world, command(world, "ouyang", "ouyang"), "ouyang")) == (
        "A-2.delegate_oneself"
    )
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    assert refused(lambda: give(world, command(world, "ouyang", "wang"), "ouyang")) == "A-16.nobody_active"
    unknown = replace(command(world, "ouyang", "wang"), delegate_id=uuid4())
    assert refused(lambda: give(world, unknown, "ouyang")) == "A-16.nobody_active"


def test_a_2_no_circle_no_chain_and_not_twice_on_the_same_days(world: World) -> None:
    for who in ("wang", "zhang", "zhou"):
        may_sign(world, who, Role.REVIEWER)
    delegated(world, "ouyang", "wang", days=7)
    for of, to, key in (
        ("ouyang", "wang", "A-2.delegate_twice"),
        ("wang", "ouyang", "A-2.delegate_circle"),
        ("wang", "zhang", "A-2.delegate_chain"),  # what was delegated to 王强 goes no further
        ("zhang", "ouyang", "A-2.delegate_away"),  # 欧阳雪 is not there
    ):
        assert refused(lambda of=of, to=to: give(world, command(world, of, to, first=6), of)) == key, key
        assert give(world, command(world, of, to, first=7, days=1), of)  # the day after is free
        world.clock.forward(days=0)
        with world.house.uow.read() as session:
            last = session.scalars(select(Delegation.id).order_by(Delegation.id.desc()).limit(1)).one()
        end(world, last, of)
    assert give(world, command(world, "ouyang", "zhou", days=7), "ouyang")  # several share what one has


def test_a_2_who_is_away_is_entered_by_their_head_or_an_administrator_who_name_another(world: World) -> None:
    for who in ("wang", "zhao", "admin"):
        may_sign(world, who, Role.REVIEWER)
    cmd = command(world, "ouyang", "wang", reason="住院")
    with pytest.raises(RuleRefused) as error:
        give(world, cmd, "li")
    assert error.value.refused.rule == "X-1"
    assert refused(lambda: give(world, command(world, "ouyang", "admin"), "admin")) == (
        "A-2.delegate_own_hands"
    )
    assert refused(lambda: give(world, command(world, "ouyang", "zhao"), "zhao")) == "A-2.delegate_own_hands"
    key = give(world, cmd, "zhao")  # heads the unit above
    for who in ("ouyang", "wang"):
        assert "see_delegation" in [one.verb for one in tasks(world, who)]
    end(world, key, "zhao")
    assert give(world, cmd, "admin")


# --- signing -----------------------------------------------------------------------------------


def test_a_8_the_delegate_signs_with_their_own_password_and_both_names_stand(world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    assert to_sign(world, "wang") == [("review", "欧阳雪")]
    assert to_sign(world, "ouyang") == [("review", "")]
    assert refused(
        lambda: review_revision(world.signing(revision), by=world.by("wang"), house=world.house)
    ) == ("A-8.say_for_whom")
    review_for(world, revision, "ouyang", "wang")
    row = signature(world, revision, "review")
    assert (row.person_id, row.on_behalf_of) == (world.people["wang"], world.people["ouyang"])
    assert (row.printed_name, row.principal_name, row.delegation_id is None) == ("王强", "欧阳雪", False)
    (event,) = events(world, "revision.reviewed")
    assert (event.actor_id, event.on_behalf_of) == (world.people["wang"], world.people["ouyang"])
    assert str(row.delegation_id) in event.facts
    assert to_sign(world, "wang") == to_sign(world, "ouyang") == []
    shown = page(world, revision, "zhao")
    assert [one.shown for one in shown.signatures] == ["陈静", "王强（代 欧阳雪）"]
    assert shown.revision.reviewed[0] == "王强（代 欧阳雪）"
    approve_revision(world.signing(revision), by=world.by("zhao"), house=world.house)
    with world.house.uow.read() as session:
        document = world.document_of(revision).id
        told = revision_history(
            session, world.by("zhao").actor, document, at=world.clock(), zone=world.house.zone
        )
    assert (told.lines[0].reviewed_by, told.lines[0].approved_by) == ("王强（代 欧阳雪）", "赵敏")


def test_a_8_only_from_the_first_day_to_the_end_of_the_last(world: World) -> None:
    delegated(world, "ouyang", "wang", first=1, days=2)
    revision = world.submitted(world.draft())
    day = timedelta(days=1)
    begins = world.clock().replace(hour=16, minute=0)  # 00:00 in Shanghai
    for at, runs in (
        (begins - timedelta(microseconds=1), False),
        (begins, True),
        (begins + 2 * day - timedelta(microseconds=1), True),
        (begins + 2 * day, False),
    ):
        world.clock.now = at
        assert bool(to_sign(world, "wang")) is runs, at
        if runs:
            assert page(world, revision, "wang").behalf is not None
        else:
            with pytest.raises(NotFound):
                page(world, revision, "wang")
            assert refused_or_gone(lambda: review_for(world, revision, "ouyang", "wang"))
    assert to_sign(world, "ouyang") == [("review", "")]  # it stays the principal's all along


def refused_or_gone(call: Callable[[], object]) -> bool:
    with pytest.raises((RuleRefused, NotFound)):
        call()
    return True


def test_a_8_who_stands_in_reads_the_draft_meanwhile_and_for_good_once_they_signed(world: World) -> None:
    key = delegated(world, "ouyang", "wang")
    one, other = world.submitted(world.draft()), world.submitted(world.draft("仓库管理"))
    for revision in (one, other):
        open_content(revision, by=world.by("wang"), house=world.house)
    review_for(world, one, "ouyang", "wang")
    end(world, key, "ouyang")
    assert page(world, one, "wang").is_insider
    with pytest.raises(NotFound):
        page(world, other, "wang")
    with pytest.raises((NotFound, RuleRefused)):
        open_content(other, by=world.by("wang"), house=world.house)
    with world.house.uow.read() as session:
        sets = [session.get_one(Document, world.document_of(each).id).insider_set_id for each in (one, other)]
        assert [sees(session, world.by("wang").actor, each) for each in sets] == [True, False]


def test_a_8_the_principal_may_still_sign_and_the_first_one_wins(world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    before = signing_for(world, revision, "ouyang")
    review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    with pytest.raises(Conflict):
        review_revision(before, by=world.by("wang"), house=world.house)
    assert signature(world, revision, "review").principal_name == ""


def test_a_8_two_at_once_sign_a_step_once(world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    own, behalf = world.signing(revision), signing_for(world, revision, "ouyang")
    start, came = Barrier(2), []

    def sign(cmd: object, who: str) -> None:
        by = world.by(who)
        start.wait()
        try:
            review_revision(cmd, by=by, house=world.house)  # type: ignore[arg-type]
            came.append(who)
        except (Conflict, RuleRefused, NotFound):
            came.append("")

    both = [Thread(target=sign, args=one) for one in ((own, "ouyang"), (behalf, "wang"))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    (winner,) = [one for one in came if one]
    row = signature(world, revision, "review")
    assert row.person_id == world.people[winner]
    assert len(events(world, "revision.reviewed")) == 1


def test_a_8_a_delegate_returns_what_the_principal_could_return(world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    cmd = ReturnRevision(revision, world.revision(revision).row_version, "缺少附表")
    assert refused(lambda: return_revision(cmd, by=world.by("wang"), house=world.house)) == (
        "A-8.say_for_whom"
    )
    cmd = replace(cmd, for_id=world.people["ouyang"])
    return_revision(cmd, by=world.by("wang"), house=world.house)
    (event,) = events(world, "revision.returned")
    assert event.on_behalf_of == world.people["ouyang"]


def test_a_2_neither_the_delegate_nor_the_principal_is_an_author_or_signs_twice(world: World) -> None:
    delegated(world, "ouyang", "chen")
    own = world.submitted(world.draft())  # 陈静 wrote it
    assert to_sign(world, "chen") == []
    assert refused(lambda: review_for(world, own, "ouyang", "chen")) == "A-2.own_work"
    may_sign(world, "zhao", Role.REVIEWER)
    delegated(world, "ouyang", "zhao")
    assert to_sign(world, "zhao") == []  # approves it after
    assert refused(lambda: review_for(world, own, "ouyang", "zhao")) == "A-2.same_person"
    offered = page(world, own, "zhao").action("review")
    assert offered is not None
    assert offered.refused is not None
    assert offered.refused.key == "A-2.same_person"


def test_a_2_who_signed_for_another_signs_no_further_step_either(world: World) -> None:
    delegated(world, "ouyang", "wang", roles=(Role.REVIEWER, Role.APPROVER))
    delegated(world, "zhao", "wang", roles=(Role.REVIEWER, Role.APPROVER))
    revision = world.submitted(world.draft())
    review_for(world, revision, "ouyang", "wang")
    cmd = signing_for(world, revision, "zhao")
    assert refused(lambda: approve_revision(cmd, by=world.by("wang"), house=world.house)) == (
        "A-2.same_person"
    )
    may_sign(world, "ouyang", Role.APPROVER)
    with world.house.uow.read() as session:
        rows = session.scalars(select(Delegation).where(Delegation.principal_id == world.people["zhao"]))
        (key,) = [one.id for one in rows]
    end(world, key, "zhao")
    with world.house.uow.read() as session:
        rows = session.scalars(select(Delegation).where(Delegation.principal_id == world.people["ouyang"]))
        (key,) = [one.id for one in rows]
    end(world, key, "ouyang")
    delegated(world, "zhao", "ouyang", roles=(Role.APPROVER,))
    # 欧阳雪 did not sign with their own hand, but was signed for.
    assert refused(lambda: approve_revision(cmd, by=world.by("ouyang"), house=world.house)) == (
        "A-2.same_person"
    )
    approve_revision(world.signing(revision), by=world.by("zhao"), house=world.house)


@pytest.mark.parametrize(
    ("mark", "can", "key"),
    [
        pytest.param("", True, "", id="free where nothing is said"),
        pytest.param("delegate free", True, "", id="free"),
        pytest.param("delegate never", False, "A-8.delegate_never", id="never"),
        pytest.param("delegate post PZ/审核员", False, "A-8.delegate_not_in_post", id="not in the post"),
    ],
)
def test_a_8_the_route_says_whether_a_step_can_be_delegated(
    world: World, mark: str, can: bool, key: str
) -> None:
    in_post(world, "zhang")
    line = f"review | role reviewer | 3 working_days{' | ' + mark if mark else ''}"
    routes(world, f"# 程序 | type procedure\n{line}\napprove | role approver\n\n{REST}")
    delegated(world, "ouyang", "wang")
    revision = submit(world, world.draft(author="li"), "ouyang", "zhao")
    assert bool(to_sign(world, "wang")) is can
    if can:
        review_for(world, revision, "ouyang", "wang")
        return
    assert refused_or_gone(lambda: review_for(world, revision, "ouyang", "wang"))
    insider_now(world, revision, "wang")
    assert refused(lambda: review_for(world, revision, "ouyang", "wang")) in {key, "X-1.not_permitted"}
    offered = page(world, revision, "wang").action("review")
    assert offered is not None
    assert offered.refused is not None
    assert offered.refused.key == key


def test_a_8_a_step_for_a_post_is_signed_by_a_delegate_who_holds_it(world: World) -> None:
    in_post(world, "wang")
    marked = "review | role reviewer | 3 working_days | delegate post PZ/审核员"
    routes(world, f"# 程序 | type procedure\n{marked}\napprove | role approver\n\n{REST}")
    delegated(world, "ouyang", "wang")
    revision = submit(world, world.draft(author="li"), "ouyang", "zhao")
    assert to_sign(world, "wang") == [("review", "欧阳雪")]
    assert page(world, revision, "wang").steps[0].delegable_post == "审核员"
    never = marked.replace("post PZ/审核员", "never")
    routes(world, f"# 程序 | type procedure\n{never}\napprove | role approver\n\n{REST}")
    review_for(world, revision, "ouyang", "wang")  # fixed with the round


def in_post(world: World, who: str) -> None:
    from docctl.models.organisation import Post, PostHolder

    def work(session) -> None:  # type: ignore[no-untyped-def]
        post = Post(unit_id=world.units["PZ"], name="审核员")
        session.add(post)
        session.flush()
        row = PostHolder(post_id=post.id, person_id=world.people[who], from_on=world.house.today())
        session.add(row)

    world.house.uow.write(work)


def insider_now(world: World, revision: UUID, who: str) -> None:
    """Let somebody know the document from inside, as an auditor does."""
    may_sign(world, who, Role.LEADER)
    del revision


@pytest.mark.parametrize(
    ("scope", "can"),
    [
        pytest.param({"type_ids": ("procedure",)}, True, id="its type"),
        pytest.param({"type_ids": ("form",)}, False, id="another type"),
        pytest.param({"unit_ids": ("PZ",)}, True, id="its unit"),
        pytest.param({"unit_ids": ("SC",)}, False, id="another unit"),
        pytest.param({"type_ids": ("procedure",), "unit_ids": ("SC",)}, False, id="one of two"),
        pytest.param({"type_ids": ("procedure", "form"), "unit_ids": ("PZ",)}, True, id="both"),
    ],
)
def test_a_2_a_delegation_covers_what_it_names(
    world: World, scope: dict[str, tuple[str, ...]], can: bool
) -> None:
    ids = {
        key: tuple((world.types if key == "type_ids" else world.units)[one] for one in names)
        for key, names in scope.items()
    }
    delegated(world, "ouyang", "wang", **ids)
    revision = world.submitted(world.draft())
    assert bool(to_sign(world, "wang")) is can
    if can:
        review_for(world, revision, "ouyang", "wang")
    else:
        insider_now(world, revision, "wang")
        offered = page(world, revision, "wang").action("review")
        assert offered is not None
        assert offered.refused is not None
        assert offered.refused.key == "A-8.delegate_not_covered"
        assert refused_or_gone(lambda: review_for(world, revision, "ouyang", "wang"))


@pytest.mark.parametrize(
    ("amount", "key"),
    [
        pytest.param("50000 元", "", id="at the delegate's limit"),
        pytest.param("50000.01 元", "A-7.above_limit", id="above the delegate's, below the principal's"),
    ],
)
def test_a_7_the_lower_limit_of_both_holds(world: World, amount: str, key: str) -> None:
    may_sign(world, "wang", Role.APPROVER)
    may_sign(world, "zhang", Role.REVIEWER)
    lines = TABLE.replace("| head", "| person wang").replace("post ZH/副总", "person zhao")
    table(world, lines)
    routes(
        world,
        f"# 采购 | type procedure\nreview | role reviewer\napprove | authority 采购\n\n{REST}".replace(
            "authority 采购", "authority 采购"
        ),
    )
    delegated(world, "zhao", "wang", roles=(Role.APPROVER,))
    revision = submit(world, draft(world, amount), "zhang", None)
    review_revision(world.signing(revision), by=world.by("zhang"), house=world.house)
    if not key:  # it goes to 王强 himself, up to whose limit it is
        assert step_of(world, revision, "approve").assignee_id == world.people["wang"]
        return
    cmd = signing_for(world, revision, "zhao")
    with pytest.raises(RuleRefused) as error:
        approve_revision(cmd, by=world.by("wang"), house=world.house)
    assert error.value.refused.key == key
    assert error.value.refused.params["limit"] == "50,000 元"
    offered = page(world, revision, "wang").action("approve")
    assert offered is not None
    assert offered.refused is not None
    assert offered.refused.key == key
    table(world, lines.replace("5万元", "6万元").replace("5万 -", "6万 -"))
    approve_revision(cmd, by=world.by("wang"), house=world.house)  # his limit covers it now


def test_a_7_a_principal_who_may_decide_less_by_now_is_not_stood_in_for(world: World) -> None:
    may_sign(world, "wang", Role.APPROVER)
    may_sign(world, "zhang", Role.REVIEWER)
    table(world, "采购 | * | 0 - 50万元 | person zhao\n采购 | * | 50万元以上 | person wang")
    routes(world, f"# 采购 | type procedure\nreview | role reviewer\napprove | authority 采购\n\n{REST}")
    delegated(world, "zhao", "wang", roles=(Role.APPROVER,))
    revision = submit(world, draft(world, "60000 元"), "zhang", None)
    review_revision(world.signing(revision), by=world.by("zhang"), house=world.house)
    table(world, "采购 | * | 0 - 5万元 | person zhao\n采购 | * | 5万元以上 | person wang")
    cmd = signing_for(world, revision, "zhao")
    assert refused(lambda: approve_revision(cmd, by=world.by("wang"), house=world.house)) == "A-7.above_limit"
    table(world, "采购 | * | 0 - 6万元 | person zhao\n采购 | * | 6万元以上 | person wang")
    approve_revision(cmd, by=world.by("wang"), house=world.house)


def test_a_15_a_principal_or_delegate_who_lost_the_role_is_not_stood_in_for(world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())

    def revoke(who: str, gone: bool) -> None:
        at = "CURRENT_TIMESTAMP" if gone else "NULL"
        sql = f"UPDATE role_grant SET revoked_at = {at} WHERE person_id = :who AND role = 'reviewer'"

        def work(session) -> None:  # type: ignore[no-untyped-def]
            from sqlalchemy import Uuid, bindparam, text

            session.execute(text(sql).bindparams(bindparam("who", type_=Uuid())), {"who": world.people[who]})

        world.house.uow.write(work)

    revoke("wang", gone=True)
    assert to_sign(world, "wang") == []
    assert refused_or_gone(lambda: review_for(world, revision, "ouyang", "wang"))
    revoke("wang", gone=False)
    revoke("ouyang", gone=True)
    assert to_sign(world, "wang") == []
    assert refused_or_gone(lambda: review_for(world, revision, "ouyang", "wang"))
    revoke("ouyang", gone=False)
    review_for(world, revision, "ouyang", "wang")


# --- ending ------------------------------------------------------------------------------------


def test_a_2_an_end_comes_now_stays_and_what_was_signed_stays_signed(world: World) -> None:
    key = delegated(world, "ouyang", "wang")
    one, other = world.submitted(world.draft()), world.submitted(world.draft("仓库管理"))
    review_for(world, one, "ouyang", "wang")
    assert refused(lambda: end(world, key, "ouyang", " ")) == "A-2.reason_needed"
    with pytest.raises(NotFound):
        end(world, key, "li")
    end(world, key, "wang")  # the delegate may decline as well
    assert refused(lambda: end(world, key, "ouyang")) == "A-2.delegate_ended"
    assert to_sign(world, "wang") == []
    assert refused_or_gone(lambda: review_for(world, other, "ouyang", "wang"))
    assert signature(world, one, "review").principal_name == "欧阳雪"
    with pytest.raises(NotFound):
        end(world, uuid4(), "admin")


def test_a_2_what_has_run_out_is_not_ended(world: World) -> None:
    key = delegated(world, "ouyang", "wang", days=1)
    world.clock.now = world.clock().replace(hour=16)
    assert refused(lambda: end(world, key, "ouyang")) == "A-2.delegate_over"


def test_a_2_which_delegation_held_on_a_past_day_is_answered(world: World) -> None:
    delegated(world, "ouyang", "wang", days=2)
    coming = delegated(world, "ouyang", "zhang", first=4, days=3)
    started = world.clock()
    world.clock.forward(days=5)
    end(world, coming, "ouyang")
    world.clock.forward(days=20)

    def held(days: int) -> list[str]:
        with world.house.uow.read() as session:
            found = delegations(
                session, at=world.clock(), reader=None, running_at=started + timedelta(days=days, hours=1)
            )
        return [one.delegate for one in found.rows]

    assert [held(day) for day in (0, 1, 2, 3, 4, 5, 6)] == [
        *(["王强"], ["王强"], [], []),
        *(["张伟"], [], []),  # ended at nine on the sixth day
    ]


def test_a_16_who_leaves_ends_what_they_gave_and_what_they_have_goes_to_another(world: World) -> None:
    given, had = delegated(world, "ouyang", "wang"), delegated(world, "zhao", "zhang", roles=(Role.APPROVER,))
    may_sign(world, "zhou", Role.APPROVER)
    items = {one.what: one for one in found(world, "zhang").items}
    assert [one.id for one in items["delegation_had"].takers] == [world.people["zhou"]]
    take = Handed(OpenKind.DELEGATION, had, world.people["zhou"])
    hand_over(HandOver(world.people["zhang"], (take,), "调岗"), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        rows = session.scalars(select(Delegation).where(Delegation.principal_id == world.people["zhao"]))
        assert [(one.delegate_id, one.ended_at is None) for one in rows] == [
            (world.people["zhang"], False),
            (world.people["zhou"], True),
        ]
    (item,) = [one for one in found(world, "ouyang").items if one.kind is OpenKind.DELEGATION]
    assert (item.what, item.takers, item.may_go) == ("delegation_given", (), True)
    wrong = Handed(OpenKind.DELEGATION, given, world.people["zhou"])
    cmd = HandOver(world.people["ouyang"], (wrong,), "调岗")
    assert refused(lambda: hand_over(cmd, by=world.by("admin"), house=world.house)) == "A-16.delegation_ends"
    disable_person(DisablePerson(world.people["ouyang"]), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        row = session.get_one(Delegation, given)
        assert (row.ends_at, row.end_reason) == (world.clock(), "—")
    assert not [one for one in found(world, "ouyang").items if one.kind is OpenKind.DELEGATION]


# --- the database ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE delegation SET reason = 'x'", "a_2_delegation_content"),
        ("UPDATE delegation SET ends_at = '2099-01-01 00:00:00.000000'", "a_2_delegation_longer"),
        ("DELETE FROM delegation", "a_2_delegation_delete"),
        ("UPDATE delegation_scope SET kind = 'unit'", "a_2_delegation_scope_update"),
        ("DELETE FROM delegation_scope", "a_2_delegation_scope_delete"),
    ],
)
def test_a_2_what_was_said_of_a_delegation_does_not_change(world: World, sql: str, guard: str) -> None:
    delegated(world, "ouyang", "wang", type_ids=(world.types["procedure"],))
    assert guard_of(lambda: statement(world, sql)) == guard


def test_a_2_what_was_ended_stays_ended(world: World) -> None:
    end(world, delegated(world, "ouyang", "wang"), "ouyang")
    sql = "UPDATE delegation SET end_reason = 'x'"
    assert guard_of(lambda: statement(world, sql)) == "a_2_delegation_ended"


def test_a_8_steps_of_a_submission_keep_what_the_route_says_of_delegation(world: World) -> None:
    revision = world.submitted(world.draft())
    with world.house.uow.read() as session:
        rows = session.scalars(select(Step).where(Step.revision_id == revision))
        assert {(one.delegable, one.delegable_post_id) for one in rows} == {("free", None)}
