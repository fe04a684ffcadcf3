"""Each device pulled out before it is used and while it is: the page says what to do, and the clerk
goes on by hand or once it is plugged in again."""

import re

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.e2e.counter import PATIENCE_MS, Hands, at_the_window
from tests.e2e.desk import choose, fill_in_matter
from tests.files.conftest import PDF
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


def status(page: Page, text: str) -> Locator:
    return page.get_by_role("status").filter(has_text=text)


async def sees(place: Locator) -> None:
    await expect(place).to_be_visible(timeout=PATIENCE_MS)


async def gone(place: Locator) -> None:
    await expect(place).to_have_count(0, timeout=PATIENCE_MS)


async def accept_page(page: Page, server: LiveServer) -> None:
    await at_the_window(page, server)
    await page.goto("/staff/accept")


async def accepted(page: Page, server: LiveServer, hands: Hands) -> None:
    """A case of the matter that is concluded and evaluated at once."""
    await accept_page(page, server)
    await sees(status(page, "请将证件放在读卡器上"))
    await hands.lay("chen")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("陈晓明", timeout=PATIENCE_MS)
    await fill_in_matter(page)
    await page.get_by_role("button", name="必要材料全部收齐").click()
    await page.keyboard.press("Control+Enter")
    await sees(page.get_by_role("heading", name="已受理"))


async def test_the_reader(page: Page, live_server: LiveServer, hands: Hands) -> None:
    await hands.pull("idcard")
    await accept_page(page, live_server)
    away = status(page, "读卡器暂不可用，请检查连接或手工录入")
    await sees(away)
    await page.get_by_label("联系电话").fill("13910234567")
    await assert_accessible(page)
    await hands.plug("idcard")
    await sees(status(page, "请将证件放在读卡器上"))

    await hands.pull("idcard")
    await sees(away)
    await hands.plug("idcard")
    await sees(status(page, "请将证件放在读卡器上"))
    await hands.lay("chen")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("陈晓明", timeout=PATIENCE_MS)
    await expect(page.get_by_label("联系电话")).to_have_value("13910234567")


async def test_the_scanner(page: Page, live_server: LiveServer, hands: Hands) -> None:
    await accept_page(page, live_server)
    await choose(page, "事项", "避孕药具免费领取")
    scan = page.get_by_role("button", name=re.compile("^扫描 ")).first
    preview = page.get_by_role("button", name=re.compile("^预览"))
    await sees(scan)
    away = status(page, "扫描仪暂不可用，请检查连接")
    await hands.pull("scanner")
    await sees(away)
    await gone(scan)
    await assert_accessible(page)
    paper: FilePayload = {"name": "户口簿.pdf", "mimeType": "application/pdf", "buffer": PDF}
    await page.locator("input[type=file]").first.set_input_files([paper])
    await expect(preview).to_have_count(1)

    await hands.plug("scanner")
    await sees(scan)
    await hands.hold("scanner")
    await scan.click()
    await hands.see("scanning")
    await hands.pull("scanner")
    failed = page.get_by_role("alert").filter(has_text="扫描未完成")
    await sees(failed.filter(has_text="设备无法访问，请检查电源和网络地址"))
    await hands.plug("scanner")
    await gone(away)
    await scan.click()
    await expect(preview).to_have_count(2, timeout=PATIENCE_MS)


async def test_the_printer(page: Page, live_server: LiveServer, hands: Hands) -> None:
    await accepted(page, live_server, hands)
    await hands.hold("printer")
    await page.keyboard.press("Alt+p")
    await hands.see("printed")
    await hands.pull("printer")
    await hands.plug("printer")
    number = await page.get_by_text(re.compile(r"^\d{22}$")).first.inner_text()
    failed = page.get_by_role("alert").filter(has_text=f"打印未完成：{number}")
    await sees(failed.filter(has_text="无法确认是否已打印，请查看打印机"))
    async with page.context.expect_page():
        await failed.get_by_role("button", name="改用浏览器打印").click()
    assert await hands.seen("printed") == 0

    await hands.pull("printer")
    away = status(page, "打印机暂不可用，请检查连接；现在打印将使用浏览器")
    await sees(away)
    await assert_accessible(page)
    async with page.context.expect_page():
        await page.keyboard.press("Alt+p")
    await hands.plug("printer")
    await gone(away)
    await page.keyboard.press("Alt+p")
    await sees(page.get_by_text("已打印", exact=True))
    assert await hands.seen("printed") == 1


async def test_the_evaluator(page: Page, live_server: LiveServer, hands: Hands) -> None:
    await hands.pull("evaluator")
    await accepted(page, live_server, hands)
    away = status(page, "评价器暂不可用，请检查连接")
    await sees(away)
    await assert_accessible(page)
    before = await hands.seen("asked")
    await hands.plug("evaluator")
    asking = status(page, "正在请申请人评价")
    await sees(asking)
    await hands.see("asked", more_than=before)
    await hands.pull("evaluator")
    await sees(status(page, "未能发起评价：设备连接中断，请检查数据线"))
    await hands.plug("evaluator")
    before = await hands.seen("asked")
    await page.get_by_role("button", name="请申请人评价").click(timeout=PATIENCE_MS)
    await hands.see("asked", more_than=before)
    await hands.press(5)
    await sees(status(page, "申请人已评价"))


async def test_a_card_that_was_taken_does_not_fill_the_next_form(
    page: Page, live_server: LiveServer, hands: Hands
) -> None:
    await accepted(page, live_server, hands)
    await page.goto("/staff/accept")
    stale = status(page, "读卡器上还是上一位的证件")
    await sees(stale)
    await expect(page.get_by_label("姓名（名称）")).to_have_value("")
    await assert_accessible(page)
    await page.get_by_role("button", name="仍为此人办理").click()
    await expect(page.get_by_label("姓名（名称）")).to_have_value("陈晓明", timeout=PATIENCE_MS)
    stored = await page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "440306199003075612" not in stored
    await page.reload()
    await sees(stale)
    await hands.lay("wang")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("王丽", timeout=PATIENCE_MS)
