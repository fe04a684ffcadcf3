"""Each action by its outcome: what changes, for whom, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from tests.files.conftest import PDF
from tests.support.applications import APPLICANT_ID, MOBILE, OTHER_ID, application, catalogue
from tests.support.district import Answer, District
from tongban.cases.models import Task
from tongban.cases.problems import ACTION_NAMES
from tongban.cases.rules import Action
from tongban.core import clock

DESHENG, HOME, NEIGHBOUR = "110102010", "110102010002", "110102010005"


def ok(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    return answer.body


async def accepted(district: District, code: str = "ST-MZ-008", **changes: Any) -> str:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", application(code, HOME, **changes))
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


async def test_suspension_pauses_the_clock_for_a_listed_reason_only(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    refused = await reviewer.act(number, "suspend", reason="coffee")
    assert (refused.status, refused.pointers) == (422, {"/reason"})
    paused = ok(await reviewer.act(number, "suspend", reason="appraisal"))
    assert paused["due"] == {
        "due_on": None,
        "paused": True,
        "provisional": False,
        "remaining_days": None,
        "level": 0,
    }
    assert (paused["due_on"], [task["due_on"] for task in paused["tasks"]]) == (None, [None])
    listed = ok(await reviewer.get("/cases", q=number))["items"]
    assert [(row["due_on"], row["due"]["paused"]) for row in listed] == [(None, True)]
    row = next(
        t for t in ok(await reviewer.get("/tasks"))["items"] if t["case"]["number"] == number
    )
    assert (row["due_on"], row["paused"], row["case"]["due"]["due_on"]) == (None, True, None)
    assert (await reviewer.act(number, "approve")).status == 409
    resumed = ok(await reviewer.act(number, "resume"))
    assert not resumed["flags"]["suspended"]
    assert None not in (resumed["due_on"], resumed["tasks"][-1]["due_on"])
    assert resumed["due"]["remaining_days"] is not None
    ok(await reviewer.act(number, "approve"))


@pytest.mark.parametrize("claimed", [False, True])
async def test_a_case_that_a_supervisor_resumes_stays_with_who_works_it(
    district: District, claimed: bool
) -> None:
    number = await accepted(district)
    clerk = await district.person("clerk", DESHENG)
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "suspend", reason="appraisal"))
    if not claimed:
        task = ok(await clerk.get(f"/cases/{number}"))["tasks"][-1]["id"]
        await district.session.execute(update(Task).where(Task.id == task).values(claimed_by=None))
    supervisor = await district.person("supervisor", DESHENG)
    holder = ok(await supervisor.act(number, "resume"))["tasks"][-1]["claimed_by"]
    assert (holder is not None) is claimed
    ok(await reviewer.act(number, "approve"))


async def test_what_stands_still_is_not_counted_as_late(district: District) -> None:
    number = await accepted(district)
    with time_machine.travel(clock.now() + timedelta(days=60), tick=False):
        reviewer = await district.person("reviewer", DESHENG)
        assert ok(await reviewer.get("/tasks"))["counts"]["overdue"] == 1
        ok(await reviewer.act(number, "suspend", reason="appraisal"))
        counts = ok(await reviewer.get("/tasks"))["counts"]
        assert (counts["overdue"], counts["due_soon"], counts["mine"]) == (0, 0, 1)


async def test_a_matter_allows_only_its_own_special_procedures(district: District) -> None:
    editor = await district.person("catalogue_editor", "110102")
    for reasons, words in ((["testing"], "检测"), ([], "没有特别程序")):
        changed = catalogue()["ST-MZ-008"] | {"suspension_reasons": reasons}
        assert (await editor.post("/matters/import", [changed])).body["changed"] == 1
        number = await accepted(district)
        reviewer = await district.person("reviewer", DESHENG)
        refused = await reviewer.act(number, "suspend", reason="hearing")
        assert (refused.status, refused.pointers) == (422, {"/reason"})
        assert words in refused.body["errors"][0]["message"]
        if reasons:
            assert ok(await reviewer.act(number, "suspend", reason="testing"))


async def test_an_extension_is_asked_for_and_decided_by_different_people(
    district: District,
) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    before = ok(await reviewer.get(f"/cases/{number}"))["due_on"]
    too_long = await reviewer.act(number, "request_extension", days=60, comment="需入户")
    assert too_long.code == "extension_too_long"
    ok(await reviewer.act(number, "request_extension", days=5, comment="需入户"))
    assert (await reviewer.act(number, "decide_extension", agreed=True)).status == 409
    supervisor = await district.person("supervisor", DESHENG)
    granted = ok(await supervisor.act(number, "decide_extension", agreed=True))
    assert granted["due_on"] > before
    assert not granted["flags"]["extension_pending"]


async def test_reasons_are_owed(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    for action in ("deny", "terminate", "withdraw"):
        answer = await reviewer.act(number, action)
        assert (answer.status, answer.pointers) == (422, {"/comment"}), action
    denied = ok(await reviewer.act(number, "deny", comment="年龄未满80周岁"))
    assert (denied["status"], denied["outcome"]) == ("concluded", "denied")
    decided = next(step for step in denied["path"] if step["function"] == "approve")
    assert decided["state"] == "done"


async def test_refusing_gives_a_paper(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True, materials=[])
    case = (await clerk.post("/cases", body)).body
    missing = await clerk.act(case["number"], "accept")
    assert missing.status == 422
    assert "/materials" in missing.pointers
    ok(await clerk.act(case["number"], "refuse", comment="不属于本区户籍"))
    paper = await clerk.get(f"/cases/{case['number']}/notice")
    assert paper.content.startswith(b"%PDF")


async def test_a_transfer_goes_only_to_who_can_take_it(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    stranger = await reviewer.act(number, "transfer", to_staff="jrj-reviewer", comment="请办")
    assert stranger.code == "cannot_take_over"
    for elsewhere in (HOME, "110102011-MZ", "110102-MZJ", DESHENG, f"{DESHENG}-DT-01"):
        refused = await reviewer.act(number, "transfer", to_organisation=elsewhere, comment="请办")
        assert (refused.status, refused.pointers) == (422, {"/to_organisation"}), refused.body
        assert refused.code == "outside_route"
        assert "由德胜街道负责" in refused.body["title"]
    moved = ok(
        await reviewer.act(number, "transfer", to_organisation=f"{DESHENG}-SQ", comment="请办")
    )
    open_task = next(task for task in moved["tasks"] if task["state"] == "open")
    assert open_task["organisation"]["code"] == f"{DESHENG}-SQ"
    assert (moved["cross_handling"], moved["linkage"]) == ("none", "none")


async def test_a_draft_is_its_writers_until_submitted(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, submit=False, form={}, materials=[])
    draft = (await clerk.post("/cases", body)).body
    assert (draft["number"], draft["status"], draft["may_edit"]) == (None, "draft", True)
    for other in ("supervisor", "pre_reviewer"):
        person = await district.person(other, DESHENG)
        assert (await person.get(f"/cases/{draft['id']}")).status == 404
    early = await clerk.act(draft["id"], "submit")
    assert early.status == 422
    complete = application("ST-MZ-008", HOME)
    edit = {"form": complete["form"], "materials": complete["materials"]}
    edited = await clerk.call(
        "PATCH", f"/cases/{draft['id']}", json=edit, headers={"If-Match": f'"{draft["version"]}"'}
    )
    assert edited.status == 200, edited.body
    done = ok(await clerk.act(draft["id"], "submit"))
    assert done["status"] == "accepted"
    assert done["number"].startswith(DESHENG)


async def test_a_draft_can_be_thrown_away_but_a_case_cannot(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    draft = (await clerk.post("/cases", application("ST-MZ-008", HOME, submit=False))).body
    assert (await clerk.call("DELETE", f"/cases/{draft['id']}")).status == 204
    assert (await clerk.get(f"/cases/{draft['id']}")).status == 404
    number = await accepted(district)
    assert (await clerk.call("DELETE", f"/cases/{number}")).status == 404


async def test_a_corrected_home_changes_the_route(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True)
    case = (await clerk.post("/cases", body)).body
    assert case["cross_handling"] == "none"
    elsewhere = "110102012001"
    tree = await clerk.get("/organisations", kind="community")
    codes = [o["code"] for o in tree.body["items"] if o["code"].startswith("110102012")]
    elsewhere = codes[0]
    moved = await clerk.call(
        "PATCH",
        f"/cases/{case['number']}",
        json={"home_code": elsewhere},
        headers={"If-Match": f'"{case["version"]}"'},
    )
    assert moved.status == 200, moved.body
    assert moved.body["cross_handling"] == "street_street"
    ok(await clerk.act(case["number"], "accept"))
    hall = await district.person("pre_reviewer", "110102012")
    assert "pass" in ok(await hall.get(f"/cases/{case['number']}"))["allowed_actions"]
    events = ok(await clerk.get(f"/cases/{case['number']}/events"))["items"]
    assert "route_changed" in [event["event"] for event in events]


async def test_an_edit_tells_what_it_changed_not_all_that_its_page_sent(
    district: District,
) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True)
    case = (await clerk.post("/cases", body)).body
    lines: list[dict[str, Any]] = [
        {key: line[key] for key in ("key", "received", "promised_by", "note")}
        for line in case["materials"]
    ]
    page: dict[str, Any] = {
        "home_code": HOME,
        "issuing_code": case["issuing"]["code"],
        "applicant": case["applicant"],
        "agent": None,
        "form": case["form"],
        "materials": lines,
    }
    missing = [lines[0] | {"received": "none"}, *lines[1:]]
    named = {**case["applicant"], "name": "王秀蓝"}
    steps: list[tuple[dict[str, Any], list[str]]] = [
        ({"home_code": NEIGHBOUR}, ["home_code"]),
        ({"home_code": NEIGHBOUR, "applicant": named}, ["applicant"]),
        ({"home_code": NEIGHBOUR, "applicant": named, "materials": missing}, ["materials"]),
    ]
    for change, told in steps:
        answer = await clerk.call(
            "PATCH", f"/cases/{case['number']}", json=page | change, headers={"If-Match": "*"}
        )
        assert answer.status == 200, answer.body
        events = ok(await clerk.get(f"/cases/{case['number']}/events"))["items"]
        edited = [event["details"] for event in events if event["event"] == "edited"]
        assert edited[-1] == {"fields": told}


async def test_personal_data_is_masked_until_revealed_for_a_reason(district: District) -> None:
    number = await accepted(district)
    clerk = await district.person("clerk", DESHENG)
    shown = ok(await clerk.get(f"/cases/{number}"))
    assert shown["applicant"]["id_number"] == f"110{'*' * 11}{APPLICANT_ID[-4:]}"
    for path in (f"/cases/{number}", f"/cases/{number}/events", "/cases", "/tasks"):
        content = (await clerk.get(path)).content
        assert APPLICANT_ID.encode() not in content
        assert MOBILE.encode() not in content
    assert (await clerk.post(f"/cases/{number}/reveal", {"reason": "x"})).status == 422
    real = ok(await clerk.post(f"/cases/{number}/reveal", {"reason": "核对证件原件"}))
    assert real["applicant"]["id_number"] == APPLICANT_ID
    auditor = await district.person("audit_admin", "110102")
    trail = ok(await auditor.get("/audit"))["items"]
    assert ("personal.revealed", "核对证件原件") in {(e["action"], e["reason"]) for e in trail}


async def test_a_mask_sent_back_keeps_what_is_stored(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME, receive_only=True)
    case = (await clerk.post("/cases", body)).body
    edit = {"applicant": {**case["applicant"], "name": "王秀蓝"}, "form": case["form"]}
    edited = await clerk.call(
        "PATCH",
        f"/cases/{case['number']}",
        json=edit,
        headers={"If-Match": f'"{case["version"]}"'},
    )
    assert edited.status == 200, edited.body
    real = ok(await clerk.post(f"/cases/{case['number']}/reveal", {"reason": "核对证件原件"}))
    assert real["applicant"]["id_number"] == APPLICANT_ID
    assert real["applicant"]["name"] == "王秀蓝"
    assert real["form"] == body["form"]
    wrong = {"applicant": {**case["applicant"], "id_number": OTHER_ID[:3] + "*" * 11 + "0000"}}
    refused = await clerk.call(
        "PATCH", f"/cases/{case['number']}", json=wrong, headers={"If-Match": "*"}
    )
    assert refused.pointers == {"/applicant/id_number"}


async def test_who_leaves_hands_everything_on(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "claim"))
    supervisor = await district.person("supervisor", DESHENG)
    path = f"/staff/{reviewer.username}/hand-over"
    wrong = await supervisor.post(path, {"to_staff": "jrj-reviewer", "reason": "离职"})
    assert wrong.code == "cannot_take_over"
    assert (await reviewer.post(path, {"reason": "离职"})).status == 403
    assert ok(await supervisor.post(path, {"reason": "离职"})) == {"tasks": 1}
    case = ok(await supervisor.get(f"/cases/{number}"))
    assert [t["claimed_by"] for t in case["tasks"] if t["state"] == "open"] == [None]


async def test_reopening_has_its_deadline(district: District) -> None:
    number = await accepted(district)
    reviewer = await district.person("reviewer", DESHENG)
    ok(await reviewer.act(number, "approve"))
    supervisor = await district.person("supervisor", DESHENG)
    reopened = ok(await supervisor.act(number, "reopen", comment="结果有误"))
    assert (reopened["status"], reopened["outcome"]) == ("in_process", None)
    assert ok(await reviewer.act(number, "deny", comment="复核不符"))["outcome"] == "denied"


async def test_a_correction_names_only_what_the_application_has(district: District) -> None:
    number = await accepted(district, receive_only=True)
    clerk = await district.person("clerk", DESHENG)
    plain = next(iter(application("ST-MZ-008", HOME)["form"]))  # no table
    wrong = [
        {"pointer": "/materials/nope", "message": "缺"},
        {"pointer": "/applicant/mobile", "message": "停机"},
        {"pointer": "/form/nope", "message": "缺"},
        {"pointer": "/agent/name", "message": "没有代办人"},
        {"pointer": f"/form/{plain}/0/y", "message": "不是表格"},
    ]
    refused = await clerk.act(number, "request_correction", findings=wrong)
    assert refused.pointers == {f"/findings/{at}/pointer" for at in (0, 2, 3, 4)}
    ok(await clerk.act(number, "request_correction", findings=wrong[1:2]))


async def test_what_is_not_possible_is_named_in_the_users_language(district: District) -> None:
    number = await accepted(district)
    clerk = await district.person("clerk", DESHENG)
    chinese = await clerk.act(number, "carry_out")
    assert "“送交委办局”" in chinese.body["title"]
    assert set(Action) <= set(ACTION_NAMES)


async def test_the_responsible_ones_supervisor_reopens_what_another_street_hands_out(
    district: District,
) -> None:
    clerk = await district.person("clerk", "110102011")
    number = (await clerk.post("/cases", application("ST-MZ-008", HOME))).body["number"]
    ok(await (await district.person("pre_reviewer", DESHENG)).act(number, "pass"))
    ok(await (await district.person("reviewer", DESHENG)).act(number, "approve"))
    counter = await district.person("supervisor", "110102011")
    assert (await counter.act(number, "reopen", comment="有误")).status == 409
    ok(await (await district.person("supervisor", DESHENG)).act(number, "reopen", comment="有误"))


async def test_who_collects_is_not_guessed(district: District) -> None:
    agent = {"name": "李代办", "id_number": "110102198001010033", "relation": "子女"}
    number = await accepted(district, agent=agent)
    ok(await (await district.person("reviewer", DESHENG)).act(number, "approve"))
    clerk = await district.person("clerk", DESHENG)
    refused = await clerk.act(number, "issue")
    assert (refused.status, refused.pointers) == (422, {"/collected_by"})
    posted = {"collected_by": "李代办", "tracking_number": "EM123456789CN"}
    refused = await clerk.act(number, "issue", **posted)
    assert (refused.status, refused.pointers) == (422, {"/tracking_number"})
    [line] = ok(await clerk.act(number, "issue", collected_by="李代办"))["collections"]
    assert line["collected_by"] == "李代办"


async def test_who_collected_the_result_and_how_is_on_the_case(district: District) -> None:
    number = await accepted(district)
    ok(await (await district.person("reviewer", DESHENG)).act(number, "approve"))
    clerk = await district.person("clerk", DESHENG)
    assert ok(await clerk.get(f"/cases/{number}"))["collections"] == []
    signature = (await clerk.call("POST", "/files", files={"file": ("签名.pdf", PDF)})).body
    taken = {"collected_by": "王建国", "signature_file": signature["id"]}
    issued = ok(await clerk.act(number, "issue", **taken))
    [line] = issued["collections"]
    assert (line["method"], line["collected_by"]) == ("in_person", "王建国")
    assert (line["tracking_number"], line["recorded_by"]["username"]) == (None, clerk.username)
    assert (line["signature"]["id"], line["signature"]["name"]) == (signature["id"], "签名.pdf")
    events = ok(await clerk.get(f"/cases/{number}/events"))["items"]
    assert events[-1]["event"] == "issued"
    assert events[-1]["at"] == line["at"], "the page joins them by their moment"
    assert "王建国" not in str(events), "names stay out of what can never be removed"
    path = f"/cases/{number}/files/{signature['id']}"
    assert (await clerk.get(path)).content == PDF
    stranger = await district.person("clerk", "110102011")
    assert (await stranger.get(path)).status == 404

    supervisor = await district.person("supervisor", DESHENG)
    ok(await supervisor.act(number, "reopen", comment="结果有误"))
    ok(await (await district.person("reviewer", DESHENG)).act(number, "approve"))
    posted = {"collection_method": "mail", "tracking_number": "EM123456789CN"}
    again = ok(await clerk.act(number, "issue", **posted))["collections"]
    assert [one["method"] for one in again] == ["in_person", "mail"]
    assert (again[1]["tracking_number"], again[1]["signature"]) == ("EM123456789CN", None)
