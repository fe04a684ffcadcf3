"""Organisations over the API."""

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import access_of, headers_of, import_tree, make_staff
from tongban.identity.roles import Role

PATH = "/api/v1/organisations"
STREET = "110102010"


@pytest.fixture
async def headers(session: AsyncSession, client: httpx.AsyncClient) -> dict[str, str]:
    await import_tree(session)
    await make_staff(session, "clerk", STREET, Role.CLERK)
    return await headers_of(client, "clerk")


@pytest.fixture
async def admin(session: AsyncSession) -> dict[str, str]:
    await import_tree(session)
    await make_staff(session, "admin", STREET, Role.SYSTEM_ADMIN)
    return await access_of(session, "admin")


async def test_whole_tree_comes_on_one_page(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    body = (await client.get(PATH, headers=headers)).json()
    assert body["next_cursor"] is None
    codes = [item["code"] for item in body["items"]]
    assert len(codes) == len(set(codes)) > 1200
    assert codes[0] == "110102"
    seen: set[str] = set()
    for item in body["items"]:
        assert item["parent_code"] is None or item["parent_code"] in seen
        assert item["path"][-1] == item["code"]
        seen.add(item["code"])


async def test_pages_follow_each_other(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    found: list[str] = []
    cursor = None
    while True:
        params = {"kind": "street", "limit": "4"} | ({"cursor": cursor} if cursor else {})
        body = (await client.get(PATH, params=params, headers=headers)).json()
        found += [item["code"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 15
    assert found == sorted(found)


async def test_filters(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    async def codes(**params: str) -> list[str]:
        body = (await client.get(PATH, params=params, headers=headers)).json()
        return [item["code"] for item in body["items"]]

    assert await codes(q="民政局") == ["110102-MZJ"]
    assert await codes(q="110102010-dt-01") == ["110102010-DT-01"]
    assert await codes(q="%") == []
    assert len(await codes(parent=STREET, kind="community")) == 20
    assert await codes(parent=STREET, kind="hall") == ["110102010-DT"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"kind": "city"}, 422),
        ({"parent": "999"}, 422),
        ({"q": "a\x00"}, 422),
        ({"parent": "a\x00"}, 422),
        ({"cursor": "nonsense"}, 422),
        ({"cursor": "WyJub3doZXJlIl0"}, 404),
        ({"limit": "0"}, 422),
    ],
)
async def test_bad_parameters(
    client: httpx.AsyncClient, headers: dict[str, str], params: dict[str, str], status: int
) -> None:
    assert (await client.get(PATH, params=params, headers=headers)).status_code == status


async def test_one_organisation(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    body = (await client.get(f"{PATH}/110102010-MZ", headers=headers)).json()
    assert body["office_name"] == "德胜街道办事处"
    assert body["attributes"]["guided_by"] == "区民政局"
    assert (await client.get(f"{PATH}/110102010-XX", headers=headers)).status_code == 404
    assert (await client.get(f"{PATH}/a%00b", headers=headers)).status_code == 422


async def test_editing_needs_the_permission_and_the_reach(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    change = {"name": "民政与社区科"}
    renamed = await client.patch(f"{PATH}/110102010-MZ", json=change, headers=admin)
    assert renamed.status_code == 200
    listed = await client.get(PATH, params={"q": "110102010-MZ"}, headers=admin)
    assert listed.json()["items"][0]["name"] == "民政与社区科"
    twin = await client.patch(f"{PATH}/110102010-SB", json=change, headers=admin)
    assert (twin.status_code, twin.json()["code"]) == (409, "name_taken")
    other = await client.patch(f"{PATH}/110102001-MZ", json=change, headers=admin)
    assert other.status_code == 403
    unknown = await client.patch(f"{PATH}/110102-NO", json=change, headers=admin)
    assert unknown.status_code == 404
    extra = await client.patch(f"{PATH}/110102010-MZ", json={"code": "x"}, headers=admin)
    assert extra.json()["errors"][0]["pointer"] == "/code"


async def test_clerk_may_not_edit(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.patch(f"{PATH}/{STREET}", json={"active": False}, headers=headers)
    assert answer.status_code == 403


async def test_contacts_are_edited_and_taken_away(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    path = f"{PATH}/{STREET}-DT"
    contact = {"address": "某街1号", "telephone": "010-1", "opening_hours": "周一至周五"}
    changed = (await client.patch(path, json=contact, headers=admin)).json()
    assert {name: changed[name] for name in contact} == contact
    changed = (await client.patch(path, json={"telephone": ""}, headers=admin)).json()
    assert (changed["address"], changed["telephone"]) == ("某街1号", "")
    too_long = await client.patch(path, json={"address": "街" * 201}, headers=admin)
    assert too_long.json()["errors"][0]["pointer"] == "/address"


async def test_a_renamed_hall_is_printed_under_its_new_name(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    async def full_name(code: str) -> str:
        answer = await client.get(f"{PATH}/{code}", headers=admin)
        return str(answer.json()["full_name"])

    hall = f"{STREET}-DT"
    assert await full_name(f"{hall}-01") == "德胜街道公共服务大厅1号窗口"
    path = f"{PATH}/{hall}"
    renamed = await client.patch(path, json={"name": "便民服务中心"}, headers=admin)
    assert renamed.json()["full_name"] == "德胜街道便民服务中心"
    assert await full_name(f"{hall}-01") == "德胜街道便民服务中心1号窗口"
    assert await full_name(f"{STREET}-MZ") == "德胜街道民政科"
