"""Cases on their longer ways: extended, transferred, denied, carried to a bureau, handed on."""

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.e2e.desk import SignedIn, choose, fill_in, ok, opens_paper, register, sign_in, take
from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban.cases import jobs
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

HOME = "110102010002"
ALLOWANCE, AID_TO_STUDENTS = "ST-MZ-001", "ST-MZ-005"


async def begin(page: Page, action: str) -> Locator:
    """The dialog of an action on the case that is open."""
    await page.get_by_role("button", name=action, exact=True).click()
    return page.get_by_role("dialog", name=action)


async def finish(dialog: Locator, action: str) -> None:
    await dialog.get_by_role("button", name=action, exact=True).click()
    await expect(dialog).to_have_count(0)


def step(page: Page, function: str) -> Locator:
    return (
        page.get_by_role("region", name="办理路径")
        .get_by_role("listitem")
        .filter(has_text=function)
    )


def history(page: Page, event: str) -> Locator:
    timeline = page.get_by_role("region", name="办理过程").get_by_role("listitem")
    return timeline.filter(has=page.get_by_text(event, exact=True))


async def test_an_extension_is_decided_by_who_knows_what_was_asked(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    number = (await register(await signed_in("ds-clerk"), application(ALLOWANCE, HOME)))["number"]
    await sign_in(page, live_server, "ds-reviewer")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "申请延期")
    await expect(dialog.get_by_text("累计最多延长 10 个工作日")).to_be_visible()
    await dialog.get_by_label("延长工作日数").fill("6")
    await dialog.get_by_label("理由").fill("需入户核对家庭财产")
    await finish(dialog, "申请延期")
    await expect(page.get_by_role("button", name="审批延期")).to_have_count(0)

    await sign_in(page, live_server, "ds-supervisor")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "审批延期")
    await expect(dialog.get_by_text("申请延长 6 个工作日")).to_be_visible()
    await expect(dialog.get_by_text("需入户核对家庭财产")).to_be_visible()
    await dialog.get_by_role("radio", name="不同意", exact=True).check()
    await dialog.get_by_role("button", name="审批延期").click()
    await expect(dialog.get_by_text("请说明理由")).to_be_visible()
    await dialog.get_by_role("radio", name="同意", exact=True).check()
    await finish(dialog, "审批延期")
    await expect(history(page, "同意延期")).to_contain_text("延长 6 个工作日")
    await expect(page.get_by_text("剩 26 个工作日")).to_be_visible()
    due = ok(await (await signed_in("ds-clerk")).get(f"/cases/{number}"))["due_on"]
    facts = page.get_by_role("region", name="办件要素")
    await expect(facts).to_contain_text(f"办理期限{due}")


