"""An authority table says who decides what for how much (A-7)"""

from alembic import op

from docctl.domain.authority_content import shipped_authority
from docctl.migrations.begin import begin_kind

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No class of decisions: nothing asks for the table until a company says so.
    begin_kind(op.get_bind(), "authority", shipped_authority())
