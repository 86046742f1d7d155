"""The parts of pages: what they say to ears as well as eyes, and what they never let through."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader
from lxml import html

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<script>alert(1)</script>\"'"
SHELL = {
    "nav": [("inbox", "/", True, 7), ("documents", "/documents", False, None)]
    + [(key, f"/{key}", False, None) for key in ("records", "search", "retention", "people")],
    "person": SimpleNamespace(name="陈静", unit="品质部", roles=["文控"]),
    "language": "zh_Hans",
    "languages": ["zh_Hans", "en"],
    "csrf_token": "token",
    "demo": True,
    "company": "示例公司",
    "now": "2026-11-20 10:21",
    "flashes": [("done", HOSTILE)],
}


def words(language: str) -> dict[str, object]:
    path = ROOT / "docctl" / "translations" / language / "shell.toml"
    return {"shell": tomllib.loads(path.read_text("utf-8"))}


@cache
def pages(language: str) -> Environment:
    """Return the templates in one language; each is compiled once for all tests."""
    table = words(language)

    def t(key: str, **params: object) -> str:
        found: object = table
        for part in key.split("."):
            assert isinstance(found, dict)
            found = found[part]
        if isinstance(found, dict):
            found = found["one" if params.get("count") == 1 else "other"]
        return str(found).format(**params)

    made = Environment(autoescape=True, loader=FileSystemLoader(ROOT / "templates" / "pages"))
    made.globals["t"] = t
    made.globals["url_for"] = lambda _, filename: f"/static/{filename}"
    return made


def render(source: str, language: str = "zh_Hans", **values: object) -> html.HtmlElement:
    request = SimpleNamespace(full_path="/documents?")
    context = {"shell": SHELL | {"language": language}, "request": request, **values}
    imports = """
    {% from "macros/parts.html" import state, when, correction with context %}
    {% from "macros/parts.html" import snippet, progress with context %}
    {% from "macros/item.html" import head, action, facts with context %}
    {% from "macros/notices.html" import notice, banner, stamp with context %}
    {% from "macros/timeline.html" import timeline with context %}
    {% from "macros/register.html" import register, cards, chips with context %}
    {% from "macros/sign.html" import sign_sheet with context %}
    {% import "macros/form.html" as f with context %}"""
    before = "" if source.startswith("{% extends") else imports
    return html.fromstring(
        f"{'' if not before else '<div>'}"
        + pages(language).from_string(before + source).render(**context)
        + ("</div>" if before else "")
    )


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


COLUMNS = [
    {"key": "number", "label": "编号", "sort": "?sort=number", "order": "asc"},
    {"key": "title", "label": "名称", "kind": "title"},
    {"key": "state", "label": "状态", "kind": "state"},
    {"key": "on", "label": "生效日期", "kind": "date"},
]


def row(**cells: object) -> dict[str, object]:
    return {"id": 1, "href": "/documents/1", "cells": {"number": "QP-04", **cells}}


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_page_names_its_language_and_has_one_way_to_the_content(language: str) -> None:
    page = render('{% extends "base.html" %}{% block content %}<h1>文件</h1>{% endblock %}', language)
    assert page.get("lang") == language.replace("_", "-")
    assert page.cssselect("a.skip")[0].get("href") == "#main"
    assert len(page.cssselect("main#main")) == 1
    assert page.cssselect("form[role=search] input[name=q]")


def test_a_page_marks_where_one_is_and_carries_the_token_in_every_post() -> None:
    page = render('{% extends "base.html" %}')
    assert [text(a) for a in page.cssselect(".side [aria-current=page]")] == ["待办7"]
    for form in page.cssselect("form[method=post]"):
        assert form.cssselect("[name=csrf_token]")[0].get("value") == "token"


def test_the_bar_of_a_phone_has_four_places_and_more() -> None:
    page = render('{% extends "base.html" %}')
    assert len(page.cssselect(".bottom > a")) == 4
    assert len(page.cssselect(".bottom > details .more-sheet > a")) == 2


def test_a_demo_says_so_on_screen_and_on_paper() -> None:
    page = render('{% extends "base.html" %}')
    assert "演示" in text(page.cssselect(".ribbon")[0])
    assert "演示" in text(page.cssselect(".print-head")[0])


def test_what_was_typed_is_never_markup() -> None:
    page = render('{% extends "base.html" %}{% block content %}{{ value }}{% endblock %}', value=HOSTILE)
    assert not page.cssselect("main script")
    part = render(
        "{{ f.text('a', value, value, error=value, help=value) }}{{ head(value, value, none, [value]) }}",
        value=HOSTILE,
    )
    assert not part.cssselect("script")
    assert part.cssselect("#f-a")[0].get("value") == HOSTILE


def test_a_refused_action_is_shown_disabled_with_reason_and_rule() -> None:
    refused = SimpleNamespace(sentence="编制人不能批准自己的文件", rule="A-2")
    page = render("{{ action('批准', post='/x', refused=refused) }}", refused=refused)
    button = page.cssselect("button")[0]
    assert button.get("aria-disabled") == "true"
    assert button.get("type") == "button"
    assert not page.cssselect("form")
    reason = page.cssselect(f"[id='{button.get('aria-describedby')}']")[0]
    assert text(reason) == "不能批准：编制人不能批准自己的文件A-2"


def test_an_action_that_changes_something_is_a_post_with_its_request_id() -> None:
    page = render("{{ action('发起修订', post='/x', request_id='r1', row_version=3) }}")
    fields = {i.get("name"): i.get("value") for i in page.cssselect("form[method=post] input")}
    assert fields == {"csrf_token": "token", "request_id": "r1", "row_version": "3"}


@pytest.mark.parametrize(
    "field",
    [
        "f.text('a', 'A', error='写上', help='印在封面')",
        "f.textarea('a', 'A', error='写上', help='印在封面')",
        "f.date('a', 'A', error='写上', help='印在封面')",
        "f.select('a', 'A', [('1', '一')], error='写上', help='印在封面')",
        "f.radio('a', 'A', [('1', '一')], error='写上', help='印在封面')",
        "f.checkbox('a', 'A', error='写上', help='印在封面')",
        "f.file('a', 'A', error='写上', help='印在封面')",
        "f.password('a', 'A', error='写上', help='印在封面')",
    ],
    ids=lambda field: field.split("(")[0],
)
def test_a_field_tells_its_help_and_its_error(field: str) -> None:
    page = render("{{ f.error_summary([('a', '写上')]) }}{{ " + field + " }}")
    described = page.cssselect("[aria-describedby]")[0]
    assert described.get("aria-invalid") == "true"
    told = [page.get_element_by_id(one) for one in described.get("aria-describedby").split()]
    assert [text(one).removeprefix("有误：") for one in told] == ["印在封面", "写上"]
    target = page.cssselect(".error-summary a")[0].get("href").removeprefix("#")
    assert page.get_element_by_id(target) is not None


def test_what_was_typed_stays_in_the_field() -> None:
    page = render(
        "{{ f.text('a', 'A', 'x y') }}{{ f.textarea('b', 'B', value) }}"
        "{{ f.select('c', 'C', [(1, '一'), (2, '二')], '2') }}",
        value="\n一\n二",
    )
    assert page.cssselect("#f-a")[0].get("value") == "x y"
    assert page.cssselect("#f-b")[0].value.strip() == "一\n二"
    assert [text(o) for o in page.cssselect("option[selected]")] == ["二"]


def test_a_password_never_comes_back() -> None:
    assert render("{{ f.password('a', 'A') }}").cssselect("#f-a")[0].get("value") is None


def test_a_staged_file_stays_with_the_form() -> None:
    page = render(
        "{{ f.file('content', '正文', staged=file) }}",
        file={"id": "u1", "name": "a.docx", "size": 1200},
    )
    assert page.cssselect("[name=content_id]")[0].get("value") == "u1"
    assert "a.docx" in text(page)


def test_c_1_a_correction_shows_old_new_who_when_and_why() -> None:
    page = render("{{ correction('12', '21', '李', on, '笔误') }}", on=date(2024, 5, 10))
    assert text(page.cssselect("del")[0]) == "12"
    assert text(page.cssselect("ins")[0]) == "21"
    assert page.cssselect(".fix")[0].get("title") == "笔误"
    assert "李 2024-05-10" in text(page)
    assert "原因：笔误" in text(page)


def test_a_time_shows_its_zone_on_hover() -> None:
    at = datetime(2026, 11, 20, 9, 5, tzinfo=timezone(timedelta(hours=8)))
    time = render("{{ when(at) }}", at=at).cssselect("time")[0]
    assert text(time) == "2026-11-20 09:05"
    assert time.get("title") == "2026-11-20 09:05:00 UTC+0800"


def test_a_register_leads_to_each_item_and_counts_exactly() -> None:
    page = render(
        "{{ register(columns, rows, page) }}",
        columns=COLUMNS,
        rows=[
            row(title="记录控制程序", state="in_force", on=date(2025, 3, 1)),
            row(state=("late", "已逾期 2 天")),
        ],
        page={"first": 51, "last": 100, "total": 218, "previous": "?page=1", "next": None},
    )
    assert page.cssselect("tbody tr a.row-link")[0].get("href") == "/documents/1"
    assert page.cssselect("th[aria-sort=ascending] a")[0].get("href") == "?sort=number"
    assert "第 51–100 项，共 218 项" in text(page)
    assert "已逾期 2 天" in text(page)
    assert page.cssselect("td.none.k-title")
    assert len(page.cssselect("a[rel=prev]")) == 1
    assert not page.cssselect("a[rel=next]")


def test_a_selecting_register_posts_ids_with_the_token() -> None:
    page = render(
        "{{ register(columns, rows, select=true, bulk=[('列入清册', '/lists')], request_id='r') }}",
        columns=COLUMNS,
        rows=[row()],
    )
    assert page.cssselect("form input[name=ids]")[0].get("value") == "1"
    assert page.cssselect("form [name=csrf_token]")
    assert page.cssselect("button[formaction='/lists']")


def test_an_empty_register_says_why_and_what_next() -> None:
    page = render(
        "{{ register(columns, [], none, empty='还没有文件。', empty_href='/new', empty_label='新建文件') }}",
        columns=COLUMNS,
    )
    assert text(page.cssselect(".empty p")[0]) == "还没有文件。"
    assert page.cssselect(".empty a")[0].get("href") == "/new"
    assert not page.cssselect("table")


def test_rows_may_be_written_by_the_page() -> None:
    page = render(
        "{% call(row) register(columns, rows) %}<td>{{ row.href }}</td>{% endcall %}",
        columns=COLUMNS,
        rows=[row()],
    )
    assert text(page.cssselect("tbody")[0]) == "/documents/1"


def test_the_timeline_links_each_entry_and_marks_signatures() -> None:
    page = render(
        "{{ timeline(entries) }}",
        entries=[
            {"id": 9, "who": "赵敏", "verb": "批准", "at": "2025-02-24 16:02", "signed": True},
            {
                "id": 8,
                "who": "陈静",
                "verb": "改了",
                "at": "2025-02-20",
                "changes": [("部门", "行政部", "品质部"), ("范围", None, "全部")],
            },
        ],
    )
    assert page.cssselect("#e9.signed a[href='#e9']")
    assert "已签名" in text(page.cssselect("#e9")[0])
    assert [text(d) for d in page.cssselect("#e8 del")] == ["行政部"]
    assert [text(d) for d in page.cssselect("#e8 ins")] == ["品质部", "全部"]


def test_a_signature_sheet_shows_what_is_signed_and_its_meaning() -> None:
    page = render(
        "{{ sign_sheet('/sign', '批准', [('文件', 'QP-04 B/1')], '批准', '批准并签名',"
        " hash='ab' * 32, request_id='r', row_version=2, password_error='密码不对。') }}"
    )
    shown = text(page)
    for part in ("QP-04 B/1", "签名含义", "陈静", "ab" * 32, "密码不对。"):
        assert part in shown
    visible = [i for i in page.cssselect("input") if i.get("type") != "hidden"]
    assert [i.get("name") for i in visible] == ["password"]


def test_v_4_obsolete_is_said_in_words_not_in_colour_alone() -> None:
    page = render("{{ banner('superseded') }}{{ stamp('superseded') }}{{ state('superseded') }}")
    assert all("作废" in text(part) for part in page.cssselect(".banner, .stamp, .state"))


def test_progress_has_words_and_says_that_one_may_leave() -> None:
    page = render("{{ progress('正在销毁第 12 件，共 38 件', 31, '/poll') }}")
    assert page.cssselect("[data-poll-url='/poll'] progress[value='31']")
    assert "可以离开本页" in text(page)


def test_hits_are_marked_and_their_text_is_text() -> None:
    page = render("{{ snippet([('a<b>', false), ('检验', true)]) }}")
    assert [text(m) for m in page.cssselect("mark")] == ["检验"]
    assert not page.cssselect("b")
