"""How typed fields become values, and how a refused form comes back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Blueprint, Response, jsonify
from jinja2 import ChoiceLoader, DictLoader
from lxml import html
from werkzeug.datastructures import MultiDict

import docctl.app
from docctl.config import Settings
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused
from docctl.i18n import Translator, UnknownKey
from docctl.services.house import House
from docctl.web.context import requires
from docctl.web.fields import UploadField, read_fields
from docctl.web.forms import form
from tests.web.browser import Browser, browser, words_of
from tests.world import World, docx_bytes

ZONE = ZoneInfo("Asia/Shanghai")
ID = UUID("01890000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Everything:
    text: str
    count: int
    on: date
    at: datetime
    item: UUID
    role: Role
    maybe: UUID | None
    words: tuple[str, ...]
    files: UploadField
    ticked: bool
    note: str = "none"
    request_id: str = ""


FULL = {
    "text": " 一\r\n二 ",
    "count": "１２",
    "on": "2026-03-02",
    "at": "2026-03-02T09:30",
    "item": str(ID),
    "role": "leader",
    "maybe": "",
    "words": ["a", "", "b", "a"],
    "files_id": str(ID),
    "ticked": "1",
}


def read(**changed: Any) -> tuple[dict[str, Any], dict[str, str]]:
    values: MultiDict[str, str] = MultiDict({**FULL, **changed})
    found, problems = read_fields(Everything, values, zone=ZONE)
    return found, {name: one.code for name, one in problems.items()}


def test_every_kind_of_field_is_read() -> None:
    found, problems = read()
    assert not problems
    assert Everything(**found) == Everything(
        text="一\n二",
        count=12,
        on=date(2026, 3, 2),
        at=datetime(2026, 3, 2, 9, 30, tzinfo=ZONE),
        item=ID,
        role=Role.LEADER,
        maybe=None,
        words=("a", "b"),
        files=(ID,),
        ticked=True,
    )


@pytest.mark.parametrize("text", ["2026-3-2", "2026/03/02", "2026.3.2", "2026年3月2日", "２０２６-０３-０２"])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read(on=text)[0]["on"] == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("text", "   ", "needed"),
        ("text", "a\x00b", "control_characters"),
        ("text", "a\u202eb", "control_characters"),
        ("text", "x" * 20_001, "too_long"),
        ("count", "1.5", "no_number"),
        ("count", "9" * 16, "no_number"),
        ("count", "一", "no_number"),
        ("on", "2026-02-30", "no_date"),
        ("on", "02.03.2026", "no_date"),
        ("on", "0001-01-01", "no_date"),
        ("on", "9999-12-31", "no_date"),
        ("at", "2026-03-02", "no_time"),
        ("at", "2026-03-02T24:00", "no_time"),
        ("item", "x", "no_choice"),
        ("maybe", "x", "no_choice"),
        ("role", "king", "no_choice"),
        ("words", "", "needed"),
        ("files_id", "", "needed"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(field: str, text: str, code: str) -> None:
    assert read(**{field: text})[1] == {field.removesuffix("_id"): code}


def test_all_bad_fields_are_told_at_once() -> None:
    assert set(read(text="", count="x", on="x")[1]) == {"text", "count", "on"}


@dataclass(frozen=True, slots=True)
class Filing:
    title: str
    file: UploadField
    case: str = ""
    password: str = ""
    request_id: str = ""


PAGE = """{% extends "base.html" %}{% import "macros/form.html" as f with context %}{% block content %}
<h1>{{ page }}</h1>{{ f.error_summary(errors) }}
{% call f.form("/filing/7", request_id=request_id, files=true) %}
{{ f.text("title", "名称", typed.title, error=problems.title) }}
{{ f.text("case", "情形", typed.case, error=problems.case) }}
{{ f.file("file", "文件", staged=staged.file, error=problems.file) }}
{{ f.password("password", "密码", error=problems.password) }}
{{ f.buttons("归档") }}{% endcall %}{% endblock %}"""


def refuse(case: str) -> None:
    if case == "beside":
        raise RuleRefused(Refused("A-3", "wrong_password"))
    if case == "above":
        raise RuleRefused(Refused("R-4", "kept_until", {"until": date(2030, 1, 2)}))
    if case == "stale":
        raise Conflict(Refused("request", "changed_meanwhile"))
    if case == "busy":
        raise Conflict(Refused("request", "busy"))
    if case == "gone":
        raise NotFound("item")


@pytest.fixture
def filing(settings: Settings, house: House, world: World, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Return a signed-in browser on an application with one form of every kind of refusal."""
    bp = Blueprint("filing", __name__)

    @bp.route("/filing/<int:number>", methods=["GET", "POST"])
    @requires("upload.stage")
    @form("filing.html", Filing, page=lambda number: f"第 {number} 件", beside={"A-3": "password"})
    def file_it(typed: Filing, number: int) -> Response:
        refuse(typed.case)
        return jsonify(title=typed.title, files=[str(one) for one in typed.file], number=number)

    usual = docctl.app.register_blueprints

    def with_filing(app: Any) -> None:
        usual(app)
        app.register_blueprint(bp)

    monkeypatch.setattr(docctl.app, "register_blueprints", with_filing)
    app = docctl.app.create_app(settings, house)
    loader = app.jinja_env.loader
    assert loader is not None
    app.jinja_env.loader = ChoiceLoader([loader, DictLoader({"filing.html": PAGE})])
    client = browser(app)
    client.sign_in("chen")
    return client


