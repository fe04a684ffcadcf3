"""Signing in: lock-out, rotation, second factor, signing out everywhere."""

from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import PASSWORD, headers_of, import_few, make_staff, sign_in
from tongban.identity import totp
from tongban.identity.models import AuditEntry, Staff
from tongban.identity.roles import Role

STREET = "110102010"
DISTRICT = "110102"
ME = "/api/v1/auth/me"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _people(session: AsyncSession) -> None:
    await import_few(session)
    await make_staff(session, "ds-clerk", STREET, Role.CLERK)
    await make_staff(session, "admin", DISTRICT, Role.SYSTEM_ADMIN)


async def _enrol(session: AsyncSession, username: str) -> pyotp.TOTP:
    secret = totp.new_secret()
    await session.execute(
        update(Staff)
        .where(Staff.username == username)
        .values(totp_secret=totp.seal_secret(secret, username), totp_confirmed=True)
    )
    return pyotp.TOTP(secret)


async def test_token_says_who_one_is(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client, " DS-Clerk ")
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 900
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/api/v1/auth" in cookie
    token = answer.json()["access_token"]
    me = (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).json()
    assert me["username"] == "ds-clerk"
    assert me["organisation"] == {"code": STREET, "name": "德胜街道"}
    assert me["grants"] == [{"role": "clerk", "organisation": {"code": STREET, "name": "德胜街道"}}]
    assert "cases.create" in me["permissions"]


@pytest.mark.parametrize("username", ["ds-clerk", "nobody-of-that-name"])
async def test_wrong_password_and_unknown_user_get_the_same_answer(
    client: httpx.AsyncClient, username: str
) -> None:
    answer = await sign_in(client, username, "not the password")
    body = answer.json()
    assert answer.status_code == 401
    assert body["code"] == "invalid_credentials"
    assert body["title"] == "用户名或密码不正确"


