"""Every matter of the catalogue is accepted and carried to its end over the API."""

from typing import Any

import pytest

from tests.support.applications import application, catalogue
from tests.support.district import District

DESHENG, HOME = "110102010", "110102010002"
ACTIONS = {
    "first_review": "pass",
    "review": "pass",
    "carry_out": "carry_out",
    "approve": "approve",
    "file": "file",
}


def body_of(code: str) -> str:
    """The street, community or bureau that an organisation belongs to."""
    head = code.split("-", maxsplit=1)[0]
    return code if len(head) == 6 else head


async def step(district: District, case: dict[str, Any]) -> dict[str, Any]:
    """Whoever holds the open task does what its step is for."""
    task = next(task for task in case["tasks"] if task["state"] == "open")
    person = await district.person(task["role"], body_of(task["organisation"]["code"]))
    answer = await person.act(case["number"], ACTIONS[task["function"]])
    assert answer.status == 200, answer.body
    done: dict[str, Any] = answer.body
    return done


@pytest.mark.slow
@pytest.mark.parametrize("code", catalogue())
async def test_a_matter_runs_to_its_end(district: District, code: str) -> None:
    matter = catalogue()[code]
    counter = DESHENG if matter["level"] == "street" else HOME
    clerk = await district.person("clerk", counter)
    answer = await clerk.post("/cases", application(code, HOME))
    assert answer.status == 201, answer.body
    case = answer.body
    assert case["cross_handling"] == "none"
    for _ in range(len(matter["process"])):
        if case["status"] == "concluded":
            break
        case = await step(district, case)
    assert case["status"] == "concluded"
    assert case["outcome"] == ("filed" if matter["handling"] == "备案" else "approved")
    events = await clerk.get(f"/cases/{case['number']}/events")
    assert events.body["intact"]
