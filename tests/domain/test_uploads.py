"""How many uploads may wait: both sides of both bounds (F-3)."""

from __future__ import annotations

import pytest

from docctl.domain.uploads import MOST_FILES, MOST_TIMES, may_stage
from docctl.domain.verdicts import Allowed, Refused

MB = 1 << 20
LIMIT = 5 * MB


@pytest.mark.parametrize(
    ("files", "size", "verdict"),
    [
        pytest.param(1, 0, Allowed(), id="the first"),
        pytest.param(MOST_FILES, LIMIT, Allowed(), id="the last file"),
        pytest.param(
            MOST_FILES + 1,
            LIMIT,
            Refused("upload", "too_many_waiting", {"most": MOST_FILES}),
            id="a file too many",
        ),
        pytest.param(2, MOST_TIMES * LIMIT, Allowed(), id="the last byte"),
        pytest.param(
            2,
            MOST_TIMES * LIMIT + 1,
            Refused("upload", "too_much_waiting", {"limit_mb": 50}),
            id="a byte too many",
        ),
    ],
)
def test_f_3_uploads_of_a_person_wait_in_bounds(files: int, size: int, verdict: Allowed | Refused) -> None:
    assert may_stage(files=files, size=size, limit=LIMIT) == verdict
