"""The system's Chromium, driven by role and label; axe looks at every page."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.support.database import ROOT
from tests.support.live import LiveServer

AXE = ROOT / "frontend-public" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium. A run of CI fails without it; elsewhere its tests are left out."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    reason = "Chromium is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        await opened.close()


@asynccontextmanager
async def fresh_profile(browser: Browser, address: str) -> AsyncIterator[BrowserContext]:
    """One in Chinese, at Beijing's time, whose relative addresses are the server's."""
    context = await browser.new_context(
        base_url=address,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1366, "height": 900},
    )
    context.set_default_timeout(15_000)
    yield context
    await context.close()


@pytest_asyncio.fixture
async def browser_context(
    browser: Browser, live_server: LiveServer
) -> AsyncIterator[BrowserContext]:
    """A fresh profile at the live server."""
    async with fresh_profile(browser, live_server.url) as context:
        yield context


@pytest_asyncio.fixture
async def page(browser_context: BrowserContext) -> AsyncIterator[Page]:
    """A page; an uncaught error or a breach of the content security policy fails the test."""
    problems: list[str] = []
    opened = await browser_context.new_page()
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            problems.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield opened
    assert problems == []


NAMED_ICONS = """Array.from(
    document.querySelectorAll(".anticon[aria-label]"),
    (icon) => `icon named by the kit: ${icon.ariaLabel}`,
).filter((finding) => /^[ -~]*$/.test(finding))"""
"""Icons that say their English name (`plus`) within whatever they stand in."""


async def assert_accessible(page: Page) -> None:
    """Fail with axe's findings against WCAG 2.1 AA, if any, and with icons that name themselves."""
    # Evaluated by the debugger: a script tag would be refused by the content security policy.
    await page.evaluate(AXE.read_text())
    result = await page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
    )
    findings = await page.evaluate(NAMED_ICONS)
    findings += [
        f"{finding['id']}: {finding['help']} · {node['target']}"
        for finding in result["violations"]
        for node in finding["nodes"]
    ]
    assert findings == []
