"""Organisations and identity."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tongban.organisations.models import Ltree

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Any change of the tree, also one made by hand, gives it a new revision: caches follow.
_BUMP = """
CREATE FUNCTION tree_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tree_revision SET revision = gen_random_uuid();
    RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER tree_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisations
FOR EACH STATEMENT EXECUTE FUNCTION tree_changed()
"""


def upgrade() -> None:
    # Whoever runs the migrations owns the tables; API and worker only use them.
    for role in ("tongban_app", "tongban_worker"):
        op.execute(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
            f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
        )
        op.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}"
        )
    op.execute("CREATE EXTENSION IF NOT EXISTS ltree")
    _create_organisations()
    _create_accounts()
    _create_sessions()
    _create_audit()


def downgrade() -> None:
    for table in (
        "audit_seals",
        "audit_log",
        "refresh_tokens",
        "sessions",
        "grants",
        "staff",
        "tree_revision",
        "organisations",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION tree_changed()")
    for role in ("tongban_app", "tongban_worker"):
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {role}")
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {role}")


def _moment(name: str, *, nullable: bool = False, default: bool = False) -> sa.Column[Any]:
    server_default = sa.text("now()") if default else None
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default
    )


def _flag(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text(default))


def _number(name: str, default: str, kind: type[sa.Integer] = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind(), nullable=False, server_default=sa.text(default))


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'"))


def _create_organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("office_name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("path", Ltree(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        _flag("active", "true"),
        _json("attributes"),
        _moment("updated_at", default=True),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("code", name="uq_organisations_code"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name="fk_organisations_parent_id"
        ),
        sa.CheckConstraint(
            "kind IN ('district', 'street', 'community', 'bureau', 'section', 'hall', 'window')",
            name=op.f("ck_organisations_kind"),
        ),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (kind = 'district')",
            name=op.f("ck_organisations_only_district_is_root"),
        ),
    )
    op.create_index("ix_organisations_parent_id", "organisations", ["parent_id"])
    op.create_index("ix_organisations_path", "organisations", ["path"], postgresql_using="gist")
    op.create_table(
        "tree_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "revision", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tree_revision"),
        sa.CheckConstraint("id = 1", name=op.f("ck_tree_revision_one_row")),
    )
    op.execute("INSERT INTO tree_revision (id) VALUES (1)")
    op.execute(_BUMP)
    op.execute(_TRIGGER)


def _create_accounts() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        _flag("must_change_password", "false"),
        sa.Column("totp_secret", sa.LargeBinary()),
        _flag("totp_confirmed", "false"),
        _number("totp_last_step", "0", sa.BigInteger),
        _number("credentials_version", "1"),
        _number("failed_attempts", "0"),
        _moment("locked_until", nullable=True),
        sa.Column("contact", sa.LargeBinary()),
        _flag("active", "true"),
        _moment("created_at", default=True),
        _moment("last_sign_in_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("username", name="uq_staff_username"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_staff_organisation_id"
        ),
        sa.CheckConstraint(
            "username = lower(username)", name=op.f("ck_staff_username_is_lower_case")
        ),
    )
    op.create_index("ix_staff_organisation_id_username", "staff", ["organisation_id", "username"])
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        _moment("granted_at", default=True),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.UniqueConstraint(
            "staff_id", "role", "organisation_id", name="uq_grants_staff_id_role_organisation_id"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_grants_staff_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_grants_organisation_id"
        ),
        sa.CheckConstraint(
            "role IN ('clerk', 'pre_reviewer', 'reviewer', 'agent_runner', 'supervisor',"
            " 'leader', 'content_editor', 'catalogue_editor', 'system_admin',"
            " 'security_admin', 'audit_admin')",
            name=op.f("ck_grants_role"),
        ),
    )
    op.create_index("ix_grants_organisation_id_role", "grants", ["organisation_id", "role"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("last_used_at"),
        _moment("revoked_at", nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_sessions_staff_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_refresh_tokens"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_refresh_tokens_session_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])


def _create_audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _moment("at"),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        _json("details"),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at_id", "audit_log", ["at", "id"])
    op.create_index("ix_audit_log_staff_id_id", "audit_log", ["staff_id", "id"])
    op.create_index("ix_audit_log_subject_id", "audit_log", ["subject", "id"])
    op.create_table(
        "audit_seals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_seals"),
    )
    op.execute("REVOKE UPDATE, DELETE ON audit_log, audit_seals FROM tongban_app, tongban_worker")
    op.execute("REVOKE INSERT ON audit_seals FROM tongban_app")
