"""The counter's devices in a real browser: `tongban-bridge virtual` beside the real server."""

import re
import uuid

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Page, expect

from tests.e2e.counter import PATIENCE_MS, Hands, at_the_window
from tests.e2e.desk import SignedIn, choose, fill_in_matter, sign_in, take
from tests.support.applications import application
from tests.support.bridge import registration
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


async def test_a_matter_from_card_to_evaluation(
    page: Page, live_server: LiveServer, hands: Hands, signed_in: SignedIn
) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await page.get_by_role("button", name="本机窗口与设备").click()
    await choose(page, "选择本机所在窗口", "1号窗口")
    panel = page.get_by_role("tooltip")
    await expect(panel.get_by_role("listitem")).to_have_count(5, timeout=PATIENCE_MS)
    await page.keyboard.press("Escape")

    waiting = page.get_by_role("status").filter(has_text="请将证件放在读卡器上")
    await expect(waiting).to_be_visible(timeout=PATIENCE_MS)
    await hands.lay("chen")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("陈晓明", timeout=PATIENCE_MS)
    await expect(page.get_by_text("读自证件")).to_have_count(3)

    await fill_in_matter(page)
    await page.get_by_role("button", name=re.compile("^扫描 ")).first.click()
    scanned = page.get_by_role("button", name=re.compile("^预览.* 第 1 份$"))
    await expect(scanned).to_be_visible(timeout=PATIENCE_MS)
    await assert_accessible(page)
    await page.keyboard.press("Control+Enter")

    await expect(page.get_by_text("正在请申请人评价")).to_be_visible(timeout=PATIENCE_MS)
    await page.keyboard.press("Alt+p")
    await expect(page.get_by_text("已打印")).to_be_visible(timeout=PATIENCE_MS)
    assert await hands.seen("printed") == 1
    await hands.press(4)
    await expect(page.get_by_text("申请人已评价")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_text("满意")).to_have_count(0)
    await assert_accessible(page)

    number = await page.get_by_text(re.compile(r"^\d{22}$")).first.inner_text()
    await take(await signed_in("ds-002-reviewer"), number, "approve")
    await page.goto(f"/staff/cases/{number}")
    await expect(page.get_by_text("申请人已评价")).to_be_visible()
    await expect(page.get_by_role("button", name="请申请人评价")).to_have_count(0)


async def test_a_card_is_not_put_over_what_was_typed(
    page: Page, live_server: LiveServer, hands: Hands
) -> None:
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await page.get_by_label("姓名（名称）").fill("王秀兰")
    await hands.lay("chen")
    await page.get_by_role("button", name="填为代理人").click(timeout=PATIENCE_MS)
    await expect(page.get_by_label("姓名（名称）").first).to_have_value("王秀兰")
    await expect(page.get_by_label("姓名（名称）").last).to_have_value("陈晓明")
    await assert_accessible(page)


async def test_a_card_comes_through_a_broken_network(
    page: Page, live_server: LiveServer, hands: Hands
) -> None:
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    await page.context.set_offline(True)
    await hands.lay("wang")
    await page.get_by_label("联系电话").fill("13910234567")
    await page.context.set_offline(False)
    await expect(page.get_by_label("姓名（名称）")).to_have_value("王丽", timeout=PATIENCE_MS)
    await expect(page.get_by_label("联系电话")).to_have_value("13910234567")


async def test_without_its_devices_all_is_as_before(
    page: Page, live_server: LiveServer, hands: Hands, clerk: httpx.Client
) -> None:
    body = application("SQ-RK-003", "110102010002")
    async with httpx.AsyncClient(base_url=live_server.url, headers=clerk.headers) as client:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        case = (await client.post("/api/v1/cases", json=body, headers=key)).json()
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    for device in ("idcard", "printer"):
        await hands.pull(device)
    await expect(page.get_by_text("读卡器暂不可用")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_role("button", name="本机窗口与设备").click()
    gone = page.get_by_role("listitem").filter(has_text="未连接")
    await expect(gone).to_have_count(2, timeout=PATIENCE_MS)

    await page.goto(f"/staff/cases/{case['number']}")
    await expect(page.get_by_role("button", name=re.compile("有设备不可用"))).to_be_visible()
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name=re.compile("受理回执单")).click()
    assert (await opened.value).url.startswith(("blob:", "about:"))


async def test_a_bridge_is_paired_and_revoked(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/devices")
    await choose(page, "窗口", "2号窗口")
    await page.get_by_role("button", name="生成配对码").click()
    command = re.compile(rf"^tongban-bridge pair \w{{8}} --server {live_server.url}$")
    code = (await page.get_by_text(command).inner_text()).split()[2]
    await assert_accessible(page)
    async with httpx.AsyncClient(base_url=live_server.url) as bridge:
        body = registration(Ed25519PrivateKey.generate(), code, "tablet")
        answer = await bridge.post("/api/v1/devices/bridges", json=body)
        assert answer.status_code == 201, answer.text
    await page.get_by_role("button", name="解除 PC-03").click(timeout=PATIENCE_MS)
    await page.get_by_role("dialog").get_by_role("button", name="解除").click()
    await expect(page.get_by_role("button", name="解除 PC-03")).to_have_count(0)
