"""The photo of a card where the counter has a program that decodes it, in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.counter import PATIENCE_MS, Hands, at_the_window
from tests.e2e.desk import choose
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban_bridge.virtual.portrait import SIZE

pytestmark = pytest.mark.browser


async def test_a_face_is_seen_as_long_as_it_is_needed(
    page: Page, live_server: LiveServer, hands: Hands
) -> None:
    await page.clock.install()
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    await hands.lay("chen")
    face = page.get_by_role("img", name="陈晓明 证件上的照片")
    await expect(face).to_be_visible(timeout=PATIENCE_MS)
    shown = "[image => image.naturalWidth, image => image.naturalHeight].map(of => of(image))"
    assert tuple(await face.evaluate(f"image => {shown}")) == SIZE
    await assert_accessible(page)

    number = page.get_by_label("证件号码")
    whose = await number.input_value()
    await number.fill("")
    await expect(face).to_have_count(0)
    await number.fill(whose)
    await expect(face).to_be_visible()

    # Nothing of it goes with a draft, whose body takes no field that it does not know, and the
    # browser keeps nothing of it.
    await choose(page, "事项", "避孕药具免费领取")
    await choose(page, "户籍或居住社区", "110102010002")
    async with page.expect_response(
        lambda got: got.request.method == "POST" and got.url.endswith("/api/v1/cases")
    ) as saved:
        await page.keyboard.press("Control+s")
    assert (await saved.value).status == 201
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert await face.evaluate("image => image.src.slice(-40)") not in kept

    await page.clock.fast_forward("15:01")
    await expect(face).to_have_count(0)
    await expect(page.get_by_text("读自证件").first).to_be_visible()


async def test_a_face_goes_with_the_form(page: Page, live_server: LiveServer, hands: Hands) -> None:
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_label("姓名（名称）").fill("王秀兰")
    await hands.lay("wang")
    await page.get_by_role("button", name="填为代理人").click(timeout=PATIENCE_MS)
    face = page.get_by_role("img", name="王丽 证件上的照片")
    await expect(face).to_be_visible()
    await page.keyboard.press("Alt+n")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("")
    await expect(face).to_have_count(0)
