"""What residents say of how they were served (好差评)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from tongban.core.db import Base


class Evaluation(Base):
    """The evaluation of a case: a level, or why there is none. Never shown to who served."""

    __tablename__ = "evaluations"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    level: Mapped[int | None] = mapped_column(SmallInteger)
    """1 (very dissatisfied) to 5 (very satisfied)."""
    reason: Mapped[str | None] = mapped_column(String(10))
    """Why there is no level."""
    channel: Mapped[str] = mapped_column(String(10))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    bridge_id: Mapped[UUID | None]
    """Which device it came from; no foreign key, the devices know of evaluations."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("(level IS NULL) <> (reason IS NULL)", name="level_or_reason"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("reason IN ('skipped','timed_out')", name="reason"),
        CheckConstraint("channel IN ('device')", name="channel"),
    )
