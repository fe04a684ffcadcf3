"""The stream that a bridge keeps open: commands down, what is taken and how devices are up.

Whatever is not a message of the contract ends it with a code that says why; the bridge connects
anew and gets whatever waits.
"""

import asyncio
import base64
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.websockets import WebSocket, WebSocketDisconnect

from tongban.core import clock
from tongban.core.ids import new_id
from tongban.core.problems import Unavailable
from tongban.devices import commands, signing
from tongban.devices import schemas as s
from tongban.devices.hub import Hub, Nudge, Nudges
from tongban.devices.models import Bridge
from tongban.devices.problems import CommandOver
from tongban.devices.rules import State

log = structlog.get_logger(__name__)

BAD_MESSAGE = 4400
UNKNOWN = 4401
REVOKED = 4403
NO_HELLO = 4408
REPLACED = 4409
TOO_BIG = 1009
TRY_LATER = 1013

_HELLO_SECONDS = 10
_LARGEST = 64 * 1024
"""Characters of a message; 32 devices with their words take less."""

Sessions = async_sessionmaker[AsyncSession]
T = TypeVar("T")

_hello: TypeAdapter[s.Hello] = TypeAdapter(s.Hello)
_message: TypeAdapter[s.Taken | s.Devices] = TypeAdapter(s.BridgeMessage)


class _Close(Exception):
    """The stream ends here."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def serve(socket: WebSocket, hub: Hub, sessions: Sessions, heartbeat: float) -> None:
    """One bridge's stream, until either side ends it. `heartbeat`: seconds."""
    await socket.accept()
    try:
        stream = await _greet(socket, hub, sessions, heartbeat)
        await stream.run()
    except _Close as end:
        await _close(socket, end.code, end.reason)
    except WebSocketDisconnect:
        pass
    except (Unavailable, SQLAlchemyError, OSError) as error:
        log.warning("stream broken off", error=type(error).__name__)
        await _close(socket, TRY_LATER, "try again later")


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason)
    except (RuntimeError, OSError, WebSocketDisconnect):
        return  # it is closed already


async def _receive(socket: WebSocket, shape: TypeAdapter[T]) -> T:
    """The next message. Raises `_Close` for what is none, `WebSocketDisconnect`."""
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1006))
    text = received.get("text")
    if text is None:
        raise _Close(BAD_MESSAGE, "messages are text")
    if len(text) > _LARGEST:
        raise _Close(TOO_BIG, "too big")
    try:
        return shape.validate_json(text)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise _Close(BAD_MESSAGE, f"not a message: {place}"[:100]) from error


async def _greet(socket: WebSocket, hub: Hub, sessions: Sessions, heartbeat: float) -> "_Stream":
    """Challenge whoever has connected. Raises `_Close` where the answer is none of a bridge."""
    challenge = base64.b64encode(secrets.token_bytes(32)).decode()
    await socket.send_json({"type": "challenge", "nonce": challenge})
    try:
        async with asyncio.timeout(_HELLO_SECONDS):
            hello = await _receive(socket, _hello)
    except TimeoutError as error:
        raise _Close(NO_HELLO, "no hello") from error
    async with sessions() as session:
        bridge = await session.get(Bridge, hello.bridge_id)
    if bridge is None or not signing.answers(bridge.public_key, challenge, hello.signature):
        raise _Close(UNKNOWN, "not a paired bridge")
    if bridge.revoked_at is not None:
        raise _Close(REVOKED, "revoked")
    return _Stream(socket, hub, sessions, heartbeat, bridge, hello)


