"""Who this bridge is: its key pair and what it was paired with, in the user's own folder."""

import base64
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tongban_bridge.faults import Fault
from tongban_bridge.signing import Signer


def default_home() -> Path:
    """Where settings, identity and queue live unless TONGBAN_BRIDGE_HOME says otherwise."""
    if named := os.environ.get("TONGBAN_BRIDGE_HOME"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "tongban-bridge"
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "tongban-bridge"


@dataclass(frozen=True)
class Identity:
    """The result of pairing. `server` is the platform's address without a path at its end."""

    server: str
    bridge_id: str
    window: str
    signer: Signer


def load_identity(home: Path) -> Identity:
    """Read the identity.

    Raises:
        Fault: `not_paired`.
    """
    try:
        kept = json.loads((home / "identity.json").read_text(encoding="utf-8"))
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(kept["private_key"]))
        return Identity(
            kept["server"], kept["bridge_id"], kept["window"], Signer(kept["bridge_id"], key)
        )
    except FileNotFoundError:
        raise Fault("not_paired") from None
    except (ValueError, KeyError, TypeError) as problem:
        raise Fault("not_paired", f"identity.json: {type(problem).__name__}") from None


def save_identity(home: Path, identity: Identity) -> None:
    """Write the identity whole or not at all, readable by its owner only."""
    kept = {
        "server": identity.server,
        "bridge_id": identity.bridge_id,
        "window": identity.window,
        "private_key": base64.b64encode(identity.signer.key.private_bytes_raw()).decode(),
    }
    _write_secret(home / "identity.json", json.dumps(kept, ensure_ascii=False).encode())


def queue_key(home: Path) -> bytes:
    """The 32 bytes that seal the queue; made at the first use. It outlives a new pairing.

    Raises:
        Fault: `queue_damaged`.
    """
    path = home / "queue.key"
    if not path.exists():
        _write_secret(path, secrets.token_bytes(32))
    key = path.read_bytes()
    if len(key) != 32:
        raise Fault("queue_damaged", str(path))
    return key


def _write_secret(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
