"""What a clerk types into the one box of the case query."""

import pytest

from tests.support.applications import APPLICANT_ID, MOBILE, application
from tests.support.district import District

DESHENG, HOME = "110102010", "110102010002"


@pytest.mark.parametrize("typed", [APPLICANT_ID, MOBILE, "王秀兰", "王秀", "王", " 王秀兰 "])
async def test_a_case_is_found_by_whom_it_is_for(district: District, typed: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    made = await clerk.post("/cases", application("ST-MZ-008", HOME))
    for path in ("/cases", "/cases/count"):
        found = (await clerk.get(path, q=typed)).body
        if path == "/cases":
            assert [row["number"] for row in found["items"]] == [made.body["number"]]
        else:
            assert found == {"count": 1, "more": False}


@pytest.mark.parametrize("typed", ["李", "兰秀", "110102195001011234", "13900000000", "?", "'"])
async def test_what_fits_nobody_finds_nothing(district: District, typed: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert (await clerk.get("/cases", q=typed)).body["items"] == []


async def test_a_number_finds_its_case_alone(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    first, _ = [(await clerk.post("/cases", body)).body["number"] for _ in range(2)]
    found = (await clerk.get("/cases", q=f"{first[:9]} {first[9:]}")).body["items"]
    assert [row["number"] for row in found] == [first]
    wide = first.translate({digit: digit + 0xFEE0 for digit in range(ord("0"), ord("9") + 1)})
    assert [row["number"] for row in (await clerk.get("/cases", q=wide)).body["items"]] == [first]
