"""Archivists, and disposal of archived cases at the end of their retention."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True, precision=6)
ROLES = (
    "'clerk', 'pre_reviewer', 'reviewer', 'agent_runner', 'supervisor', 'leader',"
    " 'content_editor', 'catalogue_editor', 'system_admin', 'security_admin', 'audit_admin'"
)
PACKAGED = "(file_id IS NULL) = (digest IS NULL)"

# History is append-only for every login of the platform. This function is the one exception, and
# holds itself to what two people decided: it takes the words out of a history whose disposal is
# approved and whose retention is over. Moments, actors and hashes stay.
_REDACT = """
CREATE FUNCTION redact_events(wanted uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE changed integer;
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.archives a JOIN public.disposals d ON d.id = a.disposal_id
        WHERE a.case_id = wanted AND a.disposed_at IS NULL
          AND d.state = 'approved' AND d.decided_by <> d.proposed_by
          AND a.retain_until < current_date
    ) THEN
        RAISE EXCEPTION 'the disposal of % is not approved', wanted;
    END IF;
    UPDATE public.events SET comment = '', details = '{}'
    FROM public.cases c
    WHERE c.id = wanted AND events.month = c.month AND events.case_id = c.id;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_grants_role"), "grants")
    op.create_check_constraint(op.f("ck_grants_role"), "grants", f"role IN ({ROLES}, 'archivist')")
    op.create_table(
        "disposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("opinion", sa.String(length=200), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed','approved','rejected','done')", name=op.f("ck_disposals_state")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by IS NULL)", name=op.f("ck_disposals_decided")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_disposals_two_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_disposals_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff.id"], name=op.f("fk_disposals_proposed_by")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_disposals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposals")),
    )
    op.add_column("archives", sa.Column("disposal_id", sa.Uuid(), nullable=True))
    op.add_column("archives", sa.Column("disposed_at", MOMENT, nullable=True))
    op.create_foreign_key(
        op.f("fk_archives_disposal_id"), "archives", "disposals", ["disposal_id"], ["id"]
    )
    op.create_index(op.f("ix_archives_disposal_id"), "archives", ["disposal_id"])
    op.create_index("ix_archives_retention", "archives", ["retain_until", "case_id"])
    op.drop_constraint(op.f("ck_archives_packaged"), "archives")
    op.create_check_constraint(
        op.f("ck_archives_packaged"),
        "archives",
        f"CASE WHEN disposed_at IS NULL THEN {PACKAGED} ELSE file_id IS NULL END",
    )
    _index_waiting("file_id IS NULL AND disposed_at IS NULL")
    op.execute(_REDACT)
    op.execute("REVOKE EXECUTE ON FUNCTION redact_events(uuid) FROM PUBLIC")
    # The worker shares the API's login where it was given none of its own.
    op.execute("GRANT EXECUTE ON FUNCTION redact_events(uuid) TO tongban_app, tongban_worker")


def _index_waiting(condition: str) -> None:
    op.drop_index("ix_archives_waiting", "archives")
    op.create_index("ix_archives_waiting", "archives", ["at"], postgresql_where=sa.text(condition))


def downgrade() -> None:
    op.execute("DROP FUNCTION redact_events(uuid)")
    # What was disposed of has no package, and never will again.
    op.execute("DELETE FROM archives WHERE disposed_at IS NOT NULL")
    _index_waiting("file_id IS NULL")
    op.drop_constraint(op.f("ck_archives_packaged"), "archives")
    op.create_check_constraint(op.f("ck_archives_packaged"), "archives", PACKAGED)
    op.drop_index("ix_archives_retention", "archives")
    op.drop_column("archives", "disposed_at")
    op.drop_column("archives", "disposal_id")
    op.drop_table("disposals")
    op.drop_constraint(op.f("ck_grants_role"), "grants")
    op.execute("DELETE FROM grants WHERE role = 'archivist'")
    op.create_check_constraint(op.f("ck_grants_role"), "grants", f"role IN ({ROLES})")
