"""Which rules of a company are controlled data, and what each kind promises; a kind registers here (V-2).

A kind is plain functions over its content, which is what canonical JSON can hold. The mechanism around it
(draft, approval, effective instant, history, comparison) is one for all: see `controlled`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from docctl.domain import class_text, request_content, watch_content
from docctl.domain.authority import authority_of, may_stand
from docctl.domain.authority_content import check_authority, shipped_authority
from docctl.domain.authority_text import (
    COLUMNS,
    HEADS,
    lines_of_authority,
    of_rows,
    read_authority,
    rows_of,
    say_authority,
    write_authority,
)
from docctl.domain.calendar_content import (
    check_calendar,
    lines_of_calendar,
    read_calendar,
    shipped_calendar,
    write_calendar,
)
from docctl.domain.check_content import (
    check_checks,
    lines_of_checks,
    may_check,
    read_checks,
    say_checks,
    shipped_checks,
    write_checks,
)
from docctl.domain.class_content import check_classes, shipped_classes
from docctl.domain.header_content import (
    check_headers,
    lines_of_headers,
    read_headers,
    say_headers,
    shipped_headers,
    write_headers,
)
from docctl.domain.label_content import (
    check_labels,
    lines_of_labels,
    read_labels,
    say_labels,
    shipped_labels,
    write_labels,
)
from docctl.domain.number_content import (
    check_numbers,
    lines_of_numbers,
    read_numbers,
    shipped_numbers,
    write_numbers,
)
from docctl.domain.number_text import say
from docctl.domain.route_content import check_routes, shipped_routes
from docctl.domain.route_text import lines_of_routes, read_routes, write_routes
from docctl.domain.route_walks import may_walk
from docctl.domain.routes import Company, routes_of
from docctl.domain.synonym_content import (
    check_synonyms,
    lines_of_synonyms,
    read_synonyms,
    shipped_synonyms,
    write_synonyms,
)
from docctl.domain.verdicts import NotFound, Verdict

#: Content of a setting: what `canonical` writes without loss.
Content = Mapping[str, Any]


class Widget(StrEnum):
    """How a field of an editor is typed."""

    WEEKDAYS = "weekdays"
    LINE = "line"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class EditorField:
    """A field of a kind's editor; a field that is not `needed` may stay empty."""

    name: str
    widget: Widget
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A content as rows: its columns with the words over them, rows out of it and back again."""

    columns: tuple[str, ...]
    heads: Mapping[str, str]
    rows: Callable[[Content], Sequence[Sequence[str]]]
    read: Callable[[Iterable[Sequence[str]]], Content]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of controlled setting. Functions that read raise RuleRefused with the `field` concerned.

    `check` turns anything into canonical content or refuses it; `read` does so with typed text by field, and
    `write` is its inverse. `lines` says the content as field → line → words, for comparing two revisions.
    `say` puts typed text into the words of a language; `read` understands those of all.
    """

    name: str
    fields: tuple[EditorField, ...]
    shipped: Callable[[], Content]
    check: Callable[[object], Content]
    read: Callable[[Mapping[str, str]], Content]
    write: Callable[[Content], Mapping[str, str]]
    lines: Callable[[Content], Mapping[str, Mapping[str, str]]]
    say: Callable[[str, str], str] = lambda text, _language: text
    #: Of a content that names people and units: whether it fits the company as it is now.
    within: Callable[[Content, Company], Verdict] | None = None
    #: Of a content that is a table: how it goes into rows of a sheet and comes out of them.
    sheet: Sheet | None = None


