"""Signed calls to the platform."""

import json
import secrets
import time
from typing import Any

import httpx

from tongban_bridge.faults import Fault
from tongban_bridge.identity import Identity
from tongban_bridge.store import Delivery

PREFIX = "/api/v1/devices"
_AGAIN = frozenset({401, 408, 425, 429})
"""Refusals that may pass; 401 ends with a new pairing or a clock that is set."""
_WHY = {
    "signature_stale": "clock",
    "bridge_unknown": "bridge_unknown",
    "bridge_revoked": "bridge_revoked",
}
"""Codes of the platform for which there are words of their own."""


class Refused(Exception):
    """The platform will never take this; `status` says what it answered."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Api:
    """The platform as this bridge may call it; usable from any thread."""

    def __init__(self, identity: Identity, client: httpx.Client) -> None:
        self._identity = identity
        self._client = client

    def deliver(self, delivery: Delivery, outcome: dict[str, Any]) -> None:
        """Tell what came of a command.

        Raises:
            Fault: `unreachable`, `platform_unwell`, `refused_for_now` or why the platform does not
                believe this bridge: the same delivery must come again.
            Refused: it must not.
        """
        body = {
            "id": delivery.id,
            "sequence": delivery.sequence,
            "command_id": delivery.command_id,
            "at": delivery.at,
            "outcome": outcome,
        }
        self._call("POST", "/deliveries", json.dumps(body).encode(), "application/json")

    def upload(self, command_id: str, media_type: str, content: bytes) -> str:
        """Hand over a scanned file; its id. Raises as `deliver` does."""
        answer = self._call("POST", f"/files?command_id={command_id}", content, media_type)
        return str(answer.json()["id"])

    def fetch(self, command_id: str) -> bytes:
        """What a print command prints.

        Raises:
            Fault: `document_missing` or as `deliver` does.
        """
        try:
            return self._call("GET", f"/commands/{command_id}/document", b"", None).content
        except Refused as refused:
            raise Fault("document_missing", str(refused)) from None

    def _call(self, method: str, path: str, body: bytes, media_type: str | None) -> httpx.Response:
        headers = {"Content-Type": media_type} if media_type else {}
        request = self._client.build_request(
            method, self._identity.server + PREFIX + path, content=body, headers=headers
        )
        request.headers.update(
            self._identity.signer.headers(
                method,
                request.url.raw_path.decode(),
                body,
                created=int(time.time()),
                nonce=secrets.token_urlsafe(18),
            )
        )
        try:
            answer = self._client.send(request)
        except httpx.HTTPError as problem:
            raise Fault("unreachable", type(problem).__name__) from None
        if answer.status_code in _AGAIN or answer.status_code >= 500:
            refusal = _code(answer)
            here = answer.status_code == 401
            told = _WHY.get(refusal, "refused_for_now" if here else "platform_unwell")
            raise Fault(told, f"HTTP {answer.status_code} {refusal}")
        if not answer.is_success:
            raise Refused(answer.status_code)
        return answer


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""
