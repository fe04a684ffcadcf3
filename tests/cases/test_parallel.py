"""A matter with conditions and a parallel group (并联), from acceptance to its end."""

from itertools import permutations
from typing import Any

import pytest

from tests.support.applications import application, catalogue
from tests.support.district import District

DESHENG, HOME = "110102010", "110102010002"
BESIDE = ("civil", "housing", "abroad")


def step(key: str, function: str, unit: str, **more: Any) -> dict[str, Any]:
    plain = {"key": key, "function": function, "unit": unit, "role": "reviewer", "limit_days": 2}
    return plain | more


PROCESS = [
    step("accept", "accept", "accepting", role="clerk", limit_days=0),
    step("civil", "review", "home_street:民政科", parallel_group="joint"),
    step("housing", "review", "home_street:住房保障科", parallel_group="joint", limit_days=5),
    step(
        "abroad",
        "review",
        "home_street:民政科",
        parallel_group="joint",
        condition={"field": "residence", "equals": "境外"},
    ),
    step("approve", "approve", "home_street:民政科"),
]


@pytest.fixture
async def joint(district: District) -> District:
    editor = await district.person("catalogue_editor", "110102")
    report = await editor.post("/matters/import", [catalogue()["ST-MZ-008"] | {"process": PROCESS}])
    assert (report.status, report.body["changed"]) == (200, 1), report.body
    return district


async def accepted(district: District, residence: str) -> str:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    body["form"]["residence"] = residence
    made = await clerk.post("/cases", body)
    assert made.status == 201, made.body
    return str(made.body["number"])


async def open_tasks(district: District, number: str) -> dict[str, str]:
    """Ids of the open tasks by step."""
    clerk = await district.person("clerk", DESHENG)
    tasks = (await clerk.get(f"/cases/{number}")).body["tasks"]
    return {task["step_key"]: task["id"] for task in tasks if task["state"] == "open"}


async def test_a_condition_decides_who_is_asked(joint: District) -> None:
    assert set(await open_tasks(joint, await accepted(joint, "本区"))) == {"civil", "housing"}
    assert set(await open_tasks(joint, await accepted(joint, "境外"))) == set(BESIDE)


async def test_it_goes_on_when_all_are_done_in_whatever_order(joint: District) -> None:
    reviewer = await joint.person("reviewer", DESHENG)
    for order in permutations(BESIDE):
        number = await accepted(joint, "境外")
        for done, key in enumerate(order):
            opened = await open_tasks(joint, number)
            assert set(opened) == set(order[done:])
            passed = await reviewer.act(number, "pass", task_id=opened[key])
            assert passed.status == 200, passed.body
        assert set(await open_tasks(joint, number)) == {"approve"}
        decided = await reviewer.act(number, "approve")
        assert (decided.status, decided.body["outcome"]) == (200, "approved")


async def test_which_of_several_tasks_must_be_said(joint: District) -> None:
    number = await accepted(joint, "境外")
    reviewer = await joint.person("reviewer", DESHENG)
    unclear = await reviewer.act(number, "pass")
    assert unclear.code == "which_task"
    assert set(await open_tasks(joint, number)) == set(BESIDE)


async def test_one_that_sends_it_back_sends_all_back(joint: District) -> None:
    number = await accepted(joint, "境外")
    reviewer = await joint.person("reviewer", DESHENG)
    tasks = await open_tasks(joint, number)
    assert (await reviewer.act(number, "pass", task_id=tasks["civil"])).status == 200
    back = await reviewer.act(
        number, "return", task_id=tasks["housing"], to_step="accept", comment="住房证明看不清"
    )
    assert (back.status, back.body["flags"]["returned"]) == (200, True)
    assert set(await open_tasks(joint, number)) == {"accept"}
    clerk = await joint.person("clerk", DESHENG)
    assert (await clerk.act(number, "submit_correction")).status == 200
    assert set(await open_tasks(joint, number)) == set(BESIDE)


async def test_correcting_the_field_changes_who_is_asked(joint: District) -> None:
    number = await accepted(joint, "本区")
    reviewer = await joint.person("reviewer", DESHENG)
    tasks = await open_tasks(joint, number)
    await reviewer.act(
        number, "return", task_id=tasks["housing"], to_step="accept", comment="现住境外"
    )
    clerk = await joint.person("clerk", DESHENG)
    form = {**application("ST-MZ-008", HOME)["form"], "residence": "境外"}
    corrected = await clerk.act(number, "submit_correction", edit={"form": form})
    assert corrected.status == 200, corrected.body
    assert set(await open_tasks(joint, number)) == set(BESIDE)
    history = (await clerk.get(f"/cases/{number}/events")).body["items"]
    assert "route_changed" in [event["event"] for event in history]
