"""What the worker needs for cases: ended and waiting ones found by index, alarms, partitions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ENDED = "status IN ('concluded','issued','not_accepted','withdrawn','terminated')"

# Partitions belong to the owner of the tables, whose login the worker does not have: this
# function is all that it may do with that owner's rights. A month that already has rows in the
# default partition gets them moved; the default partition is locked only for that.
_PARTITION = """
CREATE FUNCTION ensure_events_partition(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first date := date_trunc('month', wanted)::date;
    after date := (date_trunc('month', wanted) + interval '1 month')::date;
    name text := 'events_' || to_char(wanted, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_events_partition'));
    IF to_regclass('public.' || name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.events INCLUDING ALL)', name);
    EXECUTE format(
        'REVOKE UPDATE, DELETE, TRUNCATE ON public.%I FROM tongban_app, tongban_worker', name);
    EXECUTE format(
        'WITH moved AS (DELETE FROM public.events_other WHERE month >= %L AND month < %L'
        ' RETURNING *) INSERT INTO public.%I SELECT * FROM moved', first, after, name);
    EXECUTE format(
        'ALTER TABLE public.events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        name, first, after);
    RETURN true;
END $$
"""


def upgrade() -> None:
    op.create_index(
        "ix_events_at",
        "events",
        ["at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )
    op.create_index("ix_cases_ended", "cases", ["id"], postgresql_where=sa.text(ENDED))
    op.create_table(
        "queue_alarms",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_queue_alarms_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "role", name=op.f("pk_queue_alarms")),
    )
    _let_packages_wait()
    _protect_partitions()
    op.execute(_PARTITION)
    op.execute("REVOKE EXECUTE ON FUNCTION ensure_events_partition(date) FROM PUBLIC")
    # The worker shares the API's login where it was given none of its own.
    op.execute(
        "GRANT EXECUTE ON FUNCTION ensure_events_partition(date) TO tongban_app, tongban_worker"
    )


def _let_packages_wait() -> None:
    """An archive's row comes with the archiving, its package later from the worker."""
    op.alter_column("archives", "file_id", nullable=True)
    op.alter_column("archives", "digest", nullable=True)
    op.create_check_constraint(
        op.f("ck_archives_packaged"), "archives", "(file_id IS NULL) = (digest IS NULL)"
    )
    op.create_index(
        "ix_archives_waiting", "archives", ["at"], postgresql_where=sa.text("file_id IS NULL")
    )
    op.execute(
        "INSERT INTO archives (case_id, at, retain_until)"
        " SELECT c.id, now(), (coalesce(c.concluded_at, now())"
        "  + make_interval(years => coalesce((v.content->>'retention_years')::int, 10)))::date"
        " FROM cases c JOIN matter_versions v ON v.id = c.matter_version_id"
        " WHERE c.status = 'archived' AND NOT EXISTS"
        "  (SELECT FROM archives WHERE case_id = c.id)"
    )


def _protect_partitions() -> None:
    """Rights on the parent do not bind who names a partition: history is append-only there too."""
    op.execute("""
        DO $$
        DECLARE part regclass;
        BEGIN
            FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'events'::regclass LOOP
                EXECUTE format(
                    'REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM tongban_app, tongban_worker', part);
            END LOOP;
        END $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION ensure_events_partition(date)")
    op.drop_index("ix_archives_waiting", "archives")
    op.drop_constraint(op.f("ck_archives_packaged"), "archives")
    op.execute("DELETE FROM archives WHERE file_id IS NULL")
    op.alter_column("archives", "digest", nullable=False)
    op.alter_column("archives", "file_id", nullable=False)
    op.drop_table("queue_alarms")
    op.drop_index("ix_cases_ended", "cases")
    op.drop_index("ix_events_at", "events")
