"""The calendar in the database: seeding, reading, publishing."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from tongban.deadlines import service


async def test_seed_covers_2004_to_2026_and_is_idempotent(session: AsyncSession) -> None:
    years = await service.seed_calendar(session)
    assert years[0] == 2004
    assert years[-1] >= 2026
    assert await service.seed_calendar(session) == []
    calendar = await service.get_calendar(session)
    assert calendar.is_working(date(2026, 10, 10))
    assert not calendar.is_working(date(2026, 10, 7))


async def test_seed_leaves_corrections_alone(session: AsyncSession) -> None:
    await service.seed_calendar(session)
    year = await service.read_year(session, 2026)
    assert year.published
    notes = {day.date: day.note for day in year.days}
    assert notes[date(2026, 10, 1)] == "国庆节"
    assert notes[date(2026, 10, 10)] == "国庆节调休上班"
