"""Originals that are carried to a bureau: what comes back, what is late, and what waits for it."""

from datetime import date

from sqlalchemy import update

from tests.cases.test_actions import DESHENG, HOME, accepted, ok
from tests.documents.samples import text_of
from tests.support.applications import application
from tests.support.district import District, Person
from tongban.cases.models import Handover
from tongban.core import clock
from tongban.core.settings import get_settings


async def test_what_goes_to_a_bureau_and_comes_back_is_checked(district: District) -> None:
    number = await accepted(district, "ST-CJ-001")
    runner = await district.person("agent_runner", DESHENG)
    refused = await runner.act(number, "carry_out", originals=["nope"])
    assert (refused.status, refused.pointers) == (422, {"/originals/0"})
    ok(await runner.act(number, "carry_out"))
    for day in ("2020-01-01", "2199-01-01"):
        refused = await runner.act(number, "record_result", decision="approved", returned_on=day)
        assert (refused.status, refused.pointers) == (422, {"/returned_on"})
    back = ok(await runner.act(number, "record_result", decision="returned", comment="缺页"))
    assert back["flags"]["returned"]
    again = ok(await runner.act(number, "carry_out"))
    assert not again["flags"]["returned"]


async def carried(person: Person, number: str) -> list[tuple[str | None, str | None]]:
    """Day and decision of each hand-over of a case, the first one first."""
    rows = ok(await person.get("/handovers", out=False, limit=200))["items"]
    mine = [row for row in rows if row["case_number"] == number]
    return [(row["returned_on"], row["decision"]) for row in mine]


async def test_what_a_bureau_on_line_sends_back_is_no_longer_out(district: District) -> None:
    number = await accepted(district, "ST-CJ-001")
    runner = await district.person("agent_runner", DESHENG)
    bureau = await district.person("reviewer", "110102-CL")
    ok(await runner.act(number, "carry_out"))
    assert await carried(runner, number) == [(None, None)]
    ok(await bureau.act(number, "return", to_step="carry_out", comment="缺页"))
    assert [decision for _, decision in await carried(runner, number)] == ["returned"]
    ok(await runner.act(number, "carry_out"))
    ok(await bureau.act(number, "approve"))
    days, decisions = zip(*await carried(runner, number), strict=True)
    assert None not in days
    assert decisions == ("returned", "approved")


async def test_what_a_bureau_sent_further_up_is_called_so_on_the_slip(district: District) -> None:
    number = await accepted(district, "ST-CJ-001")
    runner = await district.person("agent_runner", DESHENG)
    due = ok(await runner.act(number, "carry_out"))["tasks"][-1]["due_on"]
    day = date.fromisoformat(due)
    slip = text_of((await runner.get(f"/cases/{number}/handover")).content)
    assert f"应办结日期最迟{day.year}年{day.month}月{day.day}日" in slip
    ok(await runner.act(number, "record_result", decision="forwarded"))
    slip = text_of((await runner.get(f"/cases/{number}/handover")).content)
    assert "办理结果：已转报上级" in slip


async def test_a_slip_says_that_papers_were_fetched_without_an_answer(district: District) -> None:
    number = await accepted(district, "ST-CJ-001")
    runner = await district.person("agent_runner", DESHENG)
    clerk = await district.person("clerk", DESHENG)
    ok(await runner.act(number, "carry_out"))
    slip = text_of((await clerk.get(f"/cases/{number}/handover")).content)
    assert "办理结果：□办结" in slip
    today = clock.today(get_settings().zone).isoformat()
    ok(await clerk.act(number, "withdraw", comment="不再申请", returned_on=today))
    slip = text_of((await clerk.get(f"/cases/{number}/handover")).content)
    assert "办理结果：未作出结果，材料已取回" in slip


async def test_a_bureau_is_late_with_papers_only_when_its_step_is(district: District) -> None:
    number = await accepted(district, "ST-CJ-001")
    runner = await district.person("agent_runner", DESHENG)
    bureau = await district.person("reviewer", "110102-CL")
    first = ok(await runner.act(number, "carry_out"))["tasks"][-1]["due_on"]
    ok(await bureau.act(number, "request_extension", days=5, comment="需现场核实"))
    supervisor = await district.person("supervisor", "110102")
    later = ok(await supervisor.act(number, "decide_extension", agreed=True))["tasks"][-1]["due_on"]
    assert later > first
    rows = ok(await runner.get("/handovers", limit=200))["items"]
    assert [row["due_on"] for row in rows if row["case_number"] == number] == [later]


async def test_late_is_only_what_is_out_and_whose_clock_runs(district: District) -> None:
    number = await accepted(district, "ST-CJ-001")
    runner = await district.person("agent_runner", DESHENG)
    ok(await runner.act(number, "carry_out"))

    async def carried_long_ago() -> None:
        await district.session.execute(update(Handover).values(due_on=date(2020, 1, 2)))

    async def late() -> list[tuple[str | None, bool]]:
        rows = ok(await runner.get("/handovers", overdue=True, out=False, limit=200))["items"]
        mine = [row for row in rows if row["case_number"] == number]
        return [(row["due_on"], row["overdue_days"] > 0) for row in mine]

    await carried_long_ago()
    assert await late() == [("2020-01-02", True)]
    bureau = await district.person("reviewer", "110102-CL")
    ok(await bureau.act(number, "suspend", reason="appraisal"))
    assert await late() == []
    rows = ok(await runner.get("/handovers", limit=200))["items"]
    [row] = [row for row in rows if row["case_number"] == number]
    assert (row["due_on"], row["overdue_days"]) == (None, 0)
    ok(await bureau.act(number, "resume"))
    await carried_long_ago()
    assert len(await late()) == 1
    ok(await runner.act(number, "record_result", decision="approved"))
    assert await late() == []


async def test_a_case_is_not_ended_while_its_originals_are_at_a_bureau(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    runner = await district.person("agent_runner", DESHENG)
    bureau = await district.person("reviewer", "110102-CL")
    today = clock.today(get_settings().zone)

    for ending in ({"returned_on": today.isoformat()}, {}):
        number = await accepted(district, "ST-CJ-001")
        ok(await runner.act(number, "carry_out"))
        refused = await clerk.act(number, "withdraw", comment="不办了")
        assert (refused.status, refused.code) == (409, "papers_out")
        assert refused.pointers == {"/returned_on"}
        assert "区残联" in refused.body["title"]
        assert ok(await clerk.get(f"/cases/{number}"))["status"] == "in_process"
        if not ending:
            ok(await runner.act(number, "record_result", decision="returned", comment="申请人撤回"))
        ok(await clerk.act(number, "withdraw", comment="不办了", **ending))
        decision = None if ending else "returned"
        assert await carried(runner, number) == [(today.isoformat(), decision)]

    number = await accepted(district, "ST-CJ-001")
    ok(await runner.act(number, "carry_out"))
    ok(await bureau.act(number, "terminate", comment="申请人死亡"))
    assert await carried(runner, number) == [(today.isoformat(), None)]


async def test_the_hand_over_slip_names_who_carries(district: District) -> None:
    clerk = await district.person("clerk", "110102011")
    case = (await clerk.post("/cases", application("ST-MZ-005", HOME))).body
    ok(await (await district.person("pre_reviewer", DESHENG)).act(case["number"], "pass"))
    runner = await district.person("agent_runner", DESHENG)
    ok(await runner.act(case["number"], "carry_out"))
    slip = await runner.get(f"/cases/{case['number']}/handover")
    assert "送办单位德胜街道公共服务大厅" in text_of(slip.content)
