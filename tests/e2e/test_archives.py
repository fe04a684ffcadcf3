"""The archivist's page opens, says what it is for, and is accessible."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import sign_in
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


async def test_an_archivist_finds_what_to_hand_on(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-archivist")
    await page.goto("/staff/archives")
    await expect(page.get_by_role("heading", name="档案管理")).to_be_visible()
    await expect(page.get_by_text("还没有销毁清册")).to_be_visible()
    await expect(page.get_by_role("button", name="提出销毁")).to_be_disabled()
    await assert_accessible(page)
    await page.get_by_role("button", name="移交").click()
    dialog = page.get_by_role("dialog", name="移交归档办件")
    await dialog.get_by_role("button", name="移交").click()
    await expect(dialog.get_by_text("请填写移交事由")).to_be_visible()
    await assert_accessible(page)
