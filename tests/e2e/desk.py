"""What a clerk does at the desk in most browser tests, and others at theirs."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.support.applications import APPLICANT_ID
from tests.support.live import LiveServer

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
"""A client of the API by user name."""


def ok(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


async def register(clerk: httpx.AsyncClient, body: dict[str, Any]) -> Any:
    return ok(await clerk.post("/cases", json=body, headers={"Idempotency-Key": uuid.uuid4().hex}))


async def take(person: httpx.AsyncClient, number: str, action: str, **more: Any) -> Any:
    body = {"action": action, **more}
    return ok(await person.post(f"/cases/{number}/actions", json=body))


async def sign_in(page: Page, server: LiveServer, username: str) -> None:
    """Be signed in with the next page, as nobody else: without the form, by a session's cookie."""
    await page.context.clear_cookies()
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


async def opens_paper(page: Page, name: str, path: str) -> None:
    """A button's PDF comes, in a window of its own; closed, for nothing runs fast behind one."""
    async with (
        page.expect_popup() as popup,
        page.expect_response(lambda response: response.url.endswith(path)) as answered,
    ):
        await page.get_by_role("button", name=name).click()
    answer = await answered.value
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    await (await popup.value).close()
