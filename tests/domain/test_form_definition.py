"""What a form may ask for, which keys its fields get, and what a record may answer (F-2, F-4, C-6, N-10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from docctl.domain.form_definition import (
    LONGEST_NAME,
    LONGEST_OPTION,
    MOST_FIELDS,
    MOST_OPTIONS,
    NOTHING,
    Definition,
    FieldType,
    FormField,
    Option,
    definition_in,
    may_define,
    merged,
    shown,
)
from docctl.domain.form_keys import WantedField, WantedOption, keyed, wanted_in
from docctl.domain.form_values import (
    is_filled,
    keys_in,
    options_in,
    typed_in,
    typed_names,
    value_of,
    values_in,
)
from docctl.domain.verdicts import Allowed, Refused, RuleRefused

ONE = FormField(
    "f1", "检验结论", FieldType.CHOICE, (Option("o1", "合格"), Option("o2", "不合格")), required=True
)
KINDS = (Option("o1", "外观"), Option("o2", "尺寸/公差"), Option("o3", "性能"))
MANY = FormField("f2", "不良类别", FieldType.CHOICES, KINDS)
BOTH = Definition((ONE, MANY))


def options(count: int) -> tuple[Option, ...]:
    return tuple(Option(f"o{n}", f"选项{n}") for n in range(1, count + 1))


def fields(count: int) -> Definition:
    return Definition(tuple(replace(ONE, key=f"f{n}", name=f"字段{n}") for n in range(1, count + 1)))


def key_of(found: Allowed | Refused) -> str:
    return found.key if isinstance(found, Refused) else ""


def other(**changed: object) -> Definition:
    """Return a form with one field that differs."""
    return Definition((replace(ONE, **changed),))


def third(name: str) -> Definition:
    """Return a form whose one field has a third choice."""
    return other(options=(*options(2), Option("o3", name)))


TWICE = Definition((ONE, replace(MANY, name="检验 结论")))


@pytest.mark.parametrize(
    ("definition", "refused"),
    [
        pytest.param(NOTHING, "", id="nothing asked"),
        pytest.param(fields(MOST_FIELDS), "", id="as many fields as may be"),
        pytest.param(fields(MOST_FIELDS + 1), "too_many_fields", id="one more"),
        pytest.param(other(name="名" * LONGEST_NAME), "", id="the longest name"),
        pytest.param(other(name="名" * (LONGEST_NAME + 1)), "name_too_long", id="longer"),
        pytest.param(other(name=""), "name_needed", id="no name"),
        pytest.param(other(name="\u200b"), "name_needed", id="a name nobody sees"),
        pytest.param(TWICE, "name_twice", id="one name but for a blank"),
        pytest.param(other(options=options(1)), "too_few_options", id="one choice is none"),
        pytest.param(other(options=options(2)), "", id="two choices"),
        pytest.param(other(options=options(MOST_OPTIONS)), "", id="as many as may be"),
        pytest.param(other(options=options(MOST_OPTIONS + 1)), "too_many_options", id="one choice more"),
        pytest.param(third(" "), "option_needed", id="emptied"),
        pytest.param(third("选项１"), "option_twice", id="one choice in another width"),
        pytest.param(third("长" * LONGEST_OPTION), "", id="the longest choice"),
        pytest.param(third("长" * (LONGEST_OPTION + 1)), "option_too_long", id="a longer choice"),
    ],
)
def test_f_2_what_a_form_may_ask(definition: Definition, refused: str) -> None:
    assert key_of(may_define(definition)) == (f"F-2.{refused}" if refused else "")


def test_v_13_a_definition_is_stored_as_the_manifest_has_it_and_read_back() -> None:
    assert definition_in(BOTH.text()) == BOTH
    assert definition_in(None) == NOTHING
    assert BOTH.data()["fields"][0] == {
        "key": "f1",
        "name": "检验结论",
        "type": "choice",
        "required": True,
        "options": [{"key": "o1", "name": "合格"}, {"key": "o2", "name": "不合格"}],
    }
    assert shown(BOTH) == "检验结论＊：○ 合格　○ 不合格\n不良类别：□ 外观　□ 尺寸/公差　□ 性能"


def want(name: str, *names: str, key: str = "") -> WantedField:
    return WantedField(name, tuple(WantedOption(one) for one in names), key=key)


def test_f_2_keys_are_given_once_and_outlive_names() -> None:
    first = keyed([want("结论", "合格", "不合格"), want("类别", "甲", "乙")], [])
    assert [one.key for one in first.fields] == ["f1", "f2"]
    named = (WantedOption("通过", "o1"), WantedOption("不合格", "o2"), WantedOption("让步接收"))
    renamed = WantedField("检验结论", named, key="f1")
    second = keyed([renamed, want("结论", "是", "否")], [first])
    assert [(one.key, one.name) for one in second.fields] == [("f1", "检验结论"), ("f3", "结论")]
    assert [(one.key, one.name) for one in second.fields[0].options] == [
        ("o1", "通过"),
        ("o2", "不合格"),
        ("o3", "让步接收"),
    ]
    # What comes back under its name is the same thing; no key is given to another.
    third = keyed([want("类别", "乙", "丙"), want("新", "一", "二")], [second, first])
    assert [(one.key, [each.key for each in one.options]) for one in third.fields] == [
        ("f2", ["o2", "o3"]),
        ("f4", ["o1", "o2"]),
    ]


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        pytest.param([want("甲", key="f9")], "F-2.no_such_key", id="a key that was never given"),
        pytest.param([want("甲", key="f1"), want("乙", key="f1")], "F-2.key_twice", id="one key for two"),
    ],
)
def test_f_2_keys_that_are_none_are_refused(wanted: list[WantedField], refused: str) -> None:
    with pytest.raises(RuleRefused) as error:
        keyed(wanted, [BOTH])
    assert error.value.refused.key == refused


def test_f_2_names_are_kept_in_one_line_without_signs_that_nobody_sees() -> None:
    found = keyed([want(" 检验\n结论\u200b ", "合\t格", "不合格")], [])
    assert (found.fields[0].name, found.fields[0].options[0].name) == ("检验 结论", "合 格")


def said(**changed: object) -> dict[str, object]:
    """Return a JSON text with one field that differs."""
    return {"fields": [{"name": "甲", "options": [], **changed}]}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        pytest.param([], "fields", id="a list"),
        pytest.param({"fields": {}}, "fields", id="fields no list"),
        pytest.param({"fields": [], "more": 1}, "fields", id="something more"),
        pytest.param({"fields": [1]}, "fields[0]", id="a field that is none"),
        pytest.param(said(colour=1), "fields[0]", id="an unknown word"),
        pytest.param(said(name=1), "fields[0].name", id="a name that is no text"),
        pytest.param(said(type="date"), "fields[0].type", id="a type to come"),
        pytest.param(said(options="乙"), "fields[0].options", id="choices no list"),
        pytest.param(said(options=[{}]), "fields[0].options[0].name", id="a choice unnamed"),
        pytest.param(said(key="x"), "fields[0].key", id="a key unlike ours"),
        pytest.param(said(required=1), "fields[0].required", id="no yes or no"),
    ],
)
def test_f_2_a_definition_that_cannot_be_read_says_where(data: object, where: str) -> None:
    with pytest.raises(RuleRefused) as error:
        wanted_in(data)
    assert (error.value.refused.key, error.value.refused.params["where"]) == (
        "F-2.definition_unreadable",
        where,
    )


def test_f_2_a_definition_is_read_as_it_is_written() -> None:
    assert keyed(wanted_in(BOTH.data()), [BOTH]) == BOTH
    plain = said(name="检验结论", options=["合格", "不合格"], required=True)
    assert keyed(wanted_in(plain), [BOTH]) == Definition((ONE,))


@pytest.mark.parametrize(
    ("field", "names", "value"),
    [
        pytest.param(ONE, ["合格"], "合格", id="one"),
        pytest.param(ONE, [" 合 格 "], "合格", id="one however written"),
        pytest.param(ONE, [], "", id="none"),
        pytest.param(ONE, ["合格", "合格"], "合格", id="one twice"),
        pytest.param(MANY, ["性能", "外观"], "外观\n性能", id="several, in the order of the form"),
    ],
)
def test_c_6_a_value_is_the_names_of_its_choices(field: FormField, names: list[str], value: str) -> None:
    assert value_of(field, names) == value


@pytest.mark.parametrize(
    ("field", "names", "refused"),
    [
        pytest.param(ONE, ["报废"], "C-6.no_such_option", id="not offered"),
        pytest.param(ONE, ["o1"], "C-6.no_such_option", id="a key is no name"),
        pytest.param(ONE, ["合格", "不合格"], "C-6.one_option_only", id="two of one"),
    ],
)
def test_c_6_a_value_that_breaks_the_rule_of_its_field_is_refused(
    field: FormField, names: list[str], refused: str
) -> None:
    with pytest.raises(RuleRefused) as error:
        value_of(field, names)
    assert error.value.refused.key == refused


def test_f_4_a_required_field_is_not_left_empty_but_on_paper_of_before() -> None:
    assert key_of(is_filled(ONE, "")) == "F-4.choice_needed"
    assert is_filled(ONE, "合格")
    assert is_filled(MANY, "")
    with pytest.raises(RuleRefused) as error:
        values_in(BOTH, ())
    assert error.value.refused.key == "F-4.choice_needed"
    assert values_in(BOTH, (), is_past=True) == {"choice:f1": "", "choice:f2": ""}
    assert values_in(BOTH, (("f1", ("合格",)),)) == {"choice:f1": "合格", "choice:f2": ""}
    with pytest.raises(RuleRefused) as error:
        values_in(BOTH, (("f1", ("合格",)), ("f9", ("甲",))))
    assert error.value.refused.key == "F-2.no_such_field"


def test_f_2_what_people_type_is_taken_apart_where_several_are_meant() -> None:
    assert typed_names(MANY, "外观、性能") == ("外观", "性能")
    assert typed_names(MANY, "尺寸/公差") == ("尺寸/公差",)  # one choice whose name has such a sign
    assert typed_names(MANY, "尺寸/公差\n外观") == ("尺寸/公差", "外观")
    assert typed_names(ONE, "合格、不合格") == ("合格、不合格",)
    assert typed_in(BOTH, [("检验结论", "合格"), ("f2", "外观，性能")]) == (
        ("f1", ("合格",)),
        ("f2", ("外观", "性能")),
    )
    with pytest.raises(RuleRefused):
        typed_in(BOTH, [("颜色", "红")])


def test_s_3_a_choice_is_counted_by_its_key() -> None:
    assert keys_in(MANY, "外观\n性能") == ["o1", "o3"]
    assert keys_in(MANY, "") == []
    assert keys_in(MANY, "外观\n从前的") == ["o1"]


#: The form as it is now: a field renamed, one choice renamed, one let go, a field gone and one added.
NOW = Definition(
    (
        FormField("f3", "班次", FieldType.CHOICE, (Option("o1", "早"), Option("o2", "晚"))),
        replace(ONE, name="判定", options=(Option("o1", "通过"), Option("o3", "合格"))),
    )
)


def test_f_2_what_records_may_say_is_all_that_any_revision_asked_by_its_newest_names() -> None:
    found = merged([NOW, BOTH])
    assert [(one.key, one.name) for one in found.fields] == [
        ("f3", "班次"),
        ("f1", "判定"),
        ("f2", "不良类别"),
    ]
    assert [(one.key, one.name) for one in found.fields[1].options] == [
        ("o1", "通过"),
        ("o3", "合格"),
        ("o2", "不合格"),
    ]
    assert merged([BOTH]) == BOTH
    assert merged([]) == NOTHING


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param(("判定", "通过"), [("f1", "o1")], id="as it is now"),
        pytest.param(("检验结论", "通过"), [("f1", "o1")], id="the field as it was"),
        pytest.param(("判定", "不 合格"), [("f1", "o2")], id="a choice of before, however written"),
        pytest.param(("判定", "合格"), [("f1", "o3")], id="a name that meant another thing: the newest"),
        pytest.param(("f2", "外观、性能"), [("f2", "o1"), ("f2", "o3")], id="either of two"),
        pytest.param(("不良类别", "尺寸/公差"), [("f2", "o2")], id="one name with a sign in it"),
        pytest.param(("判定", "通过，"), [("f1", "o1")], id="a sign and nothing behind it"),
    ],
)
def test_s_1_what_is_typed_to_narrow_records_by(typed: tuple[str, str], found: list[tuple[str, str]]) -> None:
    assert list(options_in([NOW, BOTH], [typed])) == found


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        pytest.param(("颜色", "红"), "F-2.no_such_field", id="no field"),
        pytest.param(("判定", "报废"), "C-6.no_such_option", id="no choice"),
        pytest.param(("判定", "通过、报废"), "C-6.no_such_option", id="one of two"),
        pytest.param(("班次", "外观"), "C-6.no_such_option", id="a choice of another field"),
    ],
)
def test_s_1_what_no_revision_has_narrows_nothing(typed: tuple[str, str], refused: str) -> None:
    with pytest.raises(RuleRefused) as error:
        options_in([NOW, BOTH], [typed])
    assert error.value.refused.key == refused
