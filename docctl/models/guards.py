"""What the database itself forbids, whoever asks: changes to what was signed, filed or recorded.

Declared once for both dialects (`guard_kinds` says in which SQL); every migration ends by installing all of
them again (`guarding`), because SQLite's batch mode drops triggers silently, and a test compares them with
the live schema.
"""

from __future__ import annotations

from typing import Final

from docctl.domain.lifecycle import LIST_MOVES, RECORD_MOVES, REVISION_MOVES
from docctl.models.guard_blanks import BLANK_GUARDS
from docctl.models.guard_changes import CHANGE_GUARDS
from docctl.models.guard_continuity import CONTINUITY_GUARDS
from docctl.models.guard_controlled import CONTROLLED_GUARDS
from docctl.models.guard_copy_steps import COPY_STEP_GUARDS
from docctl.models.guard_distribution import DISTRIBUTION_GUARDS
from docctl.models.guard_epochs import EPOCH_GUARDS
from docctl.models.guard_external import EXTERNAL_GUARDS
from docctl.models.guard_files import FILE_GUARDS
from docctl.models.guard_forms import FORM_GUARDS
from docctl.models.guard_kinds import Exclusion, Guard, final, frozen, moves
from docctl.models.guard_lateness import LATENESS_GUARDS
from docctl.models.guard_organisation import ORGANISATION_GUARDS
from docctl.models.guard_requests import REQUEST_GUARDS
from docctl.models.guard_returns import RETURN_GUARDS
from docctl.models.guard_reviews import REVIEW_GUARDS
from docctl.models.guard_schedule import SCHEDULE_GUARDS
from docctl.models.guard_suspensions import SUSPENSION_GUARDS

#: Half-open intervals overlap where each begins before the other ends; an empty one overlaps nothing.
OVERLAP: Final = """NEW.effective_from IS NOT NULL
    AND (NEW.effective_until IS NULL OR NEW.effective_from < NEW.effective_until)
    AND EXISTS (SELECT 1 FROM revision r
        WHERE r.document_id = NEW.document_id AND r.id <> NEW.id AND r.effective_from IS NOT NULL
        AND (r.effective_until IS NULL OR r.effective_from < r.effective_until)
        AND (r.effective_until IS NULL OR NEW.effective_from < r.effective_until)
        AND (NEW.effective_until IS NULL OR r.effective_from < NEW.effective_until))"""

RECORD_GOING: Final = "EXISTS (SELECT 1 FROM record r WHERE r.id = OLD.record_id AND r.status = 'destroying')"

HELD: Final = """(EXISTS (SELECT 1 FROM hold_item i JOIN hold h ON h.id = i.hold_id
    WHERE i.item_id = NEW.id AND h.lifted_at IS NULL)
    OR EXISTS (SELECT 1 FROM record_key r JOIN hold_key k ON k.kind = r.kind AND k.normal = r.normal
        JOIN hold h ON h.id = k.hold_id
        WHERE r.record_id = NEW.id AND h.lifted_at IS NULL AND OLD.destroying_since IS NULL))"""

