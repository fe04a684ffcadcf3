"""What comes between a clerk and the work: somebody else, the end of a sign-in, a small screen."""

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, choose, fill_in, register, sign_in, take
from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def clerk(signed_in: SignedIn) -> httpx.AsyncClient:
    """The same clerk at another computer."""
    return await signed_in("ds-clerk")


async def receive(clerk: httpx.AsyncClient) -> str:
    """A case whose papers were taken in, not yet accepted."""
    body = application("ST-MZ-005", "110102010002", receive_only=True)
    return str((await register(clerk, body))["number"])


async def test_a_stale_case_keeps_what_was_typed(
    page: Page, live_server: LiveServer, clerk: httpx.AsyncClient
) -> None:
    number = await receive(clerk)
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    await page.get_by_role("button", name="不予受理").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("理由").fill("户籍不在本区，请向户籍地申请")
    await take(clerk, number, "claim")

    await dialog.get_by_role("button", name="不予受理").click()
    await expect(page.get_by_text("办件已被他人更新")).to_be_visible()
    await expect(dialog.get_by_label("理由")).to_have_value("户籍不在本区，请向户籍地申请")
    await dialog.get_by_role("button", name="不予受理").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="归档")).to_be_visible()


async def test_all_that_is_to_correct_is_told_at_once(
    page: Page, live_server: LiveServer, clerk: httpx.AsyncClient
) -> None:
    number = await receive(clerk)
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    await page.get_by_role("button", name="一次性告知补正").click()
    dialog = page.get_by_role("dialog")
    await choose(page, "哪一项", "录取通知书")
    await dialog.get_by_role("textbox", name="问题与补正要求").fill("缺少公章")
    await dialog.get_by_role("button", name="再加一项").click()
    await dialog.get_by_role("textbox", name="问题与补正要求").nth(1).fill("收入证明已过期")
    await assert_accessible(page)
    await dialog.get_by_role("button", name="一次性告知补正").click()
    told = page.get_by_role("alert").filter(has_text="需要补正的内容")
    await expect(told.get_by_role("listitem")).to_have_text(
        ["录取通知书：缺少公章", "收入证明已过期"]
    )
    history = page.get_by_role("region", name="办理过程")
    await expect(history.get_by_text("录取通知书：缺少公章")).to_be_visible()


async def test_a_home_out_of_reach_is_told_where_to_go(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await choose(page, "事项", "最低生活保障审核确认")
    await choose(page, "户籍或居住社区", "110102003015")
    refusal = page.get_by_role("alert").filter(has_text="不能在此受理")
    await expect(refusal).to_contain_text("请到新街口街道办理")


async def test_an_ended_sign_in_keeps_the_form(
    page: Page, live_server: LiveServer, clerk: httpx.AsyncClient
) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await fill_in(page)
    assert (await clerk.post("/auth/sign-out-everywhere")).status_code == 204
    await page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="登录已过期")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("密码", exact=True).fill(live_server.accounts["ds-clerk"]["password"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible()


async def test_a_list_turns_its_pages(
    page: Page, live_server: LiveServer, clerk: httpx.AsyncClient
) -> None:
    numbers = [await receive(clerk) for _ in range(21)]
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/registered")
    await expect(page.get_by_role("link", name=numbers[-1])).to_be_visible()
    await page.get_by_role("button", name="下一页").click()
    await expect(page.get_by_role("link", name=numbers[0])).to_be_visible()
    await page.get_by_role("button", name="上一页").click()
    await expect(page.get_by_role("link", name=numbers[-1])).to_be_visible()


async def test_pages_fit_a_phone(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.set_viewport_size({"width": 390, "height": 844})
    for path in ("accept", "ledger", "personal", "matters/ST-MZ-005"):
        await page.goto(f"/staff/{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator(".ant-spin-spinning, .ant-skeleton")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await assert_accessible(page)
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="收起或展开导航").click()
    await page.get_by_role("navigation").get_by_role("link", name="待办事宜").click()
    await expect(page.get_by_role("heading", name="待办事宜", level=1)).to_be_visible()
    await expect(page.get_by_role("navigation")).to_be_hidden()
