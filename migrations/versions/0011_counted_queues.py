"""The index of the queues holds what their counts ask for, so that they read nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = ["organisation_id", "role", "due_on", "id"]
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.drop_index("ix_tasks_pool", "tasks")
    op.create_index(
        "ix_tasks_pool",
        "tasks",
        KEY,
        postgresql_include=["claimed_by", "function"],
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_tasks_pool", "tasks")
    op.create_index("ix_tasks_pool", "tasks", KEY, postgresql_where=OPEN)
