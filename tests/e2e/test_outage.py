"""The API gone in the middle of everything, its process really ended: nothing is lost, nothing
happens twice, and the page comes back by itself."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.counter import (
    PATIENCE_MS,
    Hands,
    at_the_window,
    busy,
    clerk_at,
    hands_at,
    virtual_counter,
)
from tests.e2e.desk import fill_in_matter, sign_in
from tests.support.browser import assert_accessible, fresh_profile
from tests.support.live import Api, Demo, LiveServer, assert_built, environment
from tongban.runtime import Services
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

_NAME = "tongban_test_outage"


@pytest.fixture
def outage(
    services: Services, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Api, LiveServer]]:
    """A server of its own that may be ended, over a clone of the demo district."""
    assert_built()
    services.drop_database(_NAME)
    urls = services.create_database(_NAME, demo.database)
    files = tmp_path_factory.mktemp("outage") / "files"
    api = Api(services, environment(services, urls, files))
    api.start()
    yield api, LiveServer(api.url, demo.accounts, urls)
    api.stop()
    services.drop_database(_NAME)


@asynccontextmanager
async def down(api: Api, by: int = signal.SIGKILL) -> AsyncIterator[None]:
    """The API is not there."""
    await asyncio.to_thread(api.stop, by)
    yield
    await asyncio.to_thread(api.start)


def count(server: LiveServer, question: str) -> int:
    return int(run_sql(server.urls.owner, f"SELECT count(*) FROM {question}"))


async def test_a_matter_through_four_outages(
    outage: tuple[Api, LiveServer], browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    api, server = outage
    cases = count(server, "cases")
    with (
        clerk_at(server) as clerk,
        virtual_counter(server, clerk, tmp_path_factory.mktemp("outage")) as counter,
    ):
        async with hands_at(counter) as hands, fresh_profile(browser, server.url) as profile:
            page = await profile.new_page()
            await at_the_window(page, server)
            await page.goto("/staff/accept")
            await _card(page, api, hands, clerk)
            await _scan(page, api, hands)
            await _accept(page, api)
            await _paper_and_rating(page, api, hands)
            assert await hands.seen("queued") == 0
    assert count(server, "cases") == cases + 1
    assert count(server, "evaluations WHERE level = 4") == count(server, "evaluations") == 1
    done = "device_commands WHERE state = 'done'"
    assert count(server, done) == count(server, "device_commands") == 4
    assert count(server, "device_deliveries WHERE NOT late") == 4
    assert count(server, "device_deliveries") == 4


async def _card(page: Page, api: Api, hands: Hands, clerk: httpx.Client) -> None:
    """Stopped as for an update, so that everybody is told that the bridge is gone."""
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    await busy(clerk, "idcard")
    async with down(api, signal.SIGTERM):
        await hands.lay("chen")
        await hands.see("queued")
        await hands.lay(None)
        await page.get_by_label("联系电话").fill("13910234567")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("陈晓明", timeout=PATIENCE_MS)
    await expect(page.get_by_label("联系电话")).to_have_value("13910234567")


async def _scan(page: Page, api: Api, hands: Hands) -> None:
    await fill_in_matter(page)
    await hands.hold("scanner")
    await page.get_by_role("button", name=re.compile("^扫描 ")).first.click(timeout=PATIENCE_MS)
    await hands.see("scanning")
    async with down(api):
        await hands.let_go("scanner")
        await hands.see("queued")
    scanned = page.get_by_role("button", name=re.compile("^预览"))
    await expect(scanned).to_have_count(1, timeout=PATIENCE_MS)


async def _accept(page: Page, api: Api) -> None:
    await page.get_by_role("button", name="必要材料全部收齐").click()
    async with down(api):
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("网络连接中断，请检查网络后重试")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible(timeout=PATIENCE_MS)


async def _paper_and_rating(page: Page, api: Api, hands: Hands) -> None:
    await hands.see("asked")
    await hands.hold("printer")
    await page.keyboard.press("Alt+p")
    await hands.see("printed")
    async with down(api):
        await hands.let_go("printer")
        await hands.press(4)
        await hands.see("queued", more_than=1)
    await expect(page.get_by_text("已打印", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_text("申请人已评价")).to_be_visible(timeout=PATIENCE_MS)
    assert await hands.seen("printed") == 1


async def test_a_page_whose_code_does_not_come_says_so_and_comes_later(
    outage: tuple[Api, LiveServer], browser: Browser
) -> None:
    api, server = outage
    async with fresh_profile(browser, server.url) as profile:
        page = await profile.new_page()
        await sign_in(page, server, "ds-clerk")
        await page.goto("/staff/accept")
        await page.get_by_label("姓名（名称）").fill("王秀兰")
        told = page.get_by_role("heading", name="这个页面没有加载下来")
        async with down(api):
            # A dialog over what is being typed came with its page.
            await page.get_by_role("button", name="用户菜单").click()
            await page.get_by_role("menuitem", name="修改密码").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_role("button", name="取消").click()
            await expect(dialog).to_have_count(0)
            await expect(page.get_by_label("姓名（名称）")).to_have_value("王秀兰")
            await page.get_by_role("link", name="办事台帐").click()
            await dialog.get_by_role("button", name="确定").click()
            await expect(told).to_be_visible()
            await expect(page.get_by_role("navigation")).to_be_visible()
            await expect(dialog).to_have_count(0)
            await assert_accessible(page)
            await page.get_by_role("button", name="重新加载").click()
            await expect(page.get_by_text("服务器仍然连不上")).to_be_visible()
        await page.get_by_role("button", name="重新加载").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("办事台帐")
        await expect(told).to_have_count(0)


async def test_a_page_of_an_edition_that_is_gone_is_loaded_anew(
    page: Page, live_server: LiveServer
) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/tasks")
    gone = re.compile(r"/assets/LedgerPage-.*\.js$")
    await page.route(gone, lambda route: route.fulfill(status=404))
    await page.get_by_role("link", name="办事台帐").click()
    await expect(page.get_by_role("heading", name="这个页面没有加载下来")).to_be_visible()
    await page.unroute(gone)
    await page.get_by_role("button", name="重新加载").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("办事台帐")
