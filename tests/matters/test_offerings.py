"""Where a matter is offered."""

import pytest

from tests.support.applications import application
from tests.support.district import Answer, District, Person
from tongban.identity.roles import Role

DISTRICT, STREET, OTHER = "110102", "110102010", "110102011"
HALL, COMMUNITY = f"{STREET}-DT", "110102010002"
CODE = "ST-RK-001"


async def put(person: Person, *items: tuple[str, bool]) -> Answer:
    body = {"items": [{"organisation_code": code, "offered": offered} for code, offered in items]}
    return await person.call("PUT", f"/matters/{CODE}/offerings", json=body)


async def offered(person: Person, accepting: str) -> bool:
    path = f"/matters/{CODE}/route-preview"
    answer = await person.get(path, accepting=accepting, home=COMMUNITY)
    return bool(answer.body["offered"])


async def test_the_nearest_exception_decides(district: District) -> None:
    editor = await district.person(Role.CATALOGUE_EDITOR, DISTRICT)
    clerk = await district.person(Role.CLERK, STREET)
    assert await offered(clerk, HALL)
    await put(editor, (DISTRICT, False), (STREET, True), (f"{HALL}-02", False))
    assert await offered(clerk, HALL)
    assert await offered(clerk, f"{HALL}-01")
    assert not await offered(clerk, f"{HALL}-02")
    assert not await offered(clerk, f"{OTHER}-DT")


async def test_a_counter_that_does_not_offer_it_does_not_take_it(district: District) -> None:
    editor = await district.person(Role.CATALOGUE_EDITOR, STREET)
    clerk = await district.person(Role.CLERK, STREET)
    assert (await put(editor, (STREET, False))).status == 200
    refused = await clerk.post("/cases", application(CODE, COMMUNITY))
    assert (refused.status, refused.code) == (422, "not_offered")


async def test_a_streets_editor_reaches_what_lies_below_it(district: District) -> None:
    street = await district.person(Role.CATALOGUE_EDITOR, STREET)
    other = await district.person(Role.CATALOGUE_EDITOR, OTHER)
    top = await district.person(Role.CATALOGUE_EDITOR, DISTRICT)
    for code in (OTHER, DISTRICT):
        assert (await put(street, (code, False))).status == 403
    assert (await put(other, (OTHER, False))).status == 200
    shown = await put(street, (COMMUNITY, False))
    lines = [(i["organisation"]["code"], i["editable"]) for i in shown.body["items"]]
    assert lines == [(COMMUNITY, True), (OTHER, False)]
    assert [i["offered"] for i in (await put(street)).body["items"]] == [False]
    assert (await put(top)).body["items"] == []


@pytest.mark.parametrize("code", ["nowhere", "110102-MZJ"])
async def test_wrong_organisations_are_pointed_at(district: District, code: str) -> None:
    editor = await district.person(Role.CATALOGUE_EDITOR, DISTRICT)
    answer = await put(editor, (STREET, False), (code, False))
    assert answer.pointers == {"/items/1/organisation_code"}
    twice = await put(editor, (STREET, False), (STREET, True))
    assert twice.pointers == {"/items/1/organisation_code"}


async def test_clerks_read_but_do_not_change(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    assert (await clerk.get(f"/matters/{CODE}/offerings")).body == {"items": []}
    assert (await put(clerk, (STREET, False))).status == 403