KINDS: Final[Mapping[str, Kind]] = {
    one.name: one
    for one in (
        Kind(
            "calendar",
            (
                EditorField("week", Widget.WEEKDAYS, needed=True),
                EditorField("hours", Widget.LINES, needed=True),
                EditorField("own_days_off", Widget.LINES),
                EditorField("own_working_days", Widget.LINES),
                EditorField("announced", Widget.LINE),
                EditorField("days_off", Widget.LINES),
                EditorField("make_up_days", Widget.LINES),
            ),
            shipped_calendar,
            check_calendar,
            read_calendar,
            write_calendar,
            lines_of_calendar,
        ),
        Kind(
            "routes",
            (EditorField("routes", Widget.LINES, needed=True),),
            shipped_routes,
            check_routes,
            read_routes,
            write_routes,
            lines_of_routes,
            within=lambda content, company: may_walk(routes_of(content), company),
        ),
        Kind(
            "authority",
            (EditorField("lines", Widget.LINES),),
            shipped_authority,
            check_authority,
            read_authority,
            write_authority,
            lines_of_authority,
            say_authority,
            within=lambda content, company: may_stand(authority_of(content), company),
            sheet=Sheet(COLUMNS, HEADS, rows_of, of_rows),
        ),
        Kind(
            "synonyms",
            (EditorField("sets", Widget.LINES),),
            shipped_synonyms,
            check_synonyms,
            read_synonyms,
            write_synonyms,
            lines_of_synonyms,
        ),
        Kind(
            "numbers",
            (
                EditorField("schemes", Widget.LINES, needed=True),
                EditorField("types", Widget.LINES, needed=True),
            ),
            shipped_numbers,
            check_numbers,
            read_numbers,
            write_numbers,
            lines_of_numbers,
            say,
        ),
        Kind(
            "labels",
            (
                EditorField("schemes", Widget.LINES, needed=True),
                EditorField("types", Widget.LINES, needed=True),
            ),
            shipped_labels,
            check_labels,
            read_labels,
            write_labels,
            lines_of_labels,
            say_labels,
        ),
        Kind(
            "checks",
            (
                EditorField("checks", Widget.LINES, needed=True),
                EditorField("words_zh", Widget.LINES),
                EditorField("words_en", Widget.LINES),
                EditorField("without", Widget.LINE),
            ),
            shipped_checks,
            check_checks,
            read_checks,
            write_checks,
            lines_of_checks,
            say_checks,
            within=may_check,
        ),
        Kind(
            "headers",
            (EditorField("blocks", Widget.LINES),),
            shipped_headers,
            check_headers,
            read_headers,
            write_headers,
            lines_of_headers,
            say_headers,
        ),
        Kind(
            "classes",
            (EditorField("classes", Widget.LINES, needed=True),),
            shipped_classes,
            check_classes,
            class_text.read_classes,
            class_text.write_classes,
            class_text.lines_of_classes,
            class_text.say_classes,
            sheet=Sheet(class_text.COLUMNS, class_text.HEADS, class_text.rows_of, class_text.of_rows),
        ),
        Kind(
            "requests",
            (EditorField("types", Widget.LINES),),
            request_content.shipped_requests,
            request_content.check_requests,
            request_content.read_requests,
            request_content.write_requests,
            request_content.lines_of_requests,
        ),
        Kind(
            "watchers",
            (EditorField("lines", Widget.LINES),),
            watch_content.shipped_watchers,
            watch_content.check_watchers,
            watch_content.read_watchers,
            watch_content.write_watchers,
            watch_content.lines_of_watchers,
            within=watch_content.may_watch,
        ),
    )
}


def kind_named(name: str) -> Kind:
    """Return a kind; raise NotFound for none of that name."""
    if name not in KINDS:
        raise NotFound("setting")
    return KINDS[name]


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of a field that one revision has and the other has not, or says otherwise; "" for nothing."""

    field: str
    line: str
    old: str
    new: str


def differences(kind: Kind, old: Content, new: Content) -> tuple[Difference, ...]:
    """Return what changed from one content to another, in the order of the fields (V-2)."""
    before, after = kind.lines(old), kind.lines(new)
    return tuple(
        Difference(one.name, line, before[one.name].get(line, ""), after[one.name].get(line, ""))
        for one in kind.fields
        for line in sorted(before[one.name].keys() | after[one.name].keys())
        if before[one.name].get(line) != after[one.name].get(line)
    )
