"""The only source of the present moment; tests freeze it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The calendar day in `zone`: an office's day, not the last 24 hours."""
    return now().astimezone(zone).date()
