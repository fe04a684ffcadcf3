"""The calendar across the API."""

import datetime
from typing import Annotated

from pydantic import Field

from tongban.core.characters import LINE
from tongban.core.schemas import Flag, InputModel, OutputModel, PlainDate


class DayIn(InputModel):
    """A day that differs from Monday–Friday."""

    date: PlainDate
    is_working: Flag
    note: Annotated[str, Field(max_length=50), LINE] = ""


class YearIn(InputModel):
    """All exceptions of a year, as the official notice has them; no year is without any."""

    days: list[DayIn] = Field(min_length=1, max_length=366)


class DayOut(OutputModel):
    date: datetime.date
    is_working: bool
    note: str


class YearOut(OutputModel):
    year: int
    published: bool
    """False: nothing official is known; Monday–Friday is used and due dates are provisional."""
    published_at: datetime.datetime | None
    days: list[DayOut]


class CoverageOut(OutputModel):
    covered_until: datetime.date | None
    missing_years: list[int]
    """Years that today's due dates can reach and that are not published; show it loudly."""
