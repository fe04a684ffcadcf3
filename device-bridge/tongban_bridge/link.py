"""The WebSocket that the bridge keeps open to the platform."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidURI
from websockets.sync.client import ClientConnection, connect

from tongban_bridge.api import PREFIX
from tongban_bridge.device import Command
from tongban_bridge.faults import Fault, words
from tongban_bridge.identity import Identity
from tongban_bridge.pauses import HOPELESS, Pauses, draw

log = logging.getLogger(__name__)

_PROBLEMS = {4401: "bridge_unknown", 4403: "bridge_revoked", 4409: "bridge_replaced"}
"""Close codes that a new attempt will not cure soon."""

LARGEST_MESSAGE = 64 * 1024


@dataclass(frozen=True)
class Report:
    """What the platform is told of this counter."""

    devices: list[dict[str, str | bool | None]]
    queued: int


@dataclass(frozen=True)
class Listener:
    """Who is called, from the link's thread; `ready` each time the platform knows us again."""

    command: Callable[[Command], None]
    cancel: Callable[[str], None]
    ready: Callable[[], None]
    report: Callable[[], Report]


class Link:
    """One thread that connects, listens and connects again. `state` is `connected`, or why not."""

    def __init__(self, identity: Identity, version: str, listener: Listener) -> None:
        self._identity = identity
        self._version = version
        self._listener = listener
        self._socket: ClientConnection | None = None
        self._pauses = Pauses()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="link", daemon=True)
        self.state = "connecting"

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Close the socket."""
        self._stopping.set()
        if self._socket:
            self._socket.close()
        self._thread.join(timeout=10)

    def taken(self, command_id: str) -> None:
        """Acknowledge a command. Lost with the socket, which is fine: it comes again."""
        self._send({"type": "taken", "command_id": command_id})

    def report(self) -> None:
        """Tell how the devices are now; a new socket tells it anyway."""
        report = self._listener.report()
        self._send({"type": "devices", "devices": report.devices, "queued": report.queued})

    def _send(self, message: dict[str, Any]) -> None:
        socket = self._socket
        if socket and self.state == "connected":
            try:
                socket.send(json.dumps(message))
            except ConnectionClosed:
                return

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connect() as socket:
                    self._socket = socket
                    # Whoever stops closes the socket that is set, or else has set this before.
                    if not self._stopping.is_set():
                        self._listen(socket)
                self.state = "unreachable"
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
                self._turn(_PROBLEMS.get(code, "unreachable"), f"closed with {code}")
            except (OSError, InvalidHandshake, InvalidMessage, InvalidURI, ValueError) as problem:
                self._turn("unreachable", type(problem).__name__)
            except Exception:
                # A thread that ended would leave a counter that looks alive.
                self.state = "unreachable"
                log.exception("the stream failed")
            finally:
                self._socket = None
            hopeless = self.state in _PROBLEMS.values()
            self._stopping.wait(draw(HOPELESS) if hopeless else self._pauses.after_failure())

    def _turn(self, state: str, why: str) -> None:
        """Be in another state; said once, not with every attempt of a long outage."""
        if state != self.state:
            log.warning("no connection: %s", words(Fault(state, why)))
        self.state = state

    def _connect(self) -> ClientConnection:
        address = "ws" + self._identity.server.removeprefix("http") + PREFIX + "/stream"
        return connect(
            address,
            open_timeout=10,
            ping_interval=20,
            ping_timeout=20,
            close_timeout=2,
            max_size=LARGEST_MESSAGE,
        )

    def _listen(self, socket: ClientConnection) -> None:
        challenge = json.loads(socket.recv(timeout=10))
        report = self._listener.report()
        hello = {
            "type": "hello",
            "bridge_id": self._identity.bridge_id,
            "signature": self._identity.signer.answer(str(challenge["nonce"])),
            "version": self._version,
            "devices": report.devices,
            "queued": report.queued,
        }
        socket.send(json.dumps(hello))
        for text in socket:
            try:
                self._hear(json.loads(text))
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                log.error("a message that is none: %s", type(problem).__name__)

    def _hear(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "ready":
                self.state = "connected"
                self._pauses.succeeded()
                log.info("connected")
                self.report()
                self._listener.ready()
            case "command":
                self._listener.command(_command(message["command"]))
            case "cancel":
                self._listener.cancel(str(message["command_id"]))
            case other:
                log.info("a message of a later version: %s", other)


def _command(data: dict[str, Any]) -> Command:
    expires_at = datetime.fromisoformat(data["expires_at"]).astimezone(UTC)
    return Command(str(data["id"]), str(data["kind"]), dict(data["parameters"]), expires_at)
