"""Every page of the staff SPA: on a phone no wider than the phone, and Chinese throughout."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, choose, ok, register, take
from tests.support.applications import application
from tests.support.live import LiveServer
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

MATTER = "ST-MZ-001"
FILED = "ST-ZF-005"
DRAFTED = "ST-MZ-002"
"""Has a draft from here on: no other test may mind."""
PAGES: dict[str, tuple[str, ...]] = {
    "ds-clerk": (
        "",
        "accept",
        f"accept?matter={MATTER}",
        "tasks?function=issue",
        "registered",
        f"ledger?matter={MATTER}&group_by=matter&group_by=organisation",
        f"personal?matter={MATTER}&status=accepted",
        "devices",
        "matters?kind=direct",
        *(f"matters/{MATTER}?tab={tab}" for tab in ("summary", "process", "materials", "form")),
        f"matters/{MATTER}?tab=versions",
        "cases/{number}",
        "cases/{number}?action=withdraw",
    ),
    "ds-reviewer": ("tasks", "cases/{number}?action=transfer", "cases/{number}?action=return"),
    "ds-agent-runner": ("handovers",),
    "ds-supervisor": ("comprehensive?accepting=110102010-DT&flag=returned", "staffing"),
    "district-catalogue-editor": (f"matters/{DRAFTED}?tab=draft", "exchange"),
    "ds-system-admin": (
        "accounts?role=clerk&active=true",
        "accounts?account=ds-clerk",
        "organisations?kind=hall",
        "calendar",
    ),
    "ds-security-admin": ("accounts?account=ds-clerk",),
    "ds-audit-admin": ("audit?action=signed_in",),
    "ds-archivist": ("archives",),
    "ds-leader": ("archives",),
}
NAMED = re.compile(
    r"- (?:button|combobox|textbox|searchbox|spinbutton|checkbox|radio|switch|tab|tablist|img"
    r'|dialog|region|navigation|table|group|radiogroup|menuitem|link|heading) "((?:[^"\\]|\\.)*)"'
)
LATIN_NAMES = re.compile(
    r"English"
    # What an account, a file, a key of a field or a code is called is its own.
    r"|(?:ds|jrj|district)-[a-z-]+|[A-Z]{2}-[A-Z]{2}-\d{3}|[0-9A-Za-z_.-]+\.(?:json|xlsx)|[a-z_]+_[a-z_]+"
)
"""The only names of controls that may have Latin letters and no Chinese ones."""
TOO_WIDE = """() => [
    ...(document.documentElement.scrollWidth > innerWidth ? ["the page"] : []),
    ...Array.from(document.querySelectorAll(".scroll-box, .sub-table-scroll"))
        .filter((box) => box.scrollWidth > box.clientWidth + 1)
        .map((box) => box.ariaLabel ?? box.className),
]"""


async def sign_in_anew(page: Page, server: LiveServer, username: str) -> None:
    """Also who has just signed in elsewhere, though a code of an authenticator is taken once."""
    account = server.accounts[username]
    forget = f"UPDATE staff SET totp_last_step = 0 WHERE username = '{username}'"
    run_sql(server.urls.owner, forget)
    form = {"username": username, "password": account["password"]}
    if account.get("totp_secret"):
        form["totp"] = pyotp.TOTP(account["totp_secret"]).now()
    await page.context.clear_cookies()
    answer = await page.context.request.post("/api/v1/auth/token", form=form)
    assert answer.ok, await answer.text()


def english(snapshot: str) -> Iterator[str]:
    """Names of controls in which there is no Chinese word."""
    for name in NAMED.findall(snapshot):
        if (
            re.search(r"[A-Za-z]{2}", name)
            and not re.search(r"[\u4e00-\u9fff]", name)
            and not LATIN_NAMES.fullmatch(name)
        ):
            yield name


async def open_page(page: Page, path: str) -> None:
    await page.goto(f"/staff/{path}")
    await expect(page.get_by_role("heading", level=1).first).to_be_attached()
    await expect(page.locator("[aria-busy=true], .ant-spin-spinning")).to_have_count(0)


@pytest.mark.parametrize("username", PAGES)
async def test_every_page_fits_a_phone_and_speaks_chinese(
    page: Page, live_server: LiveServer, signed_in: SignedIn, username: str
) -> None:
    clerk = await signed_in("ds-clerk")
    number = (await register(clerk, application(MATTER, "110102010002")))["number"]
    if username == "district-catalogue-editor":
        editor = await signed_in(username)
        await editor.post(f"/matters/{DRAFTED}/draft")
        ok(await editor.get(f"/matters/{DRAFTED}/draft"))
    await sign_in_anew(page, live_server, username)
    wrong: list[tuple[str, str, list[str]]] = []
    for path in PAGES[username]:
        await page.set_viewport_size({"width": 1366, "height": 768})
        await open_page(page, path.format(number=number))
        names = sorted(set(english(await page.locator("body").aria_snapshot())))
        if names:
            wrong.append((path, "English names", names))
        await page.set_viewport_size({"width": 390, "height": 844})
        await expect(page.locator("[aria-busy=true], .ant-spin-spinning")).to_have_count(0)
        wide = await page.evaluate(TOO_WIDE)
        if wide:
            wrong.append((path, "too wide", wide))
    assert wrong == []


WIDE_LISTS = {
    "district-supervisor": ("comprehensive", "ledger?group_by=period&group_by=matter"),
    "district-catalogue-editor": ("matters",),
    "district-audit-admin": ("audit",),
}
"""The lists with the most columns; the audit log names the longest accounts."""
SCROLLED = """() => Array.from(document.querySelectorAll(".scroll-box, .ledger-scroll"))
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => `${box.ariaLabel}: ${box.scrollWidth} > ${box.clientWidth}`)"""


async def test_the_widest_lists_fit_a_small_screen_of_an_office(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk = await signed_in("ds-clerk")
    await register(clerk, application(MATTER, "110102010002"))
    filing = (await register(clerk, application(FILED, "110102010002")))["number"]
    await take(await signed_in("ds-reviewer"), filing, "file")
    await page.set_viewport_size({"width": 1366, "height": 768})
    wrong: list[tuple[str, str, list[str]]] = []
    for username, paths in WIDE_LISTS.items():
        await sign_in_anew(page, live_server, username)
        for path in paths:
            for language in ("zh-CN", "en"):
                await open_page(page, path)
                await page.evaluate(
                    "(it) => localStorage.setItem('tongban.language', it)", language
                )
                await open_page(page, path)
                await expect(page.locator("html")).to_have_attribute("lang", language)
                await expect(page.locator("tbody tr").first).to_be_visible()
                scrolled = await page.evaluate(SCROLLED)
                if scrolled:
                    wrong.append((path, language, scrolled))
    assert wrong == []


async def test_the_tick_list_fits_a_small_screen_of_an_office_in_english(
    page: Page, live_server: LiveServer
) -> None:
    await sign_in_anew(page, live_server, "ds-clerk")
    await page.add_init_script("localStorage.setItem('tongban.language', 'en')")
    await page.set_viewport_size({"width": 1366, "height": 768})
    await open_page(page, "accept")
    await choose(page, "Matter", MATTER)
    await expect(page.get_by_role("button", name="Upload").first).to_be_attached()
    assert await page.evaluate(SCROLLED) == []


async def test_an_address_that_asks_for_what_there_is_not_is_told_what_is_wrong(
    page: Page, live_server: LiveServer
) -> None:
    await sign_in_anew(page, live_server, "ds-supervisor")
    await page.goto("/staff/ledger?group_by=matter&group_by=weather")
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("只能是下列之一")
    await expect(told).not_to_contain_text("请重试；")


async def test_what_is_wrong_is_told_once(page: Page, live_server: LiveServer) -> None:
    await sign_in_anew(page, live_server, "ds-supervisor")
    await page.goto("/staff/comprehensive?matter=NOPE")
    told = page.get_by_role("alert")
    await expect(told.get_by_text("没有这个事项")).to_have_count(1)


async def test_a_filter_that_narrows_a_list_is_not_folded_away(
    page: Page, live_server: LiveServer
) -> None:
    await sign_in_anew(page, live_server, "ds-supervisor")
    await open_page(page, "comprehensive")
    handling = page.get_by_role("combobox", name="办理方式")
    await expect(handling).to_have_count(0)
    await open_page(page, "comprehensive?handling=direct")
    await expect(handling).to_be_visible()
    await expect(page.get_by_title("即办", exact=True)).to_be_visible()
    await page.get_by_role("button", name="更多").click()
    await expect(handling).to_have_count(0)
