"""The demo district, seeded once a run: real organisations, 160 matters, staff everywhere.

`district` gives a test its own rolled-back view of it, and actors by role and place.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from tests.support.database import SameConnection, http_client, savepoint_sessions, using
from tests.support.live import Demo
from tongban.core import clock
from tongban.core.db import make_engine
from tongban.core.settings import get_settings
from tongban.identity import tokens
from tongban.identity.models import GrantRow, Staff, StaffSession
from tongban.identity.roles import Role
from tongban.organisations.models import Organisation
from tongban.runtime import Services
from tongban.runtime.services import DatabaseUrls

_NAME = "tongban_test_district"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    body: Any
    headers: httpx.Headers
    content: bytes

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body["code"])

    @property
    def pointers(self) -> set[str]:
        return {error["pointer"] for error in self.body["errors"]}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in."""

    client: httpx.AsyncClient
    username: str
    headers: dict[str, str]

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        headers = {**self.headers, **options.pop("headers", {})}
        answer = await self.client.request(method, f"/api/v1{path}", headers=headers, **options)
        is_json = "json" in answer.headers.get("content-type", "")
        body = answer.json() if is_json and answer.content else None
        return Answer(answer.status_code, body, answer.headers, answer.content)

    async def get(self, path: str, **params: Any) -> Answer:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.call("POST", path, json=body, headers=headers)

    async def act(self, number: str, action: str, **body: Any) -> Answer:
        return await self.post(f"/cases/{number}/actions", {"action": action, **body})


@dataclass
class District:
    """The seeded district inside one test's transaction."""

    client: httpx.AsyncClient
    session: AsyncSession
    sessions: async_sessionmaker[AsyncSession]
    """For jobs, which open transactions of their own."""
    _people: dict[str, Person] = field(default_factory=dict)

    async def person(self, role: Role | str, organisation: str) -> Person:
        """Somebody who holds `role` at the organisation with this code."""
        username = await self.session.scalar(
            select(Staff.username)
            .join(GrantRow, GrantRow.staff_id == Staff.id)
            .join(Organisation, Organisation.id == GrantRow.organisation_id)
            .where(GrantRow.role == role, Organisation.code == organisation)
            .order_by(Staff.id)
            .limit(1)
        )
        assert username, f"nobody is {role} at {organisation}"
        return await self.sign_in(username)

    def sign_out_all(self) -> None:
        """After a journey in time: yesterday's tokens have expired."""
        self._people.clear()

    async def sign_in(self, username: str) -> Person:
        """A session without the password: hashing is identity's own tests' matter."""
        if username not in self._people:
            staff_id = await self.session.scalar(select(Staff.id).where(Staff.username == username))
            assert staff_id
            now, session_id = clock.now(), uuid4()
            self.session.add(
                StaffSession(
                    id=session_id,
                    staff_id=staff_id,
                    created_at=now,
                    last_used_at=now,
                    user_agent="tests",
                )
            )
            await self.session.flush()
            token = tokens.make_access(get_settings(), staff_id, session_id)
            headers = {"Authorization": f"Bearer {token}"}
            self._people[username] = Person(self.client, username, headers)
        return self._people[username]


@pytest_asyncio.fixture(scope="session")
async def district_database(services: Services, demo: Demo) -> DatabaseUrls:
    """The seeded database that rolled-back tests share."""
    services.drop_database(_NAME)
    return services.create_database(_NAME, demo.database)


@pytest_asyncio.fixture(scope="session")
async def district_engine(district_database: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(district_database.app, pool=2)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def district(app: FastAPI, district_engine: AsyncEngine) -> AsyncIterator[District]:
    """The district, in a transaction that is rolled back after the test."""
    async with district_engine.connect() as connection:
        transaction = await connection.begin()
        sessions = savepoint_sessions(connection)
        with using(app, sessions=sessions, readers=SameConnection(connection)):
            async with sessions() as session, http_client(app) as client:
                yield District(client, session, sessions)
        await transaction.rollback()
