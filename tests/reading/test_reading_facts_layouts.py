"""Headers as companies write them, one of each kind: all that is asked for is right (I-1)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from docctl.reading.facts import find_facts
from tests.procedures.scoring import as_asked

HEADERS = tomllib.loads(Path(__file__).with_name("headers.toml").read_text("utf-8"))["headers"]
BODY = """
一、目的
规范公司各项管理工作，提高工作效率。
二、适用范围
公司全体。
三、职责
1、行政部负责组织。
"""


@pytest.mark.parametrize("header", HEADERS, ids=[str(at) for at in range(len(HEADERS))])
def test_i_1_a_header_says_what_it_says(header: dict[str, Any]) -> None:
    meant = {kind: None if value == "" else value for kind, value in header.items() if kind != "text"}
    found = as_asked(find_facts(header["text"].replace("@@", BODY), "扫描.txt"))
    assert {kind: found[kind] for kind in meant} == meant
