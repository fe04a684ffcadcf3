"""Accounts, grants, sessions and the audit log."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongban.core.db import Base
from tongban.identity.roles import Role

_MOMENT = DateTime(timezone=True)


class Staff(Base):
    """An account. `username` never changes: sealed columns are bound to it."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("username = lower(username)", name="username_is_lower_case"),
        Index("ix_staff_organisation_id_username", "organisation_id", "username"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(server_default=text("false"))
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed: Mapped[bool] = mapped_column(server_default=text("false"))
    """False while the secret has been handed out but no code of it has come back."""
    totp_last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The last 30-second step whose code was used: no code works twice."""
    credentials_version: Mapped[int] = mapped_column(server_default=text("1"))
    """Raised with every change of password or TOTP; a limited token names the one it saw."""
    failed_attempts: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(_MOMENT)
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed `{email, mobile}`."""
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=text("now()"))
    last_sign_in_at: Mapped[datetime | None] = mapped_column(_MOMENT)


class GrantRow(Base):
    """A role that somebody holds at an organisation."""

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint(
            "role IN (" + ", ".join(f"'{role.value}'" for role in Role) + ")", name="role"
        ),
        UniqueConstraint("staff_id", "role", "organisation_id"),
        Index("ix_grants_organisation_id_role", "organisation_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    role: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    granted_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=text("now()"))


class StaffSession(Base):
    """A sign-in on one browser; access tokens name it and die with it."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    last_used_at: Mapped[datetime] = mapped_column(_MOMENT)
    """When it was last refreshed; not written on every request."""
    revoked_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    user_agent: Mapped[str]


class RefreshToken(Base):
    """A refresh token by its SM3 digest. Used once; a second use ends the whole session."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(_MOMENT)
    used_at: Mapped[datetime | None] = mapped_column(_MOMENT)


class SignInFailures(Base):
    """How often signing in failed from an address since a moment."""

    __tablename__ = "sign_in_failures"

    address: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(_MOMENT)
    failures: Mapped[int]


class AccountKey(Base):
    """A retry key under which somebody made an account. The body it stands for names the account,
    so that its digest is all there is to keep."""

    __tablename__ = "account_keys"

    staff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(_MOMENT)


class AuditEntry(Base):
    """One line of the trail. The application's logins can add and read, nothing else."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at_id", "at", "id"),
        Index("ix_audit_log_staff_id_id", "staff_id", "id"),
        Index("ix_audit_log_subject_id", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(_MOMENT)
    staff_id: Mapped[int | None]
    """No foreign key: the trail outlives what it speaks of."""
    username: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    request_id: Mapped[str]
    ip: Mapped[str]
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC-SM3 of the line."""


class AuditSeal(Base):
    """A finished day (UTC) of the trail: how many lines, and a digest chained to the day before."""

    __tablename__ = "audit_seals"

    day: Mapped[date] = mapped_column(primary_key=True)
    lines: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
