"""A missed promise (容缺) shows in lists, which read no lines of materials."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("promise_missed_on", sa.Date(), nullable=True))
    op.execute(
        """
        UPDATE cases SET promise_missed_on = missed.first
        FROM (
            SELECT case_id, min(promised_by) AS first
            FROM case_materials
            WHERE promise_missed AND received = 'none'
            GROUP BY case_id
        ) AS missed
        WHERE id = missed.case_id
        """
    )


def downgrade() -> None:
    op.drop_column("cases", "promise_missed_on")
