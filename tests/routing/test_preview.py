"""The concrete route over the API."""

import pytest

from tests.support.district import Answer, District
from tongban.identity.roles import Role

STREET, HALL, COMMUNITY = "110102010", "110102010-DT", "110102010002"
OTHER_STREET, OTHER_COMMUNITY = "110102011", "110102011001"


async def _preview(district: District, code: str, accepting: str, home: str = COMMUNITY) -> Answer:
    clerk = await district.person(Role.CLERK, STREET)
    return await clerk.get(f"/matters/{code}/route-preview", accepting=accepting, home=home)


async def test_route_at_the_own_hall(district: District) -> None:
    answer = await _preview(district, "ST-RK-001", f"{HALL}-01")
    body = answer.body
    assert answer.status == 200
    assert body["accepting"]["code"] == HALL
    assert (body["cross_handling"], body["linkage"]) == ("none", "none")
    assert (body["in_scope"], body["offered"], body["version"]) == (True, True, 1)
    steps = {step["key"]: step for step in body["steps"]}
    assert steps["first_review"]["merged_into"] == "accept"
    assert steps["approve"]["organisation"]["name"] == "德胜街道 计生办"
    assert body["deciding"]["code"] == steps["approve"]["organisation"]["code"]


@pytest.mark.parametrize(
    ("accepting", "kinds"),
    [
        (COMMUNITY, ("none", "street_community")),
        ("110102010005", ("same_street", "street_community")),
        (OTHER_STREET, ("street_street", "none")),
        (OTHER_COMMUNITY, ("street_community", "street_community")),
    ],
)
async def test_kinds_follow_from_the_pair(
    district: District, accepting: str, kinds: tuple[str, str]
) -> None:
    body = (await _preview(district, "ST-RK-001", accepting)).body
    assert (body["cross_handling"], body["linkage"]) == kinds


@pytest.mark.parametrize(
    ("accepting", "home", "pointer", "code"),
    [
        ("nowhere", COMMUNITY, "/accepting", "unknown_organisation"),
        ("110102-MZJ", COMMUNITY, "/accepting", "no_counter"),
        (HALL, "nowhere", "/home", "unknown_organisation"),
        (HALL, STREET, "/home", "not_a_community"),
    ],
)
async def test_wrong_organisations_are_pointed_at(
    district: District, accepting: str, home: str, pointer: str, code: str
) -> None:
    answer = await _preview(district, "ST-RK-001", accepting, home)
    assert answer.status == 422
    assert [(e["pointer"], e["code"]) for e in answer.body["errors"]] == [(pointer, code)]
