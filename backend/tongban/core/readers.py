"""Connections past SQLAlchemy's transactions, for what counters ask for all day.

Beginning and ending a transaction costs as much as what a hot answer reads. Taking a connection of
a pool, making a session for it and giving both back cost more than the answer's statement: so the
two stay together, and whoever asks next is lent what was given back last.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import asyncpg
import orjson
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.datastructures import State

from tongban.core.db import DRIVER, PATIENCE, SERVER_SETTINGS, connect
from tongban.core.problems import Unavailable


class Lent(NamedTuple):
    """One of the driver's connections, and the session that is used with it."""

    driver: "asyncpg.Connection[Any]"
    session: AsyncSession


class Readers:
    """At most `size` connections, opened as they are needed. Nothing stays set on them, so nothing
    is reset; one that does not come back as it was lent is thrown away."""

    def __init__(self, url: str, size: int, sessions: async_sessionmaker[AsyncSession]) -> None:
        address = make_url(url).set(drivername="postgresql")
        self._address = address.render_as_string(hide_password=False)
        self._sessions = sessions
        self._kept: list[Lent] = []
        self._places = asyncio.Semaphore(size)
        self.size = size

    async def take(self) -> Lent:
        """Raises `Unavailable` where none gets free in time, `DatabaseAway`."""
        if self._places.locked():
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._places.acquire()
            except TimeoutError as error:
                raise Unavailable from error
        else:
            await self._places.acquire()
        try:
            while self._kept:
                lent = self._kept.pop()
                if not lent.driver.is_closed():
                    return lent
            return Lent(await self._opened(), self._sessions())
        except BaseException:
            self._places.release()
            raise

    def give_back(self, lent: Lent) -> None:
        """What was taken; its session must be closed if it began a transaction."""
        driver, session = lent
        if not driver.is_closed():
            if driver.is_in_transaction():  # what used it was cut off in the middle
                driver.terminate()
            else:
                session.info.clear()
                self._kept.append(lent)
        self._places.release()

    async def aclose(self) -> None:
        while self._kept:
            await self._kept.pop().driver.close()

    async def _opened(self) -> "asyncpg.Connection[Any]":
        driver = await connect(self._address, timeout=PATIENCE, server_settings=SERVER_SETTINGS)
        # Values come from the database decoded; fixed statements give it what is encoded already.
        for name in ("json", "jsonb"):
            await driver.set_type_codec(
                name, schema="pg_catalog", encoder=str, decoder=orjson.loads
            )
        return driver


@asynccontextmanager
async def reading(state: State) -> AsyncIterator[AsyncSession]:
    """A session whose fixed statements (`core.fixed`) run without a transaction, each a snapshot.

    Whatever else the session is asked goes through a transaction of its own; row-level security
    shows neither any personal data. `state` is the application's.
    """
    lent: Lent = await state.readers.take()
    driver, session = lent
    session.info[DRIVER] = (None, driver)
    try:
        yield session
    except (asyncio.CancelledError, GeneratorExit):
        driver.terminate()  # nobody waits for what it is in the middle of
        raise
    finally:
        if session.in_transaction():
            await session.close()
        state.readers.give_back(lent)


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
