"""The case file: cases, what belongs to them, and what protects it."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "daily_seals",
    "archives",
    "collections",
    "handovers",
    "outbox",
    "idempotency_keys",
    "case_counters",
    "events",
    "tasks",
    "case_materials",
    "case_personal",
    "case_scope",
    "cases",
)
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 1)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("query_code", sa.String(length=12), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("matter_code", sa.String(length=40), nullable=False),
        sa.Column("matter_name", sa.String(length=200), nullable=False),
        sa.Column("matter_version_id", sa.Integer(), nullable=False),
        sa.Column("handling", sa.String(length=10), nullable=False),
        sa.Column("case_kind", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("correction_pending", sa.Boolean(), nullable=False),
        sa.Column("correction_told", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("urged", sa.Boolean(), nullable=False),
        sa.Column("carded", sa.Boolean(), nullable=False),
        sa.Column("deemed_accepted", sa.Boolean(), nullable=False),
        sa.Column("promise_open", sa.Boolean(), nullable=False),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("extension_asked_days", sa.Integer(), nullable=True),
        sa.Column("extension_asked_by", sa.Integer(), nullable=True),
        sa.Column("accepting_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=False),
        sa.Column("deciding_id", sa.Integer(), nullable=True),
        sa.Column("issuing_id", sa.Integer(), nullable=False),
        sa.Column("cross_handling", sa.String(length=24), nullable=False),
        sa.Column("linkage", sa.String(length=20), nullable=False),
        sa.Column("path", postgresql.JSONB(), nullable=False),
        sa.Column("applicant", postgresql.JSONB(), nullable=False),
        sa.Column("agent", postgresql.JSONB(), nullable=True),
        sa.Column("form", postgresql.JSONB(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, names)", persisted=True),
            nullable=False,
        ),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column(
            "registered_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False
        ),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=True),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=True),
        sa.Column("concluded_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=True),
        sa.Column("acceptance_due_on", sa.Date(), nullable=True),
        sa.Column("limit_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(number IS NULL) = (status = 'draft')", name=op.f("ck_cases_numbered")),
        sa.CheckConstraint(
            "(outcome IS NULL) OR status IN ('concluded','issued','archived')",
            name=op.f("ck_cases_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["accepting_id"], ["organisations.id"], name=op.f("fk_cases_accepting_id")
        ),
        sa.ForeignKeyConstraint(
            ["deciding_id"], ["organisations.id"], name=op.f("fk_cases_deciding_id")
        ),
        sa.ForeignKeyConstraint(
            ["extension_asked_by"], ["staff.id"], name=op.f("fk_cases_extension_asked_by")
        ),
        sa.ForeignKeyConstraint(["home_id"], ["organisations.id"], name=op.f("fk_cases_home_id")),
        sa.ForeignKeyConstraint(
            ["issuing_id"], ["organisations.id"], name=op.f("fk_cases_issuing_id")
        ),
        sa.ForeignKeyConstraint(
            ["matter_version_id"], ["matter_versions.id"], name=op.f("fk_cases_matter_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["staff.id"], name=op.f("fk_cases_registered_by")
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["organisations.id"], name=op.f("fk_cases_responsible_id")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["organisations.id"], name=op.f("fk_cases_window_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index("ix_cases_matter", "cases", ["matter_code", "registered_at"], unique=False)
    op.create_index(
        "ix_cases_promises", "cases", ["id"], unique=False, postgresql_where=sa.text("promise_open")
    )
    op.create_index("ix_cases_registered", "cases", ["registered_at", "id"], unique=False)
    op.create_index("ix_cases_registrar", "cases", ["registered_by", "registered_at"], unique=False)
    op.create_index(
        "ix_cases_running",
        "cases",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("status IN ('accepted','in_process')"),
    )
    op.create_index("ix_cases_search", "cases", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_cases_undecided",
        "cases",
        ["acceptance_due_on"],
        unique=False,
        postgresql_where=sa.text("status IN ('submitted','pre_review_passed','received')"),
    )
    op.create_table(
        "case_personal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.LargeBinary(), nullable=False),
        sa.Column("mobile_index", sa.LargeBinary(), nullable=True),
        sa.Column("agent_index", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_personal_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_personal")),
    )
    op.create_index(
        op.f("ix_case_personal_agent_index"), "case_personal", ["agent_index"], unique=False
    )
    op.create_index(op.f("ix_case_personal_id_index"), "case_personal", ["id_index"], unique=False)
    op.create_index(
        op.f("ix_case_personal_mobile_index"), "case_personal", ["mobile_index"], unique=False
    )
    op.create_table(
        "case_materials",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("document_kind", sa.String(length=60), nullable=True),
        sa.Column("received", sa.String(length=20), nullable=False),
        sa.Column("promised_by", sa.Date(), nullable=True),
        sa.Column("promise_missed", sa.Boolean(), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=True),
        sa.Column("files", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_materials_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["staff.id"], name=op.f("fk_case_materials_checked_by")
        ),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_case_materials")),
    )
    op.create_index(
        "ix_case_materials_files",
        "case_materials",
        ["files"],
        postgresql_using="gin",
        postgresql_where=sa.text("cardinality(files) > 0"),
    )
    op.create_index(
        "ix_case_materials_promised",
        "case_materials",
        ["promised_by"],
        unique=False,
        postgresql_where=sa.text(
            "promised_by IS NOT NULL AND received = 'none' AND NOT promise_missed"
        ),
    )
    op.create_table(
        "case_scope",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_scope_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organisation_id", "at", "case_id", name=op.f("pk_case_scope")),
    )
    op.create_index(
        "ix_case_scope_case", "case_scope", ["case_id", "organisation_id"], unique=False
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step_key", sa.String(length=60), nullable=False),
        sa.Column("function", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open','done','cancelled')", name=op.f("ck_tasks_state")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_tasks_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["claimed_by"], ["staff.id"], name=op.f("fk_tasks_claimed_by")),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name=op.f("fk_tasks_done_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_tasks_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_case_id"), "tasks", ["case_id"], unique=False)
    op.create_index(
        "ix_tasks_claimed",
        "tasks",
        ["claimed_by", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_tasks_pool",
        "tasks",
        ["organisation_id", "role", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_tasks_open_step",
        "tasks",
        ["case_id", "step_key"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "events",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=True),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=True),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("to_status", sa.String(length=20), nullable=False),
        sa.Column("step_key", sa.String(length=60), nullable=True),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month", "case_id", "seq", name=op.f("pk_events")),
        postgresql_partition_by="RANGE (month)",
    )
    op.create_table(
        "case_counters",
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("division", "day", name=op.f("pk_case_counters")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_at"), "idempotency_keys", ["at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("runner_id", sa.Integer(), nullable=False),
        sa.Column("handed_over_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(length=60), nullable=False),
        sa.Column("originals", postgresql.JSONB(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("document_number", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["organisations.id"], name=op.f("fk_handovers_bureau_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handovers_case_id")),
        sa.ForeignKeyConstraint(["runner_id"], ["staff.id"], name=op.f("fk_handovers_runner_id")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisations.id"], name=op.f("fk_handovers_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_case_id"), "handovers", ["case_id"], unique=False)
    op.create_index(
        "ix_handovers_out",
        "handovers",
        ["bureau_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("returned_on IS NULL"),
    )
    op.create_table(
        "collections",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("collected_by", sa.String(length=60), nullable=False),
        sa.Column("tracking_number", sa.String(length=60), nullable=True),
        sa.Column("signature_file", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_collections_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_collections_staff_id")),
        sa.PrimaryKeyConstraint("case_id", "at", name=op.f("pk_collections")),
    )
    op.create_table(
        "archives",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=6), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_archives_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_archives")),
    )
    op.create_table(
        "daily_seals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_daily_seals")),
    )
    _partition_events()
    _protect()


def _partition_events() -> None:
    """A partition a month; the worker adds the coming ones. What fits none is kept, not lost."""
    month = FIRST
    while month <= LAST:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        op.execute(
            f"CREATE TABLE events_{month:%Y_%m} PARTITION OF events"
            f" FOR VALUES FROM ('{month}') TO ('{after}')"
        )
        month = after
    op.execute("CREATE TABLE events_other PARTITION OF events DEFAULT")


def _protect() -> None:
    # History is only ever added to, by whichever login.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON events FROM tongban_app, tongban_worker")
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON daily_seals FROM tongban_app, tongban_worker")
    # Second belt for personal data: whatever the application asks, it reads only rows of
    # cases in which one of the organisations in `tongban.scope` takes part. The search by key
    # makes this cheap; on searched tables it would switch off the full-text index.
    op.execute("ALTER TABLE case_personal ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE case_personal FORCE ROW LEVEL SECURITY")
    in_scope = (
        "EXISTS (SELECT FROM case_scope WHERE case_scope.case_id = case_personal.case_id"
        " AND case_scope.organisation_id = ANY"
        " (string_to_array(current_setting('tongban.scope', true), ',')::int[]))"
    )
    for name, command in (("read", "SELECT"), ("change", "UPDATE"), ("discard", "DELETE")):
        op.execute(
            f"CREATE POLICY {name} ON case_personal FOR {command} TO tongban_app USING ({in_scope})"
        )
    op.execute("CREATE POLICY add ON case_personal FOR INSERT TO tongban_app WITH CHECK (true)")
    op.execute("CREATE POLICY work ON case_personal TO tongban_worker USING (true)")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
