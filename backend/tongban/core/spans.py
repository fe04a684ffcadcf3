"""Spans of days and moments by which lists are narrowed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from tongban.core.problems import Invalid
from tongban.core.schemas import WRITTEN_OUT
from tongban.core.texts import Text

_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 31)
Day = Annotated[date, Field(ge=_FIRST, le=_LAST), WRITTEN_OUT]
"""A day that is still one in every time zone."""
Moment = Annotated[
    AwareDatetime,
    Field(
        ge=datetime.combine(_FIRST, time(), UTC),
        le=datetime.combine(_LAST, time(), UTC),
    ),
]
"""A moment with its offset, on such a day."""

_EARLY = Text("结束日期早于开始日期", "Ends before it begins")


def check_span(
    first: date | datetime | None, last: date | datetime | None, pointer: str = "/date_to"
) -> None:
    """Raises `Invalid` for an end before the beginning. Both are days, or both moments."""
    if first and last and first > last:
        raise Invalid.field(pointer, "bad_span", _EARLY)


def on_days(
    moment: InstrumentedAttribute[Any], first: date | None, last: date | None, zone: ZoneInfo
) -> Iterator[ColumnElement[bool]]:
    """A moment within days of the office's time zone, both included."""
    if first:
        yield moment >= datetime.combine(first, time(), zone)
    if last:
        yield moment < datetime.combine(last + timedelta(days=1), time(), zone)
