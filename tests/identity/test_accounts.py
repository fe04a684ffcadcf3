"""Account administration: reach, separation of the three administrators, the trail."""

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import (
    PASSWORD,
    access_of,
    headers_of,
    import_few,
    make_staff,
    sign_in,
)
from tongban.identity.models import AuditEntry, Staff
from tongban.identity.roles import Role

STREET, OTHER, DISTRICT = "110102010", "110102011", "110102"
COMMUNITY = "110102010002"
STAFF = "/api/v1/staff"
ME = "/api/v1/auth/me"


@pytest.fixture(autouse=True)
async def _people(session: AsyncSession) -> None:
    await import_few(session)
    await make_staff(session, "ds-clerk", STREET, Role.CLERK, name="李静")
    await make_staff(session, "ds-006", COMMUNITY, Role.CLERK, Role.REVIEWER)
    await make_staff(session, "jrj-clerk", OTHER, Role.CLERK)
    await make_staff(session, "ds-system", STREET, Role.SYSTEM_ADMIN)
    await make_staff(session, "ds-security", STREET, Role.SECURITY_ADMIN)
    await make_staff(session, "ds-audit", STREET, Role.AUDIT_ADMIN)
    await make_staff(session, "district-audit", DISTRICT, Role.AUDIT_ADMIN)


@pytest.fixture
async def system(session: AsyncSession) -> dict[str, str]:
    return await access_of(session, "ds-system")


@pytest.fixture
async def security(session: AsyncSession) -> dict[str, str]:
    return await access_of(session, "ds-security")


async def _trail(session: AsyncSession, action: str) -> AuditEntry:
    found = await session.scalars(select(AuditEntry).where(AuditEntry.action == action))
    return found.one()


async def test_list_shows_only_what_one_keeps(
    client: httpx.AsyncClient, system: dict[str, str]
) -> None:
    async def names(**params: str) -> list[str]:
        body = (await client.get(STAFF, params=params, headers=system)).json()
        return [item["username"] for item in body["items"]]

    assert await names() == ["ds-006", "ds-audit", "ds-clerk", "ds-security", "ds-system"]
    assert await names(q="李") == ["ds-clerk"]
    assert await names(q="DS-C") == ["ds-clerk"]
    assert await names(q="%") == []
    assert await names(role="clerk") == ["ds-006", "ds-clerk"]
    assert await names(active="false") == []
    assert await names(organisation=OTHER) == []
    first = (await client.get(STAFF, params={"limit": 2}, headers=system)).json()
    rest = await names(cursor=first["next_cursor"])
    assert rest == ["ds-clerk", "ds-security", "ds-system"]


async def test_new_account_has_to_change_its_password(
    client: httpx.AsyncClient, system: dict[str, str], session: AsyncSession
) -> None:
    new = {
        "username": "new-clerk",
        "name": "王 磊",
        "organisation_code": "110102010-MZ",
        "mobile": "13800138000",
    }
    created = await client.post(STAFF, json=new, headers=system)
    assert created.status_code == 201
    assert created.json()["staff"]["mobile"] == "13800138000"
    stored = await session.scalar(select(Staff.contact).where(Staff.username == "new-clerk"))
    assert stored is not None
    assert b"13800138000" not in stored
    password = created.json()["one_time_password"]
    refused = await sign_in(client, "new-clerk", password)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    limited = {"Authorization": f"Bearer {refused.json()['token']}"}
    assert (await client.get(ME, headers=limited)).status_code == 401
    change = {"current": password, "new": "a password of my own"}
    path = "/api/v1/auth/password"
    assert (await client.post(path, json=change, headers=limited)).status_code == 204
    assert (await client.post(path, json=change, headers=limited)).status_code == 401
    headers = await headers_of(client, "new-clerk", password="a password of my own")
    assert (await client.get(ME, headers=headers)).json()["grants"] == []
    line = await _trail(session, "account.created")
    assert (line.username, line.subject) == ("ds-system", "staff:new-clerk")
    assert password not in str(line.details)


NEW = {"username": "new-clerk", "name": "王磊", "organisation_code": STREET}
KEY = {"Idempotency-Key": "4b1c5f52-one"}


