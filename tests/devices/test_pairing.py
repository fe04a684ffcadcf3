"""Pairing codes, the bridges they pair, and who may."""

from datetime import timedelta
from typing import Any

import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text

from tests.support.bridge import PATH, paired, pairing_code, registration
from tests.support.district import Answer, District
from tongban.core import clock
from tongban.devices.models import PairingCode
from tongban.identity.models import AuditEntry

DESHENG = "110102010"
WINDOW, OTHER = "110102010-DT-03", "110102010-DT-04"
FOREIGN = "110102011-DT-01"
COMMUNITY = "110102010002"


async def register(district: District, **overrides: Any) -> Answer:
    body = registration(Ed25519PrivateKey.generate(), "", "bridge") | overrides
    answer = await district.client.post(f"{PATH}/bridges", json=body)
    return Answer(answer.status_code, answer.json(), answer.headers, answer.content)


async def test_a_code_pairs_one_bridge_once(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    made = await clerk.post("/devices/pairing-codes", {"window_code": WINDOW})
    assert made.status == 201
    assert len(made.body["code"]) == 8
    assert made.body["window"] == {"code": WINDOW, "name": "德胜街道 3号窗口"}
    typed = f" {made.body['code'][:4].lower()}-{made.body['code'][4:]}"
    first = await register(district, code=typed)
    assert first.status == 201, first.body
    assert first.body["kind"] == "bridge"
    assert first.body["window"]["code"] == WINDOW
    again = await register(district, code=made.body["code"])
    assert (again.status, again.code, again.pointers) == (422, "pairing_code_refused", {"/code"})
    listed = (await clerk.get("/devices/bridges")).body
    assert [(one["id"], one["online"], one["devices"]) for one in listed] == [
        (first.body["id"], False, [])
    ]


async def test_only_a_digest_of_the_code_is_kept(district: District) -> None:
    code = await pairing_code(await district.person("clerk", DESHENG), WINDOW)
    rows = (await district.session.execute(select(PairingCode))).scalars().all()
    assert [code.encode() in row.digest for row in rows] == [False]


async def test_a_code_lasts_ten_minutes(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    code, late = await pairing_code(clerk, WINDOW), await pairing_code(clerk, WINDOW)
    with time_machine.travel(clock.now() + timedelta(minutes=9), tick=False):
        assert (await register(district, code=code)).status == 201
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert (await register(district, code=late)).code == "pairing_code_refused"


async def test_guessing_is_limited(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    # Good ones do not count: a whole hall is set up from behind one address.
    for _ in range(12):
        await paired(clerk, WINDOW)
    answers = [await register(district, code="22222222") for _ in range(11)]
    assert [answer.status for answer in answers] == [422] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "600"
    code = await pairing_code(clerk, WINDOW)
    assert (await register(district, code=code)).status == 429


async def test_a_key_must_be_one(district: District) -> None:
    code = await pairing_code(await district.person("clerk", DESHENG), WINDOW)
    for key in ("", "AAAA", "not base64", "A" * 44):
        answer = await register(district, code=code, public_key=key)
        assert (answer.status, answer.pointers) == (422, {"/public_key"})
    assert (await register(district, code=code)).status == 201


async def test_pairing_again_replaces_the_bridge_of_that_kind(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    old = await paired(clerk, WINDOW)
    tablet = await paired(clerk, WINDOW, "tablet")
    elsewhere = await paired(clerk, OTHER)
    new = await paired(clerk, WINDOW)
    listed = {one["id"] for one in (await clerk.get("/devices/bridges")).body}
    assert listed == {str(tablet.id), str(elsewhere.id), str(new.id)}
    assert str(old.id) not in listed


async def test_who_may_pair(district: District) -> None:
    async def status(role: str, organisation: str, window: str) -> int:
        person = await district.person(role, organisation)
        answer = await person.post("/devices/pairing-codes", {"window_code": window})
        return answer.status

    assert await status("clerk", DESHENG, WINDOW) == 201
    assert await status("system_admin", "110102", WINDOW) == 201
    assert await status("system_admin", DESHENG, WINDOW) == 201
    assert await status("clerk", COMMUNITY, COMMUNITY) == 201
    assert await status("clerk", DESHENG, FOREIGN) == 403
    assert await status("clerk", DESHENG, COMMUNITY) == 403
    assert await status("system_admin", DESHENG, FOREIGN) == 403
    assert await status("reviewer", DESHENG, WINDOW) == 403
    assert await status("clerk", DESHENG, "nowhere") == 404
    assert await status("clerk", DESHENG, f"{DESHENG}-MZ") == 422
    assert await status("clerk", DESHENG, DESHENG) == 422


async def test_bridges_of_other_streets_are_neither_seen_nor_revoked(district: District) -> None:
    clerk, foreign = (
        await district.person("clerk", DESHENG),
        await district.person("clerk", "110102011"),
    )
    bridge = await paired(clerk, WINDOW)
    assert (await foreign.get("/devices/bridges")).body == []
    assert (await foreign.call("DELETE", f"/devices/bridges/{bridge.id}")).status == 404
    admin = await district.person("system_admin", "110102")
    assert [one["id"] for one in (await admin.get("/devices/bridges")).body] == [str(bridge.id)]
    assert (await admin.call("DELETE", f"/devices/bridges/{bridge.id}")).status == 204
    assert (await admin.call("DELETE", f"/devices/bridges/{bridge.id}")).status == 404
    assert (await clerk.get("/devices/bridges")).body == []


async def test_windows_are_those_of_ones_counter(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    bridge = await paired(clerk, WINDOW)
    windows = {one["code"]: one for one in (await clerk.get("/devices/windows")).body}
    assert WINDOW in windows
    assert all(code.startswith(f"{DESHENG}-DT-") for code in windows)
    assert [one["id"] for one in windows[WINDOW]["bridges"]] == [str(bridge.id)]
    assert windows[OTHER]["bridges"] == []
    desk = await district.person("clerk", COMMUNITY)
    assert [one["code"] for one in (await desk.get("/devices/windows")).body] == [COMMUNITY]


async def test_pairing_and_revoking_stand_in_the_audit_trail(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    bridge = await paired(clerk, WINDOW)
    await clerk.call("DELETE", f"/devices/bridges/{bridge.id}")
    lines = await district.session.execute(
        select(AuditEntry.action, AuditEntry.username)
        .where(AuditEntry.subject == f"window:{WINDOW}")
        .order_by(AuditEntry.id)
    )
    assert [tuple(line) for line in lines] == [
        ("pairing_code.made", clerk.username),
        ("bridge.paired", clerk.username),
        ("bridge.revoked", clerk.username),
    ]


async def test_two_pairings_at_once_leave_one(district: District) -> None:
    """The database itself keeps one bridge of a kind at a window."""
    bridge = await paired(await district.person("clerk", DESHENG), WINDOW)
    twice = text(
        "INSERT INTO bridges (id, window_id, kind, name, version, public_key, paired_by, paired_at)"
        " SELECT gen_random_uuid(), window_id, kind, name, version, public_key, paired_by,"
        " paired_at FROM bridges WHERE id = :id ON CONFLICT DO NOTHING RETURNING id"
    )
    assert (await district.session.execute(twice, {"id": bridge.id})).all() == []
