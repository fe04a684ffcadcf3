"""The papers that a case has at each point of its way, and what they say."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from tests.documents.samples import text_of
from tests.support.applications import application
from tests.support.district import Answer, District, Person
from tongban.cases.models import Case

DESHENG, JINRONG = "110102010", "110102011"
HOME = "110102010002"


def ok(answer: Answer) -> Any:
    assert answer.status in (200, 201), answer.body
    return answer.body


async def paper(person: Person, number: str, name: str) -> str:
    answer = await person.get(f"/cases/{number}/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return text_of(answer.content)


async def publish(district: District, code: str, **changes: Any) -> dict[str, Any]:
    """A new version of a matter, as its editor imports it. Returns its content."""
    editor = await district.person("catalogue_editor", "110102")
    content = ok(await editor.get(f"/matters/{code}"))["content"] | changes
    assert ok(await editor.post("/matters/import", [content]))["changed"] == 1
    return dict(content)


async def test_papers_only_taken_in_are_acknowledged_and_accepted_ones_receipted(
    district: District,
) -> None:
    await publish(district, "ST-MZ-008", acceptance_mode="collect_and_forward")
    collecting = await district.person("clerk", JINRONG)
    case = ok(await collecting.post("/cases", application("ST-MZ-008", HOME)))
    assert case["status"] == "received"
    text = await paper(collecting, case["number"], "receipt")
    assert "收件回执" in text
    assert "金融街街道" in text
    assert "不代表申请已被受理" in text
    assert "德胜街道公共服务大厅自收到材料之日起5个工作日内" in text
    assert case["query_code"] in text
    home = await district.person("clerk", DESHENG)
    ok(await home.act(case["number"], "accept"))
    assert "受理回执单" in await paper(collecting, case["number"], "receipt")


async def test_a_draft_has_no_paper(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    draft = ok(await clerk.post("/cases", application("ST-MZ-008", HOME, submit=False)))
    for name in ("receipt", "notice", "conclusion", "handover"):
        assert (await clerk.get(f"/cases/{draft['id']}/{name}")).code == "no_such_paper"


async def test_a_decision_is_noticed_with_its_reason_and_how_to_collect(
    district: District,
) -> None:
    clerk = await district.person("clerk", DESHENG)
    reviewer = await district.person("reviewer", DESHENG)
    approved, denied = [
        ok(await clerk.post("/cases", application("ST-MZ-008", HOME)))["number"] for _ in range(2)
    ]
    assert (await clerk.get(f"/cases/{approved}/conclusion")).code == "no_such_paper"
    ok(await reviewer.act(approved, "approve", document_number="京西德〔2026〕12号"))
    text = await paper(clerk, approved, "conclusion")
    assert "予以办理" in text
    assert "办理结果（京西德〔2026〕12号）" in text
    assert "凭回执和本人有效身份证件领取" in text
    assert "行政复议" not in text
    ok(await reviewer.act(denied, "deny", comment="年龄未满80周岁"))
    text = await paper(clerk, denied, "conclusion")
    assert "不予办理的理由" in text
    assert "年龄未满80周岁" in text
    assert "向北京市西城区人民政府申请行政复议" in text
    assert "本通知书即为办理结果" in text


async def test_a_terminated_case_is_noticed_with_its_reason(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    reviewer = await district.person("reviewer", DESHENG)
    number = ok(await clerk.post("/cases", application("ST-MZ-008", HOME)))["number"]
    assert (await clerk.get(f"/cases/{number}/notice")).code == "no_such_paper"
    ok(await reviewer.act(number, "terminate", comment="申请人已去世，家属要求终止"))
    for archived in (False, True):
        if archived:
            ok(await clerk.act(number, "archive"))
        text = await paper(clerk, number, "notice")
        assert "终止办理通知书" in text
        assert "申请人已去世，家属要求终止" in text
        assert "向北京市西城区人民政府申请行政复议" in text


async def test_papers_taken_in_only_say_until_when_acceptance_is_decided(
    district: District,
) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = ok(await clerk.post("/cases", application("ST-MZ-008", HOME, receive_only=True)))
    day = date.fromisoformat(case["acceptance_due_on"])
    shown = f"最迟{day.year}年{day.month}月{day.day}日作出"
    text = await paper(clerk, case["number"], "receipt")
    assert f"办理状态已收件，收件时尚未受理受理决定{shown}" in text
    ok(await clerk.act(case["number"], "request_correction", comment="缺户口簿"))
    text = await paper(clerk, case["number"], "receipt")
    assert "受理决定收到材料后5个工作日内作出" in text


@pytest.mark.parametrize(
    ("code", "place", "deciding"),
    [
        ("ST-CJ-003", DESHENG, "德胜街道残联"),
        ("ST-HS-002", DESHENG, "德胜街道红十字会"),
        ("SQ-MZ-001", HOME, "安德路南社区居委会"),
    ],
)
async def test_an_offices_kind_stands_once_in_its_name(
    district: District, code: str, place: str, deciding: str
) -> None:
    clerk = await district.person("clerk", place)
    case = ok(await clerk.post("/cases", application(code, HOME)))
    text = await paper(clerk, case["number"], "receipt")
    assert f"审批单位{deciding}" in text
    assert re.search(r"街道街道|社区社区", text) is None


async def test_what_comes_of_a_case_is_named_where_the_matter_names_it(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    reviewer = await district.person("reviewer", DESHENG)
    for result, shown in (
        ({"name": "办理结果", "kind": "document"}, False),
        ({"name": "北京市老年人津贴证", "kind": "licence"}, True),
    ):
        await publish(district, "ST-MZ-008", fee=len(result["name"]), result=result)
        number = ok(await clerk.post("/cases", application("ST-MZ-008", HOME)))["number"]
        ok(await reviewer.act(number, "approve"))
        text = await paper(clerk, number, "conclusion")
        assert (f"结果文书{result['name']}" in text) is shown
        assert ("结果文书" in text) is shown


async def test_a_promise_is_printed_with_what_the_matter_makes_of_missing_it(
    district: District,
) -> None:
    await publish(district, "ST-MZ-008", missed_promise_action="terminate")
    clerk = await district.person("clerk", DESHENG)
    body = application("ST-MZ-008", HOME)
    line = next(m for m in body["materials"] if m["key"] == "ju_min_hu_kou_bu")
    due = ok(await clerk.post("/cases", application("ST-MZ-008", HOME)))["due_on"]
    line |= {"received": False, "promised_by": due}
    case = ok(await clerk.post("/cases", body))
    text = await paper(clerk, case["number"], "receipt")
    assert "居民户口簿" in text
    assert "终止办理，退还已收材料" in text


async def test_a_receipt_says_its_last_day_and_lists_what_came_as_the_matter_does(
    district: District,
) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = ok(await clerk.post("/cases", application("ST-MZ-005", HOME)))
    text = await paper(clerk, case["number"], "receipt")
    day = date.fromisoformat(case["due_on"])
    assert f"办结日期最迟{day.year}年{day.month}月{day.day}日" in text
    names = [line["name"] for line in case["materials"]]
    wanted = ok(await clerk.get("/matters/ST-MZ-005"))["content"]["materials"]
    assert names == [line["name"] for line in wanted if line["required"]]
    places = [text.index(name.replace(" ", "")) for name in names]
    assert places == sorted(places)
    await district.session.execute(
        update(Case).where(Case.number == case["number"]).values(due_provisional=True)
    )
    assert "办结日期为暂定" in await paper(clerk, case["number"], "receipt")


async def test_a_notice_names_what_concerns_no_single_field(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = ok(await clerk.post("/cases", application("ST-MZ-008", HOME, receive_only=True)))
    findings = [{"pointer": "", "message": "请本人到场确认"}]
    ok(await clerk.act(case["number"], "request_correction", findings=findings))
    assert "1整体说明有误请本人到场确认" in await paper(clerk, case["number"], "notice")


async def test_papers_say_how_to_reach_the_office_as_far_as_is_known(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    number = ok(await clerk.post("/cases", application("ST-MZ-008", HOME)))["number"]
    text = await paper(clerk, number, "receipt")
    assert "咨询投诉12345" in text
    assert "地址" not in text
    admin = await district.person("system_admin", "110102")
    changes = (
        (DESHENG, {"address": "德胜门外大街1号", "telephone": "010-11111111"}),
        (f"{DESHENG}-DT", {"telephone": "010-22222222", "opening_hours": "周一至周六9:00—17:00"}),
    )
    for code, change in changes:
        ok(await admin.call("PATCH", f"/organisations/{code}", json=change))
    text = await paper(clerk, number, "receipt")
    assert "地址德胜门外大街1号" in text
    assert "时间周一至周六9:00—17:00" in text
    assert "咨询010-22222222" in text