async def test_a_retry_makes_no_second_account_and_gets_the_same_answer(
    client: httpx.AsyncClient, system: dict[str, str], session: AsyncSession
) -> None:
    first = await client.post(STAFF, json=NEW, headers=system | KEY)
    again = await client.post(STAFF, json=NEW, headers=system | KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (await _trail(session, "account.created")).subject == "staff:new-clerk"
    refused = await sign_in(client, "new-clerk", again.json()["one_time_password"])
    assert refused.json()["code"] == "password_change_required"
    other = await client.post(STAFF, json=NEW | {"name": "王雷"}, headers=system | KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    unkeyed = await client.post(STAFF, json=NEW, headers=system)
    assert (unkeyed.status_code, unkeyed.json()["code"]) == (409, "username_taken")


async def test_a_key_is_its_owners_and_a_failure_uses_none_up(
    client: httpx.AsyncClient, system: dict[str, str], session: AsyncSession
) -> None:
    taken = NEW | {"username": "ds-clerk"}
    for _ in range(2):
        refused = await client.post(STAFF, json=taken, headers=system | KEY)
        assert (refused.status_code, refused.json()["code"]) == (409, "username_taken")
    first = await client.post(STAFF, json=NEW, headers=system | KEY)
    assert first.status_code == 201
    await make_staff(session, "ds-system-2", STREET, Role.SYSTEM_ADMIN)
    colleague = await access_of(session, "ds-system-2")
    theirs = await client.post(STAFF, json=NEW, headers=colleague | KEY)
    assert theirs.json()["code"] == "username_taken"


async def test_first_passwords_differ_by_key(
    client: httpx.AsyncClient, system: dict[str, str]
) -> None:
    passwords = set()
    for number in range(3):
        headers = system | {"Idempotency-Key": f"key-number-{number}"}
        made = await client.post(STAFF, json=NEW | {"username": f"clerk-{number}"}, headers=headers)
        passwords.add(made.json()["one_time_password"])
    assert len(passwords) == 3
    assert all(len(password) == 14 for password in passwords)


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"username": "ds-clerk"}, 409, "username_taken"),
        ({"username": "Bad Name"}, 422, "/username"),
        ({"organisation_code": "nowhere"}, 422, "/organisation_code"),
        ({"organisation_code": OTHER}, 403, "forbidden"),
        ({"organisation_code": DISTRICT}, 403, "forbidden"),
        ({"email": "nobody"}, 422, "/email"),
        ({"name": ""}, 422, "/name"),
        ({"roles": ["clerk"]}, 422, "/roles"),
    ],
)
async def test_accounts_that_cannot_be_made(
    client: httpx.AsyncClient,
    system: dict[str, str],
    session: AsyncSession,
    change: dict[str, object],
    status: int,
    detail: str,
) -> None:
    new = {"username": "x-clerk", "name": "某某", "organisation_code": STREET} | change
    answer = await client.post(STAFF, json=new, headers=system)
    assert answer.status_code == status
    body = answer.json()
    assert detail in [body["code"], *(error["pointer"] for error in body["errors"])]
    assert await session.scalar(select(Staff).where(Staff.username == "x-clerk")) is None


