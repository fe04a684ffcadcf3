"""The residents' first page: readable by everyone, in both languages, small."""

import gzip

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import assert_accessible
from tests.support.live import STATIC

pytestmark = pytest.mark.browser

FIRST_LOAD_BUDGET = 150_000


async def test_says_where_to_go(page: Page) -> None:
    await page.goto("/")
    await expect(page).to_have_title("通办 · 社区综合办事服务平台")
    await expect(page.get_by_role("heading", level=1)).to_have_text("就近办事，全区通办")
    await expect(page.get_by_role("link", name="工作人员入口")).to_have_attribute("href", "/staff/")
    await assert_accessible(page)


async def test_speaks_english_and_remembers(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="English").click()
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("One district, any counter")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_is_readable_on_a_phone(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await assert_accessible(page)


async def test_keyboard_reaches_the_content_first(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_shows_the_contract_without_the_internet(page: Page) -> None:
    await page.goto("/api/v1/docs")
    await expect(page.get_by_role("heading", name="Tongban 通办")).to_be_visible()
    await expect(page.get_by_text("/api/v1/auth/token", exact=True)).to_be_visible()


def test_first_load_is_small() -> None:
    files = list((STATIC / "public" / "assets").glob("*.*"))
    assert files
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < FIRST_LOAD_BUDGET
