"""The official calendar's tables."""

import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, text
from sqlalchemy.orm import Mapped, mapped_column

from tongban.core.db import Base


class CalendarDay(Base):
    """A day that differs from Monday–Friday: a holiday, or a weekend day worked in exchange."""

    __tablename__ = "calendar_days"

    date: Mapped[datetime.date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str]


class CalendarYear(Base):
    """A year whose official calendar is known. A missing row is a year not yet published."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))


class CalendarRevision(Base):
    """One row, changed by a trigger with every change of the calendar: caches follow it.

    A random value, not a counter, for the reason that `TreeRevision` gives.
    """

    __tablename__ = "calendar_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
