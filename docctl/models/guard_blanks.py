"""What the database forbids with printed blanks: no number twice, nothing that was noted changes (D-10)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

_MEET: Final = "o.first <= NEW.last AND o.last >= NEW.first"

#: Of one form, or of one series of records, no number is printed twice.
_PRINTED_TWICE: Final = f"""EXISTS (SELECT 1 FROM blank_print o WHERE {_MEET}
    AND ((o.document_id = NEW.document_id AND o.prefix = NEW.prefix)
        OR (o.scope <> '' AND o.scope = NEW.scope)))"""  # noqa: S608
#: Numbers go out once, and of the print alone.
_ISSUED_TWICE: Final = f"""EXISTS (SELECT 1 FROM blank_issue o WHERE o.print_id = NEW.print_id AND {_MEET})
    OR NOT EXISTS (SELECT 1 FROM blank_print p
        WHERE p.id = NEW.print_id AND p.first <= NEW.first AND p.last >= NEW.last)"""  # noqa: S608
#: A number ends once, and once more where it was lost.
_ENDED_TWICE: Final = f"""EXISTS (SELECT 1 FROM blank_end o
    WHERE o.print_id = NEW.print_id AND o.was_lost = NEW.was_lost AND {_MEET})
    OR (NEW.was_lost AND NOT EXISTS (SELECT 1 FROM blank_end o
        WHERE o.print_id = NEW.print_id AND o.state = 'lost' AND {_MEET}))"""  # noqa: S608

BLANK_GUARDS: Final = (
    Guard("d_10_print_insert", "D-10", "blank_print", "INSERT", _PRINTED_TWICE),
    Guard("d_10_print_delete", "D-10", "blank_print", "DELETE", "TRUE"),
    frozen(
        "d_10_print_content",
        "D-10",
        "blank_print",
        (
            "document_id",
            "revision_id",
            "prefix",
            "width",
            "first",
            "last",
            "scope",
            "book_size",
            "note",
            "printed_on",
            "noted_at",
            "noted_by",
        ),
    ),
    Guard(
        "d_10_print_counted",
        "D-10",
        "blank_print",
        "UPDATE",
        "NEW.issued < OLD.issued OR NEW.ended < OLD.ended OR NEW.ended_in_store < OLD.ended_in_store",
        of=("issued", "ended", "ended_in_store"),
    ),
    Guard("d_10_issue_insert", "D-10", "blank_issue", "INSERT", _ISSUED_TWICE),
    Guard("d_10_issue_delete", "D-10", "blank_issue", "DELETE", "TRUE"),
    frozen(
        "d_10_issue_content",
        "D-10",
        "blank_issue",
        ("print_id", "first", "last", "unit_id", "holder", "issued_on", "issued_at", "issued_by"),
    ),
    frozen(
        "d_10_issue_received",
        "D-10",
        "blank_issue",
        ("received_on", "received_at", "received_by", "receiver"),
        unless="OLD.received_at IS NULL",
    ),
    Guard("d_10_issue_counted", "D-10", "blank_issue", "UPDATE", "NEW.ended < OLD.ended", of=("ended",)),
    Guard("d_10_end_insert", "D-10", "blank_end", "INSERT", _ENDED_TWICE),
    Guard("d_10_end_update", "D-10", "blank_end", "UPDATE", "TRUE"),
    Guard("d_10_end_delete", "D-10", "blank_end", "DELETE", "TRUE"),
)
