"""A district whose database is a test's own: jobs commit, lock and run under their own login."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import time_machine
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.support.database import http_client, using
from tests.support.district import Answer, District, Person
from tests.support.live import Demo
from tongban.cases.clocks import history_of
from tongban.cases.models import Case, Event, Task
from tongban.core.db import make_engine, make_sessions
from tongban.core.readers import Readers
from tongban.core.settings import get_settings
from tongban.runtime import Services
from tongban.runtime.postgres import elsewhere, run_sql
from tongban.runtime.services import DatabaseUrls

BEFORE_HOLIDAYS = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Beijing. Five working days on is Saturday 10 October, worked in exchange for
the National Day holidays of 1 to 7 October."""


@dataclass
class Office:
    """One committed district: the API's view of it, the worker's, and an intruder's."""

    district: District
    urls: DatabaseUrls
    worker: async_sessionmaker[AsyncSession]
    services: Services
    admin_url: str
    readers: Readers

    async def person(self, role: str, organisation: str) -> Person:
        """Somebody signed in just now, whatever the time is."""
        self.district.sign_out_all()
        person = await self.district.person(role, organisation)
        await self.district.session.commit()
        return person

    async def act(
        self, role: str, organisation: str, number: str, action: str, **body: Any
    ) -> Answer:
        """An action that must succeed."""
        answer = await (await self.person(role, organisation)).act(number, action, **body)
        assert answer.status == 200, answer.body
        return answer

    async def take_in(self, organisation: str, body: dict[str, Any]) -> str:
        """A clerk hands in an application; its number."""
        answer = await (await self.person("clerk", organisation)).post("/cases", body)
        assert answer.status == 201, answer.body
        return str(answer.body["number"])

    async def case(self, number: str) -> Case:
        """The case as it is now."""
        async with self.worker() as session:
            return (await session.scalars(select(Case).where(Case.number == number))).one()

    async def events(self, number: str) -> list[Event]:
        """The history, oldest first."""
        case = await self.case(number)
        async with self.worker() as session:
            return await history_of(session, case)

    async def open_functions(self, number: str) -> list[str]:
        """The kinds of the steps that are open."""
        case = await self.case(number)
        async with self.worker() as session:
            found = await session.scalars(
                select(Task.function).where(Task.case_id == case.id, Task.state == "open")
            )
            return list(found)

    def tamper(self, statements: str) -> str:
        """What somebody with the database administrator's rights does."""
        return run_sql(self.admin_url, statements)


@pytest_asyncio.fixture
async def office(
    app: FastAPI,
    services: Services,
    demo: Demo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    name = "tongban_test_office"
    services.drop_database(name)
    urls = services.create_database(name, demo.database)
    monkeypatch.setenv("TONGBAN_DATABASE_URL", urls.app)
    monkeypatch.setenv("TONGBAN_SEALS_URL", f"file://{tmp_path / 'seals'}")
    get_settings.cache_clear()
    engine, working = make_engine(urls.app, pool=4), make_engine(urls.worker, pool=4)
    sessions = make_sessions(engine)
    async with aclosing(Readers(urls.app, 2, sessions)) as readers:
        with using(app, engine=engine, sessions=sessions, readers=readers):
            async with sessions() as session, http_client(app) as client:
                admin_url = elsewhere(services.admin_url, name)
                district = District(client, session, sessions)
                yield Office(district, urls, make_sessions(working), services, admin_url, readers)
    await engine.dispose()
    await working.dispose()
    services.drop_database(name)
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEFORE_HOLIDAYS, tick=False) as traveller:
        yield traveller
