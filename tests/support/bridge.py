"""A bridge as small as can be: it signs its calls (RFC 9421) and keeps a stream, for tests."""

import asyncio
import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection

from tests.support.district import Answer, Person
from tongban.core import clock

PATH = "/api/v1/devices"
PATIENCE = 30
"""Seconds for what should come at once."""
READY = {"code": None, "detail": None, "card": None, "state": "ready"}
READER = {"id": "reader-1", "kind": "id_card", "name": "居民身份证阅读器", **READY}
EVALUATOR = {"id": "keys-1", "kind": "evaluator", "name": "评价器", **READY}
PRINTER = {"id": "printer-1", "kind": "printer", "name": "打印机", **READY}


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


@dataclass
class TestBridge:
    """A paired bridge and its private key."""

    __test__ = False

    client: httpx.AsyncClient
    key: Ed25519PrivateKey
    id: UUID
    sequence: int = field(default=0)

    def signed(
        self, method: str, path: str, query: str = "", body: bytes = b"", **changes: Any
    ) -> dict[str, str]:
        """Headers of a signed call; `changes` are of the signature's parameters."""
        digest = f"sha-256=:{encoded(hashlib.sha256(body).digest())}:"
        parameters = {
            "created": int(clock.now().timestamp()),
            "nonce": secrets.token_urlsafe(18),
            "keyid": str(self.id),
            "alg": "ed25519",
        } | changes
        listed = "".join(
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
            for name, value in parameters.items()
        )
        signed = f'("@method" "@path" "@query" "content-digest"){listed}'
        base = (
            f'"@method": {method}\n"@path": {path}\n"@query": ?{query}\n'
            f'"content-digest": {digest}\n"@signature-params": {signed}'
        )
        return {
            "Content-Digest": digest,
            "Signature-Input": f"bridge={signed}",
            "Signature": f"bridge=:{encoded(self.key.sign(base.encode()))}:",
        }

    async def call(
        self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str
    ) -> Answer:
        """A signed call below `/api/v1/devices`."""
        signed = self.signed(method, PATH + path, query, body)
        address = PATH + path + (f"?{query}" if query else "")
        return await self.send(method, address, body, {**signed, **headers})

    async def send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        answer = await self.client.request(method, address, content=body, headers=headers)
        is_json = "json" in answer.headers.get("content-type", "")
        content = answer.json() if is_json and answer.content else None
        return Answer(answer.status_code, content, answer.headers, answer.content)

    def delivery(self, command_id: str, state: str = "done", **outcome: Any) -> dict[str, Any]:
        self.sequence += 1
        return {
            "id": str(uuid4()),
            "sequence": self.sequence,
            "command_id": command_id,
            "at": clock.now().isoformat(),
            "outcome": {"state": state, **outcome},
        }

    async def deliver(self, delivery: dict[str, Any]) -> Answer:
        body = json.dumps(delivery).encode()
        headers = {"Content-Type": "application/json"}
        return await self.call("POST", "/deliveries", body, **headers)

    async def scanned(self, command_id: str, content: bytes, media_type: str) -> Answer:
        query = f"command_id={command_id}"
        headers = {"Content-Type": media_type}
        return await self.call("POST", "/files", content, query, **headers)

    def hello(self, challenge: str, *devices: dict[str, Any]) -> dict[str, Any]:
        signature = self.key.sign(f"tongban-stream:{challenge}".encode())
        return {
            "type": "hello",
            "bridge_id": str(self.id),
            "signature": encoded(signature),
            "version": "0.1.0",
            "devices": list(devices),
        }

    async def greet(self, socket: ClientConnection, *devices: dict[str, Any]) -> None:
        """Prove oneself on a stream and wait until the API is ready."""
        challenge = await receive(socket)
        assert challenge["type"] == "challenge"
        await socket.send(json.dumps(self.hello(challenge["nonce"], *devices)))
        assert await receive(socket) == {"type": "ready"}


async def receive(socket: ClientConnection) -> dict[str, Any]:
    """The next message. Raises `TimeoutError` after half a minute."""
    async with asyncio.timeout(PATIENCE):
        message: dict[str, Any] = json.loads(await socket.recv())
    return message


async def pairing_code(person: Person, window: str) -> str:
    answer = await person.post("/devices/pairing-codes", {"window_code": window})
    assert answer.status == 201, answer.body
    return str(answer.body["code"])


def registration(key: Ed25519PrivateKey, code: str, kind: str = "bridge") -> dict[str, Any]:
    public = encoded(key.public_key().public_bytes_raw())
    return {"code": code, "kind": kind, "public_key": public, "name": "PC-03", "version": "0.1.0"}


async def paired(person: Person, window: str, kind: str = "bridge") -> TestBridge:
    """A bridge newly paired with a window, by somebody who may."""
    key = Ed25519PrivateKey.generate()
    body = registration(key, await pairing_code(person, window), kind)
    answer = await person.client.post(f"{PATH}/bridges", json=body)
    assert answer.status_code == 201, answer.text
    return TestBridge(person.client, key, UUID(answer.json()["id"]))
