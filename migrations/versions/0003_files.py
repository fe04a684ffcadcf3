"""Files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scan_state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["staff.id"], name=op.f("fk_files_uploaded_by")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_files_digest_is_sm3")),
        sa.CheckConstraint(
            "scan_state IN ('pending', 'clean', 'infected', 'unscanned')",
            name=op.f("ck_files_scan_state"),
        ),
    )
    unattached = sa.text("attached_at IS NULL")
    op.create_index("ix_files_digest", "files", ["digest"])
    op.create_index(
        "uq_files_unattached",
        "files",
        ["uploaded_by", "digest", "name"],
        unique=True,
        postgresql_where=unattached,
    )
    op.create_index("ix_files_unattached", "files", ["uploaded_at"], postgresql_where=unattached)
    op.create_index(
        "ix_files_pending", "files", ["id"], postgresql_where=sa.text("scan_state = 'pending'")
    )


def downgrade() -> None:
    op.drop_table("files")
