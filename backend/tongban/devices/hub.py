"""Word between the processes of the API, over Valkey.

A bridge's socket and a page's event stream may each be held by any process. What happened is in
the tables; a nudge only says that it is worth looking. One that is lost costs time: sockets look
again by themselves, and after a broken connection everybody is told to.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Literal
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, RedisError

from tongban.core.problems import Unavailable

log = structlog.get_logger(__name__)

_CHANNEL = "tongban:devices"
_WAITING = 200
"""Nudges that a listener may be behind before it is told to look at everything again."""
_RETRY_SECONDS = 1.0
_PATIENCE = 5
_PRESENCE_PATIENCE = 1.0
"""Seconds that a page waits to know who is connected, from a Valkey that hangs."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Something happened at a window. `again`: look at everything; `stop`: the server ends."""

    what: Literal["command", "devices", "revoked", "replaced", "again", "stop"]
    window_id: int = 0
    id: str = ""
    """The command's id, or the bridge's."""
    kind: str = ""
    state: str = ""
    connection: str = ""
    """Of a bridge that has connected anew: which of its connections is the valid one."""


Nudges = asyncio.Queue[Nudge]
Presence = Literal["stays", "replaced", "forgotten"]


class Hub:
    """This process's end of it. `run` must be running for `listening` to hear anything."""

    def __init__(self, url: str) -> None:
        self._url = url
        # A server that was restarted has closed what lies in the pool.
        self._valkey = Redis.from_url(
            url,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 2),
            retry_on_error=[ConnectionError],
        )
        self._listeners: dict[int, set[Nudges]] = {}
        self._stopping = False
        self.heard = asyncio.Event()
        """Set once this process hears the others."""

    async def publish(self, *nudges: Nudge) -> None:
        """Tell every process, this one too."""
        try:
            for nudge in nudges:
                await self._valkey.publish(_CHANNEL, orjson.dumps(asdict(nudge)))
        except RedisError as error:
            log.warning("nudge not sent", error=type(error).__name__)

    @contextmanager
    def listening(self, window_id: int) -> Iterator[Nudges]:
        """What happens at a window, from now on."""
        queue: Nudges = asyncio.Queue(_WAITING)
        listeners = self._listeners.setdefault(window_id, set())
        listeners.add(queue)
        if self._stopping:
            queue.put_nowait(Nudge("stop"))
        try:
            yield queue
        finally:
            listeners.discard(queue)
            if not listeners:
                self._listeners.pop(window_id, None)

    async def run(self) -> None:
        """Hand on what comes in, until cancelled."""
        while True:
            try:
                await self._listen()
            except RedisError as error:
                log.warning("no word from other processes", error=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        # A connection of its own: this one may be silent for as long as nothing happens.
        valkey = Redis.from_url(self._url, socket_connect_timeout=_PATIENCE)
        async with valkey, valkey.pubsub() as subscription:
            await subscription.subscribe(_CHANNEL)
            async for message in subscription.listen():
                # The confirmation also comes after each reconnection: something may be missed.
                if message["type"] == "subscribe":
                    self.heard.set()
                    self._tell_all(Nudge("again"))
                elif message["type"] == "message":
                    self._hand_on(message["data"])

    def _hand_on(self, data: bytes) -> None:
        try:
            nudge = _read(data)
        except (ValueError, TypeError, AttributeError) as error:
            log.warning("a nudge of nobody", error=type(error).__name__)
            return
        for queue in self._listeners.get(nudge.window_id, ()):
            _put(queue, nudge)

    def _tell_all(self, nudge: Nudge) -> None:
        for queues in self._listeners.values():
            for queue in queues:
                _put(queue, nudge)

    def stop(self) -> None:
        """Tell event streams to end: the server waits for them before it ends the lifespan."""
        self._stopping = True
        self._tell_all(Nudge("stop"))

    async def close(self) -> None:
        await self._valkey.aclose()

    # --- Presence, nonces, guesses: what all processes must agree on at once ---

    async def come(self, bridge_id: UUID, connection: str, lasts: timedelta) -> None:
        """Say that a bridge is connected, for a while. Where Valkey is away, `stay` says it."""
        try:
            await self._valkey.set(_presence(bridge_id), connection, px=lasts)
        except RedisError as error:
            log.warning("presence not told", error=type(error).__name__)

    async def stay(self, bridge_id: UUID, connection: str, lasts: timedelta) -> Presence:
        """Say so again: `stays`; `replaced` where another connection of the bridge has come since;
        `forgotten` where nobody knew it any more, as after a restart of Valkey."""
        milliseconds = lasts // timedelta(milliseconds=1)
        try:
            found = await self._valkey.eval(
                _STAY, 1, _presence(bridge_id), connection, str(milliseconds)
            )
        except RedisError:
            return "stays"  # nobody knows better
        if not found:
            return "forgotten"
        return "stays" if found.decode() == connection else "replaced"

    async def leave(self, bridge_id: UUID, connection: str) -> bool:
        """Say that a connection has ended; whether it was the bridge's present one."""
        try:
            left = await self._valkey.eval(_LEAVE, 1, _presence(bridge_id), connection)
        except RedisError:
            return True  # by itself, soon
        return bool(left)

    async def online(self, bridges: Iterable[UUID]) -> frozenset[UUID] | None:
        """Which of these are connected to some process; None where nobody knows."""
        asked = list(bridges)
        if not asked:
            return frozenset()
        try:
            async with asyncio.timeout(_PRESENCE_PATIENCE):
                found = await self._valkey.mget([_presence(one) for one in asked])
        except (RedisError, TimeoutError) as error:
            log.warning("presence unknown", error=type(error).__name__)
            return None
        return frozenset(one for one, there in zip(asked, found, strict=True) if there)

    async def first_use(self, bridge_id: UUID, nonce: str, lasts: timedelta) -> bool:
        """Whether a nonce is used for the first time."""
        with _available():
            done = await self._valkey.set(
                f"tongban:nonce:{bridge_id}:{nonce}", 1, nx=True, px=lasts
            )
        return bool(done)

    async def guess(self, origin: str, lasts: timedelta) -> int:
        """Count an attempt from an address; how many there were within `lasts`."""
        key = f"tongban:pairing:{origin}"
        with _available():
            async with self._valkey.pipeline(transaction=True) as pipeline:
                pipeline.set(key, 0, nx=True, px=lasts)
                pipeline.incr(key)
                _, count = await pipeline.execute()
        return int(count)

    async def guessed_right(self, origin: str) -> None:
        """Take back the attempt that `guess` counted."""
        with _available():
            await self._valkey.decr(f"tongban:pairing:{origin}")


_STAY = """
local there = redis.call('GET', KEYS[1])
if there and there ~= ARGV[1] then return there end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return there
"""
_LEAVE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


def _presence(bridge_id: UUID) -> str:
    return f"tongban:bridge:{bridge_id}"


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable from error


def _read(data: bytes) -> Nudge:
    """What another process has said; one of a later version may say more."""
    said = orjson.loads(data)
    nudge = Nudge(**{name: said[name] for name in _FIELDS if name in said})
    if not isinstance(nudge.window_id, int):
        raise TypeError("no window")
    return nudge


_FIELDS = tuple(field.name for field in fields(Nudge))


def _put(queue: Nudges, nudge: Nudge) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        nudge = nudge if nudge.what == "stop" else Nudge("again")
    queue.put_nowait(nudge)
