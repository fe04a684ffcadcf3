"""What a clerk does at the desk in most browser tests."""

from playwright.async_api import Page, expect

from tests.support.applications import APPLICANT_ID
from tests.support.live import LiveServer


async def sign_in(page: Page, server: LiveServer, username: str) -> None:
    """Be signed in with the next page: the cookie of a session, without the form."""
    form = {"username": username, "password": server.accounts[username]["password"]}
    answer = await page.context.request.post("/api/v1/auth/token", form=form)
    assert answer.ok, await answer.text()


async def sign_in_by_form(page: Page, server: LiveServer, username: str) -> None:
    await page.goto("/staff/")
    await page.get_by_label("用户名").fill(username)
    await page.get_by_label("密码", exact=True).fill(server.accounts[username]["password"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("navigation")).to_be_visible()


async def choose(page: Page, label: str, typed: str) -> None:
    """Pick from a list as a clerk does: type a little, press Enter."""
    field = page.get_by_role("combobox", name=label)
    await field.click()
    await field.fill(typed)
    # The one that Enter takes, once other lists have closed.
    await expect(page.locator(".ant-select-item-option-active:visible")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)


async def fill_in(page: Page) -> None:
    """A whole application for a matter of a community, all papers brought."""
    await page.get_by_label("证件号码").fill(APPLICANT_ID)
    await page.get_by_label("姓名（名称）").fill("王秀兰")
    await fill_in_matter(page)
    await page.get_by_role("button", name="必要材料全部收齐").click()


async def fill_in_matter(page: Page) -> None:
    """The same without the applicant and the papers."""
    await choose(page, "事项", "避孕药具免费领取")
    await choose(page, "户籍或居住社区", "110102010002")
    await page.get_by_role("radio", name="避孕套").check()
    await page.get_by_label("数量（盒）").fill("2")
    await page.get_by_label("规格").fill("标准")
    await page.get_by_role("radio", name="社区服务站").check()
