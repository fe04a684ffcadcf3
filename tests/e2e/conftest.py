"""The virtual counter that browser tests share."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.e2e.counter import Counter, Hands, hands_at, signed_in, virtual_counter
from tests.support.live import LiveServer


@pytest.fixture(scope="module")
def clerk(live_server: LiveServer) -> Iterator[httpx.Client]:
    """The clerk of the counter's window, past the browser."""
    with signed_in(live_server) as client:
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
