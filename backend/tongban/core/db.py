"""Engine, sessions and the base of all tables.

One request or job is one transaction, committed before the answer leaves: that is what
`scope="function"` does. With FastAPI's default scope a commit that fails after the answer
would still have said 200.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, Request
from sqlalchemy import MetaData, Row, Select, make_url
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from starlette.datastructures import State

from tongban.core.problems import Unavailable


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSONB, list[Any]: JSONB, list[dict[str, Any]]: JSONB}


PATIENCE = 5.0
"""Seconds to wait for a free connection before saying that we are busy."""
DRIVER = "driver"
"""Key of `session.info`: the driver's connection that fixed statements run on."""
_SERVER_SETTINGS = {
    "jit": "off",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
}


class DatabaseAway(ConnectionError):
    """The database cannot be reached just now: it is stopped, restarting or full."""


_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
_AWAY_BY_STATE = (
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


async def _connect(*arguments: Any, **options: Any) -> "asyncpg.Connection[Any]":
    try:
        return await asyncpg.connect(*arguments, **options)
    except (*_AWAY, *_AWAY_BY_STATE) as error:
        raise DatabaseAway(str(error)) from error


def _encoded(value: Any) -> str:
    return orjson.dumps(value).decode()


def make_engine(url: str, pool: int) -> AsyncEngine:
    """An engine whose short queries are neither JIT-compiled nor left hanging."""
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,  # an error's text goes to the log
        json_serializer=_encoded,
        json_deserializer=orjson.loads,
        connect_args={"server_settings": _SERVER_SETTINGS, "async_creator_fn": _connect},
    )


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's session: commits when the route returns, rolls back when it raises."""
    async with request.app.state.sessions.begin() as session:
        yield session


def make_readers(url: str, size: int) -> "asyncpg.Pool[Any]":
    """Connections for `reading` and `committing`; to be awaited. Nothing stays set on them, so
    nothing is reset."""
    return asyncpg.create_pool(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=1,
        max_size=size,
        init=_read_json,
        reset=_keep,
        server_settings=_SERVER_SETTINGS,
    )


async def _read_json(connection: "asyncpg.Connection[Any]") -> None:
    """Values come from the database decoded; fixed statements give it what is encoded already."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=str, decoder=orjson.loads
        )


async def _keep(connection: "asyncpg.Connection[Any]") -> None:
    if connection.is_in_transaction():  # what used it was cut off in the middle
        await connection.execute("ROLLBACK")


@asynccontextmanager
async def reading(state: State) -> AsyncIterator[AsyncSession]:
    """A session whose fixed statements (`core.fixed`) run without a transaction, each a snapshot.

    Beginning and ending a transaction costs as much as what a hot answer reads. Whatever else
    the session is asked goes through a transaction of its own; row-level security shows neither
    any personal data. `state` is the application's.
    """
    try:
        driver = await state.readers.acquire(timeout=PATIENCE)
    except (*_AWAY, *_AWAY_BY_STATE) as error:  # a TimeoutError is an OSError
        raise Unavailable from error
    session: AsyncSession = state.sessions()
    session.info[DRIVER] = (None, driver)
    try:
        yield session
    finally:
        if session.in_transaction():  # otherwise it holds nothing that closing would give back
            await session.close()
        await state.readers.release(driver)


@asynccontextmanager
async def committing(state: State) -> AsyncIterator[AsyncSession]:
    """As `reading`, with the fixed statements in one transaction, committed on leaving.

    Only fixed statements may be run: SQLAlchemy's own beginning and ending of a transaction take
    as long as half the statements of a new case. Raises `RuntimeError` where the session was
    asked for anything else, which would not be part of the transaction.
    """
    async with reading(state) as session:
        _, driver = session.info[DRIVER]
        async with driver.transaction():
            yield session
            if session.in_transaction():
                raise RuntimeError("a statement that is not fixed, in a session of `committing`")


AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
