"""Pages while others go on working: nothing that was there is missed or shown twice."""

from typing import Any

import pytest

from tests.support.applications import application
from tests.support.district import District, Person

DESHENG, HOME = "110102010", "110102010002"


async def registered(clerk: Person) -> str:
    made = await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert made.status == 201, made.body
    return str(made.body["number"])


def number_of(row: dict[str, Any]) -> str:
    return str(row["case"]["number"] if "case" in row else row["number"])


@pytest.mark.parametrize(("path", "role"), [("/cases", "clerk"), ("/tasks", "reviewer")])
async def test_every_row_comes_once_though_new_ones_come_in(
    district: District, path: str, role: str
) -> None:
    clerk, reader = await district.person("clerk", DESHENG), await district.person(role, DESHENG)
    there = {await registered(clerk) for _ in range(11)}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(20):
        page = (await reader.get(path, limit=3, **cursor)).body
        assert len(page["items"]) <= 3
        seen += [number_of(row) for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
        await registered(clerk)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)
    assert page["next_cursor"] is None


async def test_counts_go_on_past_the_page(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    for _ in range(5):
        await registered(clerk)
    assert (await clerk.get("/cases/count")).body == {"count": 5, "more": False}
    reviewer = await district.person("reviewer", DESHENG)
    page = (await reviewer.get("/tasks", limit=2)).body
    assert (len(page["items"]), page["counts"]["pool"]) == (2, 5)
