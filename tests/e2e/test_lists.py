"""Lists of cases: what is chosen on the page is in the sheet, what is late stands out."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, register, sign_in
from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban.core import clock
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
MATTER, HOME = "ST-MZ-008", "110102010002"


async def test_the_sheet_has_the_columns_of_the_page(
    page: Page, live_server: LiveServer, signed_in: SignedIn, tmp_path: Path
) -> None:
    number = (await register(await signed_in("ds-clerk"), application(MATTER, HOME)))["number"]
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/personal?q={number}")
    table = page.get_by_role("table")
    await expect(table).to_contain_text(number)
    await page.get_by_role("button", name="显示列").click()
    for name in ("办理期限", "受理单位", "联系电话", "办件类型"):
        await page.get_by_role("menuitem", name=name).click()
    await page.keyboard.press("Escape")
    heads = table.locator("thead th")
    await expect(heads).to_have_text(
        ["办件编号", "事项", "申请人", "联系电话", "状态", "登记时间", "户籍或居住社区", "办件类型"]
    )
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="导出 Excel").click()
    saved = tmp_path / "cases.xlsx"
    await (await downloading.value).save_as(saved)
    header, row = list(openpyxl.load_workbook(saved).active.values)[2:]
    # How a case ended, which the page tells with its status, has a column of its own.
    assert [title for title in header if title != "结果"] == await heads.all_inner_texts()
    cells = dict(zip(header, row, strict=True))
    assert (cells["办件编号"], cells["状态"], cells["结果"]) == (number, "已受理", None)
    assert "*" in cells["联系电话"]


async def test_a_missed_promise_stands_out_in_the_to_do_list(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk = await signed_in("ds-clerk")
    body = application(MATTER, HOME)
    line = next(m for m in body["materials"] if m["key"] == "ju_min_hu_kou_bu")
    line |= {"received": False, "promised_by": str(clock.today(ZONE) + timedelta(days=1))}
    numbers = [(await register(clerk, body))["number"] for _ in range(2)]
    # What the worker's round does with the first of them.
    run_sql(
        live_server.urls.owner,
        "UPDATE cases SET promise_missed_on = current_date - 1"
        f" WHERE number = '{numbers[0]}' RETURNING 1",
    )
    await sign_in(page, live_server, "ds-reviewer")
    await page.goto("/staff/tasks")
    missed, waiting = (page.get_by_role("row").filter(has_text=number) for number in numbers)
    await expect(missed).to_contain_text("承诺逾期")
    await expect(missed).not_to_contain_text("容缺待补")
    await expect(waiting).to_contain_text("容缺待补")
    await expect(waiting).not_to_contain_text("承诺逾期")
    await assert_accessible(page)


async def test_the_language_stays_where_the_other_does_not_come(
    page: Page, live_server: LiveServer
) -> None:
    await page.route("**/assets/en-*", lambda route: route.abort())
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/personal")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_text("英文文字没有加载下来")).to_be_visible()
    await expect(page.get_by_role("button", name="English")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "zh-CN"

    await page.evaluate("localStorage.setItem('tongban.language', 'en')")
    await page.reload()
    await expect(page.get_by_role("button", name="English")).to_be_visible()
