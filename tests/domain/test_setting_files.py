"""Contents of settings out of files: read as they are, or refused with what is wrong (V-2)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docctl.domain.setting_files import LARGEST, content_in, data_of, text_of_file
from docctl.domain.setting_kinds import KINDS
from docctl.domain.verdicts import RuleRefused
from tests.effort import examples


def refused(data: bytes) -> str:
    with pytest.raises(RuleRefused) as error:
        data_of(text_of_file(data))
    assert error.value.refused.rule == "V-2"
    return error.value.refused.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "file_no_json", id="nothing"),
        pytest.param(b"{", "file_no_json", id="cut off"),
        pytest.param("日历".encode("gb18030"), "file_no_text", id="another encoding"),
        pytest.param('{"a": 1}'.encode("utf-16"), "file_no_text", id="two bytes a sign"),
        pytest.param(b"PK\x03\x04\xff\xfe", "file_no_text", id="a workbook"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, "file_no_json", id="brackets without end"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "file_no_json", id="names without end"),
        pytest.param(b"9" * 5_000, "file_no_json", id="digits without end"),
        pytest.param(b'{"a": NaN}', "file_no_json", id="no number"),
        pytest.param(b"[-Infinity]", "file_no_json", id="no end"),
        pytest.param(b'{"week": [1], "week": [2]}', "file_name_twice", id="a name twice"),
        pytest.param(b'{"a": {"\\ud800": 1, "\\ud800": 1}}', "file_name_twice", id="half a sign twice"),
        pytest.param(b'{"a": "\\ud800"}', "file_half_a_sign", id="half of a surrogate pair"),
        pytest.param(b" " * LARGEST + b"1", "file_too_large", id="too large"),
    ],
)
def test_v_2_what_is_no_json_text_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_v_2_a_file_at_the_edge_is_read() -> None:
    assert data_of(text_of_file(b" " * (LARGEST - 1) + b"1")) == 1
    assert data_of(text_of_file(b"\xef\xbb\xbf[1]")) == [1]
    assert data_of('"\\ud83d\\ude00"') == "\U0001f600"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(sorted(KINDS)))
def test_v_2_whatever_a_file_says_is_a_content_or_refused(data: object, kind: str) -> None:
    try:
        KINDS[kind].check(data_of(content_in(json.dumps(data))))
    except RuleRefused as error:
        refusal = error.refused
    else:
        raise AssertionError("chance made a content")
    assert refusal.rule in {
        "A-1",
        "A-7",
        "A-9",
        "A-13",
        "D-12",
        "D-14",
        "V-1",
        "V-2",
        "N-2",
        "R-1",
        "W-2",
        "S-6",
    }


# No deadline: schemes are compared with each other the first time.
@settings(max_examples=examples(40, 1000), deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data(), JSON)
def test_v_2_a_content_with_one_field_of_anything_is_canonical_or_refused(
    kind: str, draw: st.DataObject, value: object
) -> None:
    one = KINDS[kind]
    data = {**one.shipped(), draw.draw(st.sampled_from(sorted(one.shipped()))): value}
    try:
        content = one.check(data)
    except RuleRefused as error:
        assert error.refused.params["field"] in {*one.shipped(), "content", "lines"}  # noqa: PT017  # as above
    else:
        assert one.check(content) == content == one.read(one.write(content))
