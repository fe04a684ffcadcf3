"""The counter PC cut off from the platform while the page is not."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.counter import (
    PATIENCE_MS,
    Counter,
    at_the_window,
    busy,
    hands_at,
    virtual_counter,
)
from tests.support.cable import Cable
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def cable(live_server: LiveServer) -> Iterator[Cable]:
    cable = Cable(live_server.url)
    yield cable
    cable.close()


@pytest.fixture
def far_counter(
    live_server: LiveServer,
    clerk: httpx.Client,
    cable: Cable,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Counter]:
    """A counter whose bridge reaches the server by the cable alone."""
    server = replace(live_server, url=cable.url)
    with virtual_counter(server, clerk, tmp_path_factory.mktemp("counter")) as counter:
        yield counter


async def test_a_card_that_was_read_meanwhile_comes_when_the_bridge_is_back(
    page: Page, live_server: LiveServer, clerk: httpx.Client, cable: Cable, far_counter: Counter
) -> None:
    """The page sees that the bridge is gone and goes on waiting for what it asked for: the card is
    not there any more to be read a second time."""
    async with hands_at(far_counter) as hands:
        await at_the_window(page, live_server)
        await page.goto("/staff/accept")
        waiting = page.get_by_role("status").filter(has_text="请将证件放在读卡器上")
        await expect(waiting).to_be_visible(timeout=PATIENCE_MS)
        await busy(clerk, "idcard")
        cable.pull()
        away = page.get_by_role("status").filter(has_text="读卡器暂不可用，请检查连接或手工录入")
        await expect(away).to_be_visible(timeout=PATIENCE_MS)
        await hands.lay("chen")
        await hands.see("queued")
        await hands.lay(None)
        cable.plug()
        name = page.get_by_label("姓名（名称）")
        await expect(name).to_have_value("陈晓明", timeout=PATIENCE_MS)
