"""What happens at a window, as server-sent events for the pages of its clerks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
from starlette.responses import StreamingResponse

from tongban.core import clock
from tongban.devices.hub import Hub, Nudge


class EventStream(StreamingResponse):
    """An event stream that no proxy keeps back."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        super().__init__(content, headers={"X-Accel-Buffering": "no"})


async def of_window(
    hub: Hub,
    window_id: int,
    until: datetime,
    heartbeat: float,
    may_follow: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes]:
    """Events until the caller's token expires, `may_follow` says no or the server stops. Every
    `heartbeat` seconds `may_follow` is asked and a comment sent, so that who has signed out hears
    nothing more, proxies keep the connection and a gone page is noticed.

    `devices`: look at the window's devices again. `command`: `{id, kind, state}`. Who connects
    looks at what it waits for first: what happened before is not told again.
    """
    with hub.listening(window_id) as nudges:
        yield _event("devices", {})
        now = asyncio.get_running_loop().time
        beat = now() + heartbeat
        while (left := (until - clock.now()).total_seconds()) > 0:
            try:
                async with asyncio.timeout_at(min(beat, now() + left)):
                    nudge = await nudges.get()
            except TimeoutError:
                if not await may_follow():
                    return
                yield b":\n\n"
                beat = now() + heartbeat
                continue
            # After a gap the page connects anew, and thereby looks at everything again.
            if nudge.what in ("stop", "again"):
                return
            told = _told(nudge)
            if told is not None:
                yield told


def _told(nudge: Nudge) -> bytes | None:
    if nudge.what == "devices":
        return _event("devices", {})
    if nudge.what == "command":
        return _event("command", {"id": nudge.id, "kind": nudge.kind, "state": nudge.state})
    return None


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))
