"""What else people of the sample company do: each deed of the data is one call of a use case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from docctl.demo import deeds_company, deeds_copies, deeds_documents, deeds_requests
from docctl.demo.acts import Deed
from docctl.demo.papers import Papers
from docctl.services.caller import Caller

Doing = Callable[[Papers, Caller, Deed], None]

#: By the word that the data uses.
DOINGS: Final[Mapping[str, Doing]] = {
    **deeds_company.DOINGS,
    **deeds_copies.DOINGS,
    **deeds_documents.DOINGS,
    **deeds_requests.DOINGS,
}


def tell(papers: Papers, deed: Deed) -> None:
    """Let a person do what a deed says."""
    DOINGS[deed.do](papers, papers.cast.by(papers.house, deed.by), deed)
