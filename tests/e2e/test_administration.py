"""Administrators at their pages: how far each reaches, what follows from a change, the trail."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, choose, ok, sign_in
from tests.e2e.test_every_page import sign_in_anew
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

ELSEWHERE = """
    INSERT INTO grants (staff_id, role, organisation_id)
    SELECT s.id, 'reviewer', o.id FROM staff s, organisations o
    WHERE s.username = 'ds-pre-reviewer' AND o.code = '110102011'
    ON CONFLICT DO NOTHING
"""
"""Somebody of one street helps in another."""


async def test_a_role_of_another_street_stays_and_is_in_nobodys_way(
    page: Page, live_server: LiveServer
) -> None:
    run_sql(live_server.urls.owner, ELSEWHERE)
    await sign_in_anew(page, live_server, "ds-security-admin")
    await page.goto("/staff/accounts?account=ds-pre-reviewer")
    drawer = page.get_by_role("dialog", name="账号 ds-pre-reviewer")
    await expect(drawer.get_by_text("不在您的管理范围内")).to_have_count(1)
    await expect(drawer.get_by_role("button", name="删除 1")).to_be_enabled()
    await expect(drawer.get_by_role("button", name="删除 2")).to_be_disabled()
    await assert_accessible(page)
    await drawer.get_by_role("button", name="添加角色").click()
    role = drawer.get_by_role("combobox", name="角色").last
    await role.click()
    await role.fill("代办")
    await expect(page.locator(".ant-select-item-option-active:visible")).to_contain_text("代办员")
    await page.keyboard.press("Enter")
    # Whom one does not reach is not offered either.
    place = drawer.get_by_role("combobox", name="在哪个机构").last
    await place.click()
    await place.fill("金融街街道")
    await expect(page.locator(".ant-select-item-option:visible")).to_have_count(0)
    await page.keyboard.press("Escape")
    await drawer.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("角色已更新")).to_be_visible()
    await page.goto("/staff/accounts?q=ds-pre-reviewer")
    row = page.get_by_role("row").filter(has_text="ds-pre-reviewer")
    await expect(row).to_contain_text("代办员")
    await expect(row).to_contain_text("审核员 @ 金融街街道")


async def test_who_renames_a_section_is_told_what_follows(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    await sign_in_anew(page, live_server, "ds-system-admin")
    await page.goto("/staff/organisations?q=民政科")
    # Those of other streets are shown, and not offered.
    edit = page.get_by_role("button", name="编辑 民政科")
    await expect(edit).to_have_count(1)
    await expect(page.get_by_role("row").filter(has_text="110102011-MZ")).to_be_visible()
    await edit.click()
    dialog = page.get_by_role("dialog", name="修改机构")
    await dialog.get_by_label("名称").fill("民生保障科")
    await dialog.get_by_role("button", name="保存").click()
    asked = page.get_by_role("dialog", name="确定修改")
    await expect(asked).to_contain_text("流程中写明“民政科”的事项在这里找不到办理机构")
    await assert_accessible(page)
    await asked.get_by_role("button", name="取消").click()
    await expect(asked).to_have_count(0)
    await expect(dialog.get_by_label("名称")).to_have_value("民生保障科")
    reader = await signed_in("ds-clerk")
    assert ok(await reader.get("/organisations/110102010-MZ"))["name"] == "民政科"
    # How it is reached harms no matter.
    await dialog.get_by_label("名称").fill("民政科")
    await dialog.get_by_label("电话").fill("010-82060001")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    assert ok(await reader.get("/organisations/110102010-MZ"))["telephone"] == "010-82060001"


async def test_the_trail_is_searched_by_what_it_shows(page: Page, live_server: LiveServer) -> None:
    await sign_in_anew(page, live_server, "jrj-system-admin")
    await page.goto("/staff/accounts?account=jrj-leader")
    await page.get_by_label("手机").fill("13800138000")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("已保存")).to_be_visible()
    await sign_in_anew(page, live_server, "jrj-audit-admin")
    await page.goto("/staff/audit")
    await page.get_by_role("searchbox", name="对象").fill("jrj-leader")
    await page.keyboard.press("Enter")
    await choose(page, "操作", "修改账号")
    line = page.get_by_role("row").filter(has_text="账号 jrj-leader")
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text(re.compile(r"字段：手机号码$|字段：手机号码127"))


async def test_a_printed_ledger_says_of_what_it_is(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "ds-supervisor")
    await page.goto("/staff/ledger?organisation=110102010-DT&matter=ST-MZ-001&scope=wide")
    await page.emulate_media(media="print")
    for told in ("德胜街道 · 公共服务大厅", "最低生活保障审核确认", "全辖区"):
        await expect(page.get_by_text(told).first).to_be_visible()
    await expect(page.get_by_role("region", name="查询条件")).to_be_hidden()
