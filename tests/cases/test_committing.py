"""The transaction that new cases are written in: all of it or nothing, and nothing beside it."""

import pytest
from sqlalchemy import text
from starlette.datastructures import State

from tests.support.database import CommittedDatabase
from tongban.core.db import committing, reading
from tongban.core.fixed import Fixed

_INSERT = """INSERT INTO outbox (topic, case_id, payload, at)
             VALUES (%s, gen_random_uuid(), '{}', now())"""
_PUT = Fixed(text(_INSERT % ":topic"))
_FOUND = Fixed(text("SELECT topic FROM outbox WHERE topic LIKE 'test.%' ORDER BY topic"))


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
    size = state.readers.get_max_size()
    held = [await state.readers.acquire() for _ in range(size)]
    for connection in held:
        await connection.execute("BEGIN")
        await connection.execute(_INSERT % "'test.left'")
        await state.readers.release(connection)
    for _ in range(size):
        async with committing(state) as session:
            await _PUT.rows(session, {"topic": "test.next"})
    assert await found(state) == ["test.next"] * size
