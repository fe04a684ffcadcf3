"""The official calendar without a database, and moments in Beijing."""

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from tongban.deadlines.rules import Calendar, OfficeHours
from tongban.deadlines.service import official_days

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = OfficeHours(time(9), time(17, 30), ZONE)


@cache
def official() -> Calendar:
    """2024–2026, published; 2027 is not."""
    years = range(2024, 2027)
    rows = [row for year in years for row in official_days(year)]
    return Calendar({row["date"]: row["is_working"] for row in rows}, frozenset(years))


def at(text: str) -> datetime:
    """`2026-09-30 10:00` on a clock in Beijing; the time is 10:00 when left out."""
    moment = datetime.fromisoformat(text if " " in text else f"{text} 10:00")
    return moment.replace(tzinfo=ZONE)


def day(text: str) -> date:
    return date.fromisoformat(text)