def attached() -> tuple[io.BytesIO, str]:
    return io.BytesIO(docx_bytes("目的")), "程序.docx"


def test_a_form_brings_its_file_without_scripts(filing: Browser) -> None:
    answer = filing.submit("/filing/7", {"title": "甲", "file": attached()})
    assert answer.status_code == 200, words_of(answer)
    assert answer.json is not None
    assert answer.json["number"] == 7
    assert len(answer.json["files"]) == 1


def test_a_file_is_kept_whatever_else_is_wrong(filing: Browser) -> None:
    answer = filing.submit("/filing/7", {"title": "", "file": attached(), "password": "secret"})
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    kept = page.cssselect("[name=file_id]")[0].get("value")
    assert "程序.docx" in words_of(answer)
    assert "secret" not in answer.text
    data = {one.get("name"): one.get("value") or "" for one in page.cssselect("main input[name]")}
    again = filing.post("/filing/7", data=data | {"title": "甲"})
    assert again.json is not None
    assert again.json["files"] == [kept]


def test_a_file_of_somebody_else_is_not_shown(filing: Browser, world: World) -> None:
    other = world.upload("li")
    answer = filing.submit("/filing/7", {"title": "", "file_id": str(other.upload_id)})
    assert answer.status_code == 422
    assert html.fromstring(answer.text).cssselect("[name=file_id]")[0].get("value") == ""


@pytest.mark.parametrize(
    ("case", "status", "sentence"),
    [
        ("beside", 422, "密码不正确。"),
        ("above", 422, "保存期限至 2030-01-02，在此之前任何人不能销毁。"),
        ("stale", 422, "别人改动了这项内容"),
        ("busy", 503, "系统正忙"),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed(
    filing: Browser, case: str, status: int, sentence: str
) -> None:
    answer = filing.submit("/filing/7", {"title": "甲 <b>", "case": case, "file": attached()})
    assert answer.status_code == status
    assert sentence in words_of(answer)
    page = html.fromstring(answer.text)
    assert page.get_element_by_id("f-title").get("value") == "甲 <b>"
    assert bool(page.cssselect("#e-password")) == (case == "beside")
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_the_request_id_stays_with_a_form_that_comes_back(filing: Browser) -> None:
    first = filing.forms("/filing/7")[0].cssselect("[name=request_id]")[0].get("value")
    answer = filing.submit("/filing/7", {"title": "", "request_id": first})
    again = html.fromstring(answer.text).cssselect("[name=request_id]")[0].get("value")
    assert again == first


def test_x_3_what_is_not_found_has_no_form(filing: Browser) -> None:
    assert filing.submit("/filing/7", {"title": "甲", "case": "gone", "file": attached()}).status_code == 404


def test_a_form_that_says_it_is_too_large_is_not_read(filing: Browser) -> None:
    size = {"CONTENT_LENGTH": str((200 << 20) + (1 << 20) + 1)}
    answer = filing.post("/filing/7", data={"title": "甲"}, environ_overrides=size)
    assert answer.status_code == 413
    assert "最多 200 MB" in words_of(answer)


def test_sentences_show_dates_words_and_plurals() -> None:
    english = Translator("en", zone=ZONE, strict=True)
    assert english.t("shell.form.errors", count=1) == "1 thing to put right:"
    assert english.t("shell.form.errors", count=2) == "2 things to put right:"
    assert english.refusal(Refused("R-4", "kept_until", {"until": date(2030, 1, 2)})).rule == "R-4"
    refused = english.refusal(Refused("A-15", "already_held", {"role": "records_manager"}))
    assert "Records manager" in refused.sentence
    assert english.refusal(Refused("request", "busy")).rule == ""
    with pytest.raises(UnknownKey):
        english.t("no.such.key")
    assert Translator("en").t("no.such.key") == "no.such.key"
