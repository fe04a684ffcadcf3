"""A counter PC is paired on the bridge's own page, with a code from the staff pages."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.bridge.test_pairing_page import Run
from tests.e2e.counter import PATIENCE_MS
from tests.e2e.desk import choose, sign_in
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[Run]:
    """`tongban-bridge run` on a PC that is not paired."""
    running = await asyncio.to_thread(Run, tmp_path / "home")
    yield running
    await asyncio.to_thread(running.stop)


async def test_a_code_typed_at_the_counter(
    page: Page, live_server: LiveServer, bridge: Run
) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/devices")
    await choose(page, "窗口", "2号窗口")
    await page.get_by_role("button", name="生成配对码").click()
    code = await page.get_by_text(re.compile(r"^[A-Z2-9]{8}$")).inner_text()

    counter = await page.context.new_page()
    await counter.goto(bridge.url)
    address = counter.get_by_label("平台地址")
    await address.fill("http://127.0.0.1:9")
    await counter.get_by_label("配对码").fill(code.lower())
    await assert_accessible(counter)
    await counter.keyboard.press("Enter")
    problem = counter.get_by_role("alert")
    await expect(problem).to_contain_text("无法连接平台")
    await expect(problem).to_contain_text("The platform cannot be reached")
    await expect(address).to_be_focused()
    await expect(address).to_have_attribute("aria-invalid", "true")
    await expect(counter.get_by_label("配对码")).to_have_value(code.lower())
    await assert_accessible(counter)

    await address.fill(live_server.url)
    await counter.keyboard.press("Enter")
    done = counter.get_by_role("status")
    await expect(done).to_contain_text(re.compile("已配对：.*2号窗口"))
    await expect(done).to_be_focused()
    await expect(counter.get_by_text("已连接平台")).to_be_visible(timeout=PATIENCE_MS)
    await expect(counter.get_by_label("配对码")).to_be_hidden()
    await assert_accessible(counter)

    paired = page.get_by_role("row").filter(has_text="2号窗口").filter(has_text="在线")
    await expect(paired).to_have_count(1, timeout=PATIENCE_MS)
    await paired.get_by_role("button", name=re.compile("^解除 ")).click()
    await page.get_by_role("dialog").get_by_role("button", name="解除").click()
    await expect(counter.get_by_label("配对码")).to_be_visible(timeout=PATIENCE_MS)
    await expect(counter.get_by_label("平台地址")).to_have_value(live_server.url)
    await expect(counter.get_by_text("本机已被解除绑定")).to_be_visible()
