"""Engine, sessions and the base of all tables.

One request or job is one transaction, committed before the answer leaves: that is what
`scope="function"` does. With FastAPI's default scope a commit that fails after the answer
would still have said 200.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, Request
from sqlalchemy import MetaData, Row, Select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase


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
SERVER_SETTINGS = {
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


async def connect(*arguments: Any, **options: Any) -> "asyncpg.Connection[Any]":
    """As the driver does. Raises `DatabaseAway`."""
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
        connect_args={"server_settings": SERVER_SETTINGS, "async_creator_fn": connect},
    )


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's session: commits when the route returns, rolls back when it raises."""
    async with request.app.state.sessions.begin() as session:
        yield session


AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
