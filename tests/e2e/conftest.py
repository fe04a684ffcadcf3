from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.e2e.desk import SignedIn, ok
from tests.support.live import LiveServer


@pytest_asyncio.fixture
async def signed_in(live_server: LiveServer) -> AsyncIterator[SignedIn]:
    """Other people at other computers."""
    opened: list[httpx.AsyncClient] = []

    async def open_for(username: str) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=f"{live_server.url}/api/v1", timeout=30)
        opened.append(client)
        login = {"username": username, "password": live_server.accounts[username]["password"]}
        token = ok(await client.post("/auth/token", data=login))["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    yield open_for
    for client in opened:
        await client.aclose()
