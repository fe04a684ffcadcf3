"""Pairing with a window: a code from the staff pages becomes an identity of this bridge."""

import base64
import platform
from importlib.metadata import version
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tongban_bridge.api import PREFIX
from tongban_bridge.faults import Fault
from tongban_bridge.identity import Identity, load_identity, queue_key, save_identity
from tongban_bridge.settings import Settings, keep_example
from tongban_bridge.signing import Signer

VERSION = version("tongban-device-bridge")
SECONDS = 10.0
"""How long the platform may take for each part of its answer."""

_REFUSALS = {422: "pairing_refused", 429: "pairing_wait"} | dict.fromkeys(
    (500, 502, 503, 504), "platform_unwell"
)
"""What the platform says to a code; any other status is of something else."""


def known_server(home: Path, settings: Settings) -> str:
    """The platform's address by the settings or an earlier pairing, empty if neither has it."""
    try:
        return settings.server or load_identity(home).server
    except (Fault, OSError):
        return ""


def pair(home: Path, server: str, code: str, client: httpx.Client) -> Identity:
    """Register a new key with a code; the identity is kept in `home`, and an example of settings
    where there are none.

    Raises:
        Fault: `pairing_refused`, `pairing_wait`, `not_a_platform`, `unreachable`,
            `platform_unwell`.
        OSError: where `home` cannot be written; the code is still good then.
    """
    server = server.strip().rstrip("/")
    queue_key(home)  # is needed anyway, and shows whether the folder can be written
    key = Ed25519PrivateKey.generate()
    body = {
        "code": code.strip().upper(),
        "kind": "bridge",
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
        "name": (platform.node() or "bridge")[:60],
        "version": VERSION,
    }
    try:
        answer = client.post(f"{server}{PREFIX}/bridges", json=body, timeout=SECONDS)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
        raise Fault("not_a_platform", server) from None
    except httpx.HTTPError as problem:
        raise Fault("unreachable", f"{server}: {type(problem).__name__}") from None
    if answer.status_code != 201:
        code = _REFUSALS.get(answer.status_code, "not_a_platform")
        raise Fault(code, f"{server}: HTTP {answer.status_code}")
    try:
        paired = answer.json()
        bridge_id, window = str(paired["id"]), str(paired["window"]["name"])
    except (ValueError, KeyError, TypeError):
        raise Fault("not_a_platform", server) from None
    identity = Identity(server, bridge_id, window, Signer(bridge_id, key))
    save_identity(home, identity)
    keep_example(home)
    return identity
