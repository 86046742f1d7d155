"""Where the boxes of a graph stand (D-6)."""

from __future__ import annotations

import pytest

from docctl.domain.graph_layout import BOX_HEIGHT, BOX_WIDTH, clipped, layers_of, layout


def test_d_6_lines_go_to_the_right_and_a_circle_goes_back_once() -> None:
    assert layers_of("abcd", [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")]) == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 3,
    }
    round_ = layers_of("abc", [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")])
    assert sorted(round_.values()) == [0, 1, 2]


@pytest.mark.parametrize("count", [1, 18, 19, 100])
def test_d_6_no_two_boxes_lie_on_each_other_and_all_are_within_the_picture(count: int) -> None:
    keys = [f"n{place}" for place in range(count)]
    lines = [("middle", key) for key in keys]
    found = layout({"middle": 0, **dict.fromkeys(keys, 1)}, lines)
    places = list(found.boxes.values())
    for at, (x, y) in enumerate(places):
        assert 0 <= x <= found.width - BOX_WIDTH
        assert 0 <= y <= found.height - BOX_HEIGHT
        for other_x, other_y in places[at + 1 :]:
            assert abs(x - other_x) >= BOX_WIDTH or abs(y - other_y) >= BOX_HEIGHT
    assert len(found.lines) == count


def test_d_6_boxes_stand_beside_what_they_are_joined_to() -> None:
    layers = {"a": 0, "b": 0, "x": 1, "y": 1}
    found = layout(layers, [("a", "y"), ("b", "x")])
    assert found.boxes["y"][1] < found.boxes["x"][1]


def test_d_6_nothing_is_drawn_of_nothing() -> None:
    found = layout({}, [])
    assert (found.boxes, found.lines) == ({}, ())


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [("QP-01", 5, "QP-01"), ("记录控制", 8, "记录控制"), ("记录控制程序", 8, "记录控…"), ("", 3, "")],
)
def test_d_6_a_long_name_is_cut_at_its_width(text: str, columns: int, shown: str) -> None:
    assert clipped(text, columns) == shown
