"""Whatever people type or upload stays text: in pages, headers, sheets, queries (F-3, X-2)."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import quote

from lxml import html

from docctl.jobs.wait import settle
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.holds.place import PlaceHold, place_hold
from docctl.services.people.posts import AddPost, add_post
from docctl.services.people.units import AddUnit, add_unit
from tests.cli.terminal import Terminal
from tests.filing import a_form, corrected, filed, row, voided
from tests.security.conftest import token_of
from tests.web.browser import Browser
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
#: One text that would break out of an attribute, a text, a script and a comment.
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>--></title>{{7*7}}${7*7}"

#: Attributes that name an address.
LEADING = {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href"}


def dangers(text: str) -> list[str]:
    """Return what would run in a page: inline scripts, handlers, links to scripts, foreign pictures."""
    page = html.fromstring(text)
    found = [one.text or "" for one in page.iter("script") if not one.get("src")]
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in {"iframe", "object", "embed"}:
            place = element.get("src") or element.get("data") or ""
            found += [] if place.startswith("/") else [str(element.tag)]
        for name, value in ((str(one), str(two)) for one, two in element.attrib.items()):
            plain = value.strip().casefold().replace("\t", "").replace("\n", "")
            leads = name in LEADING and plain.startswith(("javascript:", "vbscript:", "data:text"))
            if name.startswith("on") or name == "style" or leads:
                found.append(f"{name}={value}")
            if name == "src" and not plain.startswith(("/", "data:image/png", "data:image/jpeg")):
                found.append(f"{name}={value}")
    return found


def walked(client: Browser, paths: list[str]) -> list[str]:
    """Open pages and return their texts; nothing in them runs, and no template was filled in twice."""
    texts = []
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in {200, 404, 422}, (path, answer.status_code)
        if answer.mimetype == "text/html":
            assert dangers(answer.text) == [], path
            assert "{{49}}" not in answer.text
            texts.append(answer.text)
    return texts


def test_what_people_write_into_records_never_runs(client: Browser, world: World) -> None:
    form_id = a_form(world, title=f"处理单{EVIL}")
    record = filed(
        world,
        form_id,
        title=EVIL,
        stated_person=EVIL,
        stated_channel=EVIL,
        outside_number=EVIL,
        remarks=EVIL,
        language="zh",
        keys=(("batch", EVIL[:80]),),
        uploads=(world.upload("wang", EVIL.encode(), name="<img src=x onerror=alert(1)>.txt"),),
    )
    corrected(world, record, new=f"{EVIL}2", reason="other", reason_text=EVIL)
    waiting = filed(world, form_id, title=EVIL)
    third = filed(world, form_id, title=EVIL)
    voided(world, third, reason=EVIL)
    hold = place_hold(PlaceHold(EVIL, EVIL, (record,)), by=world.by("zhou"), house=world.house)
    settle(world.house)
    client.sign_in("li")
    paths = ["/", "/records", f"/search?q={quote('onerror')}", f"/records?text={quote(EVIL)}", "/records/new"]
    paths += [f"/records/{one}{more}" for one in (record, waiting, third) for more in ("", "/why")]
    paths += [f"/records/{waiting}/{act}" for act in ("accept", "correct", "sheet", "void")]
    paths += [f"/records/{waiting}/correct?field=title", f"/records/new/{form_id}"]
    texts = walked(client, paths)
    assert sum("onerror=alert(1)&gt;" in one for one in texts) > 8
    client.sign_in("zhou")
    walked(client, ["/retention/holds", f"/retention/holds/{hold}", "/trail", f"/records/{record}?reads=1"])


def test_what_people_write_into_documents_never_runs(client: Browser, world: World) -> None:
    draft = create_document(
        CreateDocument(
            type_id=world.types["procedure"],
            title=EVIL,
            unit_id=world.units["PZ"],
            uploads=(world.upload("chen", name="<svg onload=alert(1)>.docx"),),
            change_reason=EVIL,
            change_basis=EVIL,
        ),
        by=world.by("chen"),
        house=world.house,
    )
    document = world.document_of(draft).id
    world.submitted(draft)
    client.sign_in("ouyang")
    answer = client.submit(f"/documents/revisions/{draft}/return", {"reason": EVIL})
    assert answer.status_code == 303
    settle(world.house)
    client.sign_in("chen")
    paths = ["/", "/documents?state=draft", f"/documents/{document}", f"/documents/{document}/history"]
    paths += ["/documents/numbers", f"/documents?text={quote(EVIL)}", f"/search?q={quote('onerror')}"]
    paths += [f"/documents/revisions/{draft}/{act}" for act in ("edit", "submit", "discard", "copy")]
    assert sum("onerror=alert(1)&gt;" in one for one in walked(client, paths)) > 5


def test_names_of_people_units_and_posts_never_run(client: Browser, world: World) -> None:
    unit = add_unit(
        AddUnit(code="XX", name=EVIL[:60], parent_id=world.units["ZH"]),
        by=world.by("admin"),
        house=world.house,
    )
    add_post(AddPost(unit_id=unit, name=EVIL[:60]), by=world.by("admin"), house=world.house)
    client.sign_in("admin")
    values = {"username": "evil", "name": EVIL[:90], "name_en": EVIL[:90], "unit_id": str(unit)}
    assert client.submit("/people/new", values).status_code == 200
    paths = ["/people", "/people/units", f"/people/units/{unit}", "/trail", "/settings", "/people/new"]
    walked(client, paths)


def test_what_stands_in_an_address_never_runs(client: Browser) -> None:
    client.sign_in("zhou")
    for path in (
        "/search?q={}",
        "/search?q=a&unit={}&type={}&state={}&sort={}&from={}",
        "/documents?text={}&state={}&sort={}&order={}&as_of={}&page={}",
        "/documents/find?number={}",
        "/documents/numbers?text={}&kind={}&state={}",
        "/records?text={}&state={}&sort={}&order={}&year={}&medium={}",
        "/sign-in?next={}",
        "/retention/lists?only={}",
        "/nope/{}",
    ):
        for evil in (
            EVIL,
            "javascript:alert(1)",
            "' OR 1=1 --",
            "%",
            "_",
            "\\",
            "\x00",
            "number; DROP TABLE record",
        ):
            answer = client.get(path.replace("{}", quote(evil, safe="")))
            assert answer.status_code in {200, 303, 404, 422}, evil
            if answer.status_code != 303:
                assert dangers(answer.text) == []


def test_a_title_typed_wrong_comes_back_as_text(client: Browser, world: World) -> None:
    client.sign_in("chen")
    answer = client.submit("/documents/new", {"title": EVIL, "number": EVIL, "change_reason": EVIL})
    assert answer.status_code == 422
    assert dangers(answer.text) == []
    client.sign_out()
    answer = client.submit("/sign-in", {"username": EVIL, "password": "x", "next": EVIL})
    assert answer.status_code == 422
    assert dangers(answer.text) == []


def test_d_7_a_formula_in_an_export_is_a_text(client: Browser, world: World) -> None:
    for number, title in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.test")')):
        world.draft(f"{title}", number=f"QP-6{number}")
    client.sign_in("chen")
    book = zipfile.ZipFile(io.BytesIO(client.get("/documents/export?state=draft").data))
    sheets = [book.read(one).decode() for one in book.namelist() if one.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any("<f>" in one or "<hyperlink" in one for one in sheets)
    assert not any("evil.test" in book.read(one).decode() for one in book.namelist() if one.endswith(".rels"))


def test_s_1_signs_of_a_pattern_are_only_signs(client: Browser, world: World) -> None:
    world.draft("记录控制程序", number="QP-61")
    filed(world, a_form(world))
    client.sign_in("chen")
    for text in ("%", "_", "%%", "\\", "[a-z]", "*", "QP%", "_P-6"):
        for path in ("/documents", "/records", "/documents/numbers"):
            rows = client.page(f"{path}?text={quote(text)}").cssselect("main [data-row]")
            assert len(rows) == 0 or path == "/documents/numbers", path


def test_s_1_an_unknown_column_to_sort_by_is_the_usual_one(client: Browser, world: World) -> None:
    world.issued(world.draft())
    client.sign_in("admin")
    for path in ("/documents", "/records", "/search?q=程序", "/people", "/documents/numbers"):
        joint = "&" if "?" in path else "?"
        for evil in (
            "number;drop table person",
            "(select password_hash from person)",
            "password_hash",
            "__class__",
        ):
            for name in ("sort", "order"):
                answer = client.get(f"{path}{joint}{name}={quote(evil)}")
                assert answer.status_code == 200
                assert "argon2" not in answer.text


def test_5_3_a_path_in_an_address_leads_nowhere(client: Browser) -> None:
    client.sign_in("chen")
    for path in (
        "/static/../config.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/..%5capp.py",
    ):
        assert client.get(path, follow_redirects=True).status_code == 404
    for path in ("//evil.test/x", "/documents//evil.test", "///evil.test"):
        assert "evil.test" not in client.get(path).headers.get("Location", "").split("/x")[0][:24]
    token = token_of(client)
    answer = client.post(
        "/uploads", data={"csrf_token": token, "file": (io.BytesIO(b"text\n"), "/etc/passwd.txt")}
    )
    assert answer.json is not None
    assert answer.json["name"] == "passwd.txt"


def test_signs_that_move_a_terminal_or_turn_a_line_are_not_taken(client: Browser, world: World) -> None:
    client.sign_in("chen")
    for sign in ("\x00", "\x1b", "\x7f", "\x9b", "\x85", "\u202e", "\u2066"):
        values = {"title": "标题", "change_reason": f"新{sign}订", "type_id": str(world.types["procedure"])}
        answer = client.submit("/documents/new", values)
        assert answer.status_code == 422
        assert answer.text.count("e-change_reason") >= 1


def test_a_terminal_is_not_moved_by_what_people_wrote(terminal: Terminal, world: World) -> None:
    record = filed(world, a_form(world), remarks="x\x1b[31m\x9b31m", stated_person="a\x1b]0;b\x07")
    place_hold(PlaceHold("名\x1b[31m", "因\x9b", (record,)), by=world.by("zhou"), house=world.house)
    number = row(world, record).number
    for more in ((), ("--json",)):
        said = terminal.run("records", "show", number, "--as", "li", *more).stdout
        assert number in said
        assert not any(sign in said for sign in "\x1b\x07\x9b")
