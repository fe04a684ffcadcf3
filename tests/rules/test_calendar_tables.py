"""The calendar in the database: seeding, publishing, and who may."""

from datetime import date
from typing import Any

import httpx
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import access_of, import_tree, make_staff
from tongban.deadlines import service
from tongban.deadlines.models import CalendarDay
from tongban.identity.models import AuditEntry
from tongban.identity.roles import Role

NEW_YEAR = [
    {"date": "2027-01-01", "is_working": False, "note": "元旦"},
    {"date": "2027-01-03", "is_working": True, "note": "元旦调休上班"},
]


async def test_seed_covers_every_published_year_once(session: AsyncSession) -> None:
    years = await service.seed_calendar(session)
    assert years[0] == 2004
    assert years[-1] >= 2026
    assert await service.seed_calendar(session) == []
    calendar = await service.get_calendar(session)
    assert calendar.is_working(date(2026, 10, 10))
    assert not calendar.is_working(date(2026, 10, 7))
    assert calendar.is_published(date(2004, 1, 1), date(2026, 12, 31))


async def test_days_say_which_holiday_they_belong_to(session: AsyncSession) -> None:
    await service.seed_calendar(session)
    year = await service.read_year(session, 2026)
    notes = {day.date: day.note for day in year.days}
    assert year.published
    assert notes[date(2026, 10, 1)] == "国庆节"
    assert notes[date(2026, 10, 10)] == "国庆节调休上班"


async def test_missing_years_are_named_before_they_are_needed(session: AsyncSession) -> None:
    assert await service.missing_years(session, date(2026, 11, 24)) == [2026, 2027]
    await service.seed_calendar(session)
    assert await service.missing_years(session, date(2026, 10, 31)) == []
    assert await service.missing_years(session, date(2026, 11, 24)) == [2027]
    assert await service.covered_until(session) == date(2026, 12, 31)


async def test_the_cache_follows_every_change(session: AsyncSession) -> None:
    await service.seed_calendar(session)
    before = await service.get_calendar(session)
    session.info.clear()  # as another transaction would ask
    assert await service.get_calendar(session) is before
    session.info.clear()
    await session.execute(delete(CalendarDay).where(CalendarDay.date == date(2026, 10, 10)))
    assert not (await service.get_calendar(session)).is_working(date(2026, 10, 10))


async def as_administrator(client: httpx.AsyncClient, session: AsyncSession) -> dict[str, str]:
    await import_tree(session)
    await make_staff(session, "calendar-admin", "110102", Role.SYSTEM_ADMIN)
    return await access_of(session, "calendar-admin")


async def publish(
    client: httpx.AsyncClient, headers: dict[str, str], days: list[dict[str, Any]]
) -> httpx.Response:
    return await client.put("/api/v1/calendar/2027", json={"days": days}, headers=headers)


async def test_an_administrator_publishes_a_year(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    headers = await as_administrator(client, session)
    unknown = await client.get("/api/v1/calendar/2027", headers=headers)
    assert unknown.json() == {"year": 2027, "published": False, "published_at": None, "days": []}
    answer = await publish(client, headers, NEW_YEAR)
    assert answer.status_code == 200
    assert answer.json()["published"]
    assert answer.json()["days"] == NEW_YEAR
    calendar = await service.get_calendar(session)
    assert calendar.is_working(date(2027, 1, 3))
    action = await session.scalar(select(AuditEntry.subject).order_by(AuditEntry.id.desc()))
    assert action == "calendar:2027"


async def test_publishing_again_replaces(client: httpx.AsyncClient, session: AsyncSession) -> None:
    headers = await as_administrator(client, session)
    await publish(client, headers, NEW_YEAR)
    answer = await publish(client, headers, NEW_YEAR[:1])
    assert answer.json()["days"] == NEW_YEAR[:1]


async def test_coverage_is_told(client: httpx.AsyncClient, session: AsyncSession) -> None:
    headers = await as_administrator(client, session)
    await publish(client, headers, NEW_YEAR)
    answer = (await client.get("/api/v1/calendar", headers=headers)).json()
    assert answer["covered_until"] == "2027-12-31"


async def test_days_of_another_year_and_repeated_days_are_pointed_at(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    headers = await as_administrator(client, session)
    wrong = [NEW_YEAR[0], NEW_YEAR[1] | {"date": "2026-01-03"}]
    twice = [NEW_YEAR[0], NEW_YEAR[0]]
    for days, code in ((wrong, "outside_year"), (twice, "twice")):
        answer = await publish(client, headers, days)
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/days/1/date", code)


async def test_a_street_does_not_move_the_days_of_the_whole_district(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    await service.seed_calendar(session)
    await import_tree(session)
    before = await service.read_year(session, 2026)
    for username, organisation in (("street", "110102010"), ("community", "110102010002")):
        await make_staff(session, username, organisation, Role.SYSTEM_ADMIN)
        headers = await access_of(session, username)
        for year in (2026, 2027):
            answer = await client.put(
                f"/api/v1/calendar/{year}",
                json={"days": [{"date": f"{year}-12-01", "is_working": False}]},
                headers=headers,
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await service.read_year(session, 2026) == before
    assert not (await service.read_year(session, 2027)).published


async def test_a_year_without_holidays_is_not_published(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    headers = await as_administrator(client, session)
    answer = await publish(client, headers, [])
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/days"
    assert not (await service.read_year(session, 2027)).published
