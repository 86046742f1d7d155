"""Views of registers: filters and order of a list under a name of one's own (D-7, X-3)."""

from __future__ import annotations

import pytest

from docctl.web.saved_views import PAGES
from tests.web.browser import Browser, filled
from tests.web.test_search_results import words_of


def keep(client: Browser, register: str, name: str) -> None:
    (link,) = [
        one for one in client.page(register).cssselect("a.btn") if one.text_content() == "保存当前视图"
    ]
    client.submit(link.get("href"), {"name": name})


def test_d_7_a_view_is_kept_with_filters_and_order_shown_renamed_and_let_go(client: Browser) -> None:
    client.sign_in("chen")
    keep(client, "/documents?sort=title&state=draft&page=2", "起草中")
    (link,) = client.page("/documents").cssselect(".filter-fields a[href^='/documents?']")
    assert (link.text_content(), link.get("href")) == ("起草中", "/documents?sort=title&state=draft")
    assert link.get("aria-current") is None
    (link,) = client.page("/documents?state=draft&sort=title").cssselect(".filter-fields a[aria-current]")
    assert link.text_content() == "起草中"
    assert not client.page("/records?state=completed").cssselect(".filter-fields a[href^='/documents?']")
    page = client.page("/search/saved")
    assert "受控文件清单" in words_of(client.get("/search/saved"))
    (rename,) = page.cssselect(".saved .saved-acts a")
    client.submit(rename.get("href"), {"name": "我起草的"})
    (drop,) = client.page("/search/saved").cssselect(".saved form")
    client.sign_in("wang")
    assert "我起草的" not in words_of(client.get("/documents"))
    form = filled(client.forms("/search/saved/new?of=/documents&asks=a%3Db")[0])
    assert client.post(drop.get("action"), data=form).status_code == 404
    client.sign_in("chen")
    client.submit("/search/saved", action=drop.get("action"))
    assert not client.page("/documents").cssselect(".filter-fields a[href^='/documents?']")


def test_d_7_without_a_name_nothing_is_kept_and_what_was_asked_stays(client: Browser) -> None:
    client.sign_in("chen")
    refused = client.submit("/search/saved/new?of=/documents&asks=state%3Ddraft", {"name": " "})
    assert refused.status_code == 422
    assert 'value="state=draft"' in refused.text


def test_d_7_a_list_as_it_stands_first_has_nothing_to_keep(client: Browser) -> None:
    client.sign_in("chen")
    assert "保存当前视图" not in words_of(client.get("/documents"))
    for part in ("/documents?page=2", "/trail?before=3", "/documents/due?month=2026-05"):
        assert "保存当前视图" not in words_of(client.get(part))


@pytest.mark.parametrize(
    "of", ["//evil.example/", "/account", "https://evil.example/documents", "/documents/../x"]
)
def test_d_7_a_view_is_of_a_register_and_leads_nowhere_else(client: Browser, of: str) -> None:
    client.sign_in("chen")
    answer = client.submit(f"/search/saved/new?of={of}&asks=a%3Db&q=x", {"name": "别处"})
    assert answer.headers["Location"].startswith("/search?")


def test_d_7_every_register_with_views_is_there(client: Browser) -> None:
    client.sign_in("chen")
    for path in PAGES:
        page = client.get(f"{path}?unit=x")
        assert page.status_code in {200, 403}, path
        assert page.status_code == 403 or "保存当前视图" in words_of(page), path
