"""Decides of which types of documents a change needs an accepted request, as typed and in one form (V-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from docctl.domain.verdicts import Refused, RuleRefused

#: So many types.
MOST_TYPES: Final = 200

_BETWEEN: Final = re.compile(r"[\s、,，;；]+")
_CODE: Final = re.compile(r"[\w-]{1,40}")


def shipped_requests() -> dict[str, Any]:
    """Return what a company starts with: no change needs a request (V-2)."""
    return {"types": []}


def check_requests(data: object) -> dict[str, Any]:
    """Return the canonical content, or raise RuleRefused with the field and the word concerned (V-2)."""
    if not isinstance(data, Mapping) or set(data) != {"types"} or not isinstance(data["types"], list | tuple):
        raise RuleRefused(Refused("V-2", "content_unfit", {"field": "types"}))
    types = {str(one).strip() for one in data["types"]}
    if len(types) > MOST_TYPES:
        raise RuleRefused(Refused("V-2", "too_many_types", {"field": "types", "most": MOST_TYPES}))
    if unfit := sorted(one for one in types if not _CODE.fullmatch(one)):
        raise RuleRefused(Refused("V-2", "type_unfit", {"field": "types", "type": unfit[0][:60]}))
    return {"types": sorted(types)}


def needs_request(content: Mapping[str, Any], type_code: str) -> bool:
    """Say whether a change of a document of this type needs an accepted request (V-2)."""
    return type_code in content["types"]


def read_requests(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content that was typed: codes of types, parted by blanks or commas (V-2)."""
    return check_requests({"types": list(filter(None, _BETWEEN.split(typed.get("types", ""))))})


def write_requests(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {"types": "\n".join(content["types"])}


def lines_of_requests(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the types one by one, for comparing two contents."""
    return {"types": {one: one for one in content["types"]}}
