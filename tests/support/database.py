"""Databases for tests: real servers, one migrated template, cloned or rolled back.

`session` and `client` share one connection whose outer transaction is rolled back after the
test; a commit inside is a savepoint. What needs true commits, several connections or other
roles takes `committed_db` (a clone of its own) and `committed_client`.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from tests.support.environment import NAMED_SERVERS
from tongban.app import create_app
from tongban.core.db import make_engine, make_sessions
from tongban.core.readers import Lent, Readers
from tongban.core.settings import get_settings
from tongban.runtime import Services, start_services
from tongban.runtime.services import DatabaseUrls

ROOT = Path(__file__).parents[2]
TEMPLATE = "tongban_test_template"


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """PostgreSQL and Valkey for this run (for this worker under xdist)."""
    with start_services(
        tmp_path_factory.mktemp("var"), durable=False, environment=NAMED_SERVERS
    ) as running:
        os.environ |= running.environment()
        get_settings.cache_clear()
        yield running


async def migrate(urls: DatabaseUrls, revision: str = "head") -> None:
    """Bring a database to a revision, as `make run` does."""
    engine = create_async_engine(urls.owner, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_alembic, revision)
        await connection.commit()
    await engine.dispose()


def _alembic(connection: Connection, revision: str) -> None:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest_asyncio.fixture(scope="session")
async def template(services: Services) -> str:
    """Name of a migrated, otherwise empty database: clone it, never connect to it."""
    services.drop_database(TEMPLATE)
    await migrate(services.create_database(TEMPLATE))
    return TEMPLATE


@pytest_asyncio.fixture(scope="session")
async def database(services: Services, template: str) -> DatabaseUrls:
    """The database that rolled-back tests share; nothing is ever committed to it."""
    name = "tongban_test"
    services.drop_database(name)
    urls = services.create_database(name, template)
    os.environ |= {
        "TONGBAN_DATABASE_URL": urls.app,
        "TONGBAN_OWNER_DATABASE_URL": urls.owner,
        "TONGBAN_WORKER_DATABASE_URL": urls.worker,
    }
    get_settings.cache_clear()
    return urls


@pytest_asyncio.fixture(scope="session")
async def app(database: DatabaseUrls) -> AsyncIterator[FastAPI]:
    """The application, started as a server would start it."""
    application = create_app(get_settings())
    async with application.router.lifespan_context(application):
        yield application


@pytest_asyncio.fixture(scope="session")
async def engine(database: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    created = make_engine(database.app, pool=2)
    yield created
    await created.dispose()


@pytest_asyncio.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection under the API's role, in a transaction that is rolled back."""
    async with engine.connect() as opened:
        transaction = await opened.begin()
        yield opened
        await transaction.rollback()


def savepoint_sessions(connection: AsyncConnection) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(
        connection,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode="create_savepoint",
    )


class SameConnection:
    """In place of the application's readers: what is not committed, no other connection sees."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sessions = savepoint_sessions(connection)

    async def take(self) -> Lent:
        driver = (await self._connection.get_raw_connection()).driver_connection
        return Lent(cast("Any", driver), self._sessions())

    def give_back(self, lent: Lent) -> None:
        pass


@pytest_asyncio.fixture
async def session(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """A session for arranging and looking; flush before the client should see it."""
    async with savepoint_sessions(connection)() as opened:
        yield opened


@pytest_asyncio.fixture
async def client(app: FastAPI, connection: AsyncConnection) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the application; requests one after another, all on the test's connection."""
    readers = SameConnection(connection)
    with using(app, sessions=savepoint_sessions(connection), readers=readers):
        async with http_client(app) as opened:
            yield opened


@dataclass(frozen=True, slots=True)
class CommittedDatabase:
    """A database of the test's own, with its logins and sessions that truly commit."""

    urls: DatabaseUrls
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    readers: Readers


@pytest_asyncio.fixture
async def committed_db(services: Services, template: str) -> AsyncIterator[CommittedDatabase]:
    name = "tongban_test_committed"
    urls = services.create_database(name, template)
    created = make_engine(urls.app, pool=10)
    sessions = make_sessions(created)
    async with aclosing(Readers(urls.app, 2, sessions)) as readers:
        yield CommittedDatabase(urls, created, sessions, readers)
    await created.dispose()
    services.drop_database(name)


@pytest_asyncio.fixture
async def committed_client(
    app: FastAPI, committed_db: CommittedDatabase
) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the application over `committed_db`; requests may run at the same time."""
    with using(
        app,
        engine=committed_db.engine,
        sessions=committed_db.sessions,
        readers=committed_db.readers,
    ):
        async with http_client(app) as opened:
            yield opened


@contextmanager
def using(app: FastAPI, **state: Any) -> Iterator[None]:
    """`monkeypatch` would not put an attribute of Starlette's `State` back, but delete it."""
    before = {name: getattr(app.state, name) for name in state}
    for name, value in state.items():
        setattr(app.state, name, value)
    yield
    for name, value in before.items():
        setattr(app.state, name, value)


def http_client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("127.0.0.1", 40000)),
        base_url="http://tongban.test",
    )
