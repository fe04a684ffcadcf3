"""The main job end to end: real matters accepted, carried through the district, concluded."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.support.applications import APPLICANT_ID, MOBILE, application
from tests.support.district import Answer, District, Person
from tongban.cases.service import Finding, verify_chains

DESHENG, JINRONG, XINJIEKOU = "110102010", "110102012", "110102003"


def communities(street: str, count: int = 2) -> list[str]:
    from tests.support.people import organisations_file

    streets = {s["code"]: s for s in organisations_file()["streets"]}
    return [community["code"] for community in streets[street]["communities"][:count]]


async def accepted(person: Person, body: dict[str, object]) -> str:
    answer = await person.post("/cases", body)
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


def ok(answer: Answer) -> Answer:
    assert answer.status == 200, answer.body
    return answer


async def test_student_aid_travels_over_three_levels(district: District) -> None:
    home, elsewhere = communities(DESHENG)[0], communities(XINJIEKOU)[0]
    clerk = await district.person("clerk", elsewhere)
    answer = await clerk.post("/cases", application("ST-MZ-005", home))
    assert answer.status == 201, answer.body
    case = answer.body
    number = case["number"]
    assert number.startswith(XINJIEKOU)
    assert case["status"] == "accepted"
    assert (case["cross_handling"], case["linkage"]) == ("street_community", "three_level")
    assert case["due_on"] > case["registered_at"][:10]
    assert [t["organisation"]["code"] for t in case["tasks"]] == [f"{DESHENG}-DT"]

    hall = await district.person("pre_reviewer", DESHENG)
    ok(await hall.act(number, "claim"))
    ok(await hall.act(number, "pass"))
    runner = await district.person("agent_runner", DESHENG)
    carried = ok(await runner.act(number, "carry_out", received_by="区民政局 李科长"))
    assert "record_result" in carried.body["allowed_actions"]
    bureau = await district.person("reviewer", "110102-MZJ")
    back = ok(await bureau.act(number, "return", to_step="accept", comment="录取通知书看不清"))
    assert back.body["flags"]["returned"]

    at_counter = (await clerk.get(f"/cases/{number}")).body
    assert {"pass", "submit_correction"} <= set(at_counter["allowed_actions"])
    corrected = await clerk.act(
        number, "submit_correction", edit={"form": {**case["form"], "major": "计算机科学"}}
    )
    assert ok(corrected).body["form"]["major"] == "计算机科学"
    assert corrected.body["form"]["student_id_number"] == case["form"]["student_id_number"]
    ok(await hall.act(number, "pass"))
    ok(await runner.act(number, "carry_out"))
    concluded = ok(await runner.act(number, "record_result", decision="approved"))
    assert (concluded.body["status"], concluded.body["outcome"]) == ("concluded", "approved")
    ok(await clerk.act(number, "issue", collected_by="王秀兰"))
    archived = ok(await clerk.act(number, "archive"))
    assert archived.body["status"] == "archived"
    assert archived.body["allowed_actions"] == []

    events = ok(await clerk.get(f"/cases/{number}/events")).body
    assert events["intact"]
    assert [event["event"] for event in events["items"]] == [
        "accepted", "claimed", "passed", "carried_out", "returned", "edited", "passed",
        "passed", "carried_out", "result_recorded", "issued", "archived",
    ]  # fmt: skip


async def test_old_age_allowance_from_street_to_street(district: District) -> None:
    clerk = await district.person("clerk", JINRONG)
    case = (await clerk.post("/cases", application("ST-MZ-008", communities(DESHENG)[0]))).body
    assert (case["cross_handling"], case["linkage"]) == ("street_street", "none")
    number = case["number"]
    ok(await (await district.person("pre_reviewer", DESHENG)).act(number, "pass"))
    reviewer = await district.person("reviewer", DESHENG)
    assert ok(await reviewer.act(number, "approve")).body["status"] == "concluded"


async def test_subsistence_allowance_stays_within_the_street(district: District) -> None:
    first, second = communities(DESHENG)
    neighbour = await district.person("clerk", second)
    case = (await neighbour.post("/cases", application("ST-MZ-001", first))).body
    assert (case["status"], case["cross_handling"]) == ("accepted", "same_street")

    stranger = await district.person("clerk", communities(JINRONG)[0])
    refused = await stranger.post("/cases", application("ST-MZ-001", first))
    assert (refused.status, refused.code) == (422, "outside_scope")
    assert "德胜" in refused.body["title"]


async def test_a_filing_is_filed(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = (await clerk.post("/cases", application("ST-MZ-015", communities(DESHENG)[0]))).body
    reviewer = await district.person("reviewer", DESHENG)
    done = ok(await reviewer.act(case["number"], "file"))
    assert (done.body["status"], done.body["outcome"]) == ("concluded", "filed")


async def test_community_matter_accepted_by_a_neighbour(district: District) -> None:
    first, second = communities(DESHENG)
    clerk = await district.person("clerk", second)
    code = next(
        c for c, m in matters().items()
        if m["level"] == "community" and m["handling"] == "即办"
        and m["cross_handling_scope"] == "同街"
    )  # fmt: skip
    case = (await clerk.post("/cases", application(code, first))).body
    assert (case["cross_handling"], case["linkage"]) == ("same_street", "none")
    decider = await district.person("reviewer", first)
    assert ok(await decider.act(case["number"], "approve")).body["outcome"] == "approved"


def matters() -> dict[str, dict[str, object]]:
    from tests.support.applications import catalogue

    return catalogue()


async def test_the_receipt_names_number_matter_and_due_date(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = (await clerk.post("/cases", application("ST-MZ-008", communities(DESHENG)[0]))).body
    receipt = ok(await clerk.get(f"/cases/{case['number']}/receipt"))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(receipt.content)).pages)
    due = date.fromisoformat(case["due_on"])
    assert case["number"] in text
    assert "高龄老年人津贴申请" in text
    assert due.isoformat() in text or f"{due.year}年{due.month}月{due.day}日" in text
    assert APPLICANT_ID not in text
    assert MOBILE not in text


@pytest.mark.parametrize(
    "path", ["", "/events", "/receipt", "/notice", "/conclusion", "/handover", "/archive"]
)
async def test_an_uninvolved_street_sees_nothing(district: District, path: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", communities(DESHENG)[0])
    number = await accepted(clerk, body)
    stranger = await district.person("clerk", JINRONG)
    assert (await stranger.get(f"/cases/{number}{path}")).status == 404
    assert (await stranger.act(number, "pass")).status == 404
    assert (await stranger.post(f"/cases/{number}/reveal", {"reason": "只是想看看"})).status == 404
    found = await stranger.get("/cases", q="王秀兰")
    assert number not in {row["number"] for row in found.body["items"]}
    person = await stranger.post("/persons/search", {"id_number": APPLICANT_ID})
    assert person.body == {"cases": [], "reusable": [], "elsewhere": []}


async def test_a_tampered_history_is_found(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    await accepted(clerk, application("ST-MZ-008", communities(DESHENG)[0]))
    whole = [found async for found in verify_chains(district.session)]
    assert not [found for found in whole if isinstance(found, Finding)]
