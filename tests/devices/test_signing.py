"""Signatures of bridges: RFC 9421 by its own example shape, by our API, and whatever else comes."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from tests.support.bridge import PATH, TestBridge, encoded, paired
from tests.support.district import District
from tongban.core import clock
from tongban.core.problems import Problem
from tongban.core.settings import get_settings
from tongban.devices import signing

DESHENG, WINDOW = "110102010", "110102010-DT-03"
NOBODYS = f"/commands/{uuid4()}/document"
KEYID = "01890000-0000-7000-8000-000000000000"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def test_what_is_signed_is_what_rfc_9421_says(district: District) -> None:
    """Spelled out by hand: what the standard's section 2 makes of this request."""
    key = Ed25519PrivateKey.generate()
    digest = f"sha-256=:{encoded(hashlib.sha256(b'').digest())}:"
    signed = (
        '("@method" "@path" "@query" "content-digest")'
        f';created={int(NOW.timestamp())};nonce="0123456789abcdef";keyid="{KEYID}";alg="ed25519"'
    )
    base = (
        b'"@method": GET\n'
        b'"@path": /api/v1/devices/files\n'
        b'"@query": ?\n'
        b'"content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\n'
        b'"@signature-params": ' + signed.encode()
    )
    request = signing.Request(
        method="GET",
        path="/api/v1/devices/files",
        query="",
        content_digest=digest,
        signature_input=f"bridge={signed}",
        signature=f"bridge=:{encoded(key.sign(base))}:",
    )
    proof = signing.read(request, NOW)
    assert proof.signed == base
    assert proof.holds(key.public_key().public_bytes_raw())
    assert not proof.holds(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


async def test_a_signed_call_is_let_in(district: District) -> None:
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    assert (await bridge.call("GET", NOBODYS)).code == "not_found"


async def test_a_signature_counts_once(district: District) -> None:
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    headers = bridge.signed("GET", PATH + NOBODYS)
    first = await bridge.send("GET", PATH + NOBODYS, b"", headers)
    again = await bridge.send("GET", PATH + NOBODYS, b"", headers)
    assert (first.status, again.status, again.code) == (404, 401, "signature_replayed")


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_signature_is_of_now(district: District, minutes: int) -> None:
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    created = int((clock.now() + timedelta(minutes=minutes)).timestamp())
    headers = bridge.signed("GET", PATH + NOBODYS, created=created)
    answer = await bridge.send("GET", PATH + NOBODYS, b"", headers)
    assert (answer.status, answer.code) == (401, "signature_stale")


async def test_a_nonce_is_remembered_for_as_long_as_it_could_count(district: District) -> None:
    """Signed five minutes ahead, it counts for ten."""
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    await bridge.call("GET", NOBODYS)
    async with Redis.from_url(get_settings().redis_url) as valkey:
        kept = [
            await valkey.pttl(key) async for key in valkey.scan_iter(f"tongban:nonce:{bridge.id}:*")
        ]
    assert len(kept) == 1
    assert kept[0] >= 2 * signing.TOLERANCE / timedelta(milliseconds=1)


async def test_whatever_is_signed_cannot_be_changed(district: District) -> None:
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    path, body = f"{PATH}/deliveries", b'{"a": 1}'
    json = {"Content-Type": "application/json"}

    async def code(method: str, address: str, content: bytes, headers: dict[str, str]) -> str:
        answer = await bridge.send(method, address, content, {**headers, **json})
        assert answer.status in (401, 422)
        return answer.code

    def signed(**changes: Any) -> dict[str, str]:
        return bridge.signed("POST", path, "", body, **changes)

    valid = bridge.delivery(str(uuid4()))
    other = str(valid).replace("'", '"').encode()
    assert await code("POST", path, other, signed()) == "bridge_unknown"
    assert await code("POST", f"{path}?x=1", body, signed()) == "bridge_unknown"
    document = PATH + NOBODYS
    assert await code("GET", document, b"", signed()) == "bridge_unknown"
    assert await code("GET", document, b"", bridge.signed("POST", document)) == "bridge_unknown"
    assert await code("GET", document, b"", bridge.signed("GET", document, "x")) == "bridge_unknown"
    moved = bridge.signed("GET", document)
    moved["Signature-Input"] = moved["Signature-Input"].replace('nonce="', 'nonce="a')
    assert await code("GET", document, b"", moved) == "bridge_unknown"


async def test_only_its_own_key_signs_for_a_bridge(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    bridge, tablet = await paired(clerk, WINDOW), await paired(clerk, WINDOW, "tablet")
    stranger = TestBridge(district.client, Ed25519PrivateKey.generate(), uuid4())
    for posing in (
        TestBridge(district.client, tablet.key, bridge.id),
        TestBridge(district.client, stranger.key, bridge.id),
        stranger,
    ):
        answer = await posing.call("GET", NOBODYS)
        assert (answer.status, answer.code) == (401, "bridge_unknown")
        assert answer.headers["www-authenticate"] == "Signature"


async def test_a_revoked_bridge_is_told_so(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    bridge = await paired(clerk, WINDOW)
    assert (await clerk.call("DELETE", f"/devices/bridges/{bridge.id}")).status == 204
    answer = await bridge.call("GET", NOBODYS)
    assert (answer.status, answer.code) == (401, "bridge_revoked")


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "hmac-sha256"},
        {"keyid": "not an id"},
        {"nonce": "short"},
        {"created": "1"},
        {"expires": 1},
        {"created": 10**12 - 1},
        {"created": 10**40},
    ],
)
async def test_other_parameters_are_refused(district: District, changes: dict[str, Any]) -> None:
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    headers = bridge.signed("GET", PATH + NOBODYS, **changes)
    assert (await bridge.send("GET", PATH + NOBODYS, b"", headers)).status == 401


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=100))
def test_any_headers_are_read_or_refused(given_input: str, signature: str, digest: str) -> None:
    request = signing.Request("GET", "/", "", digest, given_input, signature)
    with pytest.raises(Problem):
        signing.read(request, NOW)
