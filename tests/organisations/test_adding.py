"""Organisations put into the tree by hand: by the rules of the import, and kept by it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import access_of, import_few, make_staff, organisations_file
from tongban.identity.models import AuditEntry
from tongban.identity.roles import Role
from tongban.organisations.files import FileRefused
from tongban.organisations.service import get_tree, import_organisations

PATH = "/api/v1/organisations"
DISTRICT, STREET, COMMUNITY = "110102", "110102010", "110102010002"
HALL = f"{STREET}-DT"

SECTION = {"parent_code": STREET, "kind": "section", "code": f"{STREET}-WH", "name": "文化科"}
WINDOW = {"parent_code": HALL, "kind": "window", "code": f"{HALL}-30", "name": "绿色通道"}
UNIT = {"parent_code": COMMUNITY, "kind": "section", "code": f"{COMMUNITY}-YLZ", "name": "养老站"}
SECOND_HALL = {
    "parent_code": STREET,
    "kind": "hall",
    "code": f"{STREET}-DT2",
    "name": "分大厅",
    "windows": 2,
}
OFFICE = {"parent_code": DISTRICT, "kind": "street", "code": "110102099", "name": "新城街道"}
NEW_STREET = OFFICE | {"office_name": "新城街道办事处", "windows": 3}
NEW_COMMUNITY = {
    "parent_code": STREET,
    "kind": "community",
    "code": f"{STREET}999",
    "name": "新城社区",
}
BUREAU = {
    "parent_code": DISTRICT,
    "kind": "bureau",
    "code": f"{DISTRICT}-SJJ",
    "name": "区数据局",
    "full_name": "北京市西城区数据局",
}


@pytest.fixture
async def admin(session: AsyncSession) -> dict[str, str]:
    """Who keeps the whole district."""
    await import_few(session)
    await make_staff(session, "admin", DISTRICT, Role.SYSTEM_ADMIN)
    return await access_of(session, "admin")


@pytest.fixture
async def street_admin(session: AsyncSession, admin: dict[str, str]) -> dict[str, str]:
    await make_staff(session, "street-admin", STREET, Role.SYSTEM_ADMIN)
    return await access_of(session, "street-admin")


async def add(
    client: httpx.AsyncClient, headers: dict[str, str], body: dict[str, Any]
) -> httpx.Response:
    return await client.post(PATH, json=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "full_name", "office_name"),
    [
        (SECTION, "德胜街道文化科", "德胜街道办事处"),
        (WINDOW, "德胜街道公共服务大厅绿色通道", "德胜街道办事处"),
        (SECOND_HALL, "德胜街道分大厅", "德胜街道办事处"),
        (NEW_STREET, "北京市西城区新城街道", "新城街道办事处"),
        (NEW_COMMUNITY, "德胜街道新城社区", "新城社区"),
        (BUREAU, "北京市西城区数据局", "北京市西城区数据局"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_each_kind_stands_where_it_was_put_with_its_names_in_full(
    client: httpx.AsyncClient,
    admin: dict[str, str],
    body: dict[str, Any],
    full_name: str,
    office_name: str,
) -> None:
    added = await add(client, admin, body | {"telephone": "010-1"})
    assert added.status_code == 201, added.text
    view = added.json()
    assert (view["full_name"], view["office_name"]) == (full_name, office_name)
    assert (view["parent_code"], view["telephone"]) == (body["parent_code"], "010-1")
    listed = await client.get(PATH, headers=admin)
    codes = [item["code"] for item in listed.json()["items"]]
    assert codes.index(body["parent_code"]) < codes.index(body["code"])


async def test_a_unit_by_hand_is_called_like_one_of_the_file(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    one = (await client.get(f"{PATH}/{COMMUNITY}-FWZ", headers=admin)).json()
    two = (await add(client, admin, UNIT)).json()
    for name in ("full_name", "office_name"):
        assert two[name] == one[name].replace("社区服务站", "社区养老站")


async def test_a_street_comes_with_hall_and_windows_and_accepts(
    client: httpx.AsyncClient, admin: dict[str, str], session: AsyncSession
) -> None:
    assert (await add(client, admin, NEW_STREET)).status_code == 201
    tree = await get_tree(session)
    window, street = tree.find("110102099-DT-03"), tree.find("110102099")
    assert window
    assert street
    assert tree.normalise_accepting(street).code == "110102099-DT"
    assert tree.normalise_accepting(window).code == "110102099-DT"
    assert [unit.name for unit in tree.ancestors(window)][:2] == ["公共服务大厅", "新城街道"]


async def test_what_may_be_added_is_told_with_the_next_code(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    async def additions(code: str) -> dict[str, tuple[str, str | None]]:
        view = (await client.get(f"{PATH}/{code}", headers=admin)).json()
        return {one["kind"]: (one["begins"], one["proposed"]) for one in view["additions"]}

    assert await additions(STREET) == {
        "hall": (f"{STREET}-", f"{STREET}-DT2"),
        "community": (STREET, None),
        "section": (f"{STREET}-", None),
    }
    before = (await additions(HALL))["window"][1]
    assert before
    assert (await add(client, admin, WINDOW)).status_code == 201
    assert (await additions(HALL))["window"][1] == f"{HALL}-31"
    assert await additions(f"{STREET}-MZ") == {}
    await client.patch(f"{PATH}/{COMMUNITY}", json={"active": False}, headers=admin)
    assert await additions(COMMUNITY) == {}


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (SECTION | {"code": f"{STREET}-MZ"}, 422, "code_taken", "/code"),
        (SECTION | {"code": "110102011-WH"}, 422, "wrong_code", "/code"),
        (SECTION | {"code": f"{STREET}-wh"}, 422, "wrong_code", "/code"),
        (SECTION | {"code": f"{STREET}-DT3"}, 422, "wrong_code", "/code"),
        (SECTION | {"code": f"{STREET}-W-H"}, 422, "wrong_code", "/code"),
        (SECTION | {"code": f"{STREET}-１"}, 422, "wrong_code", "/code"),
        (SECTION | {"name": "民政科"}, 422, "name_taken", "/name"),
        (SECTION | {"name": " "}, 422, "string_too_short", "/name"),
        (SECTION | {"name": "文\u202e化科"}, 422, None, "/name"),
        (SECTION | {"kind": "window"}, 422, "not_below", "/kind"),
        (SECTION | {"kind": "city"}, 422, None, "/kind"),
        (SECTION | {"parent_code": "110102010-XX"}, 422, "unknown_organisation", "/parent_code"),
        (SECTION | {"windows": 3}, 422, "not_of_kind", "/windows"),
        (SECTION | {"full_name": "德胜街道文化科"}, 422, "not_of_kind", "/full_name"),
        (WINDOW | {"code": f"{HALL}-00"}, 422, "wrong_code", "/code"),
        (WINDOW | {"code": f"{HALL}-100"}, 422, "wrong_code", "/code"),
        (WINDOW | {"parent_code": STREET, "code": f"{STREET}-09"}, 422, "not_below", "/kind"),
        (NEW_STREET | {"windows": 0}, 422, None, "/windows"),
        (OFFICE | {"windows": 3}, 422, "missing", "/office_name"),
        (OFFICE | {"office_name": "新城街道办事处"}, 422, "missing", "/windows"),
        (NEW_COMMUNITY | {"code": f"{STREET}99"}, 422, "wrong_code", "/code"),
        (UNIT | {"parent_code": DISTRICT}, 422, "not_below", "/kind"),
        (BUREAU | {"kind": "district"}, 422, None, None),
    ],
)
async def test_what_breaks_the_rules_of_the_tree_is_refused_at_its_field(
    client: httpx.AsyncClient,
    admin: dict[str, str],
    session: AsyncSession,
    body: dict[str, Any],
    status: int,
    code: str | None,
    pointer: str | None,
) -> None:
    before = len(await get_tree(session))
    for language in ("zh", "en"):
        headers = admin | {"Accept-Language": language}
        refused = await client.post(PATH, json=body, headers=headers)
        assert refused.status_code == status, refused.text
        errors = refused.json()["errors"]
        found = {(error["code"] if code else None, error["pointer"]) for error in errors}
        assert not pointer or (code, pointer) in found, errors
        assert all("{" not in error["message"] for error in errors)
    assert len(await get_tree(session)) == before


async def test_only_below_what_one_keeps(
    client: httpx.AsyncClient, street_admin: dict[str, str]
) -> None:
    assert (await add(client, street_admin, SECTION)).status_code == 201
    elsewhere = SECTION | {"parent_code": "110102011", "code": "110102011-WH"}
    assert (await add(client, street_admin, elsewhere)).status_code == 403
    assert (await add(client, street_admin, BUREAU)).status_code == 403


async def test_who_added_what_stands_in_the_trail(
    client: httpx.AsyncClient, admin: dict[str, str], session: AsyncSession
) -> None:
    await add(client, admin, SECTION)
    line = await session.scalar(select(AuditEntry).where(AuditEntry.action == "organisation.added"))
    assert line
    assert (line.username, line.subject) == ("admin", f"organisation:{STREET}-WH")
    assert line.details == SECTION


async def test_every_process_sees_it(
    client: httpx.AsyncClient, admin: dict[str, str], session: AsyncSession
) -> None:
    async def revision() -> object:
        return await session.scalar(text("SELECT revision FROM tree_revision"))

    before = await revision()
    await add(client, admin, SECTION)
    assert await revision() != before


def _file() -> Any:
    """The file of which the tree was imported."""
    content = organisations_file()
    wanted = ("110102001", STREET, "110102011")
    content["streets"] = [street for street in content["streets"] if street["code"] in wanted]
    for street in content["streets"]:
        del street["communities"][2:]
    return content


async def test_an_import_keeps_what_was_added_and_what_is_off(
    client: httpx.AsyncClient, admin: dict[str, str], session: AsyncSession
) -> None:
    by_hand: list[dict[str, Any]] = [
        SECTION,
        WINDOW,
        SECOND_HALL,
        UNIT,
        NEW_COMMUNITY,
        NEW_STREET,
        BUREAU,
    ]
    for body in by_hand:
        assert (await add(client, admin, body)).status_code == 201
    off = {"active": False}
    await client.patch(f"{PATH}/{STREET}-MZ", json=off, headers=admin)
    report = await import_organisations(session, _file())
    assert (report.created, report.changed) == ([], [])
    assert {body["code"] for body in by_hand} <= set(report.missing)
    tree = await get_tree(session)
    for body in by_hand:
        unit = tree.find(str(body["code"]))
        assert unit
        assert unit.active
        assert (unit.name, unit.kind) == (body["name"], body["kind"])
    switched_off = tree.find(f"{STREET}-MZ")
    assert switched_off
    assert not switched_off.active
    # A file that has caught up takes it over.
    data = _file()
    street = next(street for street in data["streets"] if street["code"] == STREET)
    street["sections"].append({"code": f"{STREET}-WH", "name": "文化和旅游科"})
    street["sections"].append({"code": f"{STREET}-DT2", "name": "分大厅"})
    report = await import_organisations(session, data)
    assert report.created == []
    assert f"{STREET}-WH" in report.changed
    tree = await get_tree(session)
    taken, hall = tree.find(f"{STREET}-WH"), tree.find(f"{STREET}-DT2")
    assert taken
    assert hall
    assert (taken.name, hall.kind) == ("文化和旅游科", "hall")


async def test_an_import_that_brings_a_name_twice_is_refused(
    client: httpx.AsyncClient, admin: dict[str, str], session: AsyncSession
) -> None:
    await add(client, admin, SECTION)
    data = _file()
    street = next(street for street in data["streets"] if street["code"] == STREET)
    street["sections"].append({"code": f"{STREET}-WHK", "name": "文化科"})
    with pytest.raises(FileRefused) as refused:
        await import_organisations(session, data)
    [finding] = refused.value.findings
    assert (finding.organisation, finding.field) == ("德胜街道文化科", "name")
    assert f"{STREET}-WH" in finding.said().say("zh")
    # Once the other one is switched off, its name is free: a division is counted anew.
    await client.patch(f"{PATH}/{STREET}-WH", json={"active": False}, headers=admin)
    assert (await import_organisations(session, data)).created == [f"{STREET}-WHK"]
    back = await client.patch(f"{PATH}/{STREET}-WH", json={"active": True}, headers=admin)
    assert (back.status_code, back.json()["code"]) == (409, "name_taken")
    assert f"{STREET}-WHK" in back.json()["title"]
