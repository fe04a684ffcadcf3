"""What an action is refused for, with a pointer to where it was sent; and what it then leaves."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests.cases.test_actions import DESHENG, HOME, NEIGHBOUR, accepted, ok
from tests.support.applications import application, catalogue
from tests.support.district import Answer, District
from tongban.cases.models import CaseMaterial
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.identity.models import GrantRow
from tongban.organisations.models import Organisation


async def test_a_transfer_never_leaves_work_to_nobody(district: District) -> None:
    number = await accepted(district)
    places = {
        row.code: row.id
        for row in await district.session.execute(
            select(Organisation.code, Organisation.id).where(Organisation.code.startswith(DESHENG))
        )
    }
    await district.session.execute(
        update(GrantRow)
        .where(GrantRow.role == "reviewer", GrantRow.organisation_id == places[DESHENG])
        .values(organisation_id=places[f"{DESHENG}-MZ"])
    )
    reviewer = await district.person("reviewer", f"{DESHENG}-MZ")
    refused = await reviewer.act(number, "transfer", to_organisation=f"{DESHENG}-SQ")
    assert (refused.code, refused.pointers) == ("cannot_take_over", {"/to_organisation"})


@pytest.mark.parametrize("place", [HOME, f"{DESHENG}-DT", f"{DESHENG}-MZ", "110102011"])
async def test_results_are_collected_where_the_case_is_handled(
    district: District, place: str
) -> None:
    clerk = await district.person("clerk", "110102011")
    answer = await clerk.post("/cases", application("ST-MZ-008", HOME, issuing_code=place))
    assert answer.status == 201, answer.body
    assert answer.body["issuing"]["code"] == place


async def test_a_bureau_that_decides_hands_out_too(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-005", HOME, issuing_code="110102-MZJ")
    assert (await clerk.post("/cases", body)).status == 201


async def test_a_moved_home_takes_a_foreign_place_of_collection_along(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True, issuing_code=HOME)
    case = (await clerk.post("/cases", body)).body
    path, stale = f"/cases/{case['number']}", {"If-Match": "*"}
    refused = await clerk.call("PATCH", path, json={"issuing_code": "110102012"}, headers=stale)
    assert (refused.code, refused.pointers) == ("issued_elsewhere", {"/issuing_code"})
    assert "德胜街道" in refused.body["title"]
    moved = ok(await clerk.call("PATCH", path, json={"home_code": NEIGHBOUR}, headers=stale))
    assert moved["issuing"]["code"] == f"{DESHENG}-DT"


async def test_files_and_materials_are_pointed_at_where_they_were_sent(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True)
    nobodys = str(uuid4())
    body["materials"][1]["files"] = [nobodys]
    refused = await clerk.post("/cases", body)
    assert (refused.status, refused.code) == (422, "file_unknown")
    assert refused.pointers == {"/materials/1/files/0"}
    number = ok_created(await clerk.post("/cases", application("ST-MZ-008", HOME, **RECEIVE)))
    key = body["materials"][1]["key"]
    path = f"/cases/{number}"
    line = await clerk.call("PATCH", f"{path}/materials/{key}", json={"files": [nobodys]})
    assert line.pointers == {"/files/0"}
    edit = {"materials": [{"key": key, "received": True, "files": [nobodys]}]}
    changed = await clerk.call("PATCH", path, json=edit, headers={"If-Match": "*"})
    assert changed.pointers == {"/materials/0/files/0"}
    accepting = await clerk.act(number, "accept", edit=edit)
    assert accepting.pointers == {"/edit/materials/0/files/0"}
    wrong = {"materials": [{"key": key, "received": True}, {"key": "nope"}, {"key": key}]}
    accepting = await clerk.act(number, "accept", edit=wrong)
    assert accepting.pointers == {"/edit/materials/1/key", "/edit/materials/2/key"}
    accepting = await clerk.act(number, "accept", edit={"home_code": "110102999999"})
    assert accepting.pointers == {"/edit/home_code"}


RECEIVE = {"receive_only": True}


def ok_created(answer: Answer) -> str:
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


async def test_steps_that_an_ended_case_never_came_to_say_so(district: District) -> None:
    def states(case: Any) -> dict[str, str]:
        return {step["function"]: step["state"] for step in case["path"]}

    clerk = await district.person("clerk", "110102011")
    reviewer = await district.person("pre_reviewer", DESHENG)
    number = ok_created(await clerk.post("/cases", application("ST-MZ-005", HOME)))
    running = states(ok(await clerk.get(f"/cases/{number}")))
    assert (running["first_review"], running["approve"]) == ("open", "waiting")
    ended = states(ok(await reviewer.act(number, "terminate", comment="申请人去世")))
    assert set(ended.values()) == {"done", "not_done"}
    assert (ended["accept"], ended["first_review"], ended["approve"]) == (
        "done",
        "not_done",
        "not_done",
    )
    received = ok_created(await clerk.post("/cases", application("ST-MZ-005", HOME, **RECEIVE)))
    refused = states(ok(await clerk.act(received, "refuse", comment="不属于受理范围")))
    assert set(refused.values()) == {"not_done"}


async def test_a_correction_that_is_awaited_leaves_no_day_either(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    number = await accepted(district, receive_only=True)
    waiting = ok(await clerk.act(number, "request_correction", comment="缺户口簿"))
    assert [task["due_on"] for task in waiting["tasks"]] == [None]


async def test_an_action_is_sent_only_what_it_asks_for(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    refused = await reviewer.act(number, "approve", decision="denied", to_staff="x", edit=None)
    assert refused.pointers == {"/decision", "/to_staff"}
    assert {error["code"] for error in refused.body["errors"]} == {"not_of_action"}
    assert "“准予”没有这一项" in refused.body["errors"][0]["message"]
    plain = await reviewer.act(number, "approve", decision=None, receive_only=False, findings=[])
    assert ok(plain)["outcome"] == "approved"


async def test_a_transfer_to_where_it_is_already_says_so(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    nowhere = await reviewer.act(number, "transfer")
    assert [error["code"] for error in nowhere.body["errors"]] == ["missing"]
    same = await reviewer.act(number, "transfer", to_organisation=f"{DESHENG}-MZ")
    assert [error["code"] for error in same.body["errors"]] == ["goes_nowhere"]
    ok(await reviewer.act(number, "claim"))
    own = await reviewer.act(number, "transfer", to_staff=reviewer.username)
    assert (own.pointers, own.body["errors"][0]["code"]) == ({"/to_staff"}, "goes_nowhere")


async def test_an_applicants_mask_is_no_number_for_an_agent(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True)
    case = (await clerk.post("/cases", body)).body
    agent = {"name": "李强", "id_number": case["applicant"]["id_number"]}
    refused = await clerk.call(
        "PATCH", f"/cases/{case['number']}", json={"agent": agent}, headers={"If-Match": "*"}
    )
    assert (refused.status, refused.pointers) == (422, {"/agent/id_number"})


async def test_missing_materials_are_counted_in_the_matters_order(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    lines = [
        {"key": material["key"], "received": place != 1}
        for place, material in enumerate(catalogue()["ST-MZ-008"]["materials"])
    ]
    body = application("ST-MZ-008", HOME, submit=False, materials=lines[::-1])
    draft = (await clerk.post("/cases", body)).body
    refused = await clerk.act(draft["id"], "submit")
    assert (refused.status, refused.pointers) == (422, {"/materials/1/received"})


async def test_a_draft_is_kept_as_it_was_checked_when_submitted(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, submit=False)
    body["form"]["contact_mobile"] = "１３８ 0000-1111"
    draft = (await clerk.post("/cases", body)).body
    number = ok(await clerk.act(draft["id"], "submit"))["number"]
    real = ok(await clerk.post(f"/cases/{number}/reveal", {"reason": "核对证件原件"}))
    assert real["form"]["contact_mobile"] == "13800001111"
    assert ok(await clerk.get(f"/cases/{number}"))["form"]["contact_mobile"] == "138****1111"


async def test_a_promise_that_passed_does_not_stand_in_the_way_of_other_corrections(
    district: District,
) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True)
    line = next(m for m in body["materials"] if m["key"] == "ju_min_hu_kou_bu")
    line |= {"received": False, "promised_by": clock.today(get_settings().zone).isoformat()}
    number = ok_created(await clerk.post("/cases", body))
    await district.session.execute(
        update(CaseMaterial)
        .where(CaseMaterial.promised_by.is_not(None))
        .values(promised_by=date(2026, 1, 5))
    )
    edited = await clerk.call(
        "PATCH", f"/cases/{number}", json={"home_code": NEIGHBOUR}, headers={"If-Match": "*"}
    )
    assert edited.status == 200, edited.body
    refused = await clerk.act(number, "accept")
    assert [error["code"] for error in refused.body["errors"]] == ["bad_promise"]


async def test_no_supervisor_moves_a_decision_to_another_street(district: District) -> None:
    number = await accepted(district)
    for organisation in (DESHENG, "110102"):
        supervisor = await district.person("supervisor", organisation)
        refused = await supervisor.act(number, "transfer", to_organisation="110102011-MZ")
        assert (refused.status, refused.code) == (422, "outside_route")


async def test_transfers_do_not_walk_away_step_by_step(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "transfer", to_organisation=f"{DESHENG}-SQ"))
    refused = await reviewer.act(number, "transfer", to_organisation="110102011-SQ")
    assert refused.code == "outside_route"
    back = ok(await reviewer.act(number, "transfer", to_organisation=f"{DESHENG}-MZ"))
    assert back["tasks"][-1]["organisation"]["code"] == f"{DESHENG}-MZ"


async def test_an_organisations_code_is_kept_as_its_standard_writes_it(
    district: District,
) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    body["applicant"] |= {
        "kind": "organisation",
        "name": "西城区第1养老院",
        "id_number": "９１１１００００-600037341ｌ",
    }
    number = ok_created(await clerk.post("/cases", body))
    real = ok(await clerk.post(f"/cases/{number}/reveal", {"reason": "核对证件原件"}))
    assert real["applicant"]["id_number"] == "91110000600037341L"
    found = await clerk.post("/persons/search", {"id_number": "91110000600037341l"})
    assert [case["number"] for case in found.body["cases"]] == [number]
