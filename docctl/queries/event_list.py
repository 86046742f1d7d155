"""The list of the trail's events as a document, for webhooks and whoever reads an export (T-1)."""

from __future__ import annotations

from collections.abc import Iterator

from docctl.domain.event_nouns import NOUNS
from docctl.i18n import sentences


def as_markdown() -> str:
    """Return the page `docs/events.md`."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    english, chinese = sentences("en"), sentences("zh_Hans")
    yield "# Events"
    yield ""
    yield "What the trail tells: `noun.verb`, such as `revision.issued`. A webhook may ask for single events"
    yield "or, with `noun.*`, for all of a noun. Print it again with"
    yield "`python -m docctl.queries.event_list > docs/events.md`."
    for noun in NOUNS:
        start = f"events.{noun}."
        keys = sorted(one for one in english if one.startswith(start) and one.count(".") == 2)
        if not keys:
            continue
        yield ""
        yield f"## {english[f'trail.kind.{noun}']}"
        yield ""
        yield "| event | English | 中文 |"
        yield "| --- | --- | --- |"
        for key in keys:
            yield f"| `{key.removeprefix('events.')}` | {english[key]} | {chinese[key]} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(as_markdown())
