"""How passwords are kept: what a stored hash costs, and that nobody's costs the same (A-3)."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from docctl.services.people.passwords import Passwords

CHEAP = {"memory_kib": 64, "passes": 1}


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(**CHEAP)


def test_a_3_a_password_is_kept_as_argon2id_with_19_mib_in_two_passes() -> None:
    found = extract_parameters(Passwords().hash("correct horse 42"))
    assert (found.type.name, found.memory_cost, found.time_cost, found.parallelism) == ("ID", 19456, 2, 1)


@pytest.mark.parametrize("settings", [{}, CHEAP], ids=["as in use", "as in tests"])
def test_a_3_a_person_that_does_not_exist_costs_the_same_check(settings: dict[str, int]) -> None:
    passwords = Passwords(**settings)
    assert extract_parameters(passwords._nobody) == extract_parameters(passwords.hash("correct horse 42"))
    assert not passwords.matches(None, "correct horse 42")


def test_a_3_only_the_right_password_matches(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse 42")
    assert passwords.matches(stored, "correct horse 42")
    assert not passwords.matches(stored, "correct horse 43")
    assert not passwords.matches("no hash at all", "correct horse 42")
