"""Bridges on counter PCs, what they are asked to do and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongban.core.db import Base
from tongban.devices.rules import BridgeKind, CommandKind, State

_MOMENT = DateTime(timezone=True)


def _one_of(column: str, values: type[BridgeKind | CommandKind | State]) -> CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class PairingCode(Base):
    """A code that pairs one bridge with one window, by its keyed digest."""

    __tablename__ = "pairing_codes"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime] = mapped_column(_MOMENT, index=True)


class Bridge(Base):
    """A service on a counter PC, or a tablet's page, paired with a window."""

    __tablename__ = "bridges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Ed25519, 32 bytes."""
    paired_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    """Who made the pairing code."""
    paired_at: Mapped[datetime] = mapped_column(_MOMENT)
    revoked_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    seen_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    """When it last told of its devices. Whether it is connected now, Valkey knows."""
    devices: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """States as the bridge told them."""
    queued: Mapped[int] = mapped_column(server_default=text("0"))
    """Deliveries that the bridge still keeps."""

    __table_args__ = (
        _one_of("kind", BridgeKind),
        CheckConstraint("octet_length(public_key) = 32", name="public_key_is_ed25519"),
        Index(
            "uq_bridges_paired",
            "window_id",
            "kind",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )


class Command(Base):
    """Something that a clerk asked a window's devices to do. Holds no personal data."""

    __tablename__ = "device_commands"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    target: Mapped[str] = mapped_column(String(10))
    """The kind of bridge that is to do it; which one, its taking decides."""
    kind: Mapped[str] = mapped_column(String(20))
    parameters: Mapped[dict[str, Any]]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    state: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(_MOMENT)
    expires_at: Mapped[datetime] = mapped_column(_MOMENT)
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("bridges.id"))
    ended_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    problem: Mapped[str | None] = mapped_column(String(60))
    """Stable code of what went wrong."""
    problem_detail: Mapped[str | None] = mapped_column(String(500))
    """For whoever repairs it: a status word, a port."""
    result: Mapped[dict[str, Any] | None]
    """Of a card this is empty: see `CardReading`."""

    __table_args__ = (
        _one_of("target", BridgeKind),
        _one_of("kind", CommandKind),
        _one_of("state", State),
        # Not a partial one: prepared statements, whose states are parameters, would not use it.
        Index("ix_device_commands_state_expires_at", "state", "expires_at"),
    )


class CardReading(Base):
    """What a card said, sealed; for who asked and a quarter of an hour. Behind row-level
    security: `tongban.staff` names who asks."""

    __tablename__ = "card_readings"

    command_id: Mapped[UUID] = mapped_column(ForeignKey("device_commands.id"), primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    drop_at: Mapped[datetime] = mapped_column(_MOMENT, index=True)


class PrintDocument(Base):
    """What a command prints, sealed: made while the clerk asked, with the clerk's rights."""

    __tablename__ = "print_documents"

    command_id: Mapped[UUID] = mapped_column(ForeignKey("device_commands.id"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Delivery(Base):
    """What a bridge told of a command, known by the id that the bridge gave it."""

    __tablename__ = "device_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bridge_id: Mapped[UUID] = mapped_column(ForeignKey("bridges.id"))
    sequence: Mapped[int]
    command_id: Mapped[UUID] = mapped_column(ForeignKey("device_commands.id"), index=True)
    at: Mapped[datetime] = mapped_column(_MOMENT)
    """When it happened, by the bridge's clock."""
    received_at: Mapped[datetime] = mapped_column(_MOMENT)
    state: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str | None] = mapped_column(String(60))
    problem_detail: Mapped[str | None] = mapped_column(String(500))
    late: Mapped[bool]
    """The command was over already."""
