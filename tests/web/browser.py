"""A browser without scripts for tests: it keeps cookies, reads forms and submits them as people do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from docctl.web import shell
from tests.world import PASSWORD

BOXES = {"checkbox", "radio"}


class Browser(FlaskClient):
    """A test client that signs in and submits forms with everything they carry."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        """Send a request; the whole answer is read, so that files which it sends are closed."""
        return super().open(*args, buffered=buffered, **kwargs)

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        """Sign in as a person of the small company, in place of whoever was signed in."""
        self.sign_out()
        answer = self.submit("/sign-in", {"username": username, "password": password})
        assert answer.status_code in {303, 422}, answer.text
        return answer

    def sign_out(self) -> None:
        """Forget all cookies, as a new browser."""
        self._cookies.clear()

    def page(self, url: str, status: int = 200) -> html.HtmlElement:
        """Get a page as a tree."""
        answer = self.get(url)
        assert answer.status_code == status, (answer.status_code, answer.headers.get("Location"))
        return html.fromstring(answer.text)

    def forms(self, url: str) -> list[html.HtmlElement]:
        """Return the forms in the content of a page, or all of them where there are none."""
        page = self.page(url)
        found = page.cssselect("main form[method=post]")
        return list(found or page.cssselect("form[method=post]"))

    def submit(
        self,
        url: str,
        values: Mapping[str, Any] | None = None,
        *,
        action: str | None = None,
        **more: Any,
    ) -> TestResponse:
        """Open a page, fill in its form and send it.

        The form is the one that posts to `action`, else to the page itself, else the first. A value may
        be a text, a list, or `(file, name)`; a value None leaves the field out.
        """
        found = self.forms(url)
        wanted = action or url.split("?", maxsplit=1)[0]
        form = next((one for one in found if one.get("action") in {wanted, url}), None)
        assert form is not None or action is None, f"no form for {action} on {url}"
        if form is None:
            form = found[0]
        data = filled(form) | dict(values or {})
        data = {name: value for name, value in data.items() if value is not None}
        return self.post(form.get("action") or url, data=data, **more)


def filled(form: html.HtmlElement) -> dict[str, Any]:
    """Return what a form would send as it stands."""
    data: dict[str, Any] = {}
    for field in form.cssselect("input[name], textarea[name], select[name]"):
        kind = field.get("type", "")
        if kind in {"file", "submit"} or (kind in BOXES and field.get("checked") is None):
            continue
        value = field.value if field.tag != "input" else field.get("value", "")
        if kind in BOXES:
            value = field.get("value", "on")
        if field.get("name") in data:
            before = data[field.get("name")]
            value = [*(before if isinstance(before, list) else [before]), value]
        data[field.get("name")] = value or ""
    return data


def words_of(answer: TestResponse) -> str:
    """Return the text of a page's content."""
    page = html.fromstring(answer.text)
    return " ".join(page.cssselect("main")[0].text_content().split())


def without_counts(patch: pytest.MonkeyPatch) -> None:
    """Leave what waits for the person out of the frame: on each page of a long walk it is asked anew."""
    patch.setattr(shell, "_COUNTS", {})


def browser(app: Flask) -> Browser:
    """Return a browser in which nobody has signed in; what breaks in the application breaks the test."""
    app.testing, app.test_client_class = True, Browser
    found = app.test_client()
    assert isinstance(found, Browser)
    return found
