"""Requests that are forged, misshapen, endless or for somebody else (reliability 7, 8)."""

from __future__ import annotations

import io
import json
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from flask import Flask

from docctl.jobs.wait import settle
from docctl.models.content import Upload
from docctl.services.uploads import stage_upload
from tests.filing import a_form, filed, files
from tests.reading.uploads_made import a_zip
from tests.security.conftest import Hidden, addresses, token_of
from tests.web.browser import Browser, without_counts, words_of
from tests.world import PASSWORD, World

HTTPS = "https://docs.example.test"
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


def test_every_form_of_a_real_item_needs_the_token(
    client: Browser, app: Flask, world: World, hidden: Hidden
) -> None:
    client.sign_in("chen")
    ids = {**hidden.draft, **hidden.record, "person_id": world.people["wang"], "unit_id": world.units["SC"]}
    posts = [there for rule, there, _ in addresses(app, ids) if "POST" in (rule.methods or ())]
    posts += [
        one.rule for one in app.url_map.iter_rules() if "POST" in (one.methods or ()) and not one.arguments
    ]
    assert len(posts) > 35
    for path in posts:
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"X-CSRF-Token": "0" * 64}):
            answer = client.post(path, data={"password": PASSWORD}, headers=headers)
            assert answer.status_code == 400, path
    assert client.get("/account").status_code == 200


def test_a_body_of_another_kind_is_no_form(client: Browser) -> None:
    client.sign_in("chen")
    for kind in ("application/json", "text/plain", "application/xml", ""):
        deep = "[" * 100_000 + "]" * 100_000
        body = json.dumps({"csrf_token": token_of(client)})
        for data in (body, deep, "csrf_token=" + token_of(client)):
            answer = client.post("/account/sessions/end-others", data=data, content_type=kind)
            assert answer.status_code == 400


def test_ten_thousand_fields_are_refused_quickly(client: Browser, world: World) -> None:
    client.sign_in("zhou")
    token = token_of(client)
    many = {f"f{number}": "x" for number in range(300)}
    headers = {"X-CSRF-Token": token}
    assert client.post("/uploads", data=many, headers=headers, content_type=MULTIPART).status_code == 413
    same = [("csrf_token", token), *(("ids", str(world.units["SC"])) for _ in range(10_000))]
    other = [("csrf_token", token), *(("ids", str(uuid4())) for _ in range(501))]
    for fields, place in ((same, "/retention/lists/new?ids="), (other, "/retention/due")):
        body = urlencode(fields)
        answer = client.post("/retention/due/propose", data=body, content_type=URLENCODED)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(place)
        assert len(answer.headers["Location"]) < 100
    assert "500" in words_of(client.get("/retention/due"))


def test_a_part_that_is_too_large_is_refused(client: Browser) -> None:
    client.sign_in("chen")
    token = token_of(client)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"a" * (3 << 20) + b"\r\n--x--\r\n"
    )
    answer = client.post(
        "/uploads", data=body, content_type="multipart/form-data; boundary=x", headers={"X-CSRF-Token": token}
    )
    assert answer.status_code == 413


def test_a_broken_upload_is_told_in_words(client: Browser) -> None:
    client.sign_in("chen")
    headers = {"X-CSRF-Token": token_of(client)}
    for body in (
        b"",
        b"--x",
        b"--x\r\n",
        b"--x\r\n\r\n\r\n--x--",
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
    ):
        for boundary in ("; boundary=x", "", "; boundary=" + "x" * 300):
            answer = client.post(
                "/uploads", data=body, content_type=f"multipart/form-data{boundary}", headers=headers
            )
            assert answer.status_code in {400, 413, 422}


ODD = [
    "9999-12-31", "0001-01-01", "0000-00-00", "-1", "0", "99999999999999999999", "1e9", "NaN", "١٢",
    "x" * 3000, "\ud7ff", "%ff", "2026-03-01T00:00:00+23:59", "0001-01-01T00:00",
    "9999-12-31T23:59:59.999999+00:00", "00000000-0000-0000-0000-000000000000", "{}", "\r\nY: y",
]  # fmt: skip
PARAMETERS = {
    "/search": ("q", "unit", "type", "state", "from", "until", "page", "kind", "sort"),
    "/documents": ("text", "type", "unit", "state", "as_of", "page", "sort", "order"),
    "/documents/export": ("as_of", "text", "state"),
    "/documents/numbers": ("text", "kind", "state", "page"),
    "/documents/find": ("number",),
    "/records": ("text", "form", "unit", "class", "filer", "state", "year", "medium", "page"),
    "/retention/due": ("on", "class", "unit", "page"),
    "/retention/lists": ("only", "page"),
    "/retention/lists/new": ("ids", "class", "unit"),
    "/retention/holds": ("lifted", "page"),
    "/retention/holds/new": ("ids",),
    "/trail": ("person", "kind", "item", "from", "until", "before"),
    "/": ("verb", "page"),
}


