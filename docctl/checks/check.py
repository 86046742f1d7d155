"""What a check of the installation is: a name, a function, and how grave each answer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from docctl.config import Settings
from docctl.queries.followers import Followers, followers
from docctl.services.house import House


class Grade(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass
class Bench:
    """What checks look at; the state of the followers is read once for all of them."""

    house: House
    settings: Settings
    _state: Followers | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    @property
    def state(self) -> Followers:
        """What waits, what fails and since when."""
        if self._state is None:
            house = self.house
            with house.uow.read() as session:
                self._state = followers(session, at=house.clock(), every=house.scrub_every)
        return self._state


#: The code of a check that broke.
FAILED_ITSELF: Final = "failed"

#: A code of the check's answers, and the values that its sentence shows.
Said = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the page; its sentences stand under `doctor.says.<name>.<code>` and `doctor.todo`.

    `answers` grades each code that `look` may return. Whatever `look` raises is `FAILED_ITSELF`.
    """

    name: str
    look: Callable[[Bench], Said]
    answers: Mapping[str, Grade]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    name: str
    code: str
    grade: Grade
    params: Mapping[str, Any]


def find(check: Check, bench: Bench) -> Finding:
    """Return what a check finds; one that breaks is itself a finding, and stops no other."""
    try:
        code, params = check.look(bench)
    except Exception as error:  # noqa: BLE001  # the page is for when things are broken
        return Finding(check.name, FAILED_ITSELF, Grade.WRONG, {"error": type(error).__name__})
    return Finding(check.name, code, check.answers[code], params)