async def test_account_locks_and_opens_again(client: httpx.AsyncClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(4):
            assert (await sign_in(client, "ds-clerk", "wrong")).status_code == 401
        locked = await sign_in(client, "ds-clerk", "wrong")
        assert (locked.status_code, locked.json()["code"]) == (429, "locked")
        assert locked.headers["retry-after"] == "900"
        right = await sign_in(client, "ds-clerk")
        assert (right.status_code, right.json()["code"]) == (429, "locked")
        clock.shift(timedelta(minutes=15, seconds=1))
        assert (await sign_in(client, "ds-clerk")).status_code == 200


async def test_success_forgets_earlier_failures(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        for _ in range(4):
            assert (await sign_in(client, "ds-clerk", "wrong")).status_code == 401
        assert (await sign_in(client, "ds-clerk")).status_code == 200


async def test_access_token_expires(client: httpx.AsyncClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        headers = await headers_of(client, "ds-clerk")
        clock.shift(timedelta(minutes=14))
        assert (await client.get(ME, headers=headers)).status_code == 200
        clock.shift(timedelta(minutes=1))
        assert (await client.get(ME, headers=headers)).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
async def test_foreign_tokens_are_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def refreshed(client: httpx.AsyncClient, token: str) -> tuple[str, str]:
    """What a refresh with this token gives: a new refresh and access token, or the code and none.
    The client keeps no cookie."""
    answer = await client.post(
        "/api/v1/auth/refresh", headers={"Cookie": f"tongban_refresh={token}"}
    )
    new = client.cookies.get("tongban_refresh") or ""
    client.cookies.clear()
    body = answer.json()
    if answer.status_code == 200:
        return new, str(body["access_token"])
    return str(body["code"]), ""


async def first_token(client: httpx.AsyncClient) -> str:
    await sign_in(client, "ds-clerk")
    token = client.cookies["tongban_refresh"]
    client.cookies.clear()
    return token


async def test_refresh_rotates_and_reuse_ends_the_session(client: httpx.AsyncClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        first = await first_token(client)
        second, access = await refreshed(client, first)
        assert second != first
        clock.shift(timedelta(seconds=11))
        assert (await refreshed(client, first))[0] == "refresh_reused"
        assert (await refreshed(client, second))[0] == "refresh_invalid"
        headers = {"Authorization": f"Bearer {access}"}
        assert (await client.get(ME, headers=headers)).status_code == 401


async def test_a_page_left_before_the_answer_can_ask_again(client: httpx.AsyncClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        first = await first_token(client)
        dropped, _ = await refreshed(client, first)
        clock.shift(timedelta(seconds=5))
        dropped_too, _ = await refreshed(client, first)
        clock.shift(timedelta(seconds=5))
        kept, access = await refreshed(client, first)
        headers = {"Authorization": f"Bearer {access}"}
        assert (await client.get(ME, headers=headers)).status_code == 200
        after, _ = await refreshed(client, kept)
        assert (await refreshed(client, dropped_too))[0] == "refresh_reused"
        assert {(await refreshed(client, t))[0] for t in (after, dropped)} == {"refresh_invalid"}


async def test_a_copy_is_found_out_though_it_comes_at_once(client: httpx.AsyncClient) -> None:
    first = await first_token(client)
    second, _ = await refreshed(client, first)
    third, _ = await refreshed(client, second)
    assert (await refreshed(client, first))[0] == "refresh_reused"
    assert (await refreshed(client, third))[0] == "refresh_invalid"


async def test_refresh_token_expires(client: httpx.AsyncClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await sign_in(client, "ds-clerk")
        cookie = {"Cookie": f"tongban_refresh={client.cookies['tongban_refresh']}"}
        client.cookies.clear()
        clock.shift(timedelta(days=7, seconds=1))
        answer = await client.post("/api/v1/auth/refresh", headers=cookie)
        assert answer.json()["code"] == "refresh_invalid"


async def test_sign_out_ends_one_session_everywhere_ends_all(client: httpx.AsyncClient) -> None:
    one, two, three = [await headers_of(client, "ds-clerk") for _ in range(3)]
    assert (await client.post("/api/v1/auth/sign-out", headers=one)).status_code == 204
    assert (await client.get(ME, headers=one)).status_code == 401
    assert (await client.get(ME, headers=two)).status_code == 200
    assert (await client.post("/api/v1/auth/sign-out-everywhere", headers=two)).status_code == 204
    assert (await client.get(ME, headers=two)).status_code == 401
    assert (await client.get(ME, headers=three)).status_code == 401


async def test_deactivation_acts_at_once(client: httpx.AsyncClient, session: AsyncSession) -> None:
    headers = await headers_of(client, "ds-clerk")
    await session.execute(update(Staff).where(Staff.username == "ds-clerk").values(active=False))
    assert (await client.get(ME, headers=headers)).status_code == 401
    assert (await sign_in(client, "ds-clerk")).json()["code"] == "invalid_credentials"


async def test_code_is_asked_for_and_works_once(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    generator = await _enrol(session, "ds-clerk")
    with time_machine.travel(NOW, tick=False) as clock:
        assert (await sign_in(client, "ds-clerk")).json()["code"] == "totp_required"
        code = generator.at(NOW)
        assert (await sign_in(client, "ds-clerk", totp=code)).status_code == 200
        again = await sign_in(client, "ds-clerk", totp=code)
        assert (again.status_code, again.json()["code"]) == (401, "totp_invalid")
        clock.shift(30)
        fresh = generator.at(NOW + timedelta(seconds=30))
        assert (await sign_in(client, "ds-clerk", totp=fresh)).status_code == 200


@pytest.mark.parametrize("code", ["000000", "１２３４５６", "x", "12345"])
async def test_wrong_codes_count_towards_the_lock(
    client: httpx.AsyncClient, session: AsyncSession, code: str
) -> None:
    await _enrol(session, "ds-clerk")
    answers = [await sign_in(client, "ds-clerk", totp=code) for _ in range(5)]
    assert [answer.json()["code"] for answer in answers] == ["totp_invalid"] * 4 + ["locked"]


async def test_administrator_has_to_enrol_first(client: httpx.AsyncClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        refused = await sign_in(client, "admin")
        assert (refused.status_code, refused.json()["code"]) == (403, "totp_enrolment_required")
        limited = {"Authorization": f"Bearer {refused.json()['token']}"}
        assert (await client.get(ME, headers=limited)).status_code == 401
        assert (await client.get("/api/v1/staff", headers=limited)).status_code == 401
        change = {"current": PASSWORD, "new": "another password"}
        other_step = await client.post("/api/v1/auth/password", json=change, headers=limited)
        assert other_step.status_code == 401
        enrolled = await client.post("/api/v1/auth/totp/enrol", headers=limited)
        generator = pyotp.TOTP(enrolled.json()["secret"])
        assert pyotp.parse_uri(enrolled.json()["uri"]).secret == generator.secret
        wrong = await client.post(
            "/api/v1/auth/totp/confirm", json={"code": "000000"}, headers=limited
        )
        assert wrong.json()["errors"][0]["pointer"] == "/code"
        confirmation = {"code": generator.at(NOW)}
        confirmed = await client.post(
            "/api/v1/auth/totp/confirm", json=confirmation, headers=limited
        )
        assert confirmed.status_code == 204
        served = await client.post("/api/v1/auth/totp/enrol", headers=limited)
        assert served.status_code == 401
        clock.shift(30)
        code = generator.at(NOW + timedelta(seconds=30))
        headers = await headers_of(client, "admin", totp=code)
        me = (await client.get(ME, headers=headers)).json()
        assert (me["totp_enrolled"], me["time_zone"]) == (True, "Asia/Shanghai")
        removal = {"password": PASSWORD, "code": code}
        kept = await client.post("/api/v1/auth/totp/disable", json=removal, headers=headers)
        assert (kept.status_code, kept.json()["code"]) == (403, "totp_needed_by_role")


async def test_authenticator_can_be_taken_away_where_no_role_needs_it(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    generator = await _enrol(session, "ds-clerk")
    with time_machine.travel(NOW, tick=False) as clock:
        headers = await headers_of(client, "ds-clerk", totp=generator.at(NOW))
        clock.shift(30)
        removal = {"password": "wrong", "code": generator.at(NOW + timedelta(seconds=30))}
        path = "/api/v1/auth/totp/disable"
        wrong = await client.post(path, json=removal, headers=headers)
        assert wrong.json()["errors"][0]["pointer"] == "/password"
        removal["password"] = PASSWORD
        assert (await client.post(path, json=removal, headers=headers)).status_code == 204
        assert (await sign_in(client, "ds-clerk")).status_code == 200


async def test_password_change_ends_other_sessions(client: httpx.AsyncClient) -> None:
    other = await headers_of(client, "ds-clerk")
    mine = await headers_of(client, "ds-clerk")
    path = "/api/v1/auth/password"
    for new, code in [
        ("short", "password_length"),
        ("ds-clerk-ds-clerk", "password_weak"),
        ("aaaaaaaaaaaa", "password_weak"),
        (PASSWORD, "password_same"),
    ]:
        weak = await client.post(path, json={"current": PASSWORD, "new": new}, headers=mine)
        assert weak.status_code == 422
        assert weak.json()["errors"][0]["code"] == code
    change = {"current": PASSWORD, "new": "my new password"}
    assert (await client.post(path, json=change, headers=mine)).status_code == 204
    assert (await client.get(ME, headers=mine)).status_code == 200
    assert (await client.get(ME, headers=other)).status_code == 401
    assert (await sign_in(client, "ds-clerk")).status_code == 401
    assert (await sign_in(client, "ds-clerk", "my new password")).status_code == 200


async def test_guessing_the_password_in_a_session_locks_and_ends_it(
    client: httpx.AsyncClient,
) -> None:
    headers = await headers_of(client, "ds-clerk")
    change = {"current": "wrong", "new": "my new password"}
    answers = [
        await client.post("/api/v1/auth/password", json=change, headers=headers) for _ in range(5)
    ]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_signing_in_leaves_a_trail_without_the_password(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    await sign_in(client, "ds-clerk", "guess-of-a-password")
    await sign_in(client, "typed-my-password-here", "x")
    await sign_in(client, "ds-clerk")
    lines = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [(line.action, line.subject, line.reason) for line in lines] == [
        ("sign_in.failed", "staff:ds-clerk", "invalid_credentials"),
        ("sign_in.failed", "staff:unknown", None),
        ("signed_in", "staff:ds-clerk", None),
    ]
    assert all(line.ip == "127.0.0.1" and line.request_id for line in lines)
    assert "typed-my-password-here" not in str([vars(line) for line in lines])


@pytest.mark.parametrize(
    "form", [{}, {"username": "a\x00b", "password": "x"}, {"username": "a", "grant_type": "code"}]
)
async def test_malformed_forms_are_refused(client: httpx.AsyncClient, form: dict[str, str]) -> None:
    answer = await client.post("/api/v1/auth/token", data=form)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