def test_nonsense_in_an_address_breaks_nothing(
    client: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in("zhou")
    without_counts(monkeypatch)
    for path, names in PARAMETERS.items():
        for odd in ODD:
            text = odd if odd == "%ff" else quote(odd, errors="surrogatepass")
            answer = client.get(f"{path}?" + "&".join(f"{name}={text}" for name in names))
            assert answer.status_code in {200, 303, 404, 422}, odd
            assert "Y" not in answer.headers


def test_nonsense_in_the_address_of_an_item_breaks_nothing(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    revision = world.issued(world.draft())
    client.sign_in("wang")
    for path in (f"/records/{record}", f"/documents/revisions/{revision}"):
        for odd in ODD:
            text = odd if odd == "%ff" else quote(odd)
            answer = client.get(f"{path}?at={text}&before={text}&reads={text}")
            assert answer.status_code == 200, odd


def test_a_search_of_ten_thousand_signs_is_answered_or_refused(client: Browser, world: World) -> None:
    filed(world, a_form(world))
    settle(world.house)
    client.sign_in("wang")
    for text in (
        "划" * 10_000,
        "a " * 5_000,
        '"' * 9_999,
        "(" * 5_000,
        "(a+)+$" * 500,
        "NOT " * 2_000,
        "*:*",
        "a~99999",
    ):
        answer = client.get(f"/search?q={quote(text)}")
        assert answer.status_code in {200, 422}, text[:8]
    many = "&".join(f"unit={number}" for number in range(1000))
    assert client.get(f"/search?q=划伤&{many}").status_code == 200
    ids = ",".join(["0" * 32] * 3000)
    client.sign_in("zhou")
    assert client.get(f"/retention/lists/new?ids={ids}").status_code in {200, 404}


def test_odd_ranges_of_a_file_are_bounded(client: Browser, world: World) -> None:
    data = "正文一行\n".encode() * 10
    record = filed(world, a_form(world), uploads=(world.upload("wang", data, name="a.txt"),))
    client.sign_in("wang")
    for asked in (
        "bytes=0-0,1-1,2-2",
        "bytes=-999999",
        "bytes=9999999-",
        "bytes=5-1",
        "bytes=" + "0-1," * 500,
        "x",
    ):
        (file,) = files(world, record)
        answer = client.get(f"/records/{record}/files/{file.id}/download", headers={"Range": asked})
        assert answer.status_code in {200, 206, 416}
        assert len(answer.data) <= len(data)


def test_a_zip_bomb_as_a_record_is_harmless(client: Browser, world: World) -> None:
    bomb = a_zip({f"{number}.txt": "0" * 3_000_000 for number in range(30)})
    form_id = a_form(world)
    client.sign_in("wang")
    values = {"title": "压缩包", "occurred_at": "2026-03-01T10:00", "file": (io.BytesIO(bomb), "a.zip")}
    answer = client.submit(f"/records/new/{form_id}", values, content_type="multipart/form-data")
    assert answer.status_code in {303, 422}
    settle(world.house)
    if answer.status_code == 303:
        assert client.get(answer.headers["Location"]).status_code == 200


def test_a_slow_upload_keeps_nobody_from_writing(client: Browser, world: World) -> None:
    form_id = a_form(world)

    class Slow(io.RawIOBase):
        """Files a record each time somebody reads a part."""

        def __init__(self) -> None:
            self.left = 3

        def readable(self) -> bool:
            return True

        def readinto(self, target: bytearray) -> int:  # type: ignore[override]
            if not self.left:
                return 0
            self.left -= 1
            filed(world, form_id, title=f"其间 {self.left}")
            target[:6] = b"text\r\n"
            return 6

    upload_id = stage_upload(Slow(), name="a.txt", by=world.by("wang"), house=world.house)  # type: ignore[arg-type]
    with world.house.uow.read() as session:
        assert session.get_one(Upload, upload_id).size == 18