async def test_a_transferred_case_is_denied_collected_and_archived(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    number = (await register(await signed_in("ds-clerk"), application(ALLOWANCE, HOME)))["number"]
    await sign_in(page, live_server, "ds-reviewer")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "转办")
    await choose(page, "转给哪个机构", "110102010-ZF")
    await finish(dialog, "转办")
    await expect(step(page, "审批")).to_contain_text("德胜街道 住房保障科")
    await expect(history(page, "转办")).to_contain_text("转给：德胜街道 · 住房保障科")
    dialog = await begin(page, "不予批准")
    await dialog.get_by_label("理由").fill("家庭财产超过规定标准")
    await finish(dialog, "不予批准")
    await expect(step(page, "审批").get_by_role("img", name="已完成")).to_be_visible()
    await expect(page.get_by_role("button", name="办结通知书")).to_be_visible()

    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "登记领取")
    await dialog.get_by_role("radio", name="邮寄").check()
    await dialog.get_by_label("邮寄单号").fill("EM123456789CN")
    await finish(dialog, "登记领取")
    await expect(history(page, "结果已领取")).to_contain_text("邮寄单号：EM123456789CN")
    await expect(history(page, "结果已领取")).to_contain_text("领取人：王秀兰")
    facts = page.get_by_role("region", name="办件要素")
    await expect(facts).to_contain_text("王秀兰 · 邮寄 EM123456789CN")
    await finish(await begin(page, "归档"), "归档")
    await expect(page.get_by_text("已归档 · 不予批准")).to_be_visible()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.reload()
    await expect(history(page, "归档")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await assert_accessible(page)


async def test_a_result_is_collected_against_a_signature(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    number = (await register(await signed_in("ds-clerk"), application(ALLOWANCE, HOME)))["number"]
    await take(await signed_in("ds-reviewer"), number, "approve")
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "登记领取")
    picture = FilePayload(name="签字.png", mimeType="image/png", buffer=await page.screenshot())
    await dialog.get_by_label("上传文件 领取签名").last.set_input_files(picture)
    await expect(dialog.get_by_role("button", name="预览 领取签名")).to_be_visible()
    await finish(dialog, "登记领取")
    await page.get_by_role("region", name="办件要素").get_by_role("button", name="领取签名").click()
    await expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()


async def test_papers_at_a_bureau_are_followed(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    case = await register(await signed_in("ds-clerk"), application(AID_TO_STUDENTS, HOME))
    number = case["number"]
    await sign_in(page, live_server, "ds-agent-runner")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "送交委办局")
    await dialog.get_by_label("委办局接收人").fill("周立")
    await dialog.get_by_role("checkbox", name="居民户口簿").check()
    await finish(dialog, "送交委办局")
    await expect(history(page, "送交委办局")).to_contain_text("委办局接收人：周立")
    await opens_paper(page, "代办交接单", f"/cases/{number}/handover")

    late = f"UPDATE handovers SET due_on = '2026-01-05' WHERE case_id = '{case['id']}'"
    run_sql(live_server.urls.owner, late)
    await page.goto("/staff/handovers")
    await page.get_by_role("checkbox", name="仅逾期").check()
    overdue = page.get_by_role("row").filter(has_text=number)
    await expect(overdue).to_contain_text(re.compile(r"逾期 \d+ 个工作日"))
    await overdue.get_by_role("link", name=number).click()
    dialog = await begin(page, "登记委办局结果")
    await dialog.get_by_role("radio", name="准予").check()
    await dialog.get_by_label("文号").fill("西民救〔2026〕112号")
    await finish(dialog, "登记委办局结果")
    await expect(history(page, "登记委办局结果")).to_contain_text("文号：西民救〔2026〕112号")
    await page.goto("/staff/handovers")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("link", name=number)).to_have_count(0)


