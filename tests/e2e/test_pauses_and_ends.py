"""A case that waits, and one that ends without a decision, as a reviewer sees them."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, opens_paper, register, sign_in, take
from tests.e2e.test_case_flows import ALLOWANCE, HOME, begin, finish, step
from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban.core import clock
from tongban.core.settings import get_settings

pytestmark = pytest.mark.browser

CARRIED = "ST-CJ-001"


async def test_a_paused_case_promises_no_day_and_a_terminated_one_has_its_notice(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    number = (await register(await signed_in("ds-clerk"), application(ALLOWANCE, HOME)))["number"]
    reviewer = await signed_in("ds-reviewer")
    await take(reviewer, number, "claim")  # among all that wait, what promises no day stands last
    await take(reviewer, number, "suspend", reason="hearing")
    await sign_in(page, live_server, "ds-reviewer")
    await page.goto(f"/staff/cases/{number}")
    await expect(page.get_by_text("计时暂停", exact=True)).to_be_visible()
    await page.goto("/staff/tasks?queue=mine")
    row = page.get_by_role("row").filter(has_text=number)
    await expect(row.get_by_text("计时暂停", exact=True)).to_be_visible()
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "终止办理")
    await dialog.get_by_label("理由").fill("申请人已去世")
    await finish(dialog, "终止办理")
    await expect(step(page, "审批").get_by_role("img", name="未进行")).to_be_visible()
    today = clock.today(get_settings().zone).isoformat()
    await expect(page.get_by_text(f"{today} 已终止", exact=True)).to_be_visible()
    await expect(page.get_by_text("到期")).to_have_count(0)
    await opens_paper(page, "终止办理通知书", f"/cases/{number}/notice")
    await assert_accessible(page)


async def test_who_ends_a_case_first_fetches_its_originals(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    case = await register(await signed_in("ds-clerk"), application(CARRIED, HOME))
    number = case["number"]
    await take(await signed_in("ds-agent-runner"), number, "carry_out")
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    dialog = await begin(page, "申请人撤回")
    await dialog.get_by_label("理由").fill("已另行解决")
    await dialog.get_by_role("button", name="申请人撤回").click()
    await expect(dialog.get_by_text("材料还在区残联").first).to_be_visible()
    await assert_accessible(page)
    fetched = dialog.get_by_label("材料取回日期")
    await fetched.fill(clock.today(get_settings().zone).isoformat())
    await fetched.press("Tab")
    await finish(dialog, "申请人撤回")
    await expect(page.get_by_text("已撤回").first).to_be_visible()
