"""What can go wrong with searching (S-1, S-4)."""

from typing import Final


class SearchError(Exception):
    """Something about searching went wrong."""


class QueryProblem(SearchError):
    """A search that cannot be answered as typed: `code` says why, `params` what limit it met."""

    CODES: Final = (
        "nothing_to_find",
        "too_long",
        "too_many_words",
        "too_deep",
        "unclosed_quote",
        "unclosed_bracket",
        "unopened_bracket",
        "operator_alone",
        "field_without_value",
        "bad_date",
    )

    def __init__(self, code: str, **params: int) -> None:
        """Keep the facts; the sentence belongs to who shows it."""
        super().__init__(code)
        self.code = code
        self.params = params


class IndexBusy(SearchError):
    """Another writer held the index for longer than we waited."""


class IndexDamaged(SearchError):
    """The index cannot be read; it is only a projection and has to be made again."""


class CursorMoved(SearchError):
    """The index already stands elsewhere than the writer believed."""

    def __init__(self, position: int) -> None:
        """Keep where the index stands."""
        super().__init__(f"the index stands at {position}")
        self.position = position
