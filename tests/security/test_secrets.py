"""What must stay on the machine, and who on the machine may read it (A-3, O-1)."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import waitress

from docctl import wiring
from docctl.app import create_app
from docctl.config import Settings
from docctl.demo import seed
from docctl.services.house import House
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed
from tests.security.conftest import token_of
from tests.web.browser import Browser, browser
from tests.world import World


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_secret_is_made_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "fresh"
    first = Settings.from_env({"DOCCTL_DATA": str(data)}, folder=tmp_path)
    again = Settings.from_env({"DOCCTL_DATA": str(data)}, folder=tmp_path)
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 48
    assert mode(data / "secret.key") == 0o600
    assert mode(data) == 0o700
    assert first.secret_key not in repr(first)
    other = Settings.from_env({"DOCCTL_DATA": str(tmp_path / "other")}, folder=tmp_path)
    assert other.secret_key != first.secret_key


def test_a_data_folder_that_others_could_read_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    wiring.build(Settings(data=data, secret_key="x" * 40)).close()
    assert mode(data) == 0o700


def test_what_is_written_is_for_its_owner_alone(world: World, settings: Settings) -> None:
    filed(world, a_form(world))
    assert mode(settings.data) == 0o700
    for folder in ("objects", "staging", "index", "scratch"):
        path = settings.data / folder
        assert not path.exists() or mode(path) == 0o700, folder
    for path in (settings.data / "objects").rglob("*"):
        assert not mode(path) & 0o077, path.name


def test_a_server_runs_without_debugging_and_says_little(
    settings: Settings, house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    class Fake:
        effective_port = 0

        def run(self) -> None: ...

        def close(self) -> None: ...

    def create_server(app: object, **more: Any) -> Fake:
        seen.update(more, app=app)
        return Fake()

    monkeypatch.setattr(waitress, "create_server", create_server)
    terminal = Terminal(house, replace(settings, worker=False))
    assert terminal.run("serve").exit_code == 0
    assert seen["host"] == "127.0.0.1"
    assert seen["ident"] == ""
    assert not seen.get("expose_tracebacks")
    assert not seen.get("trusted_proxy")
    assert seen["app"].debug is False
    assert seen["app"].testing is False
    assert seen["max_request_body_size"] > seen["app"].config["MAX_CONTENT_LENGTH"]


def test_no_page_shows_the_secret_or_a_hash_of_a_password(client: Browser, settings: Settings) -> None:
    client.sign_in("admin")
    for path in ("/people", "/settings", "/settings/permissions", "/account", "/trail", "/nope"):
        text = client.get(path).text
        assert settings.secret_key not in text
        assert "argon2" not in text
        assert str(settings.data) not in text
        assert "Werkzeug" not in client.get(path).headers.get("Server", "")


def test_a_token_is_worth_nothing_under_another_secret(
    settings: Settings, house: House, world: World
) -> None:
    one = create_app(settings, house)
    two = create_app(replace(settings, secret_key="y" * 40), house)
    first, second = browser(one), browser(two)
    first.sign_in("chen")
    cookie = first.get_cookie("docctl-session")
    assert cookie
    second.set_cookie("docctl-session", cookie.value)
    data = {"csrf_token": token_of(first)}
    assert second.post("/account/sessions/end-others", data=data).status_code == 400
    assert first.post("/account/sessions/end-others", data=data).status_code == 303


def test_the_sample_sign_ins_are_for_their_owner_alone(tmp_path: Path) -> None:
    person = SimpleNamespace(username="chen", name="陈静", post="文控")
    seed._write_down(tmp_path, SimpleNamespace(staff=[person]), {"chen": "x"})  # type: ignore[arg-type]
    assert mode(tmp_path / seed.SIGN_INS) == 0o600
    assert seed.sign_ins(tmp_path)[0][:2] == ["chen", "x"]


def test_a_company_of_its_own_writes_no_sign_ins_down(settings: Settings, world: World) -> None:
    assert world.people
    assert seed.sign_ins(settings.data) == []
    assert not (settings.data / seed.SIGN_INS).exists()
