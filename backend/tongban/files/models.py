"""Uploads. The content lies on object storage under its digest."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from tongban.core.db import Base
from tongban.core.ids import new_id


class ScanState(StrEnum):
    PENDING = "pending"
    """The scanner did not answer; it is asked again."""
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"
    """No scanner is set up here."""


class File(Base):
    """One upload. Rows of equal content share one object."""

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest_is_sm3"),
        CheckConstraint(
            "scan_state IN ('pending', 'clean', 'infected', 'unscanned')", name="scan_state"
        ),
        Index("ix_files_digest", "digest"),
        # Sending the same file again while it lies unused gives the same row: retries are safe.
        Index(
            "uq_files_unattached",
            "uploaded_by",
            "digest",
            "name",
            unique=True,
            postgresql_where=text("attached_at IS NULL"),
        ),
        Index("ix_files_unattached", "uploaded_at", postgresql_where=text("attached_at IS NULL")),
        Index("ix_files_pending", "id", postgresql_where=text("scan_state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SM3 of the content, 32 bytes."""
    media_type: Mapped[str]
    size: Mapped[int]
    """Bytes."""
    name: Mapped[str]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Empty for what the platform made itself."""
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attached_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When something first began to use it; what never was is removed."""
    scan_state: Mapped[str]
