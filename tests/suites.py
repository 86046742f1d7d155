"""Two suites: what is asked at every change, and what starts programs, reads real files or walks all pages.

    make test          rules, use cases, queries, pages: under five minutes on two processors
    make test-whole    the rest of them, which takes as long again

pytest by itself runs both; `--suite` chooses. What nobody names below is asked at every change.
"""

from __future__ import annotations

from typing import Final

QUICK: Final = "quick"
WHOLE: Final = "whole"

WHOLE_THINGS: Final = (
    # other programs: outside converters, servers, commands in a process of their own
    "tests/cli",
    "tests/imports",
    "tests/jobs/test_comparison.py",
    "tests/jobs/test_copies.py",
    "tests/jobs/test_scrub.py",
    "tests/mailing",
    "tests/printing",
    "tests/reading",
    "tests/serving",
    "tests/verifier",
    "tests/webhooks",
    # whole installations: the sample company, restores, migrations with data, disks that are full
    "tests/bad_input",
    "tests/demo",
    "tests/recovery",
    "tests/services/test_migration",
    "tests/services/test_setup.py",
    "tests/storage/test_encrypted.py",
    "tests/storage/test_keyring.py",
    "tests/storage/test_keys.py",
    "tests/storage/test_local_crashes.py",
    "tests/story",
    # every page for every person
    "tests/security",
    "tests/web/test_permissions_walk.py",
    # large documents and many of them
    "tests/domain/test_comparison.py",
    "tests/domain/test_import_alike.py",
    "tests/queries/test_clauses.py",
    "tests/queries/test_impact.py",
    "tests/services/test_holds_by_key.py",
    "tests/web/test_compare",
)


def suite_of(path: str) -> str:
    """Return the suite of the test at `path`, relative to the project."""
    return WHOLE if any(_within(path, one) for one in WHOLE_THINGS) else QUICK


def _within(path: str, entry: str) -> bool:
    """Tell whether `entry` is the folder, the file or the beginning of the file's name."""
    return path == entry or path.startswith(f"{entry}/") or ("/test_" in entry and path.startswith(entry))
