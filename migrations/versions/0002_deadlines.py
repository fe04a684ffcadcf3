"""Deadlines."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Any change of the calendar, also one made by hand, gives it a new revision: caches follow.
_BUMP = """
CREATE FUNCTION calendar_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calendar_revision SET revision = gen_random_uuid();
    RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER calendar_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION calendar_changed()
"""


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("is_working", sa.Boolean, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("date", name="pk_calendar_days"),
    )
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_years"),
    )
    op.create_table(
        "calendar_revision",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Uuid, server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_calendar_revision_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_revision"),
    )
    op.execute("INSERT INTO calendar_revision (id) VALUES (1)")
    op.execute(_BUMP)
    for table in ("calendar_days", "calendar_years"):
        op.execute(_TRIGGER.format(table=table))


def downgrade() -> None:
    for table in ("calendar_revision", "calendar_years", "calendar_days"):
        op.drop_table(table)
    op.execute("DROP FUNCTION calendar_changed()")
