"""What stands for a value that is to be filled in (I-5)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from docctl.reading.facts.labels import data
from search.folding import fold

#: What people put where nothing is known yet.
_BLANKS: Final = re.compile(r"[\s_＿—\-–.…·*＊/\\xX×ＸｘＸ□○〇]*")
_HOLES: Final = re.compile(r"[xX×ＸｘＸ＊*]{2,}|_{2,}|＿{2,}|…{1,}|\.{4,}|□{2,}")


def is_placeholder(text: str) -> bool:
    """Say whether something stands for a value that is to be filled in: XXXX, xx年xx月xx日, ____ (I-5)."""
    plain = text.strip(" \u3000\t:：。.")
    if not plain or _BLANKS.fullmatch(plain) or fold(plain) in _placeholders():
        return True
    first = re.split(r"\s{2,}|\n", plain)[0]
    rest = _HOLES.sub("", first)
    return bool(_HOLES.search(first)) and not re.sub(r"[年月日号第版次页共部门科室处\s\W]|[xX×]", "", rest)


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(fold(word) for word in data()["placeholders"]["words"])
