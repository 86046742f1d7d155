"""The editor of routes with its tester, and the page that submits a draft by its route (A-1, A-2)."""

from __future__ import annotations

from docctl.domain.roles import Role
from docctl.domain.route_content import shipped_routes
from docctl.domain.route_text import write_routes
from tests import rules
from tests.services.test_routes import REST, SIDE, grant, routes, steps
from tests.web.browser import Browser
from tests.world import World

EDIT = "/settings/rules/routes/edit"


def test_a_1_routes_are_typed_saved_and_tried_out(client: Browser, world: World) -> None:
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    client.sign_in("chen")
    page = client.page(EDIT)
    (field,) = page.cssselect("textarea[name=routes]")
    assert field.text.strip() == write_routes(shipped_routes())["routes"]
    answer = client.submit(EDIT, {"routes": SIDE, "reason": "会签"})
    assert answer.status_code == 303, answer.text
    place = "/settings/rules/routes?revision=2&type=procedure&unit=SC"
    shown = client.page(place).cssselect(".tester")[0].text_content()
    assert "程序" in shown
    assert "欧阳雪" in shown
    assert "周明" in shown
    rest = client.page("/settings/rules/routes?revision=2&type=form").cssselect(".tester")[0].text_content()
    assert "其余" in rest
    own = client.page(f"{place}&author={world.people['chen']}").cssselect(".tester")[0].text_content()
    assert "赵敏" in own


def test_a_1_what_nobody_can_sign_comes_back_beside_the_field_with_what_was_typed(
    client: Browser, world: World
) -> None:
    client.sign_in("chen")
    for typed, said in (
        ("# 一\nreview | person nobody\napprove | role approver", "nobody"),
        ("# 一\nreview | 谁\napprove | role approver", "谁"),
        ("", ""),
    ):
        answer = client.submit(EDIT, {"routes": typed, "reason": "x"})
        assert answer.status_code == 422
        assert said in answer.text
        assert typed.split("\n")[0] in answer.text
    assert rules.page(world, kind="routes").open == 0


def test_a_1_a_draft_is_submitted_by_its_route(client: Browser, world: World) -> None:
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    text = (
        "# 程序 | type procedure\nreview | role reviewer\nreview 会签 | person zhou\n"
        f"& review 复核 | role reviewer\napprove | role approver\n\n{REST}"
    )
    routes(world, text)
    revision_id = world.draft(author="li", unit="SC")
    client.sign_in("li")
    place = f"/documents/revisions/{revision_id}/submit"
    page = client.page(place)
    assert "周明" in page.cssselect(".fixed-signer")[0].text_content()
    assert [one.get("name") for one in page.cssselect("main select")] == [
        "reviewer_id",
        "more_reviewers",
        "approver_id",
    ]
    people = {name: str(one) for name, one in world.people.items()}
    signed = {"approver_id": people["zhao"], "password": "correct horse 42"}
    same = {**signed, "reviewer_id": people["wang"], "more_reviewers": people["wang"]}
    assert client.submit(place, same).status_code == 422
    odd = {**signed, "reviewer_id": people["wang"], "more_reviewers": "x"}
    assert client.submit(place, odd).status_code == 422
    answer = client.submit(place, {**same, "more_reviewers": people["ouyang"]})
    assert answer.status_code == 303, answer.text
    assert [one[1] for one in steps(world, revision_id)] == ["wang", "zhou", "ouyang", "zhao"]
    page = client.page(f"/documents/revisions/{revision_id}")
    assert "王强" in page.text_content()
