"""A stand-in for the platform: the contract's calls and stream, on a real port.

Signatures are checked by the platform's own code, so that both sides read RFC 9421 alike.
"""

import asyncio
import base64
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tongban.devices import signing

PREFIX = "/api/v1/devices"
CODE = "ABCD2345"


def await_that(happened: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait on a condition."""
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        threading.Event().wait(0.005)


class Platform:
    """`up` and `down` as often as wanted; what it has heard stays."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.deliveries: list[dict[str, Any]] = []
        self.attempts: list[str] = []
        self.largest_file = 2**30
        self.files: dict[str, tuple[str, bytes]] = {}
        self.taken: list[str] = []
        self.reports: list[dict[str, Any]] = []
        self.answer_next: list[int] = []
        """Statuses for the next deliveries, although they are kept, and for pairing."""
        self.documents: dict[str, bytes] = {}
        self.waiting: list[dict[str, Any]] = []
        self.hellos = 0
        self.pairings = 0
        self.pairing_waits: threading.Event | None = None
        """What the platform waits for before it answers a pairing that it has registered."""
        self.close_code = 0
        self._key = b""
        self.bridge_id = ""
        self._socket: WebSocket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def up(self) -> None:
        routes = [
            Route(f"{PREFIX}/bridges", self._pair, methods=["POST"]),
            Route(f"{PREFIX}/deliveries", self._deliver, methods=["POST"]),
            Route(f"{PREFIX}/files", self._upload, methods=["POST"]),
            Route(f"{PREFIX}/commands/{{id}}/document", self._document),
            WebSocketRoute(f"{PREFIX}/stream", self._stream),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            port=self.port,
            log_level="error",
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        await_that(lambda: self._server and self._server.started)

    def down(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(timeout=10)
        self._server = self._thread = None

    @property
    def connected(self) -> bool:
        return self._socket is not None

    @property
    def devices(self) -> dict[str, str]:
        """Last reported state of each device."""
        return {one["id"]: one["state"] for one in self.reports[-1]["devices"]}

    def revoke(self) -> None:
        """Believe the bridge no more, until it is paired anew."""
        self._key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    def ask(self, kind: str, *, id: str | None = None, **parameters: object) -> str:
        command = {
            "id": id or str(uuid.uuid4()),
            "kind": kind,
            "parameters": parameters,
            "expires_at": (datetime.now(UTC) + timedelta(seconds=60)).isoformat(),
        }
        self.waiting.append(command)
        if self.connected:
            self.say({"type": "command", "command": command})
        return str(command["id"])

    def say(self, message: dict[str, Any]) -> None:
        assert self._socket
        assert self._loop
        asyncio.run_coroutine_threadsafe(
            self._socket.send_text(json.dumps(message)), self._loop
        ).result(5)

    def outcome(self, command_id: str, seconds: float = 10.0) -> dict[str, Any]:
        """What came of a command, once it is here."""

        def found() -> list[dict[str, Any]]:
            return [one for one in self.deliveries if one["command_id"] == command_id]

        await_that(found, seconds)
        outcome: dict[str, Any] = found()[0]["outcome"]
        return outcome

    async def _pair(self, request: Request) -> Response:
        body = await request.json()
        if self.answer_next:
            return JSONResponse({}, self.answer_next.pop(0))
        if body["code"] != CODE:
            return JSONResponse({"code": "pairing_code_refused"}, 422)
        self._key = base64.b64decode(body["public_key"])
        Ed25519PublicKey.from_public_bytes(self._key)
        self.bridge_id = str(uuid.uuid4())
        self.pairings += 1
        if self.pairing_waits:
            await asyncio.to_thread(self.pairing_waits.wait, 20)
        window = {"code": "440306007W03", "name": "3号窗口"}
        return JSONResponse({"id": self.bridge_id, "kind": body["kind"], "window": window}, 201)

    async def _signed(self, request: Request) -> bytes | None:
        body = await request.body()
        proof = signing.read(
            signing.Request(
                request.method,
                request.scope["raw_path"].decode(),
                request.scope["query_string"].decode(),
                request.headers["content-digest"],
                request.headers["signature-input"],
                request.headers["signature"],
            ),
            datetime.now(UTC),
        )
        return body if proof.holds(self._key) else None

    async def _deliver(self, request: Request) -> Response:
        body = await self._signed(request)
        if body is None:
            return JSONResponse({"code": "bridge_unknown"}, 401)
        delivery = json.loads(body)
        self.attempts.append(delivery["id"])
        if delivery["id"] not in [one["id"] for one in self.deliveries]:
            self.deliveries.append(delivery)
        status = self.answer_next.pop(0) if self.answer_next else 200
        return JSONResponse({"id": delivery["id"], "late": False}, status)

    async def _upload(self, request: Request) -> Response:
        body = await self._signed(request)
        if body is None:
            return JSONResponse({"code": "bridge_unknown"}, 401)
        if len(body) > self.largest_file:
            return JSONResponse({"code": "file_too_large"}, 413)
        id = str(uuid.uuid4())
        self.files[id] = (request.headers["content-type"], body)
        return JSONResponse({"id": id}, 201)

    async def _document(self, request: Request) -> Response:
        if await self._signed(request) is None:
            return JSONResponse({"code": "bridge_unknown"}, 401)
        document = self.documents.get(request.path_params["id"])
        return Response(document, 200) if document else Response(status_code=404)

    async def _stream(self, socket: WebSocket) -> None:
        await socket.accept()
        self.hellos += 1
        await socket.send_json({"type": "challenge", "nonce": "n" * 24})
        hello = await socket.receive_json()
        if self.close_code or not signing.answers(self._key, "n" * 24, hello["signature"]):
            await socket.close(self.close_code or 4401)
            return
        await socket.send_json({"type": "ready"})
        try:
            self.reports.append(await socket.receive_json())
            self._loop = asyncio.get_running_loop()
            self._socket = socket
            for command in self.waiting:
                if command["id"] not in self.taken:
                    await socket.send_json({"type": "command", "command": command})
            while True:
                message = await socket.receive_json()
                if message["type"] == "taken":
                    self.taken.append(message["command_id"])
                else:
                    self.reports.append(message)
        except WebSocketDisconnect:
            return
        finally:
            self._socket = None
