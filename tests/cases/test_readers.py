"""Connections lent past the session's transactions: what comes back, and what is not handed on."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from starlette.datastructures import State

from tests.support.database import CommittedDatabase
from tongban.core.db import DatabaseAway
from tongban.core.fixed import Fixed
from tongban.core.readers import Readers, committing, reading

_INSERT = """INSERT INTO outbox (topic, case_id, payload, at)
             VALUES (%s, gen_random_uuid(), '{}', now())"""
_PUT = Fixed(text(_INSERT % ":topic"))
_FOUND = Fixed(text("SELECT topic FROM outbox WHERE topic LIKE 'test.%' ORDER BY topic"))

_PROCESS = Fixed(text("SELECT pg_backend_pid() AS pid"))
_KILL = Fixed(text("SELECT pg_terminate_backend(pg_backend_pid())"))
_LONG = Fixed(text("SELECT pg_sleep(60)"))


@pytest.fixture
def state(committed_db: CommittedDatabase) -> State:
    return State({"readers": committed_db.readers, "sessions": committed_db.sessions})


async def found(state: State) -> list[str]:
    async with reading(state) as session:
        return [row.topic for row in await _FOUND.rows(session, {})]


async def test_what_is_written_stands_once_it_is_left(state: State) -> None:
    async with committing(state) as session:
        await _PUT.rows(session, {"topic": "test.first"})
        await _PUT.rows(session, {"topic": "test.second"})
        assert await found(state) == []
    assert await found(state) == ["test.first", "test.second"]


async def put_and_break(state: State) -> None:
    async with committing(state) as session:
        await _PUT.rows(session, {"topic": "test.first"})
        raise LookupError


async def test_a_failure_takes_all_of_it_back(state: State) -> None:
    with pytest.raises(LookupError):
        await put_and_break(state)
    assert await found(state) == []


async def put_and_ask_the_session(state: State) -> None:
    async with committing(state) as session:
        await _PUT.rows(session, {"topic": "test.first"})
        await session.execute(text("SELECT 1"))


async def test_a_statement_beside_the_transaction_fails_the_whole(state: State) -> None:
    with pytest.raises(RuntimeError, match="not fixed"):
        await put_and_ask_the_session(state)
    assert await found(state) == []


async def test_a_transaction_left_open_is_not_handed_on(state: State) -> None:
    size = state.readers.size
    held = [await state.readers.take() for _ in range(size)]
    for lent in held:
        await lent.driver.execute("BEGIN")
        await lent.driver.execute(_INSERT % "'test.left'")
        state.readers.give_back(lent)
    for _ in range(size):
        async with committing(state) as session:
            await _PUT.rows(session, {"topic": "test.next"})
    assert await found(state) == ["test.next"] * size


async def _server_process(state: State) -> int:
    async with reading(state) as session:
        return int((await _PROCESS.rows(session, {}))[0].pid)


async def test_what_was_given_back_is_lent_again(state: State) -> None:
    assert await _server_process(state) == await _server_process(state)


async def test_nothing_noted_in_a_session_is_handed_on(state: State) -> None:
    async with reading(state) as session:
        session.info["noted"] = "for one request"
    async with reading(state) as session:
        assert "noted" not in session.info


async def test_a_session_that_was_asked_for_more_is_closed(state: State) -> None:
    async with reading(state) as session:
        await session.execute(text("SELECT 1"))
    async with reading(state) as session:
        assert not session.in_transaction()
        assert await _PROCESS.rows(session, {})


async def test_a_broken_connection_is_replaced(state: State) -> None:
    async with reading(state) as session:
        [row] = await _PROCESS.rows(session, {})
        with pytest.raises(asyncpg.PostgresConnectionError):
            await _KILL.rows(session, {})
    assert await _server_process(state) != row.pid


async def test_one_that_is_cut_off_gives_its_place_back(state: State) -> None:
    """More often than there are places: each connection was in the middle of a statement."""
    asked = asyncio.Event()

    async def wait_for_long() -> None:
        async with reading(state) as session:
            asked.set()
            await _LONG.rows(session, {})

    for _ in range(state.readers.size + 1):
        asked.clear()
        asking = asyncio.create_task(wait_for_long())
        await asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert await _server_process(state)


async def test_who_waits_is_lent_what_is_given_back(state: State) -> None:
    held = [await state.readers.take() for _ in range(state.readers.size)]
    waiting = asyncio.create_task(state.readers.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    state.readers.give_back(held[0])
    assert await waiting is held[0]
    state.readers.give_back(held[0])
    state.readers.give_back(held[1])


async def test_a_connection_that_cannot_be_opened_takes_no_place(state: State) -> None:
    away = Readers("postgresql://nobody@127.0.0.1:1/none", 1, state.sessions)
    for _ in range(2):
        with pytest.raises(DatabaseAway):
            await away.take()
