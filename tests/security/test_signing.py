"""Nobody signs for another, twice, without the password, or what they did not see (A-3, A-15)."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from docctl.domain.verdicts import RuleRefused
from docctl.models.content import Signature
from docctl.models.organisation import RoleGrant
from docctl.models.work import AnsweredRequest
from docctl.services.caller import Proof
from docctl.services.people.accounts import ResetPassword, new_link, reset_password
from docctl.services.people.grant import RevokeRole, revoke_role
from docctl.services.records.accept import AcceptRecord, accept_record
from docctl.services.revisions.sign import approve_revision, review_revision
from tests.cli.terminal import Terminal
from tests.filing import a_form, corrected, filed, row, voided
from tests.security.conftest import token_of
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import PASSWORD, World


def signatures(world: World, item: UUID) -> int:
    with world.house.uow.read() as session:
        query = select(func.count()).select_from(Signature).where(Signature.subject_id == item)
        return session.scalar(query) or 0


def as_shown(client: Browser, path: str) -> dict[str, object]:
    """Return what the form of a page would send, with the password."""
    (form,) = [one for one in client.forms(path) if one.get("action") in {path, None, ""}]
    return {**filled(form), "password": PASSWORD}


def test_a_signing_sent_twice_signs_once(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    client.sign_in("li")
    data = as_shown(client, f"/records/{record}/accept")
    assert client.post(f"/records/{record}/accept", data=data).status_code == 303
    assert client.post(f"/records/{record}/accept", data=data).status_code == 303
    assert signatures(world, record) == 1
    fresh = {**data, "request_id": str(uuid4())}
    assert client.post(f"/records/{record}/accept", data=fresh).status_code == 422
    assert signatures(world, record) == 1


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "x" * 20_000])
def test_a_stolen_session_does_not_sign(client: Browser, app: Flask, world: World, password: str) -> None:
    record = filed(world, a_form(world))
    client.sign_in("li")
    stolen = browser(app)
    cookie = client.get_cookie("docctl-session")
    assert cookie
    stolen.set_cookie("docctl-session", cookie.value)
    data = as_shown(stolen, f"/records/{record}/accept") | {"password": password}
    answer = stolen.post(f"/records/{record}/accept", data=data)
    assert answer.status_code == 422
    assert signatures(world, record) == 0
    assert not password or password[:20] not in answer.text or password == "wrong"


def test_the_password_of_another_person_does_not_sign(client: Browser, world: World) -> None:
    new = "only wang knows this one"
    token, token_hash = new_link()
    reset_password(ResetPassword(world.people["wang"], token_hash), by=world.by("admin"), house=world.house)
    client.submit(f"/welcome/{token}", {"new_password": new, "repeat_password": new})
    record = filed(world, a_form(world))
    client.sign_in("li")
    data = as_shown(client, f"/records/{record}/accept") | {"password": new, "username": "wang"}
    assert client.post(f"/records/{record}/accept", data=data).status_code == 422
    assert signatures(world, record) == 0


def test_what_changed_between_page_and_signature_is_not_signed(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    client.sign_in("li")
    data = as_shown(client, f"/records/{record}/accept")
    corrected(world, record, who="wang", field="title", new="另一个名称")
    assert client.post(f"/records/{record}/accept", data=data).status_code == 422
    forged = {**data, "row_version": str(row(world, record).row_version), "request_id": str(uuid4())}
    answer = client.post(f"/records/{record}/accept", data=forged)
    assert answer.status_code == 422
    assert signatures(world, record) == 0


def test_a_signature_does_not_move_to_another_item(client: Browser, world: World) -> None:
    form_id = a_form(world)
    first, second = filed(world, form_id), filed(world, form_id)
    client.sign_in("li")
    data = as_shown(client, f"/records/{first}/accept")
    assert client.post(f"/records/{second}/accept", data=data).status_code == 422
    assert signatures(world, second) == 0


def test_only_who_has_the_step_signs_it(client: Browser, world: World) -> None:
    revision = world.submitted(world.draft())
    for username, act in (("chen", "review"), ("zhao", "review"), ("ouyang", "approve"), ("qian", "review")):
        client.sign_in(username)
        data = {
            "csrf_token": token_of(client),
            "password": PASSWORD,
            "seen_sha256": world.seen(revision),
            "row_version": str(world.revision(revision).row_version),
        }
        answer = client.post(f"/documents/revisions/{revision}/{act}", data=data)
        assert answer.status_code in {403, 404, 422}, username
    assert signatures(world, revision) == 1  # the author's
    review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    with pytest.raises(RuleRefused):
        review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    with pytest.raises(RuleRefused):
        approve_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)


def test_a_proof_from_elsewhere_is_no_password(world: World) -> None:
    record = filed(world, a_form(world))
    with world.house.uow.read():
        cmd = AcceptRecord(record, row(world, record).row_version, "0" * 64)
    forged = replace(world.by("li", password=None), proof=Proof(world.people["li"], 1))
    with pytest.raises(RuleRefused) as refused:
        accept_record(cmd, by=forged, house=world.house)
    assert refused.value.refused.key == "A-3.password_needed"


def test_a_role_taken_back_signs_no_more(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    client.sign_in("li")
    data = as_shown(client, f"/records/{record}/accept")
    with world.house.uow.read() as session:
        query = select(RoleGrant.id).where(RoleGrant.person_id == world.people["li"])
        grants = list(session.scalars(query))
    for one in grants:
        revoke_role(RevokeRole(one), by=world.by("admin"), house=world.house)
    answer = client.post(f"/records/{record}/accept", data=data)
    assert answer.headers["Location"].startswith("/sign-in")
    client.sign_in("li")
    data["csrf_token"] = token_of(client)
    assert client.post(f"/records/{record}/accept", data=data).status_code == 403
    assert signatures(world, record) == 0


def test_no_password_is_kept_or_logged_anywhere(
    client: Browser, world: World, terminal: Terminal, caplog: pytest.LogCaptureFixture
) -> None:
    typo = "correct horse 43 typed wrong"
    form_id = a_form(world)
    with caplog.at_level(logging.DEBUG):
        record = filed(world, form_id)
        client.sign_in("li", typo)
        client.sign_in("li")
        data = as_shown(client, f"/records/{record}/accept")
        answer = client.post(f"/records/{record}/accept", data={**data, "password": typo})
        assert typo not in answer.text
        assert client.post(f"/records/{record}/accept", data=data).status_code == 303
        second = filed(world, form_id)
        voided(world, second)
        third = filed(world, form_id)
        number = row(world, third).number
        assert terminal.run("records", "accept", number, "--as", "li", secret=typo).exit_code == 3
        assert terminal.run("records", "accept", number, "--as", "li", secret=PASSWORD).exit_code == 0
    data_folder = Path(str(world.house.uow.engine.url.database)).parent
    needles = [PASSWORD.encode(), typo.encode()]
    for path in data_folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(one in content for one in needles), path.name
    for line in caplog.records:
        text = line.getMessage() + repr(line.args) + str(line.exc_text)
        assert not any(one.decode() in text for one in needles)
    assert PASSWORD not in repr(world.by("li"))
    with world.house.uow.read() as session:
        assert session.scalars(select(AnsweredRequest)).first() is not None


def test_passwords_are_typed_into_fields_that_forget(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    client.sign_in("li")
    answer = client.submit(f"/records/{record}/accept", {"password": "some wrong password"})
    assert "some wrong password" not in answer.text
    assert words_of(answer)
    page = client.page(f"/records/{record}/accept")
    (field,) = page.cssselect("[name=password]")
    assert field.get("type") == "password"
    assert field.get("value") in {None, ""}


def test_a_15_after_a_reset_a_signer_waits_for_a_second_person(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    token, token_hash = new_link()
    reset_password(ResetPassword(world.people["li"], token_hash), by=world.by("admin"), house=world.house)
    new = "taken over by somebody"
    client.submit(f"/welcome/{token}", {"new_password": new, "repeat_password": new})
    client.sign_in("li", new)
    data = as_shown(client, f"/records/{record}/accept") | {"password": new}
    assert client.post(f"/records/{record}/accept", data=data).status_code == 422
    assert signatures(world, record) == 0
