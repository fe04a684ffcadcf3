"""The tablet on the counter: paired by a code, asked by the server, answered by the resident."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tests.support.waiting import until
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

WINDOW, STREET, HOME = "110102010-DT-01", "110102010", "110102010002"
DEVICES = "/api/v1/devices"


@pytest_asyncio.fixture
async def clerk(live_server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    account = live_server.accounts["ds-clerk"]
    form = {"username": account["username"], "password": account["password"]}
    async with httpx.AsyncClient(base_url=live_server.url) as client:
        token = (await client.post("/api/v1/auth/token", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


async def pair(page: Page, clerk: httpx.AsyncClient) -> None:
    made = await clerk.post(f"{DEVICES}/pairing-codes", json={"window_code": WINDOW})
    await page.goto("/tablet")
    await page.get_by_label("配对码").fill(made.json()["code"].lower())
    await page.get_by_role("button", name="配对").click()
    await expect(page.get_by_role("heading", name="您好，欢迎办事")).to_be_visible()
    await expect(page.get_by_text("正在连接平台")).to_have_count(0)


async def ask(clerk: httpx.AsyncClient) -> tuple[str, str]:
    """A case and the command to evaluate it."""
    number = (await clerk.post("/api/v1/cases", json=application("ST-MZ-008", HOME))).json()[
        "number"
    ]
    body = {"kind": "evaluate", "parameters": {"case_number": number}}
    command = await clerk.post(f"{DEVICES}/windows/{WINDOW}/commands", json=body)
    assert command.status_code == 201, command.text
    return number, command.json()["id"]


async def ended(clerk: httpx.AsyncClient, command_id: str) -> dict[str, Any]:
    command: dict[str, Any] = {}

    async def is_over() -> bool:
        command.update((await clerk.get(f"{DEVICES}/commands/{command_id}")).json())
        return command["state"] not in ("waiting", "taken")

    await until(is_over)
    return command


def level_of(server: LiveServer, number: str) -> str:
    """As the database has it: no answer of the API to staff holds it."""
    return run_sql(
        server.urls.owner,
        "SELECT coalesce(level::text, reason) FROM evaluations"
        f" JOIN cases ON cases.id = case_id WHERE number = '{number}'",
    )


async def test_a_resident_answers_and_the_clerk_sees_only_that(
    page: Page, clerk: httpx.AsyncClient, live_server: LiveServer
) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await pair(page, clerk)
    await assert_accessible(page)
    number, command_id = await ask(clerk)
    await expect(page.get_by_role("heading", name="您对本次服务满意吗？")).to_be_visible()
    for words in ("非常满意", "满意", "基本满意", "不满意", "非常不满意"):
        await expect(page.get_by_role("button", name=words, exact=True)).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="满意", exact=True).click()
    await expect(page.get_by_role("heading", name="感谢您的评价")).to_be_visible()
    assert (await ended(clerk, command_id))["result"] == {"finished": True}
    assert level_of(live_server, number) == "4"


async def test_what_was_answered_off_line_arrives_later(
    page: Page, clerk: httpx.AsyncClient, live_server: LiveServer
) -> None:
    await pair(page, clerk)
    number, command_id = await ask(clerk)
    await page.route("**/deliveries", lambda route: route.abort())
    await page.get_by_role("button", name="非常不满意").click()
    await expect(page.get_by_role("heading", name="感谢您的评价")).to_be_visible()
    await page.unroute("**/deliveries")
    await page.reload()
    assert (await ended(clerk, command_id))["state"] == "done"
    assert level_of(live_server, number) == "1"


async def test_passing_is_no_rating(
    page: Page, clerk: httpx.AsyncClient, live_server: LiveServer
) -> None:
    await pair(page, clerk)
    number, command_id = await ask(clerk)
    await page.get_by_role("button", name="暂不评价").click()
    await expect(page.get_by_role("heading", name="您好，欢迎办事")).to_be_visible()
    await ended(clerk, command_id)
    assert level_of(live_server, number) == "skipped"


async def test_a_revoked_tablet_says_so(page: Page, clerk: httpx.AsyncClient) -> None:
    await pair(page, clerk)
    windows = (await clerk.get(f"{DEVICES}/windows")).json()
    [tablet] = [
        bridge
        for window in windows
        for bridge in window["bridges"]
        if bridge["kind"] == "tablet" and window["code"] == WINDOW
    ]
    assert (await clerk.delete(f"{DEVICES}/bridges/{tablet['id']}")).status_code == 204
    await expect(page.get_by_role("alert")).to_have_text("这台平板的配对已被撤销，请重新配对。")
    await expect(page.get_by_label("配对码")).to_be_visible()


async def test_a_wrong_code_is_said(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto("/tablet")
    await page.get_by_label("配对码").fill("ABCD2345")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.get_by_role("button", name="配对").click()
    await expect(page.get_by_role("alert")).to_have_text("配对码无效或已过期，请在工作台重新生成。")
    await assert_accessible(page)


async def test_says_that_its_code_did_not_come(page: Page) -> None:
    """Not a blank tablet; and it comes by itself once the server is back and reload is pressed."""
    await page.route("**/assets/Tablet-*", lambda route: route.abort())
    await page.goto("/tablet")
    alert = page.get_by_role("alert")
    await expect(alert.get_by_role("heading", name="这个页面没有加载下来")).to_be_visible()
    await assert_accessible(page)

    await page.route("**/tablet", lambda route: route.abort())
    await page.get_by_role("button", name="重新加载").click()
    await expect(alert).to_contain_text("服务器仍然连不上")

    await page.unroute_all()
    await page.get_by_role("button", name="重新加载").click()
    await expect(page.get_by_label("配对码")).to_be_visible()
