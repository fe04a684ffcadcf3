"""How to reach an organisation: address, telephone, opening hours."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = ("address", "telephone", "opening_hours")


def upgrade() -> None:
    for name in COLUMNS:
        column = sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False)
        op.add_column("organisations", column)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("organisations", name)
