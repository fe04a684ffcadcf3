"""The official calendar in memory, its seed, and its edits."""

import calendar as months
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import chinese_calendar
from sqlalchemy import delete, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.fixed import Fixed
from tongban.core.settings import Settings
from tongban.deadlines import rules
from tongban.deadlines.models import CalendarDay, CalendarRevision, CalendarYear
from tongban.deadlines.problems import DayOutsideYear, DayTwice
from tongban.deadlines.rules import Calendar, DueDate, OfficeHours
from tongban.deadlines.schemas import DayIn, YearIn, YearOut
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.policy import demand_district
from tongban.identity.roles import Permission
from tongban.organisations.service import get_tree

FIRST_SEEDED_YEAR = 2004
_NOTICE_MONTH = 11

# Calendars of this process by revision; the one before stays while requests still hold it.
_calendars: dict[UUID, Calendar] = {}
_KEPT = 2
_ASKED = "calendar"
_REVISION = "calendar_revision"

REVISION = select(CalendarRevision.revision).scalar_subquery().label("calendar_revision")
"""A column for statements that run anyway: give it to `remember_revision`, and `get_calendar`
needs no statement of its own."""

_REVISION_NOW = Fixed(select(CalendarRevision.revision))
_DAYS = Fixed(select(CalendarDay.date, CalendarDay.is_working))
_YEARS = Fixed(select(CalendarYear.year))


def office_hours(settings: Settings) -> OfficeHours:
    return OfficeHours.parse(settings.office_opens, settings.office_closes, settings.zone)


def due_on(calendar: Calendar, settings: Settings, start: datetime, limit_days: int) -> DueDate:
    """When something that starts at `start` is due; `limit_days` are working days."""
    return rules.due_on(start, limit_days, calendar, office_hours(settings))


def remember_revision(session: AsyncSession, revision: UUID) -> None:
    """Note the revision that another statement of this transaction has brought along."""
    session.info[_REVISION] = revision


async def get_calendar(session: AsyncSession) -> Calendar:
    """The calendar as this transaction sees it; one small query, asked once."""
    asked: Calendar | None = session.info.get(_ASKED)
    if asked is not None:
        return asked
    revision = session.info.get(_REVISION)
    if revision is None:
        [row] = await _REVISION_NOW.rows(session, {})
        revision = row.revision
    if revision not in _calendars:
        loaded = await load_calendar(session)
        while len(_calendars) >= _KEPT:
            del _calendars[next(iter(_calendars))]
        _calendars[revision] = loaded
    session.info[_ASKED] = _calendars[revision]
    return _calendars[revision]


async def load_calendar(session: AsyncSession) -> Calendar:
    """The calendar from its tables."""
    days = await _DAYS.rows(session, {})
    years = await _YEARS.rows(session, {})
    return Calendar({row.date: row.is_working for row in days}, frozenset(y.year for y in years))


async def seed_calendar(session: AsyncSession) -> list[int]:
    """Publish every year that the package knows and the table does not; gives those years.

    What an administrator has published or corrected is left alone.
    """
    known = frozenset(await session.scalars(select(CalendarYear.year)))
    last = max(day.year for day in chinese_calendar.holidays)
    added = [year for year in range(FIRST_SEEDED_YEAR, last + 1) if year not in known]
    rows = [row for year in added for row in official_days(year)]
    if rows:
        await session.execute(insert(CalendarDay), rows)
    if added:
        stamped = [{"year": year, "published_at": clock.now()} for year in added]
        await session.execute(insert(CalendarYear), stamped)
    return added


def official_days(year: int) -> Iterator[dict[str, Any]]:
    """The days of a year that differ from Monday–Friday, by the State Council's notices."""
    day = date(year, 1, 1)
    while day.year == year:
        working = chinese_calendar.is_workday(day)
        if working is not (day.weekday() < months.SATURDAY):
            yield {"date": day, "is_working": working, "note": _note(day, working)}
        day += timedelta(days=1)


def _note(day: date, working: bool) -> str:
    _, name = chinese_calendar.get_holiday_detail(day)
    holiday = chinese_calendar.Holiday(name).chinese if name else ""
    return f"{holiday}调休上班" if working else holiday


async def read_year(session: AsyncSession, year: int) -> YearOut:
    """The exceptions of a year, and whether it is published."""
    stamp = await session.get(CalendarYear, year, populate_existing=True)
    days = await session.scalars(
        select(CalendarDay)
        .where(extract("year", CalendarDay.date) == year)
        .order_by(CalendarDay.date)
        .execution_options(populate_existing=True)
    )
    return YearOut.model_validate(
        {
            "year": year,
            "published": stamp is not None,
            "published_at": stamp.published_at if stamp else None,
            "days": list(days),
        }
    )


async def publish_year(session: AsyncSession, actor: Actor, year: int, body: YearIn) -> YearOut:
    """Replace the exceptions of a year by those of the official notice.

    Every due date of the district hangs on it: only an administrator of the district may. Due
    dates that were provisional are the cases' to compute again. Raises `Forbidden`,
    `DayOutsideYear`, `DayTwice`.
    """
    demand_district(await get_tree(session), actor, Permission.CALENDAR_EDIT)
    _check_days(year, body.days)
    session.info.pop(_ASKED, None)
    session.info.pop(_REVISION, None)
    await session.execute(delete(CalendarDay).where(extract("year", CalendarDay.date) == year))
    if body.days:
        await session.execute(insert(CalendarDay), [day.model_dump() for day in body.days])
    await session.execute(
        insert(CalendarYear)
        .values(year=year, published_at=clock.now())
        .on_conflict_do_update(
            index_elements=[CalendarYear.year], set_={"published_at": clock.now()}
        )
    )
    await audit.record(
        session,
        actor=actor,
        action="calendar.published",
        subject=f"calendar:{year}",
        details={"days": len(body.days)},
    )
    return await read_year(session, year)


def _check_days(year: int, days: list[DayIn]) -> None:
    seen: set[date] = set()
    for index, day in enumerate(days):
        if day.date.year != year:
            raise DayOutsideYear(index)
        if day.date in seen:
            raise DayTwice(index)
        seen.add(day.date)


async def missing_years(session: AsyncSession, today: date) -> list[int]:
    """Years that due dates of today can reach and that are not published: a loud warning.

    This year always; the next one from November, when its notice is usually out.
    """
    wanted = [today.year, today.year + 1] if today.month >= _NOTICE_MONTH else [today.year]
    found = await session.scalars(select(CalendarYear.year).where(CalendarYear.year.in_(wanted)))
    return sorted(set(wanted) - set(found))


async def covered_until(session: AsyncSession) -> date | None:
    """The last day of the latest published year."""
    year = await session.scalar(select(func.max(CalendarYear.year)))
    return date(year, 12, 31) if year else None
