"""What the offers on the page of a document rest on, out of what the page has read (V-6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from docctl.domain.approval import Meaning, Signed, ToSign
from docctl.domain.lifecycle import UNDER_WAY, in_force, revision_state
from docctl.domain.permissions import Facts
from docctl.models.content import FileRole
from docctl.models.documents import Revision
from docctl.queries.document_actions import Situation
from docctl.queries.document_opened import Headed
from docctl.queries.document_relations import Relations
from docctl.queries.open_steps import OpenStep
from docctl.queries.revision_files import FileLine


def situation_of(
    head: Headed,
    shown: Revision,
    revisions: Sequence[Revision],
    steps: Sequence[OpenStep],
    signed: Sequence[Signed],
    beside: Relations,
    files: Sequence[FileLine],
    at: datetime,
) -> Situation:
    """Return the situation of a revision on the page, before who stands in is asked (A-2, A-8)."""
    facts = Facts(
        unit_id=head.document.unit_id,
        author_id=shown.created_by,
        assignees=frozenset(one.assignee_id for one in steps),
        visible=head.visible or shown.id in head.told,
        published=in_force(shown.dates(), at) or shown.id in head.told,
        insider=head.insider,
        stands_in=head.stands_in,
    )
    open_ended = (one for one in revisions if one.effective_from and one.effective_until is None)
    return Situation(
        facts=facts,
        dates=shown.dates(),
        status=shown.status,
        state=revision_state(shown.dates(), at),
        step=ToSign(Meaning(steps[0].meaning), steps[0].is_separate) if steps else None,
        authors=shown.authors(),
        was_submitted=shown.prepared_at is not None,
        signed=tuple(signed),
        approved_at=shown.approved_at,
        newest_from=next((one.effective_from for one in open_ended), None),
        is_form=head.kind.is_form,
        has_class=beside.kept is not None,
        has_file=any(one.role == FileRole.MAIN for one in files),
        has_real_number=head.has_real_number,
        valid_until=shown.valid_until,
        revision_under_way=any(one.status in UNDER_WAY for one in revisions),
    )
