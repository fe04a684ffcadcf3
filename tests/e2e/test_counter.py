"""The counter in a real browser: a clerk accepts, a reviewer decides, each page readable by all."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import choose, fill_in, sign_in, sign_in_by_form
from tests.support.applications import APPLICANT_ID
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

NUMBER = re.compile(r"\d{22}")


async def test_a_clerk_accepts_and_a_reviewer_decides(page: Page, live_server: LiveServer) -> None:
    await sign_in_by_form(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await fill_in(page)
    await expect(page.get_by_text("街居通办")).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible()
    number = await page.get_by_text(NUMBER).first.inner_text()
    await assert_accessible(page)

    await sign_in(page, live_server, "ds-002-reviewer")
    await page.goto("/staff/tasks")
    await page.get_by_role("link", name=number).click()
    await expect(page.get_by_text("办理记录完整，未被改动")).to_be_visible()
    await expect(page.get_by_text(APPLICANT_ID)).to_have_count(0)
    await assert_accessible(page)
    await page.get_by_role("button", name="准予", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="准予").click()
    await expect(page.get_by_text("已办结").first).to_be_visible()


async def test_what_is_missing_is_said_at_the_field(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await choose(page, "事项", "避孕药具免费领取")
    await choose(page, "户籍或居住社区", "110102010002")
    await page.get_by_label("证件号码").fill("110102194001011231")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("请填写数量（盒）")).to_be_visible()
    await expect(page.get_by_text("校验位不符，请逐位核对")).to_be_visible()
    await assert_accessible(page)


PAGES = {
    "ds-clerk": ["", "accept", "tasks", "registered", "handovers", "ledger", "personal", "matters"],
    "ds-supervisor": ["comprehensive", "staffing", "ledger?scope=wide"],
    "district-catalogue-editor": ["matters", "matters/ST-MZ-005", "exchange"],
}


@pytest.mark.parametrize("username", PAGES)
async def test_every_page_is_readable_by_all(
    page: Page, live_server: LiveServer, username: str
) -> None:
    await sign_in(page, live_server, username)
    for path in PAGES[username]:
        await page.goto(f"/staff/{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator(".ant-spin-spinning, .ant-skeleton")).to_have_count(0)
        await assert_accessible(page)


async def test_a_page_that_is_not_yours_says_so(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/audit")
    await expect(page.get_by_role("heading", name="您没有查看此页的权限")).to_be_visible()
    await assert_accessible(page)


async def test_english_is_complete(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.goto("/staff/accept")
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Accept"))
    assert await page.evaluate("document.documentElement.lang") == "en"
    await assert_accessible(page)
