"""What a formal check asks and when it is passed; what may go back with a return (A-9)."""

from __future__ import annotations

import pytest

from docctl.domain.form_check import Answer, may_fail, may_have_points, may_pass, missing_of
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.returning import items_in, may_give_back, may_tick
from docctl.domain.route_text import lines_of_routes, read_routes, write_routes
from docctl.domain.routes import routes_of
from docctl.domain.verdicts import Refused, RuleRefused, Verdict

GOOD, MISSING, OPEN = Answer(True), Answer(False, "缺附件二"), Answer(None)
POINTS = ("编号与版本一致", "附件齐全")
REST = "approve | role approver | 3 working_days"


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("answers", "passes", "fails"),
    [
        pytest.param((GOOD, GOOD), "", "nothing_missing", id="all in order"),
        pytest.param((GOOD, MISSING), "points_missing", "", id="the last one missing"),
        pytest.param((MISSING, MISSING), "points_missing", "", id="all missing"),
        pytest.param((GOOD, OPEN), "points_open", "points_open", id="one not answered"),
        pytest.param((GOOD,), "points_open", "points_open", id="fewer answers than points"),
        pytest.param((GOOD, GOOD, GOOD), "points_open", "points_open", id="more answers than points"),
        pytest.param((Answer(True, "x" * 200), GOOD), "", "nothing_missing", id="a remark of 200"),
        pytest.param(
            (Answer(True, "x" * 201), GOOD), "remark_too_long", "remark_too_long", id="a remark of 201"
        ),
    ],
)
def test_a_9_a_check_passes_with_all_points_in_order(
    answers: tuple[Answer, ...], passes: str, fails: str
) -> None:
    assert (code(may_pass(POINTS, answers)), code(may_fail(POINTS, answers))) == (passes, fails)


def test_a_9_what_is_missing_goes_back_with_its_remark() -> None:
    assert missing_of(POINTS, (GOOD, MISSING)) == ("附件齐全 — 缺附件二",)
    assert missing_of(POINTS, (Answer(False), GOOD)) == ("编号与版本一致",)


@pytest.mark.parametrize(
    ("points", "is_check", "refused"),
    [
        pytest.param(["x"], True, "", id="one"),
        pytest.param([], True, "points_needed", id="none"),
        pytest.param([f"{one}" for one in range(30)], True, "", id="30"),
        pytest.param([f"{one}" for one in range(31)], True, "too_many_points", id="31"),
        pytest.param(["x" * 200], True, "", id="200 characters"),
        pytest.param(["x" * 201], True, "point_unfit", id="201 characters"),
        pytest.param(["x", "x"], True, "point_twice", id="twice"),
        pytest.param([], False, "", id="none at a review"),
        pytest.param(["x"], False, "points_elsewhere", id="one at a review"),
    ],
)
def test_a_9_points_belong_to_a_formal_check(points: list[str], is_check: bool, refused: str) -> None:
    assert code(may_have_points(points, is_check=is_check, route="全部")) == refused


def test_a_9_points_are_typed_below_their_step_and_read_the_same_again() -> None:
    typed = (
        f"# 全部\n形式审查 资料 | 角色 reviewer | 1 工作日 | 可同人\n- 编号与版本一致\n－ 附件齐全\n{REST}"
    )
    content = read_routes({"routes": typed})
    (step, _) = routes_of(content)[0].steps
    assert (step.meaning.value, step.name, step.points) == ("form_check", "资料", POINTS)
    assert read_routes(write_routes(content)) == content
    assert any("附件齐全" in line for line in lines_of_routes(content)["routes"].values())


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("# 全部\nform_check | role reviewer\n" + REST, "A-9.points_needed"),
        ("# 全部\nreview | role reviewer\n- 附件齐全\n" + REST, "A-9.points_elsewhere"),
        ("# 全部\n- 附件齐全\n" + REST, "A-1.line_unfit"),
    ],
)
def test_a_9_points_without_a_check_are_refused(typed: str, refused: str) -> None:
    with pytest.raises(RuleRefused) as error:
        read_routes({"routes": typed})
    assert error.value.refused.key == refused


@pytest.mark.parametrize(
    ("reason", "items", "refused"),
    [
        pytest.param(" ", (), "reason_needed", id="nothing"),
        pytest.param("页码有误", (), "", id="a reason alone"),
        pytest.param(" ", ("附件二",), "", id="a list alone"),
        pytest.param("", ("x",) * 50, "", id="50 items"),
        pytest.param("", ("x",) * 51, "too_many_items", id="51 items"),
        pytest.param("", ("x" * 500,), "", id="500 characters"),
        pytest.param("", ("x" * 501,), "item_too_long", id="501 characters"),
    ],
)
def test_a_9_a_return_has_a_reason_or_a_list(reason: str, items: tuple[str, ...], refused: str) -> None:
    assert code(may_give_back(reason, items)) == refused


def test_a_9_a_list_has_an_item_in_each_line() -> None:
    assert items_in("-18 ℃ 冷藏没有写明\n- -5 V\n-缺页") == ("-18 ℃ 冷藏没有写明", "-5 V", "缺页")
    assert items_in(" 附件二 \n\n- 第 3 页\r\n•  签名栏\n- \n") == ("附件二", "第 3 页", "签名栏")


@pytest.mark.parametrize(
    ("status", "is_latest", "refused"),
    [
        (RevisionStatus.DRAFT, True, ""),
        (RevisionStatus.DRAFT, False, "not_the_last_return"),
        (RevisionStatus.IN_REVIEW, True, "not_being_mended"),
    ],
)
def test_a_9_items_are_ticked_while_it_is_mended(
    status: RevisionStatus, is_latest: bool, refused: str
) -> None:
    assert code(may_tick(status, is_latest=is_latest)) == refused
