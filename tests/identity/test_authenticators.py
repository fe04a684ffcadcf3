"""Authenticators of others: who takes them away, and how the next one is paired."""

import httpx
import pyotp
import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import access_of, headers_of, import_few, make_staff, sign_in
from tongban.core import clock
from tongban.identity.models import Staff
from tongban.identity.roles import Role

STREET = "110102010"
STAFF = "/api/v1/staff"


@pytest.fixture(autouse=True)
async def _clerk(session: AsyncSession) -> None:
    await import_few(session)
    await make_staff(session, "ds-clerk", STREET, Role.CLERK)


@pytest.fixture
async def system(session: AsyncSession) -> dict[str, str]:
    await make_staff(session, "ds-system", STREET, Role.SYSTEM_ADMIN)
    return await access_of(session, "ds-system")


@pytest.fixture
async def security(session: AsyncSession) -> dict[str, str]:
    await make_staff(session, "ds-security", STREET, Role.SECURITY_ADMIN)
    return await access_of(session, "ds-security")


async def test_only_the_security_administrator_takes_authenticators_away(
    client: httpx.AsyncClient,
    system: dict[str, str],
    security: dict[str, str],
    session: AsyncSession,
) -> None:
    await session.execute(
        update(Staff)
        .where(Staff.username == "ds-clerk")
        .values(totp_confirmed=True, totp_secret=b"x")
    )
    path = f"{STAFF}/ds-clerk/reset-totp"
    assert (await client.post(path, headers=system)).status_code == 403
    assert (await client.post(path, headers=security)).status_code == 204
    assert (await sign_in(client, "ds-clerk")).status_code == 200
    own = await client.post(f"{STAFF}/ds-security/reset-totp", headers=security)
    assert own.json()["code"] == "own_account"


async def test_who_lost_an_authenticator_pairs_another_at_once(
    client: httpx.AsyncClient, security: dict[str, str], session: AsyncSession
) -> None:
    """Also within the half minute in which a code of the old one was used."""
    with time_machine.travel(clock.now(), tick=False):
        headers = await headers_of(client, "ds-clerk")
        for _ in range(2):
            paired = await client.post("/api/v1/auth/totp/enrol", headers=headers)
            code = {"code": pyotp.TOTP(paired.json()["secret"]).now()}
            done = await client.post("/api/v1/auth/totp/confirm", json=code, headers=headers)
            assert done.status_code == 204, done.text
            again = await client.post("/api/v1/auth/totp/confirm", json=code, headers=headers)
            assert again.json()["code"] == "totp_already_enrolled"
            path = f"{STAFF}/ds-clerk/reset-totp"
            assert (await client.post(path, headers=security)).status_code == 204
            assert (await client.get("/api/v1/auth/me", headers=headers)).status_code == 401
            headers = await headers_of(client, "ds-clerk")