async def test_accounts_elsewhere_are_invisible(
    client: httpx.AsyncClient, system: dict[str, str], security: dict[str, str]
) -> None:
    path = f"{STAFF}/jrj-clerk"
    answers = [
        await client.get(path, headers=system),
        await client.patch(path, json={"active": False}, headers=system),
        await client.post(f"{path}/reset-password", headers=system),
        await client.post(f"{path}/unlock", headers=system),
        await client.put(f"{path}/grants", json={"grants": []}, headers=security),
        await client.post(f"{path}/reset-totp", headers=security),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6


async def test_switching_off_ends_sessions_at_once(
    client: httpx.AsyncClient, system: dict[str, str], session: AsyncSession
) -> None:
    clerk = await headers_of(client, "ds-clerk")
    path = f"{STAFF}/ds-clerk"
    off = await client.patch(path, json={"active": False}, headers=system)
    assert off.json()["active"] is False
    assert (await client.get(ME, headers=clerk)).status_code == 401
    await client.patch(path, json={"active": True}, headers=system)
    assert (await client.get(ME, headers=clerk)).status_code == 401
    assert (await sign_in(client, "ds-clerk")).status_code == 200
    own = await client.patch(f"{STAFF}/ds-system", json={"active": False}, headers=system)
    assert (own.status_code, own.json()["code"]) == (403, "own_account")


async def test_moving_out_of_reach_is_refused(
    client: httpx.AsyncClient, system: dict[str, str]
) -> None:
    path = f"{STAFF}/ds-clerk"
    out = await client.patch(path, json={"organisation_code": OTHER}, headers=system)
    assert out.status_code == 403
    moved = await client.patch(path, json={"organisation_code": "110102010-DT"}, headers=system)
    assert moved.json()["organisation"]["code"] == "110102010-DT"


async def test_the_trail_says_what_of_an_account_was_changed(
    client: httpx.AsyncClient, system: dict[str, str], session: AsyncSession
) -> None:
    path = f"{STAFF}/ds-clerk"
    shown = {"name": "李静", "organisation_code": STREET, "email": None, "mobile": None}
    await client.patch(path, json=shown | {"active": True}, headers=system)
    await client.patch(path, json=shown | {"active": False}, headers=system)
    line = await _trail(session, "account.changed")
    assert line.details == {"fields": ["active"], "active": False}


async def test_one_is_told_how_far_one_reaches(
    client: httpx.AsyncClient, system: dict[str, str]
) -> None:
    reach = (await client.get(ME, headers=system)).json()["reach"]
    assert reach["organisations.edit"] == [STREET]
    assert "roles.grant" not in reach


async def test_contact_is_changed_field_by_field(
    client: httpx.AsyncClient, system: dict[str, str]
) -> None:
    path = f"{STAFF}/ds-clerk"
    await client.patch(path, json={"email": "a@b.cn", "mobile": "13800138000"}, headers=system)
    changed = await client.patch(path, json={"mobile": None}, headers=system)
    assert (changed.json()["email"], changed.json()["mobile"]) == ("a@b.cn", None)


async def test_reset_password_unlocks_and_ends_sessions(
    client: httpx.AsyncClient, system: dict[str, str]
) -> None:
    clerk = await headers_of(client, "ds-clerk")
    for _ in range(5):
        await sign_in(client, "ds-clerk", "wrong")
    answer = await client.post(f"{STAFF}/ds-clerk/reset-password", headers=system)
    assert (await client.get(ME, headers=clerk)).status_code == 401
    assert (await sign_in(client, "ds-clerk", PASSWORD)).status_code == 401
    renewed = await sign_in(client, "ds-clerk", answer.json()["one_time_password"])
    assert renewed.json()["code"] == "password_change_required"
    own = await client.post(f"{STAFF}/ds-system/reset-password", headers=system)
    assert own.json()["code"] == "own_account"


async def test_unlock(client: httpx.AsyncClient, system: dict[str, str]) -> None:
    for _ in range(5):
        await sign_in(client, "ds-clerk", "wrong")
    locked = (await client.get(f"{STAFF}/ds-clerk", headers=system)).json()
    assert locked["locked_until"] is not None
    assert (await client.post(f"{STAFF}/ds-clerk/unlock", headers=system)).status_code == 204
    assert (await sign_in(client, "ds-clerk")).status_code == 200


async def _grant(
    client: httpx.AsyncClient, headers: dict[str, str], username: str, *grants: tuple[str, str]
) -> httpx.Response:
    body = {"grants": [{"role": role, "organisation_code": code} for role, code in grants]}
    return await client.put(f"{STAFF}/{username}/grants", json=body, headers=headers)


async def test_roles_act_at_once(
    client: httpx.AsyncClient, security: dict[str, str], session: AsyncSession
) -> None:
    clerk = await headers_of(client, "ds-clerk")
    answer = await _grant(client, security, "ds-clerk", ("supervisor", STREET))
    assert [grant["role"] for grant in answer.json()["grants"]] == ["supervisor"]
    permissions = (await client.get(ME, headers=clerk)).json()["permissions"]
    assert "cases.query_wide" in permissions
    assert "cases.create" not in permissions
    line = await _trail(session, "roles.granted")
    assert line.details == {"given": [f"supervisor@{STREET}"], "taken": [f"clerk@{STREET}"]}


async def test_nobody_grants_to_themselves_or_out_of_reach(
    client: httpx.AsyncClient, security: dict[str, str], system: dict[str, str]
) -> None:
    own = await _grant(client, security, "ds-security", ("leader", STREET))
    assert own.json()["code"] == "own_account"
    out = await _grant(client, security, "ds-clerk", ("clerk", STREET), ("leader", DISTRICT))
    assert out.status_code == 422
    assert out.json()["errors"][0]["pointer"] == "/grants/1/organisation_code"
    assert (await _grant(client, system, "ds-clerk", ("leader", STREET))).status_code == 403


async def test_roles_out_of_reach_stay(
    client: httpx.AsyncClient, security: dict[str, str], session: AsyncSession
) -> None:
    await make_staff(session, "both", STREET, Role.CLERK, (Role.LEADER, DISTRICT))
    leader = {"role": "leader", "organisation": {"code": DISTRICT, "name": "西城区"}}
    answer = await _grant(client, security, "both")
    assert answer.json()["grants"] == [leader]
    # Who sends back what was shown is not refused for it.
    again = await _grant(client, security, "both", ("leader", DISTRICT), ("reviewer", STREET))
    assert [grant["role"] for grant in again.json()["grants"]] == ["leader", "reviewer"]
    more = await _grant(client, security, "both", ("leader", DISTRICT), ("supervisor", DISTRICT))
    assert more.json()["errors"][0]["pointer"] == "/grants/1/organisation_code"


async def test_organisation_switched_off_gets_no_new_people(
    client: httpx.AsyncClient, system: dict[str, str], security: dict[str, str]
) -> None:
    path = f"/api/v1/organisations/{COMMUNITY}"
    off = await client.patch(path, json={"active": False}, headers=system)
    assert off.json()["active"] is False
    new = {"username": "late", "name": "某某", "organisation_code": COMMUNITY}
    made = await client.post(STAFF, json=new, headers=system)
    assert made.json()["errors"][0]["pointer"] == "/organisation_code"
    held = ("clerk", COMMUNITY), ("reviewer", COMMUNITY)
    assert (await _grant(client, security, "ds-006", *held)).status_code == 200
    more = await _grant(client, security, "ds-006", *held, ("leader", COMMUNITY))
    assert more.json()["errors"][0]["code"] == "inactive_organisation"


async def test_one_account_is_never_two_administrators(
    client: httpx.AsyncClient, security: dict[str, str]
) -> None:
    two = await _grant(
        client, security, "ds-clerk", ("audit_admin", STREET), ("system_admin", STREET)
    )
    assert (two.status_code, two.json()["code"]) == (422, "exclusive_roles")
    added = await _grant(
        client, security, "ds-system", ("system_admin", STREET), ("audit_admin", STREET)
    )
    assert added.json()["code"] == "exclusive_roles"


async def test_becoming_administrator_without_second_factor_signs_out(
    client: httpx.AsyncClient, security: dict[str, str]
) -> None:
    clerk = await headers_of(client, "ds-clerk")
    await _grant(client, security, "ds-clerk", ("system_admin", STREET))
    assert (await client.get(ME, headers=clerk)).status_code == 401
    assert (await sign_in(client, "ds-clerk")).json()["code"] == "totp_enrolment_required"


async def test_trail_is_read_within_reach(client: httpx.AsyncClient, session: AsyncSession) -> None:
    await sign_in(client, "jrj-clerk")
    await sign_in(client, "ds-clerk")
    await sign_in(client, "ds-clerk", "wrong")
    await sign_in(client, "nobody", "wrong")

    async def lines(who: str, **params: str) -> list[tuple[str, str]]:
        headers = await access_of(session, who)
        body = (await client.get("/api/v1/audit", params=params, headers=headers)).json()
        return [(item["action"], item["subject"]) for item in body["items"]]

    mine = [("sign_in.failed", "staff:ds-clerk"), ("signed_in", "staff:ds-clerk")]
    assert await lines("ds-audit") == mine
    whole = [("sign_in.failed", "staff:unknown"), *mine, ("signed_in", "staff:jrj-clerk")]
    assert await lines("district-audit") == whole
    assert await lines("district-audit", action="signed") == [whole[2], whole[3]]
    assert await lines("district-audit", username="jrj-clerk") == [whole[3]]
    assert await lines("district-audit", subject="staff:ds") == mine
    assert await lines("district-audit", subject="ds-clerk") == mine
    assert await lines("district-audit", subject="clerk") == []
    assert await lines("district-audit", since="2999-01-01T00:00:00Z") == []
    headers = await access_of(session, "district-audit")
    first = (await client.get("/api/v1/audit", params={"limit": 3}, headers=headers)).json()
    assert await lines("district-audit", cursor=first["next_cursor"]) == [whole[3]]
