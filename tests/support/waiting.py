"""Waiting for what another process or task does, with a limit instead of a guess."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(happened: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Return once it has happened. Raises `TimeoutError` when the time is over."""
    async with asyncio.timeout(seconds):
        while not await happened():  # noqa: ASYNC110 - another process gives no event
            await asyncio.sleep(0.1)
