"""How a bridge proves itself: HTTP message signatures (RFC 9421) with Ed25519, and the same key
over the challenge of the stream. Pure; whether a nonce was seen, somebody else remembers.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tongban.devices.problems import BridgeUnknown, SignatureStale

TOLERANCE = timedelta(minutes=5)
"""How far a signature may be from our time, in either direction."""
STREAM_PREFIX = "tongban-stream:"

_COMPONENTS = '("@method" "@path" "@query" "content-digest")'
_BASE64 = r"[A-Za-z0-9+/]+={0,2}"
# Canonical serialisation only (RFC 9421, 2.3): what is signed is exactly what was sent.
_INPUT = re.compile(
    rf'bridge=(?P<signed>{re.escape(_COMPONENTS)}(?P<parameters>(?:;[a-z]+=(?:\d+|"[^"\\]*"))+))'
)
_PARAMETER = re.compile(r';([a-z]+)=(?:(\d+)|"([^"\\]*)")')
_SIGNATURE = re.compile(rf"bridge=:({_BASE64}):")
_DIGEST = re.compile(rf"sha-256=:({_BASE64}):")
_NONCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{16,100}")
_LATEST = 253402300799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True)
class Request:
    """What of a request is signed: `path` as sent (percent-encoded), `query` without `?`."""

    method: str
    path: str
    query: str
    content_digest: str
    signature_input: str
    signature: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature that is well formed and of now; `holds` says whether the key made it."""

    bridge_id: UUID
    nonce: str
    sha256: bytes
    """What the body must digest to, 32 bytes."""
    signed: bytes
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        return _verify(public_key, self.signature, self.signed)


def read(request: Request, now: datetime) -> Proof:
    """Raises `BridgeUnknown` for what is no such signature, `SignatureStale`."""
    found = _INPUT.fullmatch(request.signature_input)
    signature = _SIGNATURE.fullmatch(request.signature)
    digest = _DIGEST.fullmatch(request.content_digest)
    if not (found and signature and digest):
        raise BridgeUnknown
    bridge_id, nonce, created = _parameters(found["parameters"])
    if abs(created - now) > TOLERANCE:
        raise SignatureStale
    base = "\n".join(
        (
            f'"@method": {request.method}',
            f'"@path": {request.path}',
            f'"@query": ?{request.query}',
            f'"content-digest": {request.content_digest}',
            f'"@signature-params": {found["signed"]}',
        )
    )
    return Proof(bridge_id, nonce, _bytes(digest[1]), base.encode(), _bytes(signature[1]))


def _parameters(text: str) -> tuple[UUID, str, datetime]:
    """Key id, nonce and time; each parameter once and none other."""
    pairs = _PARAMETER.findall(text)
    numbers = {name: int(number) for name, number, _ in pairs if number and len(number) < 13}
    strings = {name: value for name, number, value in pairs if not number}
    created = numbers.get("created", -1)
    known = len(pairs) == 4 and set(numbers) == {"created"}
    if not known or set(strings) != {"nonce", "keyid", "alg"}:
        raise BridgeUnknown
    if strings["alg"] != "ed25519" or not _NONCE.fullmatch(strings["nonce"]):
        raise BridgeUnknown
    try:
        bridge_id = UUID(strings["keyid"])
    except ValueError as error:
        raise BridgeUnknown from error
    return bridge_id, strings["nonce"], datetime.fromtimestamp(min(created, _LATEST), UTC)


def answers(public_key: bytes, challenge: str, signature: str) -> bool:
    """Whether the holder of the key has signed this stream's challenge."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return _verify(public_key, given, (STREAM_PREFIX + challenge).encode())


def _verify(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BridgeUnknown from error
