"""The hub of a process that serves: it hears the others, and the signals that stop the server."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import FrameType

from uvicorn import Server

from tongban.devices.hub import Hub

_START_SECONDS = 2
"""How long the start waits for Valkey. Without it, what is not of devices works all the same."""


@asynccontextmanager
async def serving_hub(url: str) -> AsyncIterator[Hub]:
    """A hub that listens while the application runs."""
    hub = Hub(url)
    running = asyncio.create_task(hub.run())
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_START_SECONDS):
                await hub.heard.wait()
        with _stopping_with_server(hub):
            yield hub
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await hub.close()


@contextmanager
def _stopping_with_server(hub: Hub) -> Iterator[None]:
    """Hear of uvicorn's stop signals as early as uvicorn does.

    It waits for open answers, and only then ends the lifespan; an event stream that knew
    nothing would keep it waiting until it is cut.
    """
    loop = asyncio.get_running_loop()
    in_main = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    ours = {
        number: handler
        for number, handler in handlers.items()
        if in_main and callable(handler) and isinstance(getattr(handler, "__self__", None), Server)
    }

    def note(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(hub.stop)
        ours[signal.Signals(number)](number, frame)

    for number in ours:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
