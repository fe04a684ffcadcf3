"""Waiting for what another process or task does, with a limit instead of a guess."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Return once it has happened. Raises `TimeoutError` after half a minute."""
    async with asyncio.timeout(30):
        while not await happened():  # noqa: ASYNC110 - another process gives no event
            await asyncio.sleep(0.1)
