"""Failed sign-ins by address; which account a retried creation made."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "account_keys",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("pk_account_keys")),
    )


def downgrade() -> None:
    op.drop_table("account_keys")
    op.drop_table("sign_in_failures")
