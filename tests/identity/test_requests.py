"""What every request costs and sets, and what happens side by side."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import httpx
import pytest
from jose import jwt
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from tests.support.database import CommittedDatabase
from tests.support.people import access_of, headers_of, import_few, make_staff, sign_in
from tests.support.statements import statements
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.identity import tokens
from tongban.identity.actor import Origin
from tongban.identity.models import RefreshToken
from tongban.identity.roles import Role
from tongban.identity.service import load_actor
from tongban.organisations.service import get_tree

STREET, OTHER = "110102010", "110102011"


async def test_who_is_asking_is_one_statement_and_brings_the_tree(
    client: httpx.AsyncClient, session: AsyncSession, connection: AsyncConnection
) -> None:
    await import_few(session)
    await make_staff(session, "clerk", STREET, Role.CLERK)
    headers = await access_of(session, "clerk")
    path = f"/api/v1/organisations/{STREET}"
    assert (await client.get(path, headers=headers)).status_code == 200
    assert connection.sync_connection is not None
    with statements(connection.sync_connection) as queries:
        assert (await client.get(path, headers=headers)).status_code == 200
    assert len(queries) == 2, queries


async def test_scope_of_row_level_security_is_what_is_granted(session: AsyncSession) -> None:
    await import_few(session)
    staff = await make_staff(
        session, "clerk", STREET, Role.CLERK, Role.REVIEWER, (Role.LEADER, OTHER)
    )
    headers = await access_of(session, "clerk")
    access = tokens.read(get_settings(), headers["Authorization"].removeprefix("Bearer "))
    assert isinstance(access, tokens.Access)
    actor = await load_actor(session, access, Origin())
    scope = await session.scalar(text("SELECT current_setting('tongban.scope')"))
    tree = await get_tree(session)
    wanted = {str(unit.id) for unit in tree if unit.code in (STREET, OTHER)}
    assert set(str(scope).split(",")) == wanted
    assert actor.staff_id == staff.id


async def test_guesses_side_by_side_are_not_answered_more_often_than_allowed(
    committed_db: CommittedDatabase, committed_client: httpx.AsyncClient
) -> None:
    async with committed_db.sessions.begin() as session:
        await import_few(session)
        await make_staff(session, "clerk", STREET, Role.CLERK)
    guesses = [sign_in(committed_client, "clerk", f"wrong-{number}") for number in range(8)]
    answers = Counter(answer.json()["code"] for answer in await asyncio.gather(*guesses))
    assert answers == {"invalid_credentials": 4, "locked": 4}


async def test_refresh_token_sent_thrice_at_once_leaves_one_that_is_good(
    committed_db: CommittedDatabase, committed_client: httpx.AsyncClient
) -> None:
    async with committed_db.sessions.begin() as session:
        await import_few(session)
        await make_staff(session, "clerk", STREET, Role.CLERK)
    await headers_of(committed_client, "clerk")
    cookie = {"Cookie": f"tongban_refresh={committed_client.cookies['tongban_refresh']}"}
    committed_client.cookies.clear()
    path = "/api/v1/auth/refresh"
    answers = await asyncio.gather(*(committed_client.post(path, headers=cookie) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    async with committed_db.sessions.begin() as session:
        good = select(func.count()).where(RefreshToken.used_at.is_(None))
        assert await session.scalar(good) == 1


async def test_user_name_made_twice_at_once_is_made_once(
    committed_db: CommittedDatabase, committed_client: httpx.AsyncClient
) -> None:
    async with committed_db.sessions.begin() as session:
        await import_few(session)
        await make_staff(session, "admin", STREET, Role.SYSTEM_ADMIN)
        headers = await access_of(session, "admin")
    new = {"username": "twin", "name": "双", "organisation_code": STREET}
    answers = await asyncio.gather(
        *(committed_client.post("/api/v1/staff", json=new, headers=headers) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_an_account_asked_for_twice_at_once_with_one_key_is_made_once(
    committed_db: CommittedDatabase, committed_client: httpx.AsyncClient
) -> None:
    async with committed_db.sessions.begin() as session:
        await import_few(session)
        await make_staff(session, "admin", STREET, Role.SYSTEM_ADMIN)
        headers = await access_of(session, "admin")
    headers |= {"Idempotency-Key": "double-click"}
    new = {"username": "twin", "name": "双", "organisation_code": STREET}
    first, second = await asyncio.gather(
        *(committed_client.post("/api/v1/staff", json=new, headers=headers) for _ in range(2))
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": str(10**30)},
        {"sub": "0"},
        {"sub": "-1"},
        {"sub": "clerk"},
        {"sid": 5},
        {"sid": ["x"]},
        {"exp": "soon"},
        {"exp": None},
    ],
)
async def test_a_signed_token_that_names_nobody_is_refused(
    client: httpx.AsyncClient, claims: dict[str, Any]
) -> None:
    usual = {"sub": "1", "sid": str(uuid4()), "exp": int(clock.now().timestamp()) + 60}
    token = jwt.encode(usual | claims, get_settings().secret_key.get_secret_value(), "HS256")
    for path in ("/auth/me", "/cases/1"):
        answer = await client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
