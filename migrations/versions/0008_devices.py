"""Evaluations; bridges of counter devices, their commands and what came of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "device_deliveries",
    "print_documents",
    "card_readings",
    "device_commands",
    "bridges",
    "pairing_codes",
    "evaluations",
)
MOMENT = sa.DateTime(timezone=True)
TARGETS = "('bridge','tablet')"
KINDS = "('read_card','scan','print','print_slip','evaluate')"
STATES = "('waiting','taken','done','failed','cancelled','expired')"


def upgrade() -> None:
    _evaluations()
    _bridges()
    _commands()
    _outcomes()
    _protect()


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def _evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(length=10), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("bridge_id", sa.Uuid(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(level IS NULL) <> (reason IS NULL)", name=op.f("ck_evaluations_level_or_reason")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_evaluations_level")),
        sa.CheckConstraint("reason IN ('skipped','timed_out')", name=op.f("ck_evaluations_reason")),
        sa.CheckConstraint("channel IN ('device')", name=op.f("ck_evaluations_channel")),
        _to("evaluations", "case_id", "cases"),
        _to("evaluations", "window_id", "organisations"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_evaluations")),
    )
    op.create_index(op.f("ix_evaluations_window_id"), "evaluations", ["window_id"])


def _bridges() -> None:
    op.create_table(
        "pairing_codes",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        _to("pairing_codes", "window_id", "organisations"),
        _to("pairing_codes", "made_by", "staff"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pairing_codes")),
    )
    op.create_index(op.f("ix_pairing_codes_expires_at"), "pairing_codes", ["expires_at"])
    op.create_table(
        "bridges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("paired_by", sa.Integer(), nullable=False),
        sa.Column("paired_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("devices", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("queued", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(f"kind IN {TARGETS}", name=op.f("ck_bridges_kind")),
        sa.CheckConstraint(
            "octet_length(public_key) = 32", name=op.f("ck_bridges_public_key_is_ed25519")
        ),
        _to("bridges", "window_id", "organisations"),
        _to("bridges", "paired_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridges")),
    )
    op.create_index(
        "uq_bridges_paired",
        "bridges",
        ["window_id", "kind"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def _commands() -> None:
    table = "device_commands"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("problem_detail", sa.String(length=500), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(f"target IN {TARGETS}", name=op.f("ck_device_commands_target")),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("ck_device_commands_kind")),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_device_commands_state")),
        _to(table, "window_id", "organisations"),
        _to(table, "case_id", "cases"),
        _to(table, "asked_by", "staff"),
        _to(table, "taken_by", "bridges"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_commands")),
    )
    op.create_index("ix_device_commands_state_expires_at", table, ["state", "expires_at"])


def _outcomes() -> None:
    op.create_table(
        "card_readings",
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("drop_at", MOMENT, nullable=False),
        _to("card_readings", "command_id", "device_commands"),
        _to("card_readings", "asked_by", "staff"),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_card_readings")),
    )
    op.create_index(op.f("ix_card_readings_drop_at"), "card_readings", ["drop_at"])
    op.create_table(
        "print_documents",
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _to("print_documents", "command_id", "device_commands"),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_print_documents")),
    )
    table = "device_deliveries"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bridge_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("problem_detail", sa.String(length=500), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        _to(table, "bridge_id", "bridges"),
        _to(table, "command_id", "device_commands"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_deliveries")),
    )
    op.create_index(op.f("ix_device_deliveries_command_id"), table, ["command_id"])


def _protect() -> None:
    # Evaluations are not edited; silence alone may be replaced, which takes an UPDATE.
    op.execute("REVOKE DELETE, TRUNCATE ON evaluations FROM tongban_app, tongban_worker")
    # Second belt, as of `case_personal`: whatever the application asks, it reads what a card
    # said only for who had asked for it. A worker without a login of its own says what it is.
    op.execute("ALTER TABLE card_readings ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE card_readings FORCE ROW LEVEL SECURITY")
    upkeep = "current_setting('tongban.upkeep', true) = 'on'"
    op.execute(
        "CREATE POLICY read ON card_readings FOR SELECT TO tongban_app"
        f" USING (asked_by::text = current_setting('tongban.staff', true) OR {upkeep})"
    )
    op.execute(f"CREATE POLICY drop ON card_readings FOR DELETE TO tongban_app USING ({upkeep})")
    op.execute("CREATE POLICY add ON card_readings FOR INSERT TO tongban_app WITH CHECK (true)")
    op.execute("CREATE POLICY work ON card_readings TO tongban_worker USING (true)")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
