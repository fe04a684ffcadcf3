"""容缺: a material promised for later comes before the case is decided, or it is not granted."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from tests.cases.test_actions import DESHENG, HOME, accepted, ok
from tests.support.applications import application
from tests.support.district import Answer, District, Person
from tongban.cases.models import CaseMaterial
from tongban.core import clock
from tongban.core.settings import get_settings

REGISTER = "ju_min_hu_kou_bu"
SUPPORT, SCHOOL, REGISTRATION = "ST-MZ-008", "ST-CJ-001", "ST-RK-001"


def today() -> str:
    return clock.today(get_settings().zone).isoformat()


def promised(code: str, day: str, key: str = REGISTER, **changes: Any) -> dict[str, Any]:
    body = application(code, HOME, **changes)
    line = next(one for one in body["materials"] if one["key"] == key)
    line |= {"received": False, "promised_by": day}
    return body


async def taken_in(district: District, code: str = SUPPORT, **changes: Any) -> str:
    """Accepted against a promise for its own last day."""
    clerk = await district.person("clerk", DESHENG)
    due = (await clerk.post("/cases", application(code, HOME))).body["due_on"]
    key = next(one["key"] for one in application(code, HOME)["materials"][1:])
    answer = await clerk.post("/cases", promised(code, due, key, **changes))
    assert answer.status == 201, answer.body
    assert answer.body["flags"]["promise_open"]
    return str(answer.body["number"])


async def bring(person: Person, number: str, received: str | bool = True) -> Answer:
    path = f"/cases/{number}/materials/{REGISTER}"
    return await person.call("PATCH", path, json={"received": received})


async def test_nothing_is_approved_before_the_promised_material_is_there(
    district: District,
) -> None:
    number = await taken_in(district)
    reviewer = await district.person("reviewer", DESHENG)
    seen = ok(await reviewer.get(f"/cases/{number}"))["allowed_actions"]
    assert "approve" not in seen
    assert {"deny", "terminate"} <= set(seen)
    refused = await reviewer.act(number, "approve")
    assert (refused.status, refused.code) == (409, "promise_open")
    assert "先登记收到" in refused.body["title"]
    brought = ok(await bring(await district.person("clerk", DESHENG), number))
    assert not brought["flags"]["promise_open"]
    assert ok(await reviewer.act(number, "approve"))["outcome"] == "approved"


async def test_a_material_ticked_by_mistake_is_waited_for_again(district: District) -> None:
    number = await taken_in(district)
    clerk = await district.person("clerk", DESHENG)
    ok(await bring(clerk, number))
    case = ok(await bring(clerk, number, "none"))
    assert case["flags"]["promise_open"]
    assert next(m for m in case["materials"] if m["key"] == REGISTER)["promised_by"]


async def test_what_a_bureau_granted_waits_for_the_material_too(district: District) -> None:
    number = await taken_in(district, SCHOOL)
    runner = await district.person("agent_runner", DESHENG)
    ok(await runner.act(number, "carry_out"))
    for decision in ("approved", "forwarded"):
        refused = await runner.act(number, "record_result", decision=decision)
        assert (refused.code, refused.pointers) == ("promise_open", {"/decision"})
    denied = await runner.act(number, "record_result", decision="denied", comment="不符")
    assert ok(denied)["outcome"] == "denied"


async def test_a_denied_case_waits_for_nothing_until_it_is_decided_anew(
    district: District,
) -> None:
    number = await taken_in(district)
    reviewer = await district.person("reviewer", DESHENG)
    denied = ok(await reviewer.act(number, "deny", comment="不补了"))
    assert not denied["flags"]["promise_open"]
    supervisor = await district.person("supervisor", DESHENG)
    assert ok(await supervisor.act(number, "reopen", comment="材料找到了"))["flags"]["promise_open"]
    assert (await reviewer.act(number, "approve")).code == "promise_open"


async def test_an_immediate_case_waits_for_the_same_day_only(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    due = (await clerk.post("/cases", application(REGISTRATION, HOME))).body["due_on"]
    assert (await clerk.post("/cases", promised(REGISTRATION, due))).status == 201
    late = await clerk.post("/cases", promised(REGISTRATION, "2099-01-01"))
    assert (late.status, late.pointers) == (422, {"/materials/1/promised_by"})
    assert f"（{due}）" in late.body["errors"][0]["message"]
    received = await clerk.post("/cases", application(REGISTRATION, HOME, receive_only=True))
    assert received.body["status"] == "received"


async def test_a_promise_counts_only_for_what_is_missing(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = promised(SUPPORT, "2020-01-01")
    next(one for one in body["materials"] if one["key"] == REGISTER)["received"] = True
    case = (await clerk.post("/cases", body)).body
    assert not case["flags"]["promise_open"]
    reviewer = await district.person("reviewer", DESHENG)
    assert ok(await reviewer.act(case["number"], "approve"))["outcome"] == "approved"


@pytest.mark.parametrize(("day", "taken"), [("2020-01-01", True), ("2020-01-02", False)])
async def test_a_promise_left_as_it_was_is_not_judged_anew(
    district: District, day: str, taken: bool
) -> None:
    number = await accepted(district, receive_only=True, materials=[])
    clerk = await district.person("clerk", DESHENG)
    path = f"/cases/{number}"

    async def edit(day: str) -> Answer:
        line = {"key": REGISTER, "received": "none", "promised_by": day}
        return await clerk.call(
            "PATCH", path, json={"materials": [line]}, headers={"If-Match": "*"}
        )

    ok(await edit(today()))
    passed = update(CaseMaterial).values(promised_by=date(2020, 1, 1))
    await district.session.execute(passed.where(CaseMaterial.key == REGISTER))
    answer = await edit(day)
    assert (answer.status == 200) is taken, answer.body
    # Accepting means that somebody agrees to it now.
    assert "/materials/0/promised_by" in (await clerk.act(number, "accept")).pointers


async def test_the_preview_says_the_last_day_of_a_promise(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    for code in (SUPPORT, REGISTRATION):
        due = (await clerk.post("/cases", application(code, HOME))).body["due_on"]
        route = await clerk.get(f"/matters/{code}/route-preview", accepting=DESHENG, home=HOME)
        assert ok(route)["due_on"] == due


async def test_a_case_is_not_decided_without_what_it_was_accepted_with(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = (await clerk.post("/cases", application("ST-MZ-008", HOME))).body
    number = case["number"]
    back = await bring(clerk, number, received=False)
    assert (back.status, back.pointers) == (422, {"/received"})
    reviewer = await district.person("reviewer", DESHENG)
    assert "return" in ok(await reviewer.get(f"/cases/{number}"))["allowed_actions"]
    at_counter = ok(await reviewer.act(number, "return", to_step="accept", comment="缺页"))

    async def edit(**line: str) -> Answer:
        return await clerk.call(
            "PATCH",
            f"/cases/{number}",
            json={"materials": [{"key": REGISTER, "received": "none", **line}]},
            headers={"If-Match": f'"{at_counter["version"]}"'},
        )

    refused = await edit()
    assert (refused.status, refused.pointers) == (422, {"/materials/0/received"})
    assert ok(await edit(promised_by=today()))["flags"]["promise_open"]


async def test_who_did_not_see_the_last_change_does_not_undo_it(district: District) -> None:
    number = await taken_in(district)
    clerk = await district.person("clerk", DESHENG)
    seen = ok(await clerk.get(f"/cases/{number}"))["version"]
    path, headers = f"/cases/{number}/materials/{REGISTER}", {"If-Match": f'"{seen}"'}
    ok(await clerk.call("PATCH", path, json={"received": True}, headers=headers))
    stale = await clerk.call("PATCH", path, json={"note": "缺第二页"}, headers=headers)
    assert (stale.status, stale.code) == (412, "stale_version")
