"""What browser tests share: other people, and a virtual counter."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.e2e.counter import Counter, Hands, clerk_at, hands_at, virtual_counter
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


@pytest.fixture(scope="module")
def clerk(live_server: LiveServer) -> Iterator[httpx.Client]:
    """The clerk of the counter's window, past the browser."""
    with clerk_at(live_server) as client:
        yield client


@pytest.fixture(scope="module")
def counter(
    live_server: LiveServer, clerk: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    """A counter whose bridge is paired with the live server."""
    with virtual_counter(live_server, clerk, tmp_path_factory.mktemp("counter")) as there:
        yield there


@pytest_asyncio.fixture
async def hands(counter: Counter) -> AsyncIterator[Hands]:
    """Whoever stands there."""
    async with hands_at(counter) as hands:
        yield hands
