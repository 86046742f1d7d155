"""Header blocks say what stands at the head of a company's prints (D-14)"""

from alembic import op

from docctl.domain.header_content import shipped_headers
from docctl.migrations.begin import begin_kind

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No block: everything is printed as it was until a company says so.
    begin_kind(op.get_bind(), "headers", shipped_headers())
