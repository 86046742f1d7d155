"""People by two: accounts, links, resets, roles (A-15, O-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from docctl.domain.accounts import (
    LINK_LASTS,
    AccountFacts,
    may_confirm_reset,
    may_disable,
    may_name_account,
    may_reset,
    may_use_link,
)
from docctl.domain.roles import Role, may_propose, may_revoke
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, Verdict
from docctl.models.organisation import Person, RoleGrant
from docctl.models.trail import EventRow
from docctl.services.caller import the_system
from docctl.services.people.accounts import (
    AddPerson,
    ConfirmReset,
    DisablePerson,
    ResetPassword,
    add_person,
    confirm_reset,
    disable_person,
    new_link,
    reset_password,
)
from docctl.services.people.actors import actor_of
from docctl.services.people.grant import (
    ConfirmRole,
    ProposeRole,
    RevokeRole,
    confirm_role,
    propose_role,
    revoke_role,
)
from docctl.services.people.own import (
    StorePassword,
    UseLink,
    change_password,
    set_password,
    store_password,
    use_link,
)
from docctl.services.people.sessions import hashed
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.registry import registry
from tests.world import PASSWORD, START, World

NEW = "a much better phrase"
ME, OTHER, THIRD = uuid4(), uuid4(), uuid4()
ACCOUNT = AccountFacts(person_id=ME, disabled=False, has_password=True)


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else "allowed"


def refused(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("li", "allowed"),
        ("a" * 40, "allowed"),
        ("wang.qiang-2_b", "allowed"),
        ("l", "username_unfit"),
        ("a" * 41, "username_unfit"),
        ("1a", "username_unfit"),
        ("Li", "username_unfit"),
        ("李", "username_unfit"),
        ("a b", "username_unfit"),
    ],
)
def test_a_user_name_is_plain(name: str, answer: str) -> None:
    assert code(may_name_account(name, taken=False)) == answer


@pytest.mark.parametrize(
    ("account", "by", "disable", "reset"),
    [
        (ACCOUNT, OTHER, "allowed", "allowed"),
        (ACCOUNT, None, "allowed", "allowed"),  # whoever holds the machine
        (ACCOUNT, ME, "own_account", "own_reset"),
        (replace(ACCOUNT, disabled=True), OTHER, "already_disabled", "already_disabled"),
    ],
    ids=["another", "the machine", "oneself", "closed"],
)
def test_a_15_accounts_are_closed_and_reset_by_others(
    account: AccountFacts, by: UUID | None, disable: str, reset: str
) -> None:
    assert code(may_disable(account, by=by)) == disable
    assert code(may_reset(account, by=by)) == reset


RESET = replace(ACCOUNT, confirm_needed=True, reset_by=OTHER)


@pytest.mark.parametrize(
    ("account", "by", "answer"),
    [
        (RESET, THIRD, "allowed"),
        (replace(RESET, reset_by=None), THIRD, "allowed"),
        (RESET, OTHER, "second_person_needed"),
        (RESET, ME, "own_reset_confirmed"),
        (replace(RESET, has_password=False), THIRD, "link_unused"),
        (replace(RESET, confirm_needed=False), THIRD, "no_reset_open"),
        (replace(RESET, disabled=True), THIRD, "already_disabled"),
    ],
    ids=["second", "machine reset", "resetter", "oneself", "unused", "none open", "closed"],
)
def test_a_15_a_reset_is_confirmed_by_a_second_person(account: AccountFacts, by: UUID, answer: str) -> None:
    assert code(may_confirm_reset(account, by=by)) == answer


def test_a_15_a_link_ends_at_its_instant() -> None:
    tick = timedelta(microseconds=1)
    for used, disabled, at, answer in (
        (False, False, START - tick, "allowed"),
        (False, False, START, "link_over"),
        (True, False, START - tick, "link_over"),
        (False, True, START - tick, "link_over"),
    ):
        assert code(may_use_link(used=used, expires_at=START, disabled=disabled, at=at)) == answer


def test_a_15_a_scoped_role_has_a_unit_and_no_other_has() -> None:
    unit = uuid4()
    assert code(may_propose(Role.KEEPER, unit, holder=ME, by=OTHER)) == "allowed"
    assert code(may_propose(Role.KEEPER, None, holder=ME, by=OTHER)) == "unit_needed"
    assert code(may_propose(Role.LEADER, None, holder=ME, by=OTHER)) == "allowed"
    assert code(may_propose(Role.LEADER, unit, holder=ME, by=OTHER)) == "no_unit"
    assert code(may_propose(Role.LEADER, None, holder=ME, by=ME)) == "own_role"


def test_a_15_the_last_administrator_stays() -> None:
    assert code(may_revoke(Role.ADMINISTRATOR, revoked=False, others=0)) == "last_administrator"
    assert code(may_revoke(Role.ADMINISTRATOR, revoked=False, others=1)) == "allowed"
    assert code(may_revoke(Role.LEADER, revoked=False, others=0)) == "allowed"
    assert code(may_revoke(Role.LEADER, revoked=True, others=1)) == "already_revoked"


def add(world: World, username: str = "lin", *, by: str = "admin") -> tuple[UUID, str]:
    token, kept = new_link()
    cmd = AddPerson(username, "林小雨", world.units["KF"], kept)
    return add_person(cmd, by=world.by(by), house=world.house), token


def person(world: World, person_id: UUID) -> Person:
    with world.house.uow.read() as session:
        return session.get_one(Person, person_id)


def newest_event(world: World) -> EventRow:
    with world.house.uow.read() as session:
        return session.scalars(select(EventRow).order_by(EventRow.seq.desc()).limit(1)).one()


def roles(world: World, username: str) -> set[Role]:
    with world.house.uow.read() as session:
        return {role for role, _ in actor_of(session, world.people[username]).roles}


def test_a_15_a_new_account_has_no_password_and_no_role(world: World) -> None:
    person_id, token = add(world)
    row = person(world, person_id)
    assert row.password_hash is None
    assert newest_event(world).action == "person.added"
    assert token not in newest_event(world).facts
    with world.house.uow.read() as session:
        assert not actor_of(session, person_id).roles


def test_the_holder_of_the_machine_adds_and_resets_people(world: World) -> None:
    token, kept = new_link()
    operator = the_system(world.clock(), channel="cli")
    cmd = AddPerson("lin", "林小雨", world.units["KF"], kept)
    person_id = add_person(cmd, by=operator, house=world.house)
    set_password(world.house, token=token, password=NEW, channel="cli")
    _, again = new_link()
    reset_password(ResetPassword(person_id, again), by=operator, house=world.house)
    assert person(world, person_id).password_hash is None
    assert newest_event(world).channel == "cli"


@pytest.mark.parametrize("username", ["chen", "zhao", "wang", "qian"])
def test_only_an_administrator_adds_people(world: World, username: str) -> None:
    with pytest.raises(RuleRefused) as error:
        add(world, by=username)
    assert refused(error) == "X-1.not_permitted"


def test_a_15_a_link_sets_the_password_once(world: World) -> None:
    person_id, token = add(world)
    assert set_password(world.house, token=token, password=NEW) == person_id
    assert person(world, person_id).password_version == 1
    with pytest.raises(RuleRefused) as error:
        set_password(world.house, token=token, password=NEW)
    assert refused(error) == "A-15.link_over"


def test_a_15_an_unfit_password_leaves_the_link_as_it_was(world: World) -> None:
    _, token = add(world)
    with pytest.raises(RuleRefused) as error:
        set_password(world.house, token=token, password="lin lin lin lin")
    assert refused(error) == "A-15.password_has_name"
    set_password(world.house, token=token, password=NEW)


def test_a_15_a_link_is_over_after_its_time(world: World) -> None:
    _, token = add(world)
    world.clock.forward(seconds=LINK_LASTS.total_seconds() - 1)
    _, other = add(world, "lin2")
    world.clock.forward(seconds=1)
    with pytest.raises(RuleRefused):
        set_password(world.house, token=token, password=NEW)
    set_password(world.house, token=other, password=NEW)


def test_a_15_nobody_uses_the_link_of_another(world: World) -> None:
    _, token = add(world)
    cmd = UseLink(hashed(token), world.house.passwords.hash(NEW))
    with pytest.raises(RuleRefused) as error:
        use_link(cmd, by=world.by("wang"), house=world.house)
    assert refused(error) == "A-15.link_over"


def test_a_15_a_second_link_ends_the_first(world: World) -> None:
    first, one = new_link()
    second, two = new_link()
    for kept in (one, two):
        reset_password(ResetPassword(world.people["wang"], kept), by=world.by("admin"), house=world.house)
    with pytest.raises(RuleRefused):
        set_password(world.house, token=first, password=NEW)
    set_password(world.house, token=second, password=NEW)


def test_a_15_nobody_stores_a_password_without_the_old_one(world: World) -> None:
    cmd = StorePassword(world.house.passwords.hash(NEW))
    with pytest.raises(RuleRefused) as error:
        store_password(cmd, by=world.by("chen"), house=world.house)
    assert refused(error) == "A-3.wrong_password"
    with pytest.raises(RuleRefused):
        change_password(world.house, world.by("chen"), old="wrong", new=NEW)
    change_password(world.house, world.by("chen"), old=PASSWORD, new=NEW)


def test_a_15_a_reset_of_a_signer_needs_a_second_person_to_sign_again(world: World) -> None:
    revision = world.draft()
    token, kept = new_link()
    reset_password(ResetPassword(world.people["chen"], kept), by=world.by("admin"), house=world.house)
    assert person(world, world.people["chen"]).reset_confirm_needed
    with pytest.raises(RuleRefused) as error:
        confirm(world, "zhao")
    assert refused(error) == "A-15.link_unused"
    set_password(world.house, token=token, password=PASSWORD)
    with pytest.raises(RuleRefused) as error:
        world.submitted(revision)
    assert refused(error) == "A-15.reset_unconfirmed"
    with pytest.raises(RuleRefused) as error:
        confirm(world, "admin")
    assert refused(error) == "A-15.second_person_needed"
    confirm(world, "zhao")
    world.submitted(revision)


def confirm(world: World, username: str) -> None:
    cmd = ConfirmReset(world.people["chen"])
    confirm_reset(cmd, by=world.by(username), house=world.house)


def test_a_15_a_reset_of_somebody_who_does_not_sign_needs_no_second_person(world: World) -> None:
    _, kept = new_link()
    reset_password(ResetPassword(world.people["wang"], kept), by=world.by("admin"), house=world.house)
    assert not person(world, world.people["wang"]).reset_confirm_needed


def test_a_15_the_person_and_the_head_are_told_of_a_reset(world: World) -> None:
    _, kept = new_link()
    reset_password(ResetPassword(world.people["chen"], kept), by=world.by("admin"), house=world.house)
    facts = newest_event(world).facts
    assert str(world.people["chen"]) in facts
    assert str(world.people["ouyang"]) in facts


def test_a_15_a_role_that_signs_counts_from_the_second_person_on(world: World) -> None:
    cmd = ProposeRole(world.people["wang"], Role.APPROVER)
    grant = propose_role(cmd, by=world.by("admin"), house=world.house)
    assert roles(world, "wang") == set()
    for username, answer in (("admin", "second_person_needed"), ("wang", "not_permitted")):
        with pytest.raises(RuleRefused) as error:
            confirm_role(ConfirmRole(grant), by=world.by(username), house=world.house)
        assert refused(error).endswith(answer)
    confirm_role(ConfirmRole(grant), by=world.by("zhao"), house=world.house)
    assert roles(world, "wang") == {Role.APPROVER}
    with pytest.raises(RuleRefused) as error:
        confirm_role(ConfirmRole(grant), by=world.by("zhao"), house=world.house)
    assert refused(error) == "A-15.not_open"


def test_a_15_a_role_that_does_not_sign_counts_at_once(world: World) -> None:
    cmd = ProposeRole(world.people["wang"], Role.AUDITOR)
    propose_role(cmd, by=world.by("admin"), house=world.house)
    assert roles(world, "wang") == {Role.AUDITOR}


def test_a_role_is_held_once(world: World) -> None:
    cmd = ProposeRole(world.people["chen"], Role.AUTHOR)
    with pytest.raises(RuleRefused) as error:
        propose_role(cmd, by=world.by("admin"), house=world.house)
    assert refused(error) == "A-15.already_held"


def test_a_15_a_role_taken_back_is_gone_at_once(world: World) -> None:
    with world.house.uow.read() as session:
        grants = {(one.person_id, one.role): one.id for one in session.scalars(select(RoleGrant))}
    cmd = RevokeRole(grants[world.people["chen"], Role.AUTHOR])
    revoke_role(cmd, by=world.by("zhao"), house=world.house)
    assert Role.AUTHOR not in roles(world, "chen")
    last = RevokeRole(grants[world.people["admin"], Role.ADMINISTRATOR])
    with pytest.raises(RuleRefused) as error:
        revoke_role(last, by=world.by("zhao"), house=world.house)
    assert refused(error) == "A-15.last_administrator"


def test_a_closed_account_gets_no_role_and_keeps_its_history(world: World) -> None:
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    cmd = ProposeRole(world.people["wang"], Role.AUDITOR)
    with pytest.raises(RuleRefused) as error:
        propose_role(cmd, by=world.by("admin"), house=world.house)
    assert refused(error) == "A-15.already_disabled"
    assert person(world, world.people["wang"]).name == "王强"


@pytest.mark.parametrize("missing", [DisablePerson(uuid4()), ConfirmReset(uuid4())])
def test_nobody_is_not_found(world: World, missing: DisablePerson | ConfirmReset) -> None:
    case = disable_person if isinstance(missing, DisablePerson) else confirm_reset
    with pytest.raises(NotFound):
        case(missing, by=world.by("admin"), house=world.house)  # type: ignore[operator]


def test_a_15_no_use_case_sets_the_password_of_another(world: World) -> None:
    # A new use case that writes passwords must be looked at with this rule in mind.
    writes = {name for name in registry() if "password" in name or "link" in name}
    assert writes == {"reset_password", "store_password", "use_link"}


def test_o_1_a_unit_has_a_code_of_its_own(world: World) -> None:
    parent = world.units["ZH"]
    add_unit(AddUnit(" cg ", "采购部", parent), by=world.by("admin"), house=world.house)
    for code_typed, name, answer in (
        ("CG", "别的", "O-1.code_taken"),
        ("采购", "采购", "O-1.code_unfit"),
        ("C-1", "采购", "O-1.code_unfit"),
        ("XX", " ", "O-1.name_unfit"),
    ):
        cmd = AddUnit(code_typed, name, parent)
        with pytest.raises(RuleRefused) as error:
            add_unit(cmd, by=world.by("admin"), house=world.house)
        assert refused(error) == answer
