"""The tester beside the retention classes: how long is this kept, why, and what is prolonged (R-1, R-3)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import request

from docctl.domain.class_content import schedule_of
from docctl.domain.lifecycle import Computed, SettingStatus
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.i18n import Explained
from docctl.queries.class_tester import Impacts, KeptSo, impacts, kept_by_code, kept_by_form
from docctl.queries.controlled import SettingPage
from docctl.queries.explanation import because_in_words
from docctl.web.context import actor, explain, house, may, words

_NAMES: Final = ("class", "form", "on")
_LONGEST: Final = 100
#: States of a revision that says, or may yet say, how long what runs is kept.
_COUNTED: Final = frozenset(
    {
        SettingStatus.DRAFT.value,
        SettingStatus.IN_REVIEW.value,
        Computed.WAITING.value,
        Computed.IN_FORCE.value,
    }
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was asked, what may be chosen, what came of it, or why nothing did; what the revision prolongs."""

    typed: Mapping[str, str]
    choices: tuple[tuple[str, str], ...]
    found: KeptSo | None
    sentences: tuple[str, ...]
    problem: Explained | None
    is_missing: bool
    impacts: Impacts | None
    is_in_force: bool


def counted(page: SettingPage) -> Counted:
    """Answer what the address asks, by the classes of a revision (R-1, R-10)."""
    home, today = house(), house().today()
    typed = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    typed["on"] = typed["on"] or today.isoformat()
    found, problem, is_missing = None, None, False
    with home.uow.read() as session:
        prolonged = impacts(session, page.content, home.zone) if _may_count(page) else None
        try:
            day = date.fromisoformat(typed["on"])
            if typed["form"]:
                found = kept_by_form(session, actor(), page.content, typed["form"], day, home.clock())
            elif typed["class"]:
                found = kept_by_code(page.content, typed["class"], day)
        except ValueError:
            problem = explain(Refused("form", "no_date"))
        except RuleRefused as error:
            problem = explain(error.refused)
        except NotFound:
            is_missing = True
    return Counted(
        typed,
        tuple((one.cls.code, one.cls.name) for one in schedule_of(page.content)),
        found,
        tuple(because_in_words(found.because, words())) if found else (),
        problem,
        is_missing,
        prolonged,
        page.shown.ordinal == page.in_force,
    )


def _may_count(page: SettingPage) -> bool:
    """Say whether to count: for those who decide on classes, and a revision that is not over (X-3)."""
    return page.shown.state in _COUNTED and (may("settings.propose") or may("settings.approve"))
