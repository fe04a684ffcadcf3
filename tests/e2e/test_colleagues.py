"""Work is handed on to people chosen by name, with the keyboard alone."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.desk import SignedIn, register, sign_in, take
from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

HOME, ALLOWANCE = "110102010002", "ST-MZ-001"
SECOND = """
    WITH one AS (
        INSERT INTO staff (username, name, organisation_id, password_hash)
        SELECT 'ds-zhou', '周立', organisation_id, password_hash
        FROM staff WHERE username = 'ds-reviewer'
        ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO grants (staff_id, role, organisation_id)
    SELECT one.id, role, organisation_id FROM one, grants
    WHERE staff_id = (SELECT id FROM staff WHERE username = 'ds-reviewer')
"""
"""Another reviewer of the same street."""


async def pick(page: Page, field: Locator, typed: str, wanted: str) -> None:
    """Type a little, see who is meant, press Enter."""
    await page.keyboard.type(typed)
    active = page.locator(".ant-select-item-option-active:visible")
    await expect(active).to_have_count(1)
    await expect(active).to_contain_text(wanted)
    await page.keyboard.press("Enter")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)


async def tab_to(page: Page, target: Locator) -> None:
    for _ in range(12):
        await page.keyboard.press("Tab")
        if await target.evaluate("element => element === document.activeElement"):
            return
    await expect(target).to_be_focused()


async def test_a_task_goes_to_somebody_chosen_by_name(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    run_sql(live_server.urls.owner, SECOND)
    number = (await register(await signed_in("ds-clerk"), application(ALLOWANCE, HOME)))["number"]
    await sign_in(page, live_server, "ds-reviewer")
    await page.goto(f"/staff/cases/{number}")
    await page.get_by_role("button", name="转办").click()
    dialog = page.get_by_role("dialog", name="转办")
    unit = dialog.get_by_role("combobox", name="转给哪个机构")
    person = dialog.get_by_role("combobox", name="转给哪个人")
    await expect(unit).to_be_focused()
    await tab_to(page, person)
    await pick(page, person, "周", "周立")
    await expect(dialog.get_by_title("周立（ds-zhou）")).to_be_visible()
    # Who can take it may differ from place to place: the person is asked for anew.
    await page.keyboard.press("Shift+Tab")
    await expect(unit).to_be_focused()
    await page.keyboard.type("金融街")
    await expect(page.locator(".ant-select-item-option:visible")).to_have_count(0)
    for _ in "金融街":
        await page.keyboard.press("Backspace")
    await pick(page, unit, "德胜街道 · 住房", "住房保障科")
    await expect(dialog.get_by_title("周立（ds-zhou）")).to_have_count(0)
    await tab_to(page, person)
    await page.keyboard.type("jrj-")
    await expect(page.get_by_text("没有能接手的其他人员")).to_be_visible()
    for _ in "jrj-":
        await page.keyboard.press("Backspace")
    await pick(page, person, "ds-zhou", "待办")
    await assert_accessible(page)
    await tab_to(page, dialog.get_by_role("button", name="转办"))
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    moved = page.get_by_role("region", name="办理过程").get_by_role("listitem")
    await expect(moved.filter(has_text="转办").first).to_contain_text("接手人：ds-zhou")


async def test_who_leaves_and_who_takes_over_are_chosen_by_name(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    run_sql(live_server.urls.owner, SECOND)
    number = (await register(await signed_in("ds-clerk"), application(ALLOWANCE, HOME)))["number"]
    await take(await signed_in("ds-reviewer"), number, "claim")
    await sign_in(page, live_server, "ds-supervisor")
    await page.goto("/staff/staffing")
    leaver = page.get_by_role("combobox", name="离岗人员")
    taker = page.get_by_role("combobox", name="接手人")
    await expect(taker).to_be_disabled()
    await expect(page.get_by_text("先选择离岗人员")).to_be_visible()
    await leaver.focus()
    await pick(page, leaver, "ds-reviewer", "待办")
    await tab_to(page, taker)
    await pick(page, taker, "周立", "待办")
    await tab_to(page, page.get_by_label("移交原因"))
    await page.keyboard.type("调离本岗位")
    await assert_accessible(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(re.compile(r"已移交 \d+ 项待办"))).to_be_visible()
    await page.goto(f"/staff/cases/{number}")
    handlers = page.get_by_role("region", name="可办操作")
    await expect(handlers).to_contain_text("周立")
    history = page.get_by_role("region", name="办理过程").get_by_role("listitem")
    await expect(history.first).to_contain_text("调离本岗位")
