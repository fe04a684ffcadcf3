"""The catalogue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft','active','retired')", name=op.f("ck_matters_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint("code", name=op.f("uq_matters_code")),
    )
    op.create_table(
        "matter_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("note", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft','published','superseded')", name=op.f("ck_matter_versions_state")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (number = 0)", name=op.f("ck_matter_versions_number")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff.id"], name=op.f("fk_matter_versions_changed_by")
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_versions_matter_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["staff.id"], name=op.f("fk_matter_versions_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_versions")),
        sa.UniqueConstraint(
            "matter_id", "number", name=op.f("uq_matter_versions_matter_id_number")
        ),
    )
    for state in ("published", "draft"):
        op.create_index(
            f"uq_matter_versions_{state}",
            "matter_versions",
            ["matter_id"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_table(
        "offerings",
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_offerings_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_offerings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("matter_id", "organisation_id", name=op.f("pk_offerings")),
    )
    _freeze_published_content()


def _freeze_published_content() -> None:
    """Cases were accepted under it: not even the owner's login changes it by accident."""
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state <> 'draft' AND (TG_OP = 'DELETE'
                OR to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
                OR (NEW.state <> OLD.state
                    AND (OLD.state <> 'published' OR NEW.state <> 'superseded'))) THEN
                RAISE EXCEPTION 'a published version never changes';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER published_versions_never_change BEFORE UPDATE OR DELETE ON matter_versions"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_version()"
    )


def downgrade() -> None:
    for table in ("offerings", "matter_versions", "matters"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change_of_published_version()")