@dataclass
class _Stream:
    """A stream whose bridge has proved itself."""

    socket: WebSocket
    hub: Hub
    sessions: Sessions
    heartbeat: float
    bridge: Bridge
    hello: s.Hello
    id: str = field(default_factory=lambda: new_id().hex)
    _sent: set[str] = field(default_factory=set)

    @property
    def _lasts(self) -> timedelta:
        """How long the bridge counts as connected after each heartbeat."""
        return timedelta(seconds=3 * self.heartbeat)

    async def run(self) -> None:
        # Listening begins before the tables are read: nothing falls in between.
        with self.hub.listening(self.bridge.window_id) as nudges:
            await self._arrive()
            try:
                await self.socket.send_json({"type": "ready"})
                await self._send_called_off()
                await self._send_waiting()
                await _first_to_end(self._read(), self._follow(nudges), self._beat(nudges))
            finally:
                await self._leave()

    async def _arrive(self) -> None:
        await self.hub.come(self.bridge.id, self.id, self._lasts)
        hello = self.hello
        await self._note(hello.devices, hello.queued, version=hello.version)
        window, bridge = self.bridge.window_id, str(self.bridge.id)
        await self.hub.publish(Nudge("replaced", window, bridge, connection=self.id))

    async def _leave(self) -> None:
        if await self.hub.leave(self.bridge.id, self.id):
            await self.hub.publish(Nudge("devices", self.bridge.window_id))

    async def _note(self, devices: list[s.DeviceStateIn], queued: int, **more: Any) -> None:
        """Keep what the bridge tells of itself. Raises `_Close` once it is revoked."""
        values = {"devices": [one.model_dump() for one in devices], "queued": queued, **more}
        async with self.sessions.begin() as session:
            known = await session.scalar(
                update(Bridge)
                .where(Bridge.id == self.bridge.id, Bridge.revoked_at.is_(None))
                .values(seen_at=clock.now(), **values)
                .returning(Bridge.id)
            )
        if known is None:
            raise _Close(REVOKED, "revoked")
        await self.hub.publish(Nudge("devices", self.bridge.window_id))

    async def _send_called_off(self) -> None:
        async with self.sessions() as session:
            found = await commands.called_off(session, self.bridge)
        for command_id in found:
            await self._cancel(str(command_id))

    async def _send_waiting(self) -> None:
        async with self.sessions() as session:
            bridge = await session.get_one(Bridge, self.bridge.id)
            if bridge.revoked_at is not None:
                raise _Close(REVOKED, "revoked")
            found = await commands.waiting(session, bridge)
        for command in found:
            if command["id"] not in self._sent:
                self._sent.add(command["id"])
                await self.socket.send_json({"type": "command", "command": command})

    async def _read(self) -> None:
        while True:
            message = await _receive(self.socket, _message)
            if isinstance(message, s.Taken):
                await self._take(message.command_id)
            else:
                await self._note(message.devices, message.queued)

    async def _take(self, command_id: UUID) -> None:
        try:
            async with self.sessions.begin() as session:
                nudge = await commands.take(session, self.bridge, command_id)
        except CommandOver:
            await self._cancel(str(command_id))
            return
        if nudge is not None:
            await self.hub.publish(nudge)

    async def _cancel(self, command_id: str) -> None:
        await self.socket.send_json({"type": "cancel", "command_id": command_id})

    async def _follow(self, nudges: Nudges) -> None:
        while True:
            nudge = await nudges.get()
            mine = nudge.id == str(self.bridge.id)
            if nudge.what == "revoked" and mine:
                raise _Close(REVOKED, "revoked")
            if nudge.what == "replaced" and mine and nudge.connection != self.id:
                raise _Close(REPLACED, "connected anew")
            if nudge.what == "command":
                await self._follow_command(nudge)
            elif nudge.what == "again":
                await self._stay()
                await self._send_waiting()

    async def _follow_command(self, nudge: Nudge) -> None:
        if nudge.state == State.WAITING:
            await self._send_waiting()
        elif nudge.state in (State.CANCELLED, State.EXPIRED) and nudge.id in self._sent:
            await self._cancel(nudge.id)

    async def _beat(self, nudges: Nudges) -> None:
        """Say that the bridge is there, and look again in case a nudge was lost."""
        while True:
            await asyncio.sleep(self.heartbeat)
            await self._stay()
            if nudges.empty():
                nudges.put_nowait(Nudge("again"))

    async def _stay(self) -> None:
        """Say that the bridge is there. Pages that were told otherwise look again."""
        presence = await self.hub.stay(self.bridge.id, self.id, self._lasts)
        if presence == "replaced":
            raise _Close(REPLACED, "connected anew")
        if presence == "forgotten":
            await self.hub.publish(Nudge("devices", self.bridge.window_id))


async def _first_to_end(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, which none does but by an exception: raise that."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