GUARDS: Final = (
    # a sample company stays one
    Guard("o_1_demo_for_ever", "O-1", "legal_entity", "UPDATE", "OLD.is_demo AND NOT NEW.is_demo"),
    Guard("o_1_entity_delete", "O-1", "legal_entity", "DELETE", "TRUE"),
    *ORGANISATION_GUARDS,
    # the trail
    Guard(
        "t_1_event_gap",
        "T-1",
        "event",
        "INSERT",
        """NEW.seq <> coalesce((SELECT max(e.seq) FROM event e), 0) + 1
        OR NEW.prev_hash <> coalesce((SELECT e.hash FROM event e WHERE e.seq = NEW.seq - 1),
            (SELECT h.hash FROM audit_head h WHERE h.seq = 0))""",
    ),
    Guard("t_1_event_update", "T-1", "event", "UPDATE", "TRUE"),
    Guard("t_1_event_delete", "T-1", "event", "DELETE", "TRUE"),
    Guard("t_1_detail_update", "T-1", "event_detail", "UPDATE", "TRUE"),
    Guard(
        "t_1_detail_delete",
        "T-1",
        "event_detail",
        "DELETE",
        """NOT EXISTS (SELECT 1 FROM event e JOIN record r ON r.id = e.subject_id
            WHERE e.seq = OLD.seq AND r.status = 'destroying')""",
    ),
    Guard("t_1_head_delete", "T-1", "audit_head", "DELETE", "TRUE"),
    Guard("t_1_head_back", "T-1", "audit_head", "UPDATE", "NEW.seq < OLD.seq"),
    # what is sealed of it
    Guard("t_2_seal_update", "T-2", "audit_tree_head", "UPDATE", "TRUE"),
    Guard("t_2_seal_delete", "T-2", "audit_tree_head", "DELETE", "TRUE"),
    Guard(
        "t_2_seal_back",
        "T-2",
        "audit_tree_head",
        "INSERT",
        """NEW.size <= coalesce((SELECT max(h.size) FROM audit_tree_head h), 0)
        OR NEW.size > (SELECT max(a.seq) FROM audit_head a)""",
    ),
    Guard("t_2_key_update", "T-2", "audit_key", "UPDATE", "TRUE"),
    Guard("t_2_key_delete", "T-2", "audit_key", "DELETE", "TRUE"),
    # epochs, controlled settings
    *EPOCH_GUARDS,
    *CONTROLLED_GUARDS,
    # signatures
    Guard("a_3_signature_update", "A-3", "signature", "UPDATE", "TRUE"),
    Guard("a_3_signature_delete", "A-3", "signature", "DELETE", "TRUE"),
    *EXTERNAL_GUARDS,
    *COPY_STEP_GUARDS,
    *LATENESS_GUARDS,
    *RETURN_GUARDS,
    # documents
    Guard("v_2_revision_delete", "V-2", "revision", "DELETE", "TRUE"),
    Guard("v_2_document_delete", "V-2", "document", "DELETE", "TRUE"),
    moves("v_6_revision_moves", "V-6", "revision", REVISION_MOVES),
    frozen(
        "v_2_revision_content",
        "V-2",
        "revision",
        (
            "document_id",
            "ordinal",
            "label",
            "title",
            "change_what",
            "change_reason",
            "change_basis",
            "drafting_unit_id",
            "systems",
            "amount",
            "valid_until",
            "is_trial",
            "manifest",
            "manifest_sha256",
            "round",
            "created_by",
            "editors",
            "prepared_by",
            "prepared_at",
        ),
        unless="OLD.status = 'draft' OR NEW.status = 'draft'",
    ),
    frozen(
        "v_2_revision_dates",
        "V-2",
        "revision",
        (
            "reviewed_by",
            "reviewed_at",
            "approved_by",
            "approved_at",
            "issued_by",
            "issued_at",
            "effective_from",
            "number",
        ),
        unless="OLD.issued_at IS NULL",
    ),
    frozen("v_6_imported", "V-6", "revision", ("imported_at", "imported_by", "paper")),
    Guard("v_3_overlap_insert", "V-3", "revision", "INSERT", OVERLAP),
    Guard(
        "v_3_overlap_update",
        "V-3",
        "revision",
        "UPDATE",
        OVERLAP,
        of=("effective_from", "effective_until"),
    ),
    *SUSPENSION_GUARDS,
    *DISTRIBUTION_GUARDS,
    *BLANK_GUARDS,
    *CONTINUITY_GUARDS,
    *REVIEW_GUARDS,
    *CHANGE_GUARDS,
    *REQUEST_GUARDS,
    *FORM_GUARDS,
    *FILE_GUARDS,
    # numbers
    Guard("n_1_number_delete", "N-1", "number_entry", "DELETE", "TRUE"),
    frozen("n_1_number_change", "N-1", "number_entry", ("shown", "normal", "entity_id")),
    Guard(
        "n_1_number_back",
        "N-1",
        "number_entry",
        "UPDATE",
        "OLD.state = 'voided' OR (OLD.state = 'used' AND NEW.state = 'reserved')",
        of=("state",),
    ),
    # answers to findings
    Guard("d_12_answer_change", "D-12", "check_answer", "UPDATE", "TRUE"),
    Guard("d_12_answer_delete", "D-12", "check_answer", "DELETE", "TRUE"),
    Guard("n_3_reservation_change", "N-3", "number_reservation", "UPDATE", "TRUE"),
    Guard("n_3_reservation_delete", "N-3", "number_reservation", "DELETE", "TRUE"),
    Guard("n_1_counter_back", "N-1", "counter", "UPDATE", "NEW.value < OLD.value"),
    # records
    Guard("c_1_record_delete", "C-1", "record", "DELETE", "TRUE"),
    frozen(
        "c_1_record_identity",
        "C-1",
        "record",
        ("number", "form_id", "form_revision_id", "filed_by", "filed_at", "unit_name"),
    ),
    final("f_17_final_states", "F-17", "record", RECORD_MOVES),
    Guard("c_1_fact_update", "C-1", "record_fact", "UPDATE", "TRUE"),
    Guard("c_1_fact_delete", "C-1", "record_fact", "DELETE", f"NOT {RECORD_GOING}"),
    frozen(
        "c_1_correction_content",
        "C-1",
        "correction",
        ("record_id", "field", "old_value", "new_value", "reason", "entered_by", "entered_at"),
    ),
    Guard("c_1_correction_delete", "C-1", "correction", "DELETE", f"NOT {RECORD_GOING}"),
    # retention
    Guard(
        "r_4_no_end_date",
        "R-4",
        "record",
        "UPDATE",
        "NEW.status = 'destroying' AND OLD.status <> 'destroying' AND NEW.keep_until IS NULL",
        of=("status",),
    ),
    Guard(
        "r_5_held",
        "R-5",
        "record",
        "UPDATE",
        f"NEW.status = 'destroying' AND OLD.status <> 'destroying' AND {HELD}",
        of=("status",),
    ),
    Guard(
        "r_5_hold_too_late",
        "R-5",
        "hold_item",
        "INSERT",
        """EXISTS (SELECT 1 FROM record r WHERE r.id = NEW.item_id
            AND r.status IN ('destroying', 'stopped', 'destroyed'))""",
    ),
    Guard("r_5_hold_item_delete", "R-5", "hold_item", "DELETE", "TRUE"),
    frozen("r_5_hold_item_update", "R-5", "hold_item", ("hold_id", "item_id")),
    Guard("r_5_hold_key_update", "R-5", "hold_key", "UPDATE", "TRUE"),
    Guard("r_5_hold_key_delete", "R-5", "hold_key", "DELETE", "TRUE"),
    *SCHEDULE_GUARDS,
    Guard("r_6_list_delete", "R-6", "disposal_list", "DELETE", "TRUE"),
    final("r_6_final_states", "R-6", "disposal_list", LIST_MOVES),
    frozen(
        "r_6_list_approved",
        "R-6",
        "disposal_list",
        ("manifest", "manifest_sha256", "approved_sha256", "approved_by"),
        unless="OLD.approved_by IS NULL",
    ),
    frozen("r_7_list_purge", "R-7", "disposal_list", ("purge_from",), unless="OLD.purge_from IS NULL"),
    Guard("r_7_copy_delete", "R-7", "index_copy", "DELETE", "TRUE"),
    Guard("r_6_item_delete", "R-6", "disposal_item", "DELETE", "TRUE"),
    Guard(
        "r_6_item_added",
        "R-6",
        "disposal_item",
        "INSERT",
        """EXISTS (SELECT 1 FROM disposal_list l
            WHERE l.id = NEW.list_id AND l.approved_by IS NOT NULL)""",
    ),
)


#: Two transactions at once do not see each other's rows: PostgreSQL needs a constraint as well.
EXCLUSIONS: Final = (
    Exclusion(
        "v_3_overlap",
        "V-3",
        "revision",
        "EXCLUDE USING gist (document_id WITH =, tstzrange(effective_from, effective_until) WITH &&) "
        "WHERE ((effective_from IS NOT NULL))",
    ),
)


def truncations() -> tuple[Guard, ...]:
    """Return the guards against TRUNCATE, which on PostgreSQL passes the triggers of rows by."""
    rules = {guard.table: guard.rule for guard in reversed(GUARDS)}
    return tuple(
        Guard(f"{rule.lower().replace('-', '_')}_{table}_truncate", rule, table, "TRUNCATE", "TRUE")
        for table, rule in sorted(rules.items())
    )
