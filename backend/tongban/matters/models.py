"""The catalogue's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongban.core.db import Base

_MOMENT = DateTime(timezone=True)


class Matter(Base):
    """What a resident can ask for; what it consists of is in its versions."""

    __tablename__ = "matters"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(10))

    __table_args__ = (CheckConstraint("status IN ('draft','active','retired')", name="status"),)


class MatterVersion(Base):
    """A definition. Once published, its content never changes: the database refuses."""

    __tablename__ = "matter_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"))
    number: Mapped[int]
    """From 1 in the order of publishing; 0 while it is a draft."""
    base: Mapped[int] = mapped_column(server_default=text("0"))
    """The version in force when this one was begun."""
    state: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SM3 of the canonical content, which the audit log names too."""
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    """Counts a draft's edits, for If-Match."""
    note: Mapped[str] = mapped_column(String(200), server_default=text("''"))
    changed_at: Mapped[datetime] = mapped_column(_MOMENT)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        UniqueConstraint("matter_id", "number"),
        CheckConstraint("state IN ('draft','published','superseded')", name="state"),
        CheckConstraint("(state = 'draft') = (number = 0)", name="number"),
        Index(
            "uq_matter_versions_published",
            "matter_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "uq_matter_versions_draft",
            "matter_id",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
    )


class Offering(Base):
    """An exception: a matter is offered everywhere in its scope unless a row says otherwise,
    the nearest to the counter deciding."""

    __tablename__ = "offerings"

    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    offered: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), server_default=text("''"))
