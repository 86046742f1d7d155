"""How the table of permissions decides; the mechanism, not a copy of the table (X-1, X-3)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import pytest

from docctl.domain import permissions
from docctl.domain.permissions import (
    OPERATOR,
    PERMISSIONS,
    Actor,
    Facts,
    allows,
    authorise,
    why_not,
)
from docctl.domain.roles import Role
from docctl.domain.verdicts import NotFound, RuleRefused

UNIT, OTHER = uuid4(), uuid4()
NOBODY = Actor(person_id=None, name="")
STAFF = Actor(person_id=uuid4(), name="王强", unit_id=UNIT)


def with_role(role: Role, unit: object = None) -> Actor:
    return Actor(person_id=uuid4(), name="x", unit_id=UNIT, roles=frozenset({(role, unit)}))  # type: ignore[arg-type]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Mapping[str, object] = {
        "either": ((permissions.author,), (permissions.leader, permissions.own_unit)),
        "never": (),
        "always": ((),),
    }
    monkeypatch.setattr(permissions, "PERMISSIONS", made)


@pytest.mark.usefixtures("table")
def test_x_1_what_is_absent_is_denied() -> None:
    for actor in (OPERATOR, STAFF, with_role(Role.ADMINISTRATOR)):
        assert not allows(actor, "unknown", Facts())
        assert not allows(actor, "never", Facts())


@pytest.mark.usefixtures("table")
def test_x_1_one_alternative_is_enough_and_all_of_it_must_hold() -> None:
    assert allows(with_role(Role.AUTHOR), "either", Facts())
    assert allows(with_role(Role.LEADER), "either", Facts(unit_id=UNIT))
    assert not allows(with_role(Role.LEADER), "either", Facts(unit_id=OTHER))
    assert not allows(STAFF, "either", Facts(unit_id=UNIT))


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("facts", [Facts(), Facts(visible=False, insider=True)], ids=["visible", "insider"])
def test_x_3_what_is_seen_is_refused_with_the_rule(facts: Facts) -> None:
    with pytest.raises(RuleRefused) as error:
        authorise(STAFF, "either", facts)
    assert error.value.refused.key == "X-1.not_permitted"
    assert error.value.refused.params == {"permission": "either"}


@pytest.mark.usefixtures("table")
def test_x_3_what_is_not_seen_is_not_there() -> None:
    with pytest.raises(NotFound):
        authorise(STAFF, "either", Facts(visible=False, published=True))
    authorise(with_role(Role.AUTHOR), "either", Facts(visible=False))  # what is allowed is seen


@pytest.mark.usefixtures("table")
def test_x_1_a_button_tells_what_the_use_case_would_answer() -> None:
    refused = why_not(STAFF, "either", Facts())
    assert refused is not None
    assert refused.key == "X-1.not_permitted"
    assert why_not(with_role(Role.AUTHOR), "either", Facts()) is None


def test_a_role_for_a_unit_holds_there_and_one_for_the_company_everywhere() -> None:
    scoped, whole = with_role(Role.KEEPER, UNIT), with_role(Role.KEEPER)
    assert [scoped.has(Role.KEEPER, unit) for unit in (UNIT, OTHER, None)] == [True, False, False]
    assert [whole.has(Role.KEEPER, unit) for unit in (UNIT, OTHER, None)] == [True, True, True]


@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_predicate(role: Role) -> None:
    predicate = permissions.holds(role)
    assert predicate(with_role(role), Facts())
    assert not predicate(STAFF, Facts())
    assert predicate.__name__ == role.value


def test_nobody_is_no_author_and_no_assignee_of_anything() -> None:
    nothing = Facts(author_id=None, unit_id=None)
    unknown = Actor(person_id=None, name="", unit_id=None)
    assert not permissions.is_author(unknown, nothing)
    assert not permissions.own_unit(unknown, nothing)
    assert not permissions.is_assigned(unknown, nothing)
    assert not permissions.signed_in(unknown, nothing)


def test_predicates_hold_for_the_person_concerned_and_for_nobody_else() -> None:
    person = STAFF.person_id
    assert person is not None
    other = with_role(Role.AUTHOR)
    for predicate, facts in (
        (permissions.is_author, Facts(author_id=person)),
        (permissions.is_assigned, Facts(assignees=frozenset({person}))),
    ):
        assert predicate(STAFF, facts)
        assert not predicate(other, facts)
    assert permissions.signs(other, Facts())
    assert not permissions.signs(with_role(Role.AUDITOR), Facts())
    assert permissions.visible(STAFF, Facts()) is True
    assert permissions.visible(STAFF, Facts(visible=False)) is False
    assert permissions.published(STAFF, Facts(published=True))
    assert permissions.insider(STAFF, Facts(insider=True))


def test_x_1_nobody_without_an_account_may_do_anything() -> None:
    everything = Facts(visible=False, published=False, insider=False)
    assert [name for name in PERMISSIONS if allows(NOBODY, name, everything)] == []


def test_x_1_an_administrator_gets_no_rule_bypassed() -> None:
    admin = with_role(Role.ADMINISTRATOR)
    signing = [name for name in PERMISSIONS if name.split(".")[0] in {"revision", "disposal", "hold"}]
    hidden = Facts(visible=False)
    assert [name for name in signing if allows(admin, name, hidden)] == []
