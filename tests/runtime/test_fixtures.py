"""The fixtures keep their promises: rolled back where they say so, committed where they say so."""

import asyncio

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.database import CommittedDatabase


async def test_api_login_is_neither_superuser_nor_bypassing(session: AsyncSession) -> None:
    row = (
        await session.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole"
                " FROM pg_roles WHERE rolname = current_user"
            )
        )
    ).one()
    assert tuple(row) == ("tongban_app", False, False, False, False)


async def test_client_answers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/openapi.json")
    assert answer.status_code == 200


async def test_commit_is_seen_by_another_connection(committed_db: CommittedDatabase) -> None:
    name = text("SELECT current_database()")
    async with committed_db.sessions() as one, committed_db.sessions() as other:
        first, second = await asyncio.gather(one.scalar(name), other.scalar(name))
    assert first == second == "tongban_test_committed"
