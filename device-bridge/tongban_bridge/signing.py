"""HTTP message signatures (RFC 9421) of a bridge, and its answer to a challenge. Pure."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

STREAM_PREFIX = "tongban-stream:"


@dataclass(frozen=True)
class Signer:
    """Signs as one bridge."""

    bridge_id: str
    key: Ed25519PrivateKey

    def headers(
        self, method: str, target: str, body: bytes, *, created: int, nonce: str
    ) -> dict[str, str]:
        """The headers that prove a request.

        `target` is the path with its query as sent, `created` seconds since 1970.
        """
        path, _, query = target.partition("?")
        digest = f"sha-256=:{_base64(hashlib.sha256(body).digest())}:"
        signed = (
            '("@method" "@path" "@query" "content-digest")'
            f';created={created};nonce="{nonce}";keyid="{self.bridge_id}";alg="ed25519"'
        )
        base = "\n".join(
            (
                f'"@method": {method}',
                f'"@path": {path}',
                f'"@query": ?{query}',
                f'"content-digest": {digest}',
                f'"@signature-params": {signed}',
            )
        )
        return {
            "Content-Digest": digest,
            "Signature-Input": f"bridge={signed}",
            "Signature": f"bridge=:{_base64(self.key.sign(base.encode()))}:",
        }

    def answer(self, challenge: str) -> str:
        """What proves this bridge on the stream."""
        return _base64(self.key.sign((STREAM_PREFIX + challenge).encode()))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
