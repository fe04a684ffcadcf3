"""Valkey gone in the middle of the day, its process really ended: the page says what it does not
know and goes on by hand, the bridge keeps what it has read and says why."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.counter import (
    PATIENCE_MS,
    Counter,
    Hands,
    at_the_window,
    busy,
    clerk_at,
    hands_at,
    virtual_counter,
)
from tests.support.browser import assert_accessible, fresh_profile
from tests.support.live import Api, Demo, LiveServer, assert_built, environment, free_port
from tongban.runtime import Services, valkey

pytestmark = pytest.mark.browser

_NAME = "tongban_test_valkey"


class Valkey:
    """One of the test's own, `up` and `down` as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        where = ["--dir", str(self._folder), "--logfile", "valkey.log"]
        self._process = subprocess.Popen([valkey.binary(), *options, *where])

    def down(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None


@pytest.fixture
def server(
    services: Services, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Valkey, LiveServer]]:
    """A server of its own with a Valkey of its own, over a clone of the demo district."""
    assert_built()
    services.drop_database(_NAME)
    urls = services.create_database(_NAME, demo.database)
    folder = tmp_path_factory.mktemp("valkey")
    there = Valkey(folder)
    there.up()
    env = environment(services, urls, folder / "files") | {"TONGBAN_REDIS_URL": there.url}
    api = Api(services, env)
    api.start()
    yield there, LiveServer(api.url, demo.accounts, urls)
    api.stop()
    there.down()
    services.drop_database(_NAME)


async def test_a_card_while_valkey_is_away(
    server: tuple[Valkey, LiveServer], browser: Browser, tmp_path: Path
) -> None:
    there, live = server
    with clerk_at(live) as clerk, virtual_counter(live, clerk, tmp_path) as counter:
        async with hands_at(counter) as hands, fresh_profile(browser, live.url) as profile:
            page = await profile.new_page()
            await at_the_window(page, live)
            await page.goto("/staff/accept")
            await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(
                timeout=PATIENCE_MS
            )
            await busy(clerk, "idcard")
            there.down()
            await hands.lay("chen")
            await hands.see("queued")
            await _bridge_says_why(await profile.new_page(), counter)
            await _page_says_what_it_does_not_know(await profile.new_page())
            there.up()
            name = page.get_by_label("姓名（名称）")
            await expect(name).to_have_value("陈晓明", timeout=PATIENCE_MS)
            await _all_is_well_again(page, hands)


async def _bridge_says_why(page: Page, counter: Counter) -> None:
    await page.goto(counter.page)
    queue = page.get_by_text(re.compile("^待上传 waiting: 1"))
    await expect(queue).to_contain_text(re.compile(r"\d\d:\d\d 起 since · 平台暂时无法处理"))
    await expect(queue).to_contain_text("The platform cannot take it at the moment")
    await page.close()


async def _page_says_what_it_does_not_know(page: Page) -> None:
    """A page that is opened now, as one that looks again."""
    await page.goto("/staff/accept")
    devices = page.get_by_role("button", name="本机窗口与设备")
    await expect(devices).to_have_accessible_name(
        re.compile("暂时无法得知设备状态，可手工办理$"), timeout=PATIENCE_MS
    )
    strip = page.get_by_role("status").filter(has_text="暂时无法得知设备状态，可手工办理")
    await expect(strip).to_be_visible()
    await expect(page.get_by_text("请检查连接")).to_have_count(0)
    await page.get_by_label("姓名（名称）").fill("王秀兰")
    await devices.click()
    panel = page.get_by_role("tooltip")
    await expect(panel.get_by_role("listitem").filter(has_text="状态未知")).to_have_count(5)
    await expect(panel.get_by_text("离线")).to_have_count(0)
    await assert_accessible(page)
    await page.goto("/staff/devices")
    await expect(page.get_by_text("状态未知").first).to_be_visible(timeout=PATIENCE_MS)
    await assert_accessible(page)
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_text("not known").first).to_be_visible()
    await page.close()


async def _all_is_well_again(page: Page, hands: Hands) -> None:
    assert await hands.seen("queued") == 0
    devices = page.get_by_role("button", name="本机窗口与设备")
    await expect(devices).to_have_accessible_name(re.compile("设备正常$"), timeout=PATIENCE_MS)
