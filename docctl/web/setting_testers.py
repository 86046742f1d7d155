"""What tries a revision of a controlled setting out, by its kind; beside its page and its editor (V-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from docctl.domain.setting_kinds import Content
from docctl.queries.controlled import SettingPage
from docctl.web import calendar_tester
from docctl.web.authority_tester import weighed
from docctl.web.check_tester import tried
from docctl.web.class_tester import counted
from docctl.web.header_tester import previewed
from docctl.web.number_tester import tested_labels, tested_numbers
from docctl.web.route_tester import routed
from docctl.web.synonym_tester import widened

_OF_CONTENT: Final[Mapping[str, Callable[[Content], object]]] = {
    "calendar": calendar_tester.tested,
    "routes": routed,
    "authority": weighed,
    "synonyms": widened,
    "numbers": tested_numbers,
    "labels": tested_labels,
    "headers": previewed,
}
#: Those that ask for more than the content.
_OF_PAGE: Final[Mapping[str, Callable[[SettingPage], object]]] = {"checks": tried, "classes": counted}


def tested(kind: str, page: SettingPage) -> object:
    """Return what the tester of a kind shows; None where its content says all, as `requests` does."""
    if (of_page := _OF_PAGE.get(kind)) is not None:
        return of_page(page)
    tester = _OF_CONTENT.get(kind)
    return tester(page.content) if tester is not None else None
