"""What devices' tests share: Valkey is not rolled back like the database."""

from collections.abc import AsyncIterator

import pytest_asyncio
from redis.asyncio import Redis

from tongban.core.settings import get_settings
from tongban.runtime import Services


@pytest_asyncio.fixture(autouse=True)
async def no_guesses(services: Services) -> AsyncIterator[None]:
    """Nobody has tried a pairing code yet."""
    async with Redis.from_url(get_settings().redis_url) as valkey:
        async for key in valkey.scan_iter("tongban:pairing:*"):
            await valkey.delete(key)
    yield