async def test_a_missed_promise_says_what_follows(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    body = application(ALLOWANCE, HOME)
    line = next(one for one in body["materials"] if one["key"] == "ju_min_hu_kou_bu")
    clerk = await signed_in("ds-clerk")
    day = (await register(clerk, application(ALLOWANCE, HOME)))["due_on"]
    line |= {"received": False, "promised_by": day}
    case = await register(clerk, body)
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{case['number']}")
    promised = page.get_by_role("row", name="居民户口簿")
    await expect(promised).to_contain_text(f"承诺最迟 {day} 补交")
    await expect(promised).to_contain_text("逾期未补交，由承办人处理")

    passed = f"UPDATE case_materials SET promised_by = '2026-01-05' WHERE case_id = '{case['id']}'"
    run_sql(live_server.urls.owner, f"{passed} AND promised_by IS NOT NULL")
    engine = make_engine(live_server.urls.worker, 1)
    assert await jobs.miss_promises(make_sessions(engine), get_settings()) == 1
    await engine.dispose()
    await page.reload()
    await expect(promised).to_contain_text("承诺已逾期")
    await expect(history(page, "容缺承诺逾期")).to_contain_text("居民户口簿")
    await assert_accessible(page)


async def test_the_counter_offers_no_promise_past_the_limit(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk = await signed_in("ds-clerk")
    draft = await register(clerk, application(ALLOWANCE, HOME, submit=False))
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/accept/{draft['id']}")
    card = page.get_by_role("row", name="居民户口簿")
    await card.get_by_role("combobox").first.click()
    await page.locator(".ant-select-item-option:visible", has_text="未收").click()
    note = card.get_by_text(re.compile(r"^最晚 \d{4}-\d\d-\d\d$"))
    last = (await note.inner_text()).removeprefix("最晚 ")
    day = card.get_by_label("居民户口簿 容缺承诺日期")
    await day.fill(str(date.fromisoformat(last) + timedelta(days=1)))
    await day.press("Enter")
    await day.press("Escape")
    await page.keyboard.press("Tab")
    await expect(day).to_have_value("")
    await day.fill(last)
    await day.press("Enter")
    await page.get_by_role("button", name="受理", exact=True).click()
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible()


async def test_a_promised_material_comes_before_the_decision(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk = await signed_in("ds-clerk")
    body = application(ALLOWANCE, HOME)
    line = next(one for one in body["materials"] if one["key"] == "ju_min_hu_kou_bu")
    due = (await register(clerk, application(ALLOWANCE, HOME)))["due_on"]
    line |= {"received": False, "promised_by": due}
    number = (await register(clerk, body))["number"]
    await sign_in(page, live_server, "ds-reviewer")
    await page.goto(f"/staff/cases/{number}")
    await expect(page.get_by_text("在材料栏登记收到后，才能准予或备案")).to_be_visible()
    await expect(page.get_by_role("button", name="不予批准")).to_be_visible()
    await expect(page.get_by_role("button", name="准予", exact=True)).to_have_count(0)
    await assert_accessible(page)
    await page.get_by_label("居民户口簿 收到").click()
    await page.locator(".ant-select-item-option:visible", has_text="原件").first.click()
    await expect(page.get_by_role("button", name="准予", exact=True)).to_be_visible()
    await expect(page.get_by_text("在材料栏登记收到后，才能准予或备案")).to_have_count(0)


async def test_a_draft_may_become_papers_received_only(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await fill_in(page)
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("button", name="删除草稿")).to_be_visible()
    await page.get_by_role("button", name="仅收件").click()
    await expect(page.get_by_role("heading", name="已收件")).to_be_visible()
    await expect(page.get_by_role("button", name="打印收件回执")).to_be_focused()


async def test_a_day_beyond_the_published_calendar_is_called_provisional(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk = await signed_in("ds-clerk")
    draft = await register(clerk, application("ST-RK-007", HOME, submit=False))
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/accept/{draft['id']}")
    await page.get_by_role("button", name="受理", exact=True).click()
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible()
    due = ok(await clerk.get(f"/cases/{draft['id']}"))["due"]
    await expect(page.get_by_text(due["due_on"])).to_be_visible()
    # Forty working days reach into the next year from November on.
    said = page.get_by_text("工作日历尚未公布，期限为暂定")
    await expect(said).to_have_count(1 if due["provisional"] else 0)


async def test_a_counter_needs_no_mouse(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    keys = page.keyboard
    await expect(page.get_by_role("combobox", name="事项")).to_be_focused()

    async def pick(typed: str) -> None:
        await keys.type(typed)
        await expect(page.locator(".ant-select-item-option-active:visible")).to_have_count(1)
        await keys.press("Enter")
        await expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)

    await pick("避孕药具")
    await keys.press("Tab")
    await pick("安德路南")
    await expect(page.get_by_text("街居通办")).to_be_visible()
    for written in ("", "110102194001011230", "王秀兰", "13910234567", "德外大街甲10号", ""):
        await keys.press("Tab")
        await keys.type(written)
    for choice in ("Space", "2", "标准", "Space"):
        await keys.press("Tab")
        await (keys.press(choice) if choice == "Space" else keys.type(choice))
    await keys.press("Alt+a")
    await keys.press("Control+Enter")
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible()
    async with page.expect_response(re.compile("/receipt$")) as receipt, page.expect_popup():
        await keys.press("Enter")
    assert (await receipt.value).ok
