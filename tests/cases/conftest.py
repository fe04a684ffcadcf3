"""A district whose database is a test's own: jobs commit, lock and run under their own login."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.support.database import http_client, using
from tests.support.district import Answer, District, Person
from tests.support.live import Demo
from tongban.cases.models import Case
from tongban.core.db import make_engine, make_readers, make_sessions
from tongban.core.settings import get_settings
from tongban.runtime import Services
from tongban.runtime.postgres import elsewhere, run_sql
from tongban.runtime.services import DatabaseUrls


@dataclass
class Office:
    """One committed district: the API's view of it, the worker's, and an intruder's."""

    district: District
    urls: DatabaseUrls
    worker: async_sessionmaker[AsyncSession]
    services: Services
    admin_url: str
    readers: Any

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
    async with make_readers(urls.app, size=2) as readers:
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
