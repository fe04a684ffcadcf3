"""Guessing from one address, and whose word counts for what the address is."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from tests.support.database import savepoint_sessions, using
from tests.support.people import PASSWORD, import_few, make_staff
from tongban.app import create_app
from tongban.core.settings import Settings, get_settings
from tongban.identity import addresses
from tongban.identity.models import AuditEntry
from tongban.identity.roles import Role

STREET = "110102010"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HERE, THERE = "203.0.113.7", "203.0.113.8"


@pytest.fixture(autouse=True)
async def _people(session: AsyncSession) -> None:
    await import_few(session)
    for number in range(4):
        await make_staff(session, f"clerk-{number}", STREET, Role.CLERK)


@pytest.fixture
def strict(database: object) -> Settings:
    return get_settings().model_copy(
        update={"sign_in_failures": 3, "trusted_proxies": ("10.0.0.0/8",)}
    )


@pytest.fixture
async def guarded(strict: Settings, connection: AsyncConnection) -> FastAPI:
    """The application behind a proxy in 10.0.0.0/8, with little patience."""
    app = create_app(strict)
    app.state.sessions = savepoint_sessions(connection)
    return app


async def attempt(
    app: FastAPI, username: str, password: str = PASSWORD, *, peer: str = HERE, **headers: str
) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(peer, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://tongban.test") as client:
        form = {"username": username, "password": password}
        return await client.post("/api/v1/auth/token", data=form, headers=headers)


async def test_an_address_that_guesses_has_to_wait_whatever_it_then_sends(
    guarded: FastAPI, session: AsyncSession
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for username in ("clerk-0", "clerk-1", "nobody"):
            assert (await attempt(guarded, username, "Spring2026!")).status_code == 401
        for username in ("clerk-2", "nobody"):
            waiting = await attempt(guarded, username)
            assert (waiting.status_code, waiting.json()["code"]) == (429, "too_many_failures")
            assert waiting.headers["retry-after"] == "900"
        assert (await attempt(guarded, "clerk-2", peer=THERE)).status_code == 200
        blocked = await session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "sign_in.address_blocked")
        )
        assert blocked.all() == [f"address:{HERE}"]
        clock.shift(timedelta(minutes=15))
        assert (await attempt(guarded, "clerk-2")).status_code == 200
        assert (await attempt(guarded, "clerk-2", "wrong")).status_code == 401


async def test_right_passwords_are_never_counted(guarded: FastAPI) -> None:
    for _ in range(2):
        assert (await attempt(guarded, "clerk-0", "wrong")).status_code == 401
    for _ in range(5):
        assert (await attempt(guarded, "clerk-1")).status_code == 200


async def test_only_a_trusted_proxy_says_where_a_request_came_from(guarded: FastAPI) -> None:
    async def status(peer: str, forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return (await attempt(guarded, "nobody", "wrong", peer=peer, **headers)).status_code

    # A new name on every request does not help whoever is no proxy …
    assert [await status(HERE, f"198.51.100.{n}") for n in range(4)] == [401, 401, 401, 429]
    # … nor does one put in front of what the proxy adds; others behind the proxy go on.
    assert [await status("10.1.2.3", f"1.1.1.{n}, {THERE}") for n in range(4)] == [
        *[401] * 3,
        429,
    ]
    assert await status("10.1.2.3", "203.0.113.9") == 401


async def test_without_a_setting_no_proxy_is_trusted(
    app: FastAPI, connection: AsyncConnection, session: AsyncSession
) -> None:
    with using(app, sessions=savepoint_sessions(connection)):
        await attempt(app, "nobody", "wrong", peer="127.0.0.1", **{"X-Forwarded-For": THERE})
    failed = select(AuditEntry.ip).where(AuditEntry.action == "sign_in.failed")
    assert await session.scalar(failed) == "127.0.0.1"


@pytest.mark.parametrize(
    ("ip", "stands_for"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_one_subscriber_is_one_guesser(ip: str, stands_for: str) -> None:
    assert addresses.guesser(ip) == stands_for


async def test_counts_are_forgotten_when_they_are_over(
    session: AsyncSession, strict: Settings
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await addresses.count_failure(session, strict, HERE)
        assert await addresses.forget(session, strict) == 0
        clock.shift(timedelta(minutes=15))
        assert await addresses.forget(session, strict) == 1
