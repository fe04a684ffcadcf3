"""Cases that stand still are found without reading the others: none of their tasks is late."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_still",
        "cases",
        ["id"],
        postgresql_where=sa.text("suspended OR correction_pending"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_still", "cases")
